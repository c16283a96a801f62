"""Uses that stop in the stores for good: an objection that was accepted, a consent taken back in the portal (21(1), 7(3), SC-07)."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from dsr.cases import actors, answer, at_once, by_hand, decisions, restrictions
from dsr.demo.people import by_position
from dsr.fulfil import operations
from dsr.law.letter_elements import Element
from dsr.law.letters import Outcome
from dsr.law.rights import Right
from dsr.models import Case, Plan, Task
from tests.factories import ATTESTED, MONDAY, make_case, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)


def rows(folder: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "billing.sqlite3") as db:
        return db.execute(query, values).fetchall()


def scored(folder: Path) -> tuple[str, int]:
    """A customer with a credit score: her number and id."""
    ((number, pk),) = rows(
        folder,
        "SELECT c.customer_no, c.id FROM customers c JOIN credit_checks s ON s.customer_id = c.id"
        " WHERE s.score IS NOT NULL GROUP BY c.id ORDER BY c.id LIMIT 1",
    )
    return str(number), int(pk)


def scores(folder: Path, *, of: int, others: bool = False) -> list[tuple[Any, ...]]:
    sign = "<>" if others else "="
    return rows(folder, f"SELECT id, score FROM credit_checks WHERE customer_id {sign} ? ORDER BY id", of)


def accepted(case: Case, **more: Any) -> Case:
    """Weighed and accepted by two people."""
    mara, otto = actors.staff(make_staff("mara")), actors.staff(make_staff("otto", "lead"))
    Case.objects.filter(pk=case.pk).update(state="drafting")
    values: dict[str, Any] = {
        "outcome": Outcome.GRANTED,
        "elements": {
            Element.DECISION: "We accept your objection.",
            Element.WHAT_STOPPED: "The score is not used any more and is deleted.",
        },
        "instruction": "Delete the score and use it no more.",
        "uses": ("credit",),
        "stores": ("billing", "radius"),
    }
    drafted = decisions.draft(case_id=case.pk, decision=decisions.Decision(**values | more), actor=mara, now=MONDAY)
    answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
    return decisions.approve(
        case_id=case.pk, manifest_sha256=drafted.manifest_sha256, attested=ATTESTED, actor=otto, now=MONDAY
    )


def test_SC_07_an_accepted_objection_stops_the_use_in_every_store(demo_stores: Path, drain: Callable[[], int]) -> None:
    """21(1), 17(1)(c), O-02: by program where the map has a switch, resting on the decision; by a person elsewhere."""
    number, pk = scored(demo_stores)
    before = scores(demo_stores, of=pk, others=True)
    case = accepted(make_case(rights=(Right.OBJECTION,), number=number))
    drain()
    case.refresh_from_db()
    assert {score for _id, score in scores(demo_stores, of=pk)} == {None}
    assert scores(demo_stores, of=pk, others=True) == before
    plan = Plan.objects.get(case=case, store="billing")
    assert (plan.policy, plan.policy_sha256, plan.status) == (at_once.DECISION, case.approved_sha256, "applied")
    assert not at_once.to_review(case.controller).filter(pk=case.pk).exists(), "two people have looked at it before"
    assert case.first_applied_at is not None
    done = {task.store: task for task in Task.objects.filter(case=case, operation="apply")}
    assert done["billing"].result["changed"] > 0
    waiting = Task.objects.filter(case=case, operation=by_hand.OPERATION, status=Task.Status.MANUAL)
    assert [task.store for task in waiting] == ["radius"], "its map says nothing of this use"
    assert by_hand.instruction_of(waiting[0]) == "Delete the score and use it no more."
    assert case.state == "executing"
    by_hand.confirm(
        task_id=waiting[0].pk, who="Network", how="Nothing there.", actor=actors.staff(make_staff()), now=MONDAY
    )
    operations.after(case.pk, now=MONDAY)
    case.refresh_from_db()
    assert case.state == "notifying"


@pytest.mark.slow
def test_the_pause_of_the_objection_becomes_the_stop(demo_stores: Path, drain: Callable[[], int]) -> None:
    """4.0.2, 18(1)(d): paused by program, then accepted: nothing is written twice, nothing is lifted; no use, only people."""
    number, pk = scored(demo_stores)
    case = make_case(rights=(Right.OBJECTION,), number=number)
    restrictions.restrict(
        case_id=case.pk,
        ground="",
        what="The score.",
        duration="Until we decide.",
        instruction="Do not use the score.",
        parts=("credit",),
        stores=("billing",),
        actor=actors.staff(make_staff("mara")),
        now=MONDAY,
    )
    drain()
    case.refresh_from_db()
    assert case.state == "assessing"
    assert {score for _id, score in scores(demo_stores, of=pk)} == {None}
    accepted(case, stores=("billing",))
    drain()
    case.refresh_from_db()
    assert case.state == "notifying", list(case.tasks.values("store", "operation", "status", "error_code"))
    assert {score for _id, score in scores(demo_stores, of=pk)} == {None}
    assert not Plan.objects.filter(case=case, policy=at_once.DECISION).exists()

    other = accepted(make_case(rights=(Right.OBJECTION,), number=by_position(5).customer_no), uses=())
    drain()
    assert set(Task.objects.filter(case=other).values_list("operation", flat=True)) == {by_hand.OPERATION}
