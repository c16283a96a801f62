"""A plan after the answer is approved like the plan of the case: by a second person, over exactly what was on the screen (4.2, 4.3)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.cases import actors, kept, later_plans
from dsr.cases.perform import ConflictError, RefusedError, record
from dsr.law.rights import Right
from dsr.models import Case, Event
from exporters.contract import PlanLine, Reason, RowKey, Treatment
from tests.factories import ATTESTED, MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db


def test_4_3_who_handled_the_case_or_set_the_end_of_keeping_approves_no_later_plan():
    """#13 once more: second person, attestation, the data protection officer's word, the version that was looked at."""
    case: Case = make_case(rights=(Right.ERASURE,))
    line = PlanLine(
        store="billing",
        dataset="contracts",
        treatment=Treatment.KEEP,
        link="x",
        count=2,
        reason=Reason.LAW,
        persons=(RowKey("customer", ("3",)),),
    )
    (row,) = kept.note(case=case, store="billing", lines=(line,), labels={}, now=MONDAY)
    lena, otto, dora = (
        actors.staff(make_staff(name, role)) for name, role in (("lena", "lead"), ("otto", "lead"), ("dora", "dpo"))
    )
    kept.set_end(line_id=row.pk, why="contract", ends_on=date(2030, 1, 1), reason="Ends then.", actor=lena, now=MONDAY)
    plan = later_plans.keep(
        case=case,
        store="billing",
        occasion="kept",
        content={"stores": {"billing": []}},
        summary=[],
        sha256="a" * 64,
        by_rule=False,
        now=MONDAY,
    )

    def approve(actor: Any, **more: Any) -> str:
        try:
            later_plans.approve(plan_id=plan.pk, plan_sha256="a" * 64, actor=actor, now=MONDAY, **more)
        except RefusedError as error:
            return str(error.refusal.code)
        return ""

    def said(kind: str, stance: str = "") -> None:
        data = {"kind": "erasure", "stance": stance}
        record(case_id=case.pk, kind=kind, actor=dora, now=MONDAY, data=data)

    assert approve(lena, attested=ATTESTED) == "same_person"
    assert approve(otto) == "not_attested"
    assert approve(dora, attested=ATTESTED) == "role"
    said("dpo_opinion", "objects")
    assert approve(otto, attested=ATTESTED) == "dpo_objects"
    said("dpo_not_followed")
    version = Case.objects.get(pk=case.pk).version
    with pytest.raises(ConflictError):
        approve(otto, attested=ATTESTED, seen_version=version - 1)
    assert not Event.objects.filter(case=case, action="later_plan_approved").exists()
    assert approve(otto, attested=ATTESTED, seen_version=version) == ""
    event = Event.objects.get(case=case, action="later_plan_approved")
    assert event.data["attested"] == sorted(ATTESTED)
    plan.refresh_from_db()
    assert plan.status == "approved"
