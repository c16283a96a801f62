"""SC-22: the fourth identical request in five weeks, in Italy: a number of requests alone refuses nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from dsr.cases import endings, fees
from tests.factories import make_case
from tests.letters import text
from tests.scenarios.cast import advise, again, controller_in, lead, local, prepared_by, refusal, staff

pytestmark = pytest.mark.django_db
NOW = local("IT", 2026, 10, 6)
REFUSED: dict[str, Any] = {
    "ground": "unfounded_or_excessive",
    "reason": "Three complete answers in September, and nothing has changed since.",
    "advice": "Read the answer of 28 September, which is still complete.",
    "now": NOW,
}


def the_fourth() -> Any:
    at = local("IT", 2026, 10, 5)
    return prepared_by(make_case(controller=controller_in("IT"), at=at, now=at))


def test_SC_22_F_02_a_count_alone_is_no_evidence_and_two_people_and_the_officer_decide():
    case = the_fourth()
    mara, otto = staff(case), lead(case)

    assert "evidence" in refusal(lambda: endings.refuse(case_id=case.pk, actor=otto, **REFUSED))
    counted = fees.Evidence(history="Four requests in five weeks.", changes="", conduct="", conclusion="")
    alone = {"case_id": case.pk, "evidence": counted, "actor": mara, "now": NOW}
    assert refusal(lambda: fees.file_evidence(**alone)) == "evidence_incomplete"
    fees.file_evidence(
        case_id=case.pk,
        evidence=fees.Evidence(
            history="Complete answers on 4, 14 and 28 September.",
            changes="Nothing was added since the third answer.",
            conduct="In his mail of 1 October he asks for money to stop.",
            conclusion="He did not want the answer of September with what is new.",
        ),
        actor=mara,
        now=NOW,
    )
    assert "dpo" in refusal(lambda: endings.refuse(case_id=case.pk, actor=otto, **REFUSED))
    advise(case, "excessive", "Abuse is shown (C-526/24).", now=NOW)

    case = endings.refuse(case_id=case.pk, actor=otto, **REFUSED)

    assert case.state == "refused"
    said = text("L-07")
    assert "12(5)" in said
    assert "Example Data Protection Authority" in said


def test_SC_22_F_05_a_fee_is_the_milder_way_and_the_due_date_stays():
    case = the_fourth()
    mara, otto = staff(case), lead(case)
    filled = dict.fromkeys(("history", "changes", "conduct", "conclusion"), "As the file shows.")
    fees.file_evidence(case_id=case.pk, evidence=fees.Evidence(**filled), actor=mara, now=NOW)
    advise(case, "fee", "A fee of the cost is enough.", now=NOW)
    case = fees.announce(
        case_id=case.pk,
        amount="12.00 EUR",
        basis="Forty minutes of a colleague.",
        why="The fourth copy of the same data.",
        reason="Nothing changed since September.",
        law="Article 12(5) GDPR.",
        actor=otto,
        now=NOW,
    )
    assert (case.state, case.due_on) == ("fee_pending", date(2026, 11, 5)), "4.1: in the EU a fee stops no clock"
    assert "12.00 EUR" in text("L-04")

    case = fees.settle(case_id=case.pk, how="waived", note="Goodwill.", actor=mara, now=NOW + timedelta(days=3))
    assert (case.state, again(case).due_on) == ("assessing", date(2026, 11, 5))
