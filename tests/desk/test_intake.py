"""Taking down what somebody said or wrote: received on its day, due at once, never twice (T-02, T-03, T-27)."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from dsr import wording
from dsr.models import Event, Request
from tests.desk.conftest import due, text
from tests.factories import make_controller

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def filled(**fields) -> dict[str, object]:
    values: dict[str, object] = {
        "submission_key": "k" * 32,
        "channel": "post",
        "received_on": (timezone.now().astimezone(BERLIN).date() - timedelta(days=5)).isoformat(),
        "name": "Anna Example",
        "rights": ["access"],
        "words": "Everything please.",
        "contact_post": "Street 1\n10115 Berlin",
        "customer_number": "10000001",
        "language": "de",
    }
    return {**values, **fields}


def test_the_day_of_receipt_is_not_today_by_default(mara):
    page = text(mara.get("/desk/new/"))

    field = page.split('name="received_on"')[1].split(">")[0]
    assert "value=" not in field
    assert "checked" not in page


def test_a_letter_is_registered_with_its_day_and_the_due_date_is_said_at_once(mara):
    response = mara.post("/desk/new/", filled(), follow=True)

    request = Request.objects.get()
    case = request.cases.get()
    page = text(response)
    assert response.redirect_chain[0][0] == f"/desk/cases/{case.pk}/"
    assert f"{request.reference} is registered. Due {wording.day_with_weekday(due(case.due_on))}." in page
    assert case.received_on == date.fromisoformat(str(filled()["received_on"]))
    assert (
        request.content()["contact_post"] == "Street 1\r\n10115 Berlin"
        or "10115 Berlin" in request.content()["contact_post"]
    )
    assert (request.channel, request.language, request.content()["identifiers"]) == (
        "post",
        "de",
        [["customer_number", "10000001"]],
    )
    assert Event.objects.get(action="received").actor_kind == "staff"


def test_T_26_several_rights_are_several_cases(mara):
    mara.post("/desk/new/", filled(rights=["access", "erasure"]))

    assert sorted(Request.objects.get().cases.values_list("right", flat=True)) == ["access", "erasure"]


def test_the_same_form_twice_is_one_request(mara):
    first, second = (mara.post("/desk/new/", filled()) for _ in range(2))

    assert Request.objects.count() == 1
    assert first.headers["Location"] == second.headers["Location"]


def test_today_counts_as_received_now(mara):
    today = timezone.now().astimezone(BERLIN).date()

    mara.post("/desk/new/", filled(received_on=today.isoformat()))

    assert Request.objects.get().received_at <= timezone.now()
    assert Request.objects.get().cases.get().received_on == today


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("channel", "", "Choose how the request arrived."),
        ("channel", "pigeon", "Choose how the request arrived."),
        ("received_on", "", "Enter the day on which the request reached the company."),
        ("received_on", "soon", "Enter a day, like 2026-06-15."),
        ("received_on", "2999-01-01", "The date of receipt lies in the future."),
        ("name", " ", "Enter the name of the person."),
        ("rights", [], "Choose what the person wants."),
        ("contact_post", "", "Enter a way to reach the person"),
        ("contact_email", "anna", "The e-mail address must have an @ sign"),
    ],
)
def test_what_is_missing_is_said_in_words_and_nothing_typed_is_lost(mara, field, value, words):
    page = text(mara.post("/desk/new/", filled(**{field: value})))

    assert "There is a problem" in page
    assert page.count(words) >= 2
    if field != "words":
        assert "Everything please." in page
    assert Request.objects.count() == 0


def test_intake_may_register(signed_in):
    assert signed_in("ines").post("/desk/new/", filled()).status_code == 302
    assert "New request" in text(signed_in("ines").get("/desk/"))


def test_SC_06_a_marketing_stop_is_one_tick_that_acts_at_once(mara):
    page = text(mara.post("/desk/new/", filled(rights=[], stop="on", contact_email="anna@example.com"), follow=True))

    case = Request.objects.get().cases.get()
    assert (case.right, case.state) == ("marketing_objection", "executing")
    assert "Marketing is stopped from now on." in page
    assert "Enter the e-mail address or telephone number" in text(
        mara.post("/desk/new/", filled(stop="on", submission_key="x" * 32))
    )


def test_T_01_the_due_date_stands_there_before_anything_is_saved_and_an_old_day_is_pointed_out(mara):
    today = timezone.now().astimezone(BERLIN).date()
    old, late = (today - timedelta(days=days) for days in (20, 60))

    live = text(mara.post("/desk/new/look/", filled(received_on=old.isoformat()), headers={"HX-Request": "true"}))
    plain = text(mara.post("/desk/new/", filled(received_on=late.isoformat(), look="1")))

    assert "It came 20 days ago." in live
    assert "Due " in live
    assert "<html" not in live
    assert "days already" in plain
    assert "There is a problem" not in plain
    assert "Everything please." in plain
    assert Request.objects.count() == 0
    mara.post("/desk/new/", filled(received_on=old.isoformat()))
    assert f"Due {wording.day_with_weekday(due(Request.objects.get().cases.get().due_on))}" in live


def test_4_2_1_possible_duplicates_are_shown_and_never_merged(mara):
    mara.post("/desk/new/", filled())
    first = Request.objects.get()

    found = text(mara.post("/desk/new/look/", {"customer_number": "10000001", "name": "Anna Example"}))
    used = text(mara.post("/desk/new/", {"customer_number": "10000001", "use": first.reference}))
    mara.post("/desk/new/", filled(submission_key="z" * 32))

    assert first.reference in found
    assert "same customer number, same name" in found
    assert 'value="Anna Example"' in used
    assert "10115 Berlin" in used
    assert Request.objects.count() == 2
    assert first.reference not in text(mara.post("/desk/new/look/", {"name": "Anna"}))


def test_4_5_a_reference_opens_no_contact_and_an_archived_file_helps_nobody_to_register(signed_in):
    ines = signed_in("ines")
    ines.post("/desk/new/", filled())
    first = Request.objects.get()
    known = {"customer_number": "10000001", "use": first.reference}

    guessed = text(ines.post("/desk/new/", {"use": first.reference, "customer_number": "20000002"}))
    used = text(ines.post("/desk/new/", known))
    first.cases.update(state="archived")
    archived = text(ines.post("/desk/new/", known))
    hint = text(ines.post("/desk/new/look/", filled()))

    assert "10115 Berlin" in used
    for page in (guessed, archived):
        assert "Anna Example" not in page
        assert "10115 Berlin" not in page
    assert first.reference not in archived + hint


def test_an_hour_that_is_known_is_kept_and_one_to_come_is_refused(mara):
    day = timezone.now().astimezone(BERLIN).date() - timedelta(days=1)

    mara.post("/desk/new/", filled(received_on=day.isoformat(), received_time="23:45"))
    refused = text(
        mara.post(
            "/desk/new/",
            filled(received_on=timezone.now().astimezone(BERLIN).date().isoformat(), received_time="23:59:59"),
        )
    )

    assert Request.objects.get().received_at.astimezone(BERLIN).strftime("%H:%M") == "23:45"
    assert "lies in the future" in refused


def test_3_9_for_a_child_and_for_somebody_who_died(mara):
    """H-01, H-06: the child old enough is asked too; who may ask for the dead is national law."""
    born = timezone.now().date().replace(day=1) - timedelta(days=365 * 15 + 10)
    child = {"who": "child", "behalf_name": "Ben Example", "born_on": born.isoformat()}
    dead = {"who": "deceased", "behalf_name": "Opa Example", "died_on": "2026-01-02", "relation": "family"}

    mara.post("/desk/new/", filled(**child))
    refused = text(mara.post("/desk/new/", filled(**dead, submission_key="d" * 32)))
    missing = text(mara.post("/desk/new/", filled(who="child", submission_key="e" * 32)))

    told = Request.objects.get().content()["scope"]["for"]
    assert (told["who"], told["name"], told["ask"], told["shown"]) == ("child", "Ben Example", True, "post")
    assert "does not give this right to this relation" in refused
    assert "Enter when the child was born." in missing
    assert "Enter the name of the person the request is about." in missing


def test_a_scan_is_kept_with_the_request_and_a_program_is_refused_without_losing_the_rest(mara):
    scan = SimpleUploadedFile("letter.txt", b"Please send me my data. Anna\n")
    program = SimpleUploadedFile("run.exe", b"MZ" + bytes(300))

    page = text(mara.post("/desk/new/", filled(scans=[scan, program]), follow=True))

    request = Request.objects.get()
    assert [upload.purpose for upload in request.uploads.all()] == ["evidence"]
    assert "run.exe" in page
    assert "Print the confirmation of receipt" in page


@pytest.mark.parametrize("name", ["adam", "olga"])
def test_auditor_and_administrator_may_not(signed_in, name):
    client = signed_in(name)

    assert client.get("/desk/new/").status_code == 409
    response = client.post("/desk/new/", filled())

    assert response.status_code == 409
    assert "Your role does not allow this" in text(response)
    assert Request.objects.count() == 0
    assert "New request" not in text(client.get("/desk/"))


def test_languages_are_those_of_the_company(mara):
    make_controller().__class__.objects.update(languages=["de"])

    page = text(mara.get("/desk/new/"))

    assert 'value="de"' in page
    assert 'option value="en"' not in page
