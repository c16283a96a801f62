"""What writes to a store asks the one place (`dsr.cases.holds`), whether the hold is on the case, the person or the store (4.4)."""

from __future__ import annotations

from typing import Any

import pytest

from dsr.cases import at_once, correction_plans, legal_holds, rechecks, restriction_stores, tasks
from dsr.cases.perform import RefusedError
from dsr.cases.plans import HeldError
from dsr.law.rights import Right
from dsr.models import Case, Plan
from exporters.cells import CellChange
from exporters.contract import PlanLine, Treatment, lines_to_json
from tests.cases.test_holds import otto, placed
from tests.factories import MONDAY, make_case

pytestmark = pytest.mark.django_db
# The flag of the case knows nothing of a store, and nothing of a person before the tick.
HOLDS = ({"store": "billing"}, {"person": ("customer_number", "10000001")})


def planned(right: Right, treatment: Treatment, value: str | None, **more: Any) -> tuple[Case, Plan]:
    case = make_case(rights=(right,))
    cell = CellChange(key=("7",), column="marketing", before="", value=value)
    line = PlanLine("billing", "customers", treatment, "x", count=1, right=right.value, cells=(cell,))
    plan = Plan(controller=case.controller, case=case, number=1, store="billing", sha256="a" * 64, created_at=MONDAY)
    plan.status, plan.summary = "approved", [{"store": "billing", "treatment": treatment.value}]
    for name, said in more.items():
        setattr(plan, name, said)
    plan.put({"stores": {"billing": lines_to_json((line,))}})
    plan.save(force_insert=True)
    case.put(case.content() | {"decision": {"plan_sha256": plan.sha256}})
    Case.objects.filter(pk=case.pk).update(state="executing", approved_sha256="b" * 64, sealed=case.sealed)
    return Case.objects.select_related("controller", "request").get(pk=case.pk), plan


def under(scope: dict[str, Any], case: Case) -> Any:
    """A hold that stands, and a case whose flag does not say so yet."""
    hold = placed(**scope)
    Case.objects.filter(pk=case.pk).update(legal_hold=False)
    return hold


@pytest.mark.parametrize("scope", HOLDS)
def test_R_06_no_value_is_corrected_under_a_hold(demo_stores, scope):
    """Neither first nor once more: the old value is evidence."""
    case, plan = planned(Right.RECTIFICATION, Treatment.CORRECT, "new")
    hold = under(scope, case)
    with pytest.raises(HeldError):
        correction_plans.look_again(case=case, plan_id=plan.pk, store="billing")
    legal_holds.lift(hold_id=hold.pk, reason="over", actor=otto(), now=MONDAY)
    correction_plans.look_again(case=case, plan_id=plan.pk, store="billing")
    Plan.objects.filter(pk=plan.pk).update(status="applied")
    rechecks.look_again(case=case, plan=plan, store="billing")
    look = tasks.ensure(case=case, operation="recheck", store="billing", now=MONDAY)
    type(look).objects.filter(pk=look.pk).update(status="manual", error_code="came_back")
    under(scope, case)
    with pytest.raises(HeldError):
        rechecks.look_again(case=case, plan=plan, store="billing")
    with pytest.raises(RefusedError) as refused:
        rechecks.write_again(task_id=look.pk, actor=otto(), now=MONDAY)
    assert refused.value.refusal.code == "legal_hold"


@pytest.mark.parametrize("scope", HOLDS)
@pytest.mark.parametrize("right", [Right.MARKETING_OBJECTION, Right.OBJECTION, Right.CONSENT_WITHDRAWAL])
def test_O_03_a_stop_that_only_sets_a_switch_waits_for_no_hold_and_one_that_empties_a_value_does(
    demo_stores, scope, right
):
    case, plan = planned(right, Treatment.SUPPRESS, "0", policy="p")
    under(scope, case)
    task = tasks.ensure(case=case, operation="apply", store="billing", now=MONDAY)
    at_once.begin_store(task=task, plan=plan, now=MONDAY)
    at_once.look_again(case=case, plan=plan, store="billing")
    line = PlanLine("billing", "x", Treatment.SUPPRESS, "x", cells=(CellChange(("7",), "score", "", None),))
    plan.put({"stores": {"billing": lines_to_json((line,))}})
    with pytest.raises(HeldError):
        at_once.begin_store(task=task, plan=plan, now=MONDAY)
    with pytest.raises(HeldError):
        at_once.look_again(case=case, plan=plan, store="billing")


def test_Q_03_a_restriction_is_set_and_lifted_under_a_hold(demo_stores):
    """It marks, and its plan keeps what stood there: nothing that is held is lost."""
    case, plan = planned(Right.RESTRICTION, Treatment.RESTRICT, "1", policy="p")
    under(HOLDS[0], case)
    plan_of_lifting = planned(Right.RESTRICTION, Treatment.LIFT, "0", policy="")
    task = tasks.ensure(case=plan_of_lifting[0], operation="lift", store="billing", now=MONDAY)
    restriction_stores.begin_write(task=task, plan=plan_of_lifting[1], now=MONDAY)
    case.restrictions.create(
        controller=case.controller, scope="person", ground="unlawful", set_at=MONDAY, changed_at=MONDAY
    )
    task = tasks.ensure(case=case, operation="restrict", store="billing", now=MONDAY)
    restriction_stores.begin_write(task=task, plan=plan, now=MONDAY)
