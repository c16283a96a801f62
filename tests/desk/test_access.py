"""Who comes in: staff of this controller; what each role reads; and nothing of another brand (rules.md 4.3)."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from dsr.desk import urls
from dsr.desk.access import DUTIES, SEES, Duty, Sight
from dsr.law.workflow import Role
from dsr.models import Case, Letter
from tests.desk.conftest import text
from tests.factories import PASSWORD, make_case, make_controller, make_staff, make_user

pytestmark = pytest.mark.django_db
SAMPLE = {
    "case_id": uuid.uuid4(),
    "task_id": uuid.uuid4(),
    "artifact_id": uuid.uuid4(),
    "mail_id": uuid.uuid4(),
    "letter_id": uuid.uuid4(),
    "upload_id": uuid.uuid4(),
    "file_id": uuid.uuid4(),
    "check_id": uuid.uuid4(),
    "receiver_id": uuid.uuid4(),
    "recipient_id": uuid.uuid4(),
    "notice_id": uuid.uuid4(),
    "partner_id": uuid.uuid4(),
    "number": 1,
    "sheet": 1,
    "side": "original",
    "item_id": uuid.uuid4(),
    "absence_id": uuid.uuid4(),
    "report_id": uuid.uuid4(),
    "pack_id": uuid.uuid4(),
    "store": "billing",
    "dataset": "x",
    "action": "accept",
    "code": "L-06",
    "section": "facts",
    "row_id": uuid.uuid4(),
    "user_id": uuid.uuid4(),
    "view_id": uuid.uuid4(),
    "act": "reset-factor",
    "glass_id": uuid.uuid4(),
    "closeness_id": uuid.uuid4(),
    "hold_id": uuid.uuid4(),
    "key_id": uuid.uuid4(),
    "line_id": uuid.uuid4(),
    "plan_id": uuid.uuid4(),
    "session_id": uuid.uuid4(),
    "link_id": uuid.uuid4(),
}
INSIDE = [pattern for pattern in urls.urlpatterns if not str(pattern.pattern).startswith("account/")]


def address(pattern) -> str:
    return reverse(f"desk:{pattern.name}", kwargs={name: SAMPLE[name] for name in pattern.pattern.converters})


@pytest.mark.parametrize("pattern", INSIDE, ids=lambda p: p.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_sends_a_stranger_to_sign_in(client, pattern, method):
    make_controller()

    response = getattr(client, method)(address(pattern))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/desk/account/login/?next=/desk/")


@pytest.mark.parametrize("pattern", INSIDE, ids=lambda p: p.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_is_closed_to_a_subscriber(client, pattern, method):
    client.force_login(make_user())

    response = getattr(client, method)(address(pattern))

    assert response.status_code == 403
    assert "You cannot open this page" in text(response)


@pytest.mark.parametrize("name", ["case", "messages", "files", "history", "identity", "draft", "review", "live"])
def test_two_brands_never_see_each_other(mara, settings, name):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    make_controller()
    other = make_case(controller=make_controller("southwave"), name="Selma South")

    assert mara.get(reverse(f"desk:{name}", args=[other.pk])).status_code == 404
    for view in ("open", "unassigned", "closed"):
        page = text(mara.get(f"/desk/?view={view}"))
        assert "Selma South" not in page
        assert "No case is in this view" in page


def test_staff_of_another_brand_are_strangers_here(client, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    make_controller()
    client.force_login(make_staff("mara", controller=make_controller("southwave")))

    assert client.get("/desk/").headers["Location"].startswith("/desk/account/login/")


def test_the_tables_of_roles_name_every_duty_and_nobody_from_outside():
    assert set(DUTIES) == set(Duty)
    assert set(SEES) == set(Sight)
    outside = {Role.SUBJECT, Role.SYSTEM, Role.EXECUTOR}
    assert not outside & frozenset().union(*DUTIES.values(), *SEES.values())
    # 4.3: the auditor reads log and metadata and does nothing (her list has no names); a deputy breaks the glass; the
    # administrator reads no content.
    assert {duty for duty, roles in DUTIES.items() if Role.AUDITOR in roles} == {
        Duty.EXPORT_QUEUE,
        Duty.EVIDENCE_PACK,
        Duty.DECLARE_CLOSENESS,
    }
    assert {duty for duty, roles in DUTIES.items() if Role.DEPUTY in roles} == {
        Duty.BREAK_GLASS,
        Duty.DECLARE_CLOSENESS,
    }
    assert not any({Role.AUDITOR, Role.DEPUTY} & roles for roles in SEES.values())
    assert not any(Role.ADMINISTRATOR in roles for roles in SEES.values())


@pytest.mark.parametrize("name", ["adam", "olga"])
def test_4_3_auditor_and_administrator_see_that_a_case_is_there_and_not_whose(signed_in, name):
    case = make_case(name="Anna Secret")
    client = signed_in(name)

    for url in ("/desk/", *(reverse(f"desk:{page}", args=[case.pk]) for page in ("case", "files", "history"))):
        response = client.get(url)
        assert response.status_code == 200, url
        page = text(response)
        assert case.request.reference in page
        for secret in ("Anna Secret", "Everything please", "anna@example.com", "10000001"):
            assert secret not in page, (url, secret)


@pytest.mark.parametrize(("name", "role"), [("adam", "auditor"), ("dana", "deputy"), ("olga", "administrator")])
def test_4_3_decision_letters_mails_and_set_up_hold_no_content_for_roles_that_read_none(otto, received, name, role):
    """The log is theirs: who signed what off, which letter left, under which hash; never a word of it, and no way to the file."""
    case = make_case(name="Anna Secret", at=received)
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    refusal = {"ground": "not_controller", "reason": "A secret reason.", "advice": "A secret advice.", "paragraph": ""}
    taken = otto.post(reverse("desk:step", args=[case.pk, "refuse"]), {"version": case.version, **refusal})
    assert taken.status_code == 302
    note = {"text": "A secret note."}
    otto.post(reverse("desk:notes", args=[case.pk]), note)
    row, client = Letter.objects.get(code="L-07"), Client()
    client.force_login(make_staff(name, role))
    of_case = [reverse(f"desk:{page}", args=[case.pk]) for page in ("decision", "letters", "history")]
    for url in (*of_case, "/desk/mails/", "/desk/mails/?to=staff", "/desk/setup/"):
        response = client.get(url)
        assert response.status_code == 200, url
        page = text(response)
        assert "Otto Example" in page or url not in of_case
        for secret in ("secret", "Anna Secret", "Everything please", "anna@example.com", "a•••@", "10000001", "/pdf/"):
            assert secret not in page, (url, secret)
    for page in ("letter", "letter-pdf"):
        assert client.get(reverse(f"desk:{page}", args=[case.pk, row.pk])).status_code == 403
    assert client.get(reverse("desk:compose-choose", args=[case.pk])).status_code == 403


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("adam", {"messages", "draft", "review", "identity"}),
        ("olga", {"messages", "draft", "review", "identity"}),
        ("ines", {"draft", "review"}),
        ("dora", set()),
        ("rita", set()),
    ],
)
def test_4_3_pages_with_content_are_closed_to_roles_that_may_not_read_it(signed_in, name, closed):
    case = make_case()
    client = signed_in(name)

    for page in ("messages", "draft", "review", "identity"):
        status = client.get(reverse(f"desk:{page}", args=[case.pk])).status_code
        assert (status == 403) == (page in closed), (page, status)
    data = client.get(reverse("desk:data", args=[case.pk, "billing", "customers"])).status_code
    preview = client.get(reverse("desk:preview", args=[case.pk, uuid.uuid4()])).status_code
    assert (data, preview) == ((403, 403) if "draft" in closed else (404, 404))


def test_signing_in_leads_to_the_page_that_was_asked_for():
    make_staff("mara")
    client = Client()
    client.get("/desk/health/")

    page = client.get("/desk/account/login/?next=/desk/health/")
    assert page.status_code == 200
    assert 'value="/desk/health/"' in text(page)
    response = client.post(
        "/desk/account/login/", {"login": "mara@northwave.example.com", "password": PASSWORD, "next": "/desk/health/"}
    )

    assert (response.status_code, response.headers["Location"]) == (302, "/desk/health/")
    assert client.get("/desk/health/").status_code == 200
    assert client.get("/desk/account/login/").headers["Location"] == "/desk/"


def test_signing_in_without_a_wish_leads_to_the_queue_and_never_to_another_site():
    make_staff("mara")
    for wish in ("", "https://example.org/"):
        client = Client()
        sent = {"login": "mara@northwave.example.com", "password": PASSWORD, "next": wish}
        assert client.post("/desk/account/login/", sent).headers["Location"] == "/desk/"


def test_a_subscriber_cannot_sign_in_here_and_is_not_told_why():
    make_user("anna")
    make_staff("mara")
    pages = []
    for address_ in ("anna@example.com", "nobody@example.com"):
        response = Client().post("/desk/account/login/", {"login": address_, "password": PASSWORD})
        assert response.status_code == 200
        page = text(response).replace(address_, "")
        pages.append(page[page.index('class="errors"') : page.index("</form>")])
    assert "There is a problem" in pages[0]
    assert [p for p in pages[0].splitlines() if "csrf" not in p] == [
        p for p in pages[1].splitlines() if "csrf" not in p
    ]


def test_a_signed_in_subscriber_who_signs_in_as_staff_leaves_the_other_session():
    make_staff("mara")
    client = Client()
    client.force_login(make_user())
    before = client.session.session_key

    assert client.get("/desk/account/login/").status_code == 200
    client.post("/desk/account/login/", {"login": "mara@northwave.example.com", "password": PASSWORD})

    assert client.get("/desk/").status_code == 200
    assert client.session.session_key != before


def test_signing_out_takes_a_form_and_ends_the_session(mara):
    assert mara.get("/desk/account/logout/").status_code == 405
    assert mara.get("/desk/").status_code == 200

    assert mara.post("/desk/account/logout/").headers["Location"] == "/desk/account/login/"
    assert mara.get("/desk/").status_code == 302


def test_an_account_that_was_closed_is_signed_out_at_once(mara):
    user = make_staff("mara")
    user.is_active = False
    user.save()

    assert mara.get("/desk/").status_code == 302
