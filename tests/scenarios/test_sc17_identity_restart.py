"""SC-17: a letter to a provider in England, whose clock begins again with the proof; a complaint has a month of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.cases import identity
from dsr.law.regimes import regime
from dsr.law.rights import Right
from tests.scenarios.cast import again, local, received, staff

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
