"""Opening a request: counted on receipt, once, with its dates (T-01 … T-05, T-26)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import mail

from dsr.audit import verify_case
from dsr.cases.intake import InvalidRequestError, Told
from dsr.law.rights import Right
from dsr.models import Case, IndexToken, Message, Request
from tests.factories import MONDAY, key, make_controller, make_request

pytestmark = pytest.mark.django_db


def test_SC_01_T_04_a_request_starts_its_clock_on_receipt():
    case = make_request().cases.get()

    assert (case.state, case.received_on, case.due_on) == ("received", date(2026, 6, 15), date(2026, 7, 15))
    assert case.act_by_on == date(2026, 7, 10)
    assert [line["code"] for line in case.explanation]
    assert verify_case(Case.objects.get(pk=case.pk)) == []


def test_T_09_the_day_of_receipt_is_the_controllers_day():
    late = MONDAY.replace(hour=22, minute=30)  # 00:30 on the 16th in Berlin

    assert make_request(at=late).cases.get().received_on == date(2026, 6, 16)


def test_T_26_several_rights_are_a_family_of_cases():
    request = make_request(rights=(Right.ACCESS, Right.ERASURE))

    assert sorted(request.cases.values_list("right", flat=True)) == ["access", "erasure"]


def test_references_count_up_per_controller_and_year():
    other = make_controller("southwave")

    references = [make_request().reference, make_request().reference, make_request(controller=other).reference]

    assert references == ["DSR-2026-000001", "DSR-2026-000002", "DSR-2026-000001"]


def test_the_same_submission_twice_is_one_request():
    submission = key()

    first, second = make_request(submission_key=submission), make_request(submission_key=submission)

    assert (first.pk, Request.objects.count(), Case.objects.count()) == (second.pk, 1, 1)


def test_nothing_personal_stands_in_the_row_in_clear():
    request = make_request(told=Told(name="Anna Canary", words="canary words", contact_email="canary@example.com"))

    raw = str(Request.objects.filter(pk=request.pk).values().get())
    assert "anary" not in raw.replace(str(request.sealed), "")
    assert b"anary" not in bytes(request.sealed)
    assert Request.objects.get(pk=request.pk).content()["name"] == "Anna Canary"
    assert not [token for token in IndexToken.objects.values_list("token", flat=True) if "anna" in token]


def test_the_acknowledgement_names_reference_and_date_and_nothing_else_in_its_subject(drain):
    make_request()

    drain()

    (sent,) = mail.outbox
    assert sent.subject == "We have your request DSR-2026-000001"
    assert "15 July 2026" in sent.body
    assert "Hello," in sent.body
    assert "Anna" not in sent.body  # an address that was only given gets nothing the sender typed
    assert Message.objects.get().status == "sent"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rights": ()}, "rights_missing"),
        ({"rights": (Right.ACCESS, Right.ACCESS)}, "rights_missing"),
        ({"now": MONDAY - timedelta(seconds=1)}, "received_in_future"),
        ({"channel": "pigeon"}, "channel_unknown"),
        ({"told": Told(name="  ")}, "name_missing"),
    ],
)
def test_odd_input_is_refused_and_leaves_nothing(change, code):
    with pytest.raises(InvalidRequestError) as error:
        make_request(**change)

    assert error.value.refusal.code == code
    assert not Request.objects.exists()
