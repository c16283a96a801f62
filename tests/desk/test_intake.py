"""Taking down what somebody said or wrote: received on its day, due at once, never twice (T-02, T-03, T-27)."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
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
