"""Ways in by what a browser, an address bar or a link carries: cookies, tokens, ids, forms of other sites.

The people are those of test_impersonation.py. Every failure looks like the unknown, and nothing of the request, the account or the
answer changes by it.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from dsr.cases import actors, contacts, delivery, identity, suppression_keys
from dsr.cases.stop_tokens import StopLinks
from dsr.demo.people import by_position
from dsr.models import Case, Event, Message, Request, User
from portal import urls
from tests.factories import PASSWORD, make_controller, make_request, make_staff, make_user
from tests.portal.test_contest import refused
from tests.portal.test_package import handed_over, prove
from tests.portal.walk import answer, file_access, newest_code, text_of

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

pytestmark = pytest.mark.django_db
MARIA = by_position(2)
AWAY = "https://evil.example.net/"
OF_A_REQUEST = sorted(str(p.pattern) for p in urls.urlpatterns if "<str:reference>" in str(p.pattern))


def with_cookies_of(other: Client) -> Client:
    """A browser into which the same cookies were put: stolen from her, or given to her before."""
    thief = Client()
    for name, cookie in other.cookies.items():
        thief.cookies[name] = cookie.value
    return thief


def signed_in(client: Client, name: str = "anna") -> User:
    user = User.objects.filter(email=f"{name}@example.com").first() or make_user(name)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)
    return user


def page(pattern: str, reference: str) -> str:
    return f"/{pattern}".replace("<str:reference>", reference).replace("<uuid:part_id>", str(uuid.uuid4()))


def stop_token(slug: str = "northwave", value: str = "anna@example.com") -> str:
    controller = make_controller(slug)
    keys = suppression_keys.ensured_keys(controller, now=timezone.now())
    return StopLinks(slug, keys).token(contacts.contact(controller, "email", value))


# --- sessions -----------------------------------------------------------------------------------------------------------


def test_a_session_stolen_before_she_signs_out_is_worth_nothing_after_it(client, demo_stores, drain):
    make_controller()
    anna = signed_in(client)
    identity.link(
        user=anna,
        store="billing",
        customer_number=MARIA.customer_no,
        contact=MARIA.email,
        method="code",
        now=timezone.now(),
    )
    case = handed_over(anna)
    at = f"/requests/{case.request.reference}/package/"
    prove(client, at, drain)
    thief = with_cookies_of(client)
    client.post("/account/logout/")

    assert thief.get(f"{at}download/").headers["Location"].startswith("/requests/find/")
    assert thief.get("/account/").headers["Location"].startswith("/account/login/")
    assert not case.events.filter(action="downloaded").exists()


def test_a_session_somebody_gave_her_does_not_come_along_when_she_signs_in_or_proves_something(client, drain):
    """Session fixation: the cookie was put into her browser by whoever waits with the same one."""
    make_controller()
    client.get("/account/login/")
    answer(client, "what", right="access")  # a session that the server made
    waiting = with_cookies_of(client)
    reference = make_request(account=make_user(), at=timezone.now()).reference
    client.post("/requests/find/", {"reference": reference})
    drain()
    client.post("/requests/find/code/", {"code": newest_code("anna@example.com")})
    assert client.get(f"/requests/{reference}/").status_code == 200
    assert waiting.get(f"/requests/{reference}/").status_code == 302

    waiting = with_cookies_of(client)
    signed_in(client)
    assert waiting.get("/account/").status_code == 302


def test_a_session_somebody_gave_her_does_not_open_what_she_sends_in_it(client):
    """The same without an account: sending makes the session one that only her browser has."""
    make_controller()
    answer(client, "what", right="access")
    waiting = with_cookies_of(client)
    reference = file_access(client)

    assert client.get(f"/requests/{reference}/").status_code == 200
    assert waiting.get(f"/requests/{reference}/").status_code == 302
    assert waiting.get(f"/sent/{reference}/").status_code == 302


def test_a_session_somebody_gave_her_does_not_open_what_the_link_of_a_mail_opened_in_it(client):
    make_controller()
    client.get("/account/login/")
    answer(client, "what", right="access")
    waiting = with_cookies_of(client)
    client.post(f"/stop/{stop_token()}/", {"everything": "on"})
    reference = Request.objects.get().reference

    assert client.get(f"/requests/{reference}/").status_code == 200
    assert waiting.get(f"/requests/{reference}/").status_code == 302


def test_a_session_of_staff_opens_nothing_of_the_portal_and_the_reverse(client):
    reference = make_request(account=make_user()).reference
    client.force_login(make_staff("otto", "lead", "dpo", "administrator"))
    for pattern in OF_A_REQUEST:
        for method in (client.get, client.post):
            assert method(page(pattern, reference)).status_code in {302, 405}, pattern
    assert client.get("/link/").status_code == 403

    subscriber = Client()
    signed_in(subscriber)
    for where in ("/desk/", "/desk/queue/", "/desk/cases/1/", f"/desk/{reference}/", "/styleguide/"):
        seen = subscriber.get(where)
        assert seen.status_code in {302, 403, 404}, where
        assert reference not in seen.content.decode().replace(where, "")


# --- ids and references in addresses ------------------------------------------------------------------------------------


def test_the_id_of_her_letter_below_his_own_reference_is_no_letter(client, demo_stores):
    boris = make_user("boris")
    hers, his = refused(make_user()), refused(boris)
    letter = hers.letters.first()
    assert letter is not None
    client.force_login(boris)

    for ending in ("/", ".pdf"):
        swapped = client.get(f"/requests/{his.request.reference}/letters/{letter.pk}{ending}")
        unknown = client.get(f"/requests/{his.request.reference}/letters/{uuid.uuid4()}{ending}")
        assert (swapped.status_code, unknown.status_code) == (404, 404)
        assert text_of(swapped) == text_of(unknown)
    assert not hers.events.filter(action__contains="read").exists()


def test_his_fresh_proof_hands_out_no_bytes_of_another_request_whatever_the_address_says(client, demo_stores, drain):
    """Case, right and file in the address choose among his own answers only."""
    hers = handed_over(make_user())
    boris = make_user("boris")
    his = handed_over(boris)
    client.force_login(boris)
    prove(client, f"/requests/{his.request.reference}/package/", drain)

    for query in ("", "?right=access", "?right=access&file=letter", f"?artifact={hers.artifacts.get().pk}"):
        assert client.get(f"/requests/{hers.request.reference}/package/download/{query}").status_code == 404
    for query in ("?right=erasure", f"?right={hers.pk}", "?file=letter&right=portability"):
        assert client.get(f"/requests/{his.request.reference}/package/download/{query}").status_code == 404
    assert not hers.events.filter(action="downloaded").exists()


def test_a_download_taken_back_gives_no_byte_to_a_proof_that_is_still_fresh(client, demo_stores, drain):
    anna = make_user()
    case = handed_over(anna)
    client.force_login(anna)
    at = f"/requests/{case.request.reference}/package/"
    prove(client, at, drain)
    lead = actors.staff(make_staff("otto", "lead"))
    delivery.revoke(case_id=case.pk, reason="Somebody else's rows", actor=lead, now=timezone.now())

    for headers in ({}, {"range": "bytes=0-9"}):
        assert client.get(f"{at}download/", headers=headers).status_code == 404
    assert client.head(f"{at}download/").status_code == 404
    assert not case.events.filter(action="downloaded").exists()


def test_a_message_an_objection_or_a_withdrawal_on_another_persons_request_changes_nothing(client):
    """To stop somebody's request is an attack as well."""
    anna = make_user()
    running, closed = make_request(account=anna), refused(anna)
    client.force_login(make_user("boris"))
    before = (Event.objects.count(), Message.objects.count())

    for reference in (running.reference, closed.request.reference, "DSR-2026-999999"):
        for what, data in (
            ("message", {"text": "Never mind."}),
            ("contest", {"reason": "No."}),
            ("withdraw", {"right": "access"}),
            ("change", {"words": "Less."}),
            ("wishes", {"language": "de"}),
            ("take-up", {}),
            ("meant", {"words": "Other."}),
            ("package/confirm", {"right": "access"}),
        ):
            assert client.post(f"/requests/{reference}/{what}/", data).status_code == 404, what
    assert (Event.objects.count(), Message.objects.count()) == before
    assert set(Case.objects.values_list("state", flat=True)) == {"received", "refused"}


# --- forms of other sites, and ways out ---------------------------------------------------------------------------------


def test_a_form_of_another_site_changes_nothing_of_hers():
    """CSRF: every page that acts, with her cookies and without the form's secret; only the one click of a mail is exempt."""
    browser = Client(enforce_csrf_checks=True)
    anna = make_user()
    asked = make_request(account=anna)
    link = identity.link(
        user=anna,
        store="billing",
        customer_number="10000001",
        contact="a@example.com",
        method="code",
        now=timezone.now(),
    )
    browser.force_login(anna)
    before = (Event.objects.count(), Message.objects.count(), Request.objects.count())
    posted = [page(pattern, asked.reference) for pattern in OF_A_REQUEST]
    posted += ["/link/", "/link/code/", "/new/what/", "/new/check/", "/new/throw-away/", "/marketing-stop/", "/stay/"]
    posted += [
        f"/account/unlink/{link.pk}/",
        "/account/elsewhere/",
        "/account/logout/",
        "/account/login/",
        "/handover/",
    ]
    for where in posted:
        seen = browser.post(where, {"text": "x", "right": "access"}, headers={"origin": AWAY.rstrip("/")})
        assert seen.status_code == 403, where
    assert (Event.objects.count(), Message.objects.count(), Request.objects.count()) == before
    assert identity.links_of(anna)
    assert browser.session["_auth_user_id"]


@pytest.mark.parametrize(
    "where", [AWAY, "//evil.example.net/x", "https:evil.example.net", "/\\evil.example.net", "javascript:x"]
)
def test_no_parameter_leads_to_another_site(client, where):
    """Open redirects make a stranger's page look like ours."""
    make_user()
    moves: list[HttpResponseBase] = [
        client.post("/language/setlang/", {"language": "de", "next": where}),
        client.post("/language/setlang/", {"language": "de"}, headers={"referer": where}),
        client.post("/appearance/", {"appearance": "dark", "next": where}),
        client.post("/new/go-on/", {"next": where}),
        client.post("/account/login/", {"login": "anna@example.com", "password": PASSWORD, "next": where}),
        client.post("/account/logout/", {"next": where}),
        client.get("/account/login/", {"next": where}),
        client.post("/stay/", {"next": where}),
    ]
    for seen in moves:
        target = str(seen.headers.get("Location", "/"))
        assert re.fullmatch(r"/(?![/\\]).*", target), (seen.request["PATH_INFO"], target)  # type: ignore[attr-defined]
        assert "evil" not in target.partition("?")[0]
