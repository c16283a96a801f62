"""Questions nobody answers: one reminder, then the people responsible decide (T-15, no. 4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dsr.audit import verify_case
from dsr.cases import actors, identity, messages, silence
from dsr.cases.facts import facts_of
from dsr.models import Case, Escalation, Message, Suspension, Told
from tests.factories import MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def case():
    made = make_case(identified=False)
    make_staff("otto", "lead")
    identity.ask(
        case_id=made.pk, doubt="two people", seen_version=None, actor=actors.staff(make_staff("mara")), now=MONDAY
    )
    return made


def after(days: int) -> int:
    return silence.remind(now=MONDAY + timedelta(days=days), limit=100)


def test_t15_one_reminder_after_two_weeks_of_silence(case):
    assert after(14) == 0
    assert after(15) == 1
    assert after(16) == 0

    mail = Message.objects.get(kind="reminder").content()
    assert case.request.reference in mail["subject"]
    assert "have not heard from you" in mail["body"]
    facts = facts_of(Case.objects.get(pk=case.pk), now=MONDAY + timedelta(days=16))
    assert (facts.reminders_sent, facts.silent_days) == (1, 16)


def test_whoever_wrote_meanwhile_is_not_reminded_yet(case):
    messages.from_subject(request=case.request, text="I am looking for it", now=MONDAY + timedelta(days=10))

    assert after(20) == 0
    assert after(25) == 1


def test_no_4_after_thirty_days_handler_and_lead_hear_once(case):
    after(15)
    assert after(29) == 0
    assert after(30) == 1
    assert after(31) == 0

    escalation = Escalation.objects.get(rung="silent")
    assert sorted(one.user.display_name for one in Told.objects.filter(escalation=escalation)) == ["Otto Example"]
    found = Case.objects.get(pk=case.pk)
    assert found.state == "id_pending"  # closing it is a person's decision
    assert verify_case(found) == []


def test_an_answered_question_reminds_nobody(case):
    identity.identify(
        request=case.request, level=3, method="shop", known=(), actor=actors.staff(make_staff("mara")), now=MONDAY
    )

    assert after(40) == 0
    assert not Message.objects.filter(kind="reminder").exists()


def test_t15_days_of_silence_are_the_controllers_days_whatever_the_clocks_do():
    """Asked half an hour before midnight in the winter, reminded at the first tick of the fifteenth day in the summer."""
    asked = datetime(2026, 3, 20, 23, 30, tzinfo=BERLIN)
    case = make_case(identified=False, at=asked - timedelta(days=1))
    mara = actors.staff(make_staff("mara"))
    identity.ask(case_id=case.pk, doubt="two people", seen_version=None, actor=mara, now=asked)

    assert silence.remind(now=datetime(2026, 4, 3, 23, 59, tzinfo=BERLIN), limit=100) == 0
    assert silence.remind(now=datetime(2026, 4, 4, 0, 0, tzinfo=BERLIN), limit=100) == 1


def test_those_who_write_do_not_hide_those_who_do_not():
    asked = [make_case(identified=False, name=f"Anna {n}") for n in range(3)]
    mara = actors.staff(make_staff("mara"))
    for minute, case in enumerate(asked):
        at = MONDAY + timedelta(minutes=minute)
        identity.ask(case_id=case.pk, doubt="two people", seen_version=None, actor=mara, now=at)
    for case in asked[:2]:
        messages.from_subject(request=case.request, text="I am looking for it", now=MONDAY + timedelta(days=14))

    assert silence.remind(now=MONDAY + timedelta(days=16), limit=2) == 1
    assert Message.objects.get(kind="reminder").request_id == asked[2].request_id


def test_no_4_a_second_question_nobody_answers_is_told_as_well(case):
    after(15)
    after(30)
    mara = actors.staff(make_staff("mara"))
    identity.identify(
        request=case.request, level=3, method="shop", known=(), actor=mara, now=MONDAY + timedelta(days=31)
    )
    # the second question: late, so that the law lets it pause only on the DPO's word; the row is what counts here
    later = MONDAY + timedelta(days=32)
    Suspension.objects.create(
        controller=case.controller, case=case, kind="identity", started_at=later, started_on=later.date()
    )

    assert after(32 + 15) == 1
    assert after(32 + 30) == 1
    assert Escalation.objects.filter(rung="silent").count() == 2
