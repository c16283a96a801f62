"""SC-17: a letter to a provider in England, whose clock begins again with the proof; a complaint has a month of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.cases import actors, contests, endings, identity
from dsr.law.regimes import regime
from dsr.law.rights import Right
from tests.factories import make_case
from tests.letters import text
from tests.scenarios.cast import again, controller_in, lead, local, prepared_by, received, refusal, staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("place", "due"), [("GB-ENG", date(2026, 4, 13)), ("DE", date(2026, 4, 9))], ids=["uk restarts", "eu pauses"]
)
def test_SC_17_T_30_the_time_from_the_question_to_the_proof_counts_as_the_regime_says(place, due):
    """Received 2 March, asked on the 4th, proven on the 11th; 11 April is a Saturday."""
    case = received(place, Right.ACCESS, local(place, 2026, 3, 2), channel="post")
    asked: dict[str, Any] = {"case_id": case.pk, "doubt": "A letter without a customer number.", "seen_version": None}
    identity.ask(**asked, actor=staff(case), now=local(place, 2026, 3, 4))

    proven = local(place, 2026, 3, 11)
    identity.identify(
        request=case.request, level=3, method="letter", known=(("billing", "10000001"),), actor=staff(case), now=proven
    )

    case = again(case)
    assert (case.state, case.due_on) == ("assessing", due)
    assert regime("UK_GDPR", date(2026, 3, 2)).complaint_ack_days == 30  # s.164A


@pytest.mark.parametrize(
    ("place", "confirm_by"), [("GB-ENG", date(2026, 7, 29)), ("DE", None)], ids=["uk 30 days", "eu names no days"]
)
def test_SC_17_T_45_a_complaint_by_letter_is_confirmed_at_once_and_counts_from_the_day_it_reached_us(place, confirm_by):
    """s.164A DPA 2018, from 19 June 2026: the letter came on Monday 29 June, a lead notes it on Wednesday; somebody else decides."""
    at = local(place, 2026, 3, 2)
    case = prepared_by(make_case(controller=controller_in(place), at=at, now=at, channel="post"))
    refused: dict[str, Any] = {"ground": "not_controller", "reason": "Not our line.", "advice": "Ask Southwave."}
    endings.refuse(case_id=case.pk, **refused, actor=lead(case), now=local(place, 2026, 3, 20))
    dora, noted = staff(case, "dora", "dpo"), local(place, 2026, 7, 1)
    came: dict[str, Any] = {"case_id": case.pk, "reason": "By letter: it is my line.", "actor": dora, "now": noted}
    assert refusal(lambda: contests.contest(**came, received_on=date(2026, 7, 2))) == "contest_in_future"
    assert refusal(lambda: contests.contest(**came, received_on=date(2026, 3, 19))) == "contest_before_answer"

    case = contests.contest(**came, received_on=date(2026, 6, 29))

    assert (case.state, case.due_on, case.told_due_on) == ("contested", date(2026, 7, 29), date(2026, 7, 29))
    assert contests.confirm_by(case) == confirm_by
    event = case.events.get(action="contest")
    assert event.data["received_on"] == "2026-06-29"
    assert event.data["confirm_by"] == (confirm_by.isoformat() if confirm_by else None)
    assert "29 July 2026" in text("L-20")
    reasons: dict[str, Any] = {"reason": "We looked again.", "law": "Art. 4(7)", "advice": "Ask them."}
    first = {"case_id": case.pk, **reasons, "actor": lead(case), "now": noted}
    assert refusal(lambda: contests.uphold(**first)) == "same_reviewer"
    case = contests.uphold(case_id=case.pk, **reasons, actor=lead(case, "lena"), now=noted)
    assert case.state == "refused"


def test_T_45_a_complaint_before_19_June_2026_has_no_such_day():
    at = local("GB-ENG", 2026, 3, 2)
    case = prepared_by(make_case(controller=controller_in("GB-ENG"), at=at, now=at))
    why: dict[str, Any] = {"ground": "not_controller", "reason": "Not our line.", "advice": "Ask Southwave."}
    endings.refuse(case_id=case.pk, **why, actor=lead(case), now=local("GB-ENG", 2026, 3, 20))
    case = contests.contest(case_id=case.pk, reason="No.", actor=actors.subject(), now=local("GB-ENG", 2026, 6, 18))
    assert contests.confirm_by(case) is None
