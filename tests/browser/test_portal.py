"""Every page of the portal in a real Chromium: axe, the policy, sideways scroll; and the access journey as people walk it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from dsr.cases import actors, endings, identity, messages
from dsr.demo.people import by_position
from dsr.fulfil.spool import Sink, store_artifact
from dsr.models import Draft, User
from portal import draft
from portal.questions import STEPS
from tests.browser.harness import MODES, problems
from tests.factories import make_case, make_controller, make_request, make_staff, make_user
from tests.jobs import run_due
from tests.portal.walk import newest_code

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from dsr.models import Request
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("live_server", "demo_stores"), pytest.mark.slow]
LOOKS = list(MODES)
PERSON = by_position(2)
FOR_EVERYBODY = (
    "/",
    "/help/",
    "/accessibility/",
    "/complain/",
    "/keys/",
    "/marketing-stop/",
    "/new/unsure/",
    "/new/died/",
    "/requests/find/",
    "/account/login/",
    "/account/login/code/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/inactive/",
)
OF_A_REQUEST = (
    "/requests/",
    "/requests/{}/",
    "/requests/{}/withdraw/",
    "/requests/{}/change/",
    "/requests/{}/wishes/",
    "/requests/{}/package/",
    "/requests/{}/package/code/",
    "/sent/{}/",
    "/identity/{}/",
    "/identity/{}/number/",
    "/identity/{}/code/",
    "/identity/{}/account/",
    "/identity/{}/letter/",
    "/identity/{}/letter/sent/",
    "/identity/{}/call/",
    "/identity/{}/shop/",
    "/link/",
    "/link/code/",
    "/requests/none/",
    "/account/",
    "/account/logout/",
)
# Pages that look different for an answered request and for one that is late and not identified.
TWICE = ("/requests/{}/", "/identity/{}/", "/identity/{}/call/")
# Pages of a request that is over.
OF_A_CLOSED_REQUEST = ("/requests/{}/", "/requests/{}/contest/")
# The answer that makes a page apply.
APPLIES = {
    "own-words": {"what": {"right": "unsure"}},
    "child": {"who": {"who": "child"}},
    "represented": {"who": {"who": "represented"}},
    "deceased": {"who": {"who": "deceased"}},
    "other-user": {"who": {"who": "other_user"}},
    "authority": {"who": {"who": "child"}, "child": {"name": "Jan Kowalski", "shown": "upload"}},
    "sender": {"who": {"who": "represented"}},
    "former": {"account": {"account": "former"}},
    "details": {"account": {"account": "no"}},
    "kinds": {"data": {"extent": "some"}},
    "months": {"period": {"period": "part"}},
    "delete-some": {"delete": {"delete": "some"}},
    "provider": {"portability": {"origins": "both", "to_whom": "provider"}},
    "email": {"contact": {"reply": "portal"}},
    "post": {"contact": {"reply": "letter"}},
}
RIGHT = {
    "correct": "rectification",
    "evidence": "rectification",
    "pause": "rectification",
    "delete": "erasure",
    "delete-some": "erasure",
    "copy": "erasure",
    "marketing": "marketing_objection",
    "objection": "objection",
    "restriction": "restriction",
    "restriction-what": "restriction",
    "portability": "portability",
    "provider": "portability",
    "consent": "consent_withdrawal",
    "decision": "automated_decision",
}


@pytest.fixture
def anna(live_server: Any) -> User:
    make_controller()
    return make_user()


@pytest.fixture
def answered(anna: User) -> Request:
    """A request with messages and an answer to download."""
    now = timezone.now()
    case = make_case(account=anna, number=PERSON.customer_no, at=now)
    number = PERSON.customer_no
    identity.link(user=anna, store="billing", customer_number=number, contact=PERSON.email, method="code", now=now)
    messages.from_office(request=case.request, text="Do you also want recordings?", author=make_staff(), now=now)
    messages.from_subject(request=case.request, text="Yes please, from 2025 on.", now=now)

    def write(sink: Sink) -> dict[str, Any]:
        sink.write(b"answer" * 1000)
        paths = ("read-me-first.html", "letter.pdf", "csv/billing-a_rather_long_name_of_a_table.csv")
        return {"files": [{"path": path, "size": 6000, "sha256": "0f" * 32} for path in paths]}

    artifact = store_artifact(
        case=case, kind="package", file_name="answer.zip", media_type="application/zip", write=write, now=now
    )
    artifact.released_at, artifact.expires_at = now, now + timedelta(days=30)
    artifact.save()
    return case.request


@pytest.mark.parametrize("mode", LOOKS)
def test_pages_for_everybody_are_clean(browse: Browse, mode: str) -> None:
    make_controller()
    found = [f"{path}: {problem}" for path in FOR_EVERYBODY for problem in browse.look(path, mode)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("mode", LOOKS)
def test_pages_of_a_request_are_clean(browse: Browse, anna: User, answered: Request, mode: str) -> None:
    open_request = make_request(account=anna, at=timezone.now() - timedelta(days=50), now=timezone.now())
    found = []
    for path in OF_A_REQUEST:
        for request in (answered, open_request) if path in TWICE else (answered,):
            found += [f"{path}: {p}" for p in browse.look(path.format(request.reference), mode, user=anna)]
    closed = make_case(account=anna, at=timezone.now())
    endings.withdraw(case_id=closed.pk, actor=actors.subject(), now=timezone.now())
    for path in OF_A_CLOSED_REQUEST:
        found += [f"{path}: {p}" for p in browse.look(path.format(closed.request.reference), mode, user=anna)]
    assert not found, "\n".join(found)


def drafting(browse: Browse, page: Page, user: User | None, answers: dict[str, Any]) -> None:
    """Give the browser a draft, and the session that typed it."""
    client, now, token = Client(), timezone.now(), secrets.token_urlsafe(24)
    if user is not None:
        client.force_login(user)
    row = Draft(
        controller=make_controller(),
        user=user,
        digest=hashlib.sha256(token.encode()).hexdigest(),
        updated_at=now,
        expires_at=now + draft.KEPT,
    )
    row.put({"key": "k" * 32, "begun_at": now.isoformat(), "answers": answers, "done": []})
    row.save()
    session = client.session
    session["draft"] = str(row.pk)
    session.save()
    for name, value in ((settings.SESSION_COOKIE_NAME, str(session.session_key)), (draft.COOKIE, token)):
        page.context.add_cookies([{"name": name, "value": value, "url": browse.base_url}])


# The journeys walk the questions each time, one look a page; all of them with their errors take longer.
@pytest.mark.slow
@pytest.mark.parametrize("mode", ["desktop", "narrow"])
def test_every_question_is_clean_and_so_are_its_errors(browse: Browse, anna: User, mode: str) -> None:
    User.objects.update(display_name="")
    page, found = browse.page(mode), []
    for step in STEPS:
        answers = {"what": {"right": RIGHT.get(step.name, "access")}, **APPLIES.get(step.name, {})}
        drafting(browse, page, anna if step.name == "name" else None, answers)
        page.goto(f"/new/{step.name}/")
        assert page.url.endswith(f"/new/{step.name}/"), (step.name, page.url)
        found += [f"{step.name}: {problem}" for problem in problems(page)]
        if step.name == "what":
            continue
        page.click("main form button.btn")
        if page.locator("[data-errors]").count():
            found += [f"{step.name} with errors: {problem}" for problem in problems(page)]
            assert page.evaluate("document.activeElement.hasAttribute('data-errors')"), step.name
    assert not found, "\n".join(found)


def go_on(page: Page) -> None:
    page.click("main form button.btn >> nth=0")


@pytest.mark.parametrize("mode", ["desktop", "phone"])
def test_SC_01_from_the_start_page_to_the_receipt_and_the_proof_without_an_account(browse: Browse, mode: str) -> None:
    make_controller()
    page = browse.page(mode)
    found: list[str] = []

    def look(where: str) -> None:
        found.extend(f"{where}: {problem}" for problem in problems(page))

    page.goto("/")
    page.click("text=Get a copy of my data")
    page.check("input[value=me]")
    go_on(page)
    page.check("input[value=no]")
    go_on(page)
    page.fill("#id_name", "Maria Kowalska")
    page.fill("#id_email", "maria@example.com")
    go_on(page)
    page.check("input[value=everything]")
    go_on(page)
    page.check("input[value=all]")
    go_on(page)
    page.check("input[value=portal]")
    go_on(page)
    look("check")
    page.go_back()
    assert page.is_checked("input[value=portal]")
    page.go_forward()
    page.click("text=Send my request")
    look("sent")
    page.click("main a:has-text('Show us it is you')")
    page.click("text=Get a code")
    page.fill("#id_number", PERSON.customer_no)
    go_on(page)
    look("code")
    run_due()
    page.fill("#id_code", newest_code(PERSON.email))
    go_on(page)
    look("identity")
    assert "one more sign" in page.inner_text("main")
    assert not found, "\n".join(found)


def test_the_journey_works_with_the_keyboard_alone(browse: Browse) -> None:
    make_controller()
    page = browse.page("desktop")
    page.goto("/new/what/")
    page.keyboard.press("Tab")  # the skip link
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name === 'right'"):
            break
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new/who/**")


def test_the_journey_works_without_scripts(browse: Browse) -> None:
    make_controller()
    page = browse.page("phone", java_script_enabled=False)
    page.goto("/new/what/")
    page.click("main form button.btn")
    assert "Select what you want us to do" in page.inner_text("[data-errors]")
    page.check("input[value=marketing_objection]")
    go_on(page)
    page.fill("#id_reach", "maria@example.com")
    go_on(page)
    assert "DSR-" in page.inner_text(".done-ref")


def test_following_by_code_and_the_codes_of_accounts_are_clean(browse: Browse) -> None:
    request = make_request()
    page, found = browse.page("phone"), []
    page.goto("/requests/find/")
    page.fill("#id_reference", request.reference)
    page.click("text=Send me a code")
    page.fill("#id_code", "00000000")
    go_on(page)
    found += [f"find code: {problem}" for problem in problems(page)]
    page.goto("/account/signup/")
    page.fill("#id_email", "nora@example.com")
    page.fill("#id_password1", "brave new blue whale")
    go_on(page)
    found += [f"confirm: {problem}" for problem in problems(page)]
    page.fill("#id_code", newest_code("nora@example.com"))
    go_on(page)
    page.wait_for_url("**/requests/")
    other = browse.page("phone")
    other.goto("/account/password/reset/")
    other.fill("#id_email", "nora@example.com")
    go_on(other)
    found += [f"reset code: {problem}" for problem in problems(other)]
    other.fill("#id_code", newest_code("nora@example.com"))
    go_on(other)
    found += [f"new password: {problem}" for problem in problems(other)]
    assert not found, "\n".join(found)


def test_a_download_arrives_as_a_file(browse: Browse, anna: User, answered: Request) -> None:
    page = browse.page("desktop", user=anna)
    page.goto(f"/requests/{answered.reference}/package/")
    page.click("text=Send me a code")
    run_due()
    page.fill("#id_code", newest_code(PERSON.email))
    go_on(page)
    assert problems(page) == []
    with page.expect_download() as download:
        page.click("text=Download all")
    assert download.value.suggested_filename == "answer.zip"
    page.reload()
    assert "None." not in page.inner_text("main")


def test_the_pages_around_a_sitting_are_clean(browse: Browse, anna: User) -> None:
    """Several rights on the check page, the unfinished request of another session, what was thrown away, what arrived."""
    page, found = browse.page("narrow"), []
    contact = {"contact": {"reply": "letter", "language": "en"}, "post": {"post": "Example Road 1"}}
    drafting(
        browse,
        page,
        None,
        {
            "what": {"right": "erasure"},
            "who": {"who": "other_user"},
            "other-user": {"name": "Jan Kowalski", "email": "jan@example.com"},
            "sender": {"name": "Maria Kowalska", "email": ""},
            "delete": {"delete": "everything"},
            "copy": {"copy_first": "yes"},
            **contact,
        },
    )
    page.goto("/new/check/")
    assert "Send my request" in page.inner_text("main")
    found += [f"check: {problem}" for problem in problems(page)]
    page.click("text=Send my request")
    assert "arrived" in page.inner_text("h1")
    found += [f"arrived: {problem}" for problem in problems(page)]
    drafting(browse, page, None, {"what": {"right": "access"}})
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.goto("/new/who/")
    found += [f"unfinished: {problem}" for problem in problems(page)]
    page.click("text=Throw it away and start again")
    page.goto("/new/what/")
    page.click("text=Throw away what I typed")
    assert "gone" in page.inner_text("h1")
    found += [f"thrown away: {problem}" for problem in problems(page)]
    assert not found, "\n".join(found)
