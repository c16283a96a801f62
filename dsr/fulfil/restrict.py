"""A restriction in one store: plan, apply, read back at once under the standing policy; taken back after L-13 (Q-03, Q-06).

Each step is a row before the next one begins, so that a worker killed anywhere goes on with the same plan. What the store
cannot do becomes a task for a person, with the instruction of whoever restricted: nothing is silently skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from dsr.cases import at_once, restricted_who, restriction_stores
from dsr.cases.plans import StoppedError
from dsr.fulfil import carrying
from dsr.fulfil.locate import hers_alone, row_keys, search
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.law.restricting import RestrictionScope
from dsr.models import Case
from dsr.models import Subject as SubjectRow
from exporters.amending import OBJECTION, RESTRICTION
from exporters.contract import (
    Applies,
    Locates,
    Permanent,
    PlanBlocked,
    Plans,
    Subject,
    Temporary,
    Treatment,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from dsr.models import Plan, Restriction, Task
    from exporters.contract import PlanLine, RowKey

    Done = tuple[dict[str, Any], Callable[[], None]]

_NOT_BY_PROGRAM: Final = frozenset({"right_unsupported", "not_capable"})


@dataclass(frozen=True, slots=True)
class Found:
    """Her rows in one store, and what is hers alone. `whole`: every store was asked; otherwise nobody knows what is hers alone.

    `why_not`: why a person has to look instead of the program.
    """

    keys: tuple[RowKey, ...]
    identifiers: tuple[Mapping[str, str], ...]
    whole: bool
    why_not: str = ""


def apply(task: Task, check: Callable[..., None], *, now: datetime) -> Done:
    """Operation `restrict`: set in this store what the case's restriction says, and let programs find the person.

    A store in which she is not found has nothing to set. When another store, which could name more of her records, does
    not answer, what is found is set all the same, and the task comes back (Temporary `other_stores`).
    """
    row = restriction_stores.standing(task.case)
    if row is None:
        raise StoppedError
    exporter = open_by_name(task.case.controller, task.store)
    if not all(capable(exporter, each) for each in (Locates, Plans, Applies)):
        return _to_person(task, "not_capable", now)
    counts: list[dict[str, Any]] = []
    plan = restriction_stores.under_way(task.case, task.store)
    if plan is not None:  # a worker died between the plan and its end
        counts += write(exporter, task, plan, check, now)
    found = located(task.case, task.store, check)
    if found.why_not:
        return _to_person(task, found.why_not, now)
    try:
        lines = planned(exporter, row, task.store, found.keys, now) if found.keys else ()
    except PlanBlocked:
        return _to_person(task, "plan_blocked", now)
    except Permanent as error:
        if error.code not in _NOT_BY_PROGRAM:
            raise
        return _to_person(task, error.code, now)
    first = not restriction_stores.begun(task.case, task.store)
    if any(line.writes for line in lines) or (lines and first):
        counts += write(exporter, task, _kept(exporter, task, lines, now), check, now)
    if not found.whole:
        raise Temporary("other_stores", task.store)
    return _set(task, row, found, lines, counts, now)


def _set(  # noqa: PLR0917 -- private, one caller
    task: Task,
    row: Restriction,
    found: Found,
    lines: Sequence[PlanLine],
    counts: list[dict[str, Any]],
    now: datetime,
) -> Done:
    missing = _missing(row, task.store, lines)
    by_hand = bool(missing) or any(line.treatment is Treatment.MANUAL for line in lines)

    def effect() -> None:
        _findable(row, found)
        if by_hand:
            restriction_stores.ask_person(task.case, task.store, now=now)

    changed = sum(item["changed"] for item in counts)
    return {"changed": changed, "lines": counts, "found": bool(found.keys), "by_hand": by_hand}, effect


def _to_person(task: Task, why: str, now: datetime) -> Done:
    def effect() -> None:
        restriction_stores.ask_person(task.case, task.store, now=now)
        restriction_stores.keep_for_review(task.case, [task.store], now=now)

    return {"changed": 0, "lines": [], "by_hand": True, "why": why}, effect


def _findable(row: Restriction, found: Found) -> None:
    fresh = restriction_stores.standing(row.case)
    if fresh is not None:
        # The search may have lasted longer than programs are listed the same again for: they hear of it as of now.
        restricted_who.keep(fresh, found.identifiers, now=timezone.now())


def located(case: Case, store: str, check: Callable[..., None]) -> Found:
    """Her rows in `store`, over all stores where they answer; by what this one knows alone where another does not.

    Nobody identified, several people who match, or nobody found in any store at all: people look, and nothing is skipped.
    """
    subject = SubjectRow.objects.filter(request=case.request).select_related("request__controller").first()
    content = subject.content() if subject else {}
    if not content.get("identifiers"):
        return Found((), (), whole=True, why_not="nobody_identified")
    whole, alone = True, list[dict[str, str]]()
    try:
        found = search(request=case.request, content=content, check=check)
        if store not in found.candidates:
            alone = hers_alone(request=case.request, found=found, check=check)
    except Temporary:
        found = search(request=case.request, content=content, check=check, only={store})
        whole = False
    nowhere = whole and not any(found.keys.values())
    why_not = "ambiguous" if store in found.candidates else "nobody_found" if nowhere else ""
    return Found(row_keys({"keys": found.keys}, store), tuple(alone), whole, why_not)


def planned(
    exporter: Plans, row: Restriction, store: str, keys: tuple[RowKey, ...], now: datetime
) -> tuple[PlanLine, ...]:
    """What the restriction would set in a store for these rows as it stands now; reads only.

    Raises PlanBlocked, Permanent("right_unsupported", store) where it is no program's work.
    """
    subject = Subject(row.case.request.reference, ())
    scope = RestrictionScope(row.scope)
    if scope is RestrictionScope.USES:
        return exporter.plan(subject, keys, right=OBJECTION, now=now, purposes=tuple(row.parts))
    lines = exporter.plan(subject, keys, right=RESTRICTION, now=now)
    if scope is RestrictionScope.DATASETS:
        wanted = _wanted(row, store)
        lines = tuple(line for line in lines if line.dataset in wanted)
    return lines


def _wanted(row: Restriction, store: str) -> set[str]:
    parts = [part.partition(".") for part in row.parts]
    return {dataset for name, _dot, dataset in parts if name == store}


def _missing(row: Restriction, store: str, lines: Sequence[PlanLine]) -> set[str]:
    """Datasets that were named and for which the data map declares no switch."""
    if RestrictionScope(row.scope) is not RestrictionScope.DATASETS:
        return set()
    return _wanted(row, store) - {line.dataset for line in lines}


def _kept(exporter: Any, task: Task, lines: tuple[PlanLine, ...], now: datetime) -> Plan:
    return at_once.keep_plan(
        case=task.case,
        store=task.store,
        content={"stores": {task.store: lines_to_json(lines)}},
        summary=[summed(task.store, exporter, line) for line in lines],
        sha256=plan_hash(lines),
        now=now,
    )


def write(exporter: Any, task: Task, plan: Plan, check: Callable[..., None], now: datetime) -> list[dict[str, Any]]:
    """Carry a kept plan out, read it back, and mark it as applied; a stale one is set aside, and the next try plans anew.

    Harmless when it has been carried out before. Raises Temporary `plan_stale`, `changed_since`; StoppedError when the
    restriction ended, or began again, meanwhile.
    """
    lines = lines_from_json(plan.content()["stores"][task.store])
    seen: list[bool] = []

    def look() -> None:
        check()
        if not seen:
            restriction_stores.begin_write(task=task, plan=plan, now=now)
        elif not restriction_stores.still_wanted(task.case, plan):
            raise StoppedError
        seen.append(True)

    done = carrying.at_once_written(exporter, plan, task.store, lines, look, now)
    restriction_stores.written(plan, now=now)
    return list(done["lines"])
