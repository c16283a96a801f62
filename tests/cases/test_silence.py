"""Questions nobody answers: one reminder, then the people responsible decide (T-15, no. 4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsr.audit import verify_case
from dsr.cases import actors, identity, messages, silence
from dsr.cases.facts import facts_of
from dsr.models import Case, Escalation, Message, Told
from tests.factories import MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db


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
