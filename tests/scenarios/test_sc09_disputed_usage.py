"""SC-09: 180 GB on an invoice, contested in Italy; the meter was right: refused with reasons, and a statement is offered."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from dsr.cases import answer, corrections, endings
from dsr.cases.decisions import Decision, draft
from dsr.law.decisions import Claim, Standing
from dsr.law.letter_elements import Element
from dsr.law.letters import Outcome
from tests.correcting import a_case, decide, fresh, mara, otto, searched
from tests.factories import make_controller
from tests.jobs import run_due
from tests.letters import text
from tests.scenarios.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DISPUTED = {"kind": "other", "old": "180 GB", "new": "18 GB"}


def test_SC_09_R_03_a_meter_that_was_right_is_no_wrong_datum_and_her_view_may_stand_beside_it(demo_stores):
    make_controller(country="IT", subdivision="", timezone="Europe/Rome")
    case = a_case(DISPUTED, at=local("IT", 2026, 5, 2))
    assert case.due_on == date(2026, 6, 3)  # 2 June is a holiday
    case = searched(case)
    case = decide(case, corrections.Decided(claim=Claim.REFUSED, reason=Standing.VERIFIED))
    assert not case.plans.exists()  # nothing of a store is to change
    words = {
        Element.REASONS_FACT: "We have checked this, and what we hold is right.",
        Element.REASONS_LAW: "Data that are right as they stand are not changed (Article 16 GDPR).",
    }
    now = local("IT", 2026, 5, 20)
    draft(case_id=case.pk, decision=Decision(outcome=Outcome.REFUSED, elements=words), actor=mara(), now=now)
    answer.submit(case_id=case.pk, actor=mara(), now=now)
    endings.refuse(
        case_id=case.pk,
        ground="accurate",
        reason=str(words[Element.REASONS_FACT]),
        advice="You can have the meter looked at by an expert of your own.",
        actor=otto(),
        now=now,
    )
    run_due()
    said = text("L-10")
    assert "what we hold is right" in said
    assert "statement" in said  # offered
    assert "Example Data Protection Authority" in said  # 12(4)
    assert fresh(case).state == "refused"
    assert timezone.now() > now
