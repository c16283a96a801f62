"""What the pages of a rectification show of its plan: old and new value for whoever decides, troubles, and the looks afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsr.cases import correction_plans, rechecks
from dsr.cases.facts import current_plan
from dsr.fulfil.stores import config_of, label_of
from dsr.law.rights import Right
from dsr.models import Plan, Recheck, Task
from dsr.wording import corrections as said
from exporters.contract import Permanent

if TYPE_CHECKING:
    from dsr.models import Case

KINDS = {"correct": "ok", "annotate": "info", "keep": "", "manual": "warn"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan for reading: each line with old and new value, and what people do."""

    plan: Plan
    rows: tuple[dict[str, Any], ...]
    hand: tuple[tuple[str, tuple[str, ...]], ...]
    tells_old: bool


def shown(case: Case) -> Shown | None:
    """The plan of a rectification that stands: drafted, approved or carried out; None where there is none."""
    plan = current_plan(case) if Right(case.right) is Right.RECTIFICATION else None
    if plan is None or plan.occasion:
        return None
    rows = tuple(
        {
            **row,
            "says": str(said.TREATMENTS.get(row["treatment"], row["treatment"])),
            "kind": KINDS.get(row["treatment"], ""),
            "why": str(said.REASONS.get(row["reason"], "")),
        }
        for row in correction_plans.shown_of(plan)
    )
    hand = tuple(
        (store_name(case, store), tuple(sentences)) for store, sentences in correction_plans.by_hand_in(plan).items()
    )
    return Shown(plan, rows, hand, correction_plans.tells_old(plan))


def store_name(case: Case, store: str, language: str = "en") -> str:
    """A store as people call it; its own name when it is not configured any more."""
    try:
        return label_of(config_of(case.controller, store), language)
    except Permanent:
        return store


def task_of(case: Case, operation: str) -> Task | None:
    """The task of the whole case that does this."""
    row: Task | None = case.tasks.filter(operation=operation, store="").first()
    return row


def busy(task: Task | None) -> bool:
    """Whether a worker has it, or will."""
    return task is not None and task.status in {Task.Status.QUEUED, Task.Status.RUNNING}


def problems(task: Task | None) -> list[dict[str, str]]:
    """Why the plan could not be made, field by field."""
    if task is None or task.status != Task.Status.MANUAL:
        return []
    found = task.result.get("problems", [])
    return [{**one, "says": said.trouble(one["code"])} for one in found]


def looks(case: Case) -> list[dict[str, Any]]:
    """The looks after a correction, those that are done and those that come."""
    return [
        {
            "store": store_name(case, row.store),
            "due_on": row.due_on,
            "done": row.done_at is not None,
            "came_back": row.outcome == Recheck.Outcome.CAME_BACK,
            "differs": row.differs,
            "places": ", ".join(row.places),
        }
        for row in rechecks.looks_of(case)
    ]


def returned(case: Case) -> list[dict[str, Any]]:
    """Where an old value came back and nobody has settled it; `may_write`: one button writes it again."""
    return [
        {
            "task": task,
            "store": store_name(case, task.store),
            "place": task.error_place,
            "may_write": task.error_code == rechecks.CAME_BACK and task.operation == rechecks.READ,
        }
        for task in rechecks.returned(case)
    ]
