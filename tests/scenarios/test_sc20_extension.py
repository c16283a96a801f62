"""SC-20 and SC-21: a lawful extension, one that comes too late, and a refusal after the first month."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.audit import verify_case
from dsr.cases import endings, fees
from dsr.law.rights import Right
from dsr.models import Case, Letter
from tests.factories import make_case
from tests.letters import text
from tests.scenarios.cast import advise, again, controller_in, lead, local, prepared_by, received, refusal, staff

pytestmark = pytest.mark.django_db
WHY: dict[str, Any] = {
    "reason": "amount_of_data",
    "text": "Your data lie in eleven systems and in 40,000 documents of our call centre.",
    "meanwhile": "You get your contract data this week.",
}


def test_SC_20_T_16_T_17_one_extension_within_the_first_month_is_three_months_from_receipt():
    case = received("DE", Right.ACCESS, local("DE", 2026, 1, 31))
    assert case.first_month_due_on == date(2026, 3, 2)  # 28 February is a Saturday

    case = endings.extend(case_id=case.pk, actor=lead(case), now=local("DE", 2026, 2, 26), **WHY)

    assert (case.due_on, case.told_due_on) == (date(2026, 4, 30), date(2026, 4, 30))
    assert "eleven systems" in text("L-05")
    assert "30 April 2026" in text("L-05")
    second = {"case_id": case.pk, "actor": lead(case), "now": local("DE", 2026, 2, 27), **WHY}
    assert refusal(lambda: endings.extend(**second)) == "extended_already"
    assert again(case).due_on == date(2026, 4, 30)
    assert verify_case(again(case)) == []


def test_SC_20_T_18_an_extension_on_the_day_after_the_first_month_is_refused_and_leaves_no_letter():
    case = received("DE", Right.ACCESS, local("DE", 2026, 1, 31))

    late = {"case_id": case.pk, "actor": lead(case), "now": local("DE", 2026, 3, 3), **WHY}
    assert refusal(lambda: endings.extend(**late)) == "extension_too_late"

    case = again(case)
    assert (case.extended, case.due_on) == (False, date(2026, 3, 2))
    assert not Letter.objects.filter(code="L-05").exists()


def test_SC_21_T_20_a_refusal_after_the_first_month_needs_its_mark_and_the_officers_opinion():
    """Received on 5 March, extended; on 20 May a lead wants to refuse under 12(5). The first month ended on 7 April."""
    at = local("DE", 2026, 3, 5)
    case = make_case(controller=controller_in("DE"), at=at, now=at)
    case = endings.extend(case_id=case.pk, actor=lead(case), now=local("DE", 2026, 3, 20), **WHY)
    assert case.first_month_due_on == date(2026, 4, 7)
    case = prepared_by(case)
    may = local("DE", 2026, 5, 20)
    refused: dict[str, Any] = {
        "case_id": case.pk,
        "ground": "unfounded_or_excessive",
        "reason": "The same copy was asked for every week, to have an invoice cancelled.",
        "advice": "Read the answer of 1 March.",
        "actor": lead(case),
        "now": may,
    }

    assert refusal(lambda: endings.refuse(**refused, late_refusal=True)) == "evidence_missing"
    evidence = fees.Evidence(
        history="Four copies in five weeks.",
        changes="Nothing changed in between.",
        conduct="She wrote that she goes on until the invoice is cancelled.",
        conclusion="An earlier answer was offered and not taken.",
    )
    fees.file_evidence(case_id=case.pk, evidence=evidence, actor=staff(case), now=may)
    assert "dpo" in refusal(lambda: endings.refuse(**refused, late_refusal=True))

    advise(case, "excessive", "The conduct is shown.", now=may)
    assert refusal(lambda: endings.refuse(**refused)) == "first_month_over", "her opinion alone does not make it early"
    advise(case, "late_refusal", "Late, and told with regret.", now=may)
    case = endings.refuse(**refused, late_refusal=True)

    assert (case.state, case.late_refusal) == ("refused", True)
    assert Case.objects.get(pk=case.pk).events.filter(action="refuse").count() == 1
    assert verify_case(again(case)) == []
