"""SC-13: a person looks again at an order that a program refused, in Sweden."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.cases import answer, decisions, identity
from dsr.law.letter_elements import Element
from dsr.law.letters import Outcome
from dsr.law.rights import Right
from dsr.models import Case
from tests.factories import ATTESTED, make_staff
from tests.scenarios.cast import again, controller_in, lead, local, received, refusal, staff

pytestmark = pytest.mark.django_db


def test_SC_13_O_06_no_question_stops_the_clock_and_whoever_made_the_rule_does_not_review():
    """5 April 2026 is Easter Sunday: due on Tuesday 7 April."""
    case = received("SE", Right.AUTOMATED_DECISION, local("SE", 2026, 3, 5))
    mara = staff(case)
    assert case.due_on == date(2026, 4, 7)

    identity.identify(
        request=case.request,
        level=3,
        method="link",
        known=(("billing", "10000001"),),
        actor=mara,
        now=local("SE", 2026, 3, 6),
    )
    Case.objects.filter(pk=case.pk).update(state="drafting")
    rita = make_staff("rita", "lead", controller=controller_in("SE"))
    decided = decisions.Decision(
        outcome=Outcome.GRANTED,
        elements={
            Element.REVIEWER_FUNCTION: "Head of customer care; she did not set up the scoring.",
            Element.FACTS_CONSIDERED: ("Two late payments in 2024.", "Your statement: the bank was late."),
            Element.REASONS_FACT: "The bank booked your payments late.",
            Element.MAIN_REASONS: "The late payments were the bank's mistake.",
            Element.LOGIC: "The program counts late payments of the last two years.",
            Element.DECISION: "We have changed the decision: you get the contract.",
            Element.REASONS_LAW: "A person looks at it when you ask (Article 22(3) GDPR).",
        },
        rule_owner=str(rita.pk),
    )
    now = local("SE", 2026, 3, 12)
    case = decisions.draft(case_id=case.pk, decision=decided, actor=mara, now=now)
    answer.submit(case_id=case.pk, actor=mara, now=now)
    own: dict[str, Any] = {
        "case_id": case.pk,
        "manifest_sha256": case.manifest_sha256,
        "now": now,
        "attested": ATTESTED,
    }
    assert refusal(lambda: decisions.approve(actor=staff(case, "rita"), **own)) == "rule_owner"
    assert refusal(lambda: decisions.approve(actor=mara, **own)) == "role"
    decisions.approve(actor=lead(case), **own)
    assert again(case).state == "approved"
