"""SC-23: the handler is ill and nobody answers: the ladder, the incident, the apology; the case stays open and counts as late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dsr.cases import escalate
from dsr.law.rights import Right
from dsr.models import Escalation, Incident, Letter
from tests.letters import text
from tests.scenarios.cast import again, lead, local, received, staff

pytestmark = pytest.mark.django_db
PLACE = "DE-BE"


def test_SC_23_every_rung_falls_and_at_midnight_after_the_due_day_there_is_an_incident_and_L_19():
    """Received 14 April 2026, due Friday 15 May: 14 May is Ascension Day."""
    case = received(PLACE, Right.ACCESS, local(PLACE, 2026, 4, 14))
    staff(case), lead(case), staff(case, "dora", "dpo")
    assert case.due_on == date(2026, 5, 15)

    day = local(PLACE, 2026, 4, 15, 0, 30)
    while day < local(PLACE, 2026, 5, 15, 23, 59):
        escalate.climb(controller=case.controller, now=day)
        day += timedelta(days=1)
    escalate.climb(controller=case.controller, now=local(PLACE, 2026, 5, 15, 23, 59))
    assert not Incident.objects.exists()
    escalate.climb(controller=case.controller, now=local(PLACE, 2026, 5, 16, 0, 0))

    rungs = list(Escalation.objects.filter(case=case).order_by("at", "rung").values_list("rung", flat=True))
    assert {"half", "decide_extension", "lead", "dpo", "last_day", "overdue"} <= set(rungs)
    assert len(rungs) == len(set(rungs)), "each rung once"
    assert Incident.objects.get().due_on == date(2026, 5, 15)
    assert "15 May 2026" in text("L-19")
    late = again(case)
    assert late.is_open
    assert late.due_on == date(2026, 5, 15), "the date of the law does not move"
    assert Letter.objects.filter(code="L-19", sent_at__gte=local(PLACE, 2026, 5, 16, 0, 0)).exists(), (
        "no letter is dated back"
    )
