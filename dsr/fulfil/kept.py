"""Operation `kept`: what was kept under a law is planned again when its day has passed, and erased (rules.md 3.4.2, 4.0.11).

The first run plans; an approved plan runs then. It is about the rows that come to their end and nothing else that may stand
under the same key by now. A period that is only known from practice never deletes by itself: the
exporter plans such rows as a person's, and so the task says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases import erasure_ledger, kept, later_plans, tasks
from dsr.cases.clock import local_date
from dsr.fulfil import later, remember
from dsr.fulfil.keep import keeper
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.replay import within
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.models import Plan
from dsr.models import Subject as SubjectRow
from exporters.contract import (
    Identifier,
    IdentifierKind,
    Locates,
    PlanBlocked,
    Plans,
    Reason,
    RowKey,
    Subject,
    Treatment,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from dsr.models import Case, Task
    from exporters.contract import PlanLine

OCCASION = Plan.Occasion.KEPT.value
SOMEBODY_ELSE = "somebody_else"
"""In the summary of a plan: the record under her key may be somebody else's by now."""


def note_all(case: Case, plan: Plan, *, now: datetime) -> None:
    """Write down what the applied plan of a case left in each store; from the plan alone, no store is asked."""
    labels: dict[str, dict[str, Any]] = {}
    for said in plan.summary:
        labels.setdefault(said["store"], {})[said["dataset"]] = said["label"]
    for store, stored in plan.content()["stores"].items():
        kept.note(
            case=case,
            store=store,
            lines=lines_from_json(stored),
            labels=labels.get(store, {}),
            now=now,
            known=erasure_ledger.left(case=case, store=store, plan_sha256=plan.sha256),
        )


def apply(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Carry out the approved plan of this store, or make one. NeedsPersonError: `period_uncertain`, `kept_longer`,
    `still_kept`, `plan_blocked`, `not_capable`.
    """
    if later_plans.approved(task.case, task.store, OCCASION) is None:
        return _planned(task, check, now)

    def after(plan: Plan, lines: Sequence[PlanLine]) -> None:
        labels = {said["dataset"]: said["label"] for said in plan.summary}
        kept.note(case=task.case, store=task.store, lines=lines, labels=labels, now=now)
        # A backup may bring these rows back as well. The record alone finds them, so a second person decides then.
        gone = tuple(line for line in lines if line.writes)
        own = IdentifierKind.RECORD.value
        persons = tuple(((own, remember.record_of(key), False),) for key in remember.persons_of(gone))
        remember.keep(task.case, task.store, plan.sha256, gone, persons, now=now)
        if _doubtful(lines, task.store):
            # What is certain has gone; the rest is asked about by the next run of the same task.
            tasks.ensure(case=task.case, operation=kept.OPERATION, store=task.store, now=now, again=True)

    return later.run(task, check, now=now, after=after)


def _planned(task: Task, check: Callable[..., None], now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    case = task.case
    keys = tuple(RowKey(name, values) for name, values in kept.persons(case, task.store))
    exporter = open_by_name(case.controller, task.store)
    if not capable(exporter, Plans):
        raise NeedsPersonError("not_capable", task.store)
    check()
    try:
        lines = exporter.plan(
            Subject(case.request.reference, ()), keys, right="erasure", now=now, keep_until=keeper(case.controller)
        )
    except PlanBlocked as error:
        places = ", ".join(f"{problem.place} ({problem.code})" for problem in error.problems)
        raise NeedsPersonError("plan_blocked", places) from None
    due = kept.due_counts(case, task.store, local_date(case.controller, now))
    first = _summary(case, task.store)
    lines = _of_the_period(case, task.store, lines, due, first)
    summary = [summed(task.store, exporter, line) for line in lines]
    labels = {said["dataset"]: said["label"] for said in summary}
    if not _goes(lines, due):
        return _nothing_to_erase(task, lines, labels, now)
    _insist_over(task, lines, now)
    if other := _somebody_else(exporter, case, task.store, keys):
        summary = [said | {"doubt": SOMEBODY_ELSE} for said in summary]
    content = {"stores": {task.store: lines_to_json(lines)}, "identifiers": _needles(case, task.store)}
    by_rule = not other and _within(lines, due, first)

    def effect() -> None:
        later_plans.keep(
            case=case,
            store=task.store,
            occasion=OCCASION,
            content=content,
            summary=summary,
            sha256=plan_hash(lines),
            by_rule=by_rule,
            now=now,
        )

    return {"planned": sum(line.count for line in lines if line.writes)}, effect


def _summary(case: Case, store: str) -> list[dict[str, Any]]:
    """What the applied plan of the case said of a store; its lines and keys are gone when a period ends."""
    first = Plan.objects.filter(case=case, occasion="", status=Plan.Status.APPLIED).order_by("-number").first()
    return [said for said in (first.summary if first else []) if said["store"] == store]


def _of_the_period(
    case: Case, store: str, lines: Sequence[PlanLine], due: Mapping[str, int], first: Sequence[dict[str, Any]]
) -> tuple[PlanLine, ...]:
    """Of a full erasure under her key only what the end of the period is about: rows that come to their end, and the record
    that stayed for their sake. Under the same key may live somebody else by now, or she herself anew.
    """
    going, standing = due.keys() | _for_their_sake(first), kept.datasets(case, store)
    return tuple(
        line
        for line in lines
        if (line.treatment is Treatment.DELETE and line.dataset in going)
        or (not line.writes and line.dataset in standing)
    )


def _for_their_sake(first: Sequence[dict[str, Any]]) -> set[str]:
    return {said["dataset"] for said in first if said["reason"] == Reason.REFERRED}


def _goes(lines: Sequence[PlanLine], due: Mapping[str, int]) -> bool:
    """Whether rows go: a record that stays for others' sake is no reason for a plan."""
    return any(line.count and line.writes and line.dataset in due for line in lines)


def _doubtful(lines: Sequence[PlanLine], store: str) -> list[str]:
    return sorted({f"{store}.{line.dataset}" for line in lines if line.reason is Reason.PERIOD_UNCERTAIN})


def _nothing_to_erase(
    task: Task, lines: Sequence[PlanLine], labels: dict[str, Any], now: datetime
) -> tuple[dict[str, Any], Callable[[], None]]:
    """The store's own deletion was first; or the period is not certain, and a person says so (4.0.11)."""
    doubtful = _doubtful(lines, task.store)
    if doubtful:
        raise NeedsPersonError("period_uncertain", ", ".join(doubtful))
    still = kept.still_kept(task.case, task.store, lines, local_date(task.case.controller, now))
    if still:
        raise NeedsPersonError("still_kept", ", ".join(f"{task.store}.{name}" for name in still))
    return {"planned": 0}, lambda: _noted(task, lines, labels, now)


def _noted(task: Task, lines: Sequence[PlanLine], labels: dict[str, Any], now: datetime) -> None:
    kept.note(case=task.case, store=task.store, lines=lines, labels=labels, now=now)


def _insist_over(task: Task, lines: Sequence[PlanLine], now: datetime) -> None:
    """What a contract or a dispute keeps longer is not deleted because something else in the store has come to its end."""
    longer = kept.held_longer(task.case, task.store, local_date(task.case.controller, now))
    hit = sorted({line.dataset for line in lines if line.treatment is Treatment.DELETE and line.count} & longer)
    if hit:
        raise NeedsPersonError("kept_longer", ", ".join(f"{task.store}.{name}" for name in hit))


def _within(lines: Sequence[PlanLine], due: Mapping[str, int], first: Sequence[dict[str, Any]]) -> bool:
    """Whether the standing rule covers it: the approved plan named the data, and no more rows go than it had kept."""
    named = {said["dataset"] for said in first}
    sake = {name: sum(said["count"] for said in first if said["dataset"] == name) for name in _for_their_sake(first)}
    goes: dict[str, int] = {}
    for line in lines:
        if line.writes:
            goes[line.dataset] = goes.get(line.dataset, 0) + line.count
    allowed = [[name, Treatment.DELETE.value, []] for name in (due.keys() | sake.keys()) & named]
    return within(lines, allowed) and all(count <= due.get(name, sake.get(name, 0)) for name, count in goes.items())


def _somebody_else(exporter: Any, case: Case, store: str, keys: Sequence[RowKey]) -> bool:
    """Whether a record under her keys holds an identifier that did not stand there when the erasure was through.

    The number was given out again, or she is a customer again: a program cannot tell. Where the store cannot say, neither.
    """
    if not capable(exporter, Locates):
        return True
    known, hashes = kept.left_identifiers(case, store), erasure_ledger.Hashes(case.controller)
    return any(
        known.isdisjoint(hashes.tokens(kind.value, value, store))
        for key in keys
        for kind, value in remember.standing(
            exporter, case.request.reference, Identifier(IdentifierKind.RECORD, remember.record_of(key), store)
        )
        if kind in erasure_ledger.REMEMBERED and kind is not IdentifierKind.RECORD
    )


def _needles(case: Case, store: str) -> list[list[str]]:
    """What to search for afterwards, while the file still holds it; after the case was archived the lines alone tell."""
    row = SubjectRow.objects.select_related("request").filter(request=case.request).first()
    known = row.content().get("identifiers", []) if row else []
    return [
        [one["kind"], one["value"]] for one in known if not one.get("shared") and one["link"].startswith(f"{store}:")
    ]
