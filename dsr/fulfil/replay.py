"""After a backup of a store was restored: who of those that were erased is back, and erased again (rules.md 6.4 no. 7).

Every living record is hashed and compared with the ledger; nothing else about it is kept. A person is back when her record
and a further identifier are the same, or, where the law kept all of her identifiers, when rows are there that had been
deleted. The same contact under another record is somebody who came anew, or a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dsr.cases import later_plans
from dsr.cases.erasure_ledger import REMEMBERED, Hashes
from dsr.fulfil import later, remember
from dsr.fulfil.keep import keeper
from dsr.fulfil.summing import summed
from dsr.models import ErasedIdentifier, Erasure, Plan
from exporters.contract import (
    IdentifierKind,
    PlanBlocked,
    Plans,
    Subject,
    Treatment,
    lines_to_json,
    plan_hash,
)
from exporters.everybody import Enumerates
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsr.models import Controller, Task
    from exporters.contract import Identifier, PlanLine, RowKey

OCCASION = Plan.Occasion.REPLAY.value


@dataclass(slots=True)
class Seen:
    """What a living record has in common with an entry of the ledger; values stay out of `repr`."""

    key: RowKey
    entry: Any
    """What it is compared with; of several erasures of one record the one that is erased again."""
    others: list[Any] = field(default_factory=list)
    """Where no identifier tells: further erasures of the same record, the later ones first."""
    removed: int = 0
    """How many of the identifiers that the erasure had removed the ledger names."""
    matched: int = 0
    """How many of these stand in the record again."""
    other: int = 0
    """Identifiers of the record that the ledger does not know."""
    identifiers: dict[tuple[str, str], None] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Found:
    """What one store's comparison came to. `back` are to be erased again, `unclear` are decided by what a plan would delete."""

    store: str
    records: int = 0
    back: list[Seen] = field(default_factory=list)
    unclear: list[Seen] = field(default_factory=list)
    reused: int = 0
    """Records of somebody else under a number that an erased person had."""
    elsewhere: int = 0
    """Records with a contact of an erased person under another number: a new customer, or a person decides."""


@dataclass(slots=True)
class Done:
    """What was ordered in one store: plans under the standing rule, plans that wait for a person, and what cannot be planned."""

    store: str
    again: int = 0
    waiting: int = 0
    blocked: int = 0
    without_case: int = 0


def find(controller: Controller, store: str, exporter: Any, *, since: datetime, check: Callable[[], None]) -> Found:
    """Compare every living record of a store with the entries made at or after `since` (aware). Reads only.

    Raises Temporary or Permanent as the store does. The exporter must be able to say whom it holds (`Enumerates`).
    """
    ledger = _Ledger(controller, store, since)
    seen: dict[RowKey, list[Seen]] = {}
    found = Found(store)
    elsewhere: set[RowKey] = set()
    for key, identifiers in exporter.everybody(check):
        found.records += 1
        ledger.compare(key, identifiers, seen, elsewhere)
    for several in seen.values():
        _sorted_in(found, several)
    found.elsewhere = len(elsewhere - seen.keys())
    return found


def _sorted_in(found: Found, several: list[Seen]) -> None:
    """One living record against every erasure under its number, the latest first."""
    back = next((one for one in several if one.matched), None)
    if back is not None:
        found.back.append(back)
    elif any(one.other and one.removed for one in several):
        found.reused += 1
    else:
        several[0].others = [one.entry for one in several[1:]]
        found.unclear.append(several[0])


class _Ledger:
    """The hashes of one store's entries, looked up for every living identifier."""

    def __init__(self, controller: Controller, store: str, since: datetime) -> None:
        self._store, self._hashes = store, Hashes(controller)
        entries = Erasure.objects.of(controller).filter(store=store, applied_at__gte=since)
        self._entries = {entry.pk: entry for entry in entries.select_related("case").order_by("applied_at", "pk")}
        self._record: dict[str, list[tuple[Any, int]]] = defaultdict(list)
        self._removed: dict[str, set[tuple[Any, int]]] = defaultdict(set)
        self._stays: dict[str, set[tuple[Any, int]]] = defaultdict(set)
        self._counts: dict[tuple[Any, int], int] = defaultdict(int)
        rows = ErasedIdentifier.objects.of(controller).filter(erasure__in=entries)
        for pk, person, kind, token, stays in rows.order_by("erasure__applied_at", "pk").values_list(
            "erasure_id", "person", "kind", "token", "stays"
        ):
            if kind == IdentifierKind.RECORD:
                self._record[token].insert(0, (pk, person))  # of several erasures of one record the last comes first
            else:
                (self._stays if stays else self._removed)[token].add((pk, person))
                self._counts[pk, person] += not stays

    def compare(
        self, key: RowKey, identifiers: Sequence[Identifier], seen: dict[RowKey, list[Seen]], elsewhere: set[RowKey]
    ) -> None:
        """Note what this row has in common with somebody who was erased."""
        if not self._entries:
            return
        record = remember.record_of(key)
        persons = [
            who
            for one in self._tokens(IdentifierKind.RECORD, record)
            if one in self._record
            for who in self._record[one]
        ]
        others = [one for one in identifiers if one.kind is not IdentifierKind.RECORD and one.kind in REMEMBERED]
        if not persons:
            if any(one in self._removed for other in others for one in self._tokens(other.kind, other.value)):
                elsewhere.add(key)
            return
        notes = seen.setdefault(key, [])
        if not notes:
            notes += [Seen(key, self._entries[who[0]], removed=self._counts[who]) for who in persons]
        for note, who in zip(notes, persons, strict=True):
            note.identifiers[IdentifierKind.RECORD.value, record] = None
            for other in others:
                self._weigh(note, who, other)

    def _weigh(self, note: Seen, who: tuple[Any, int], other: Identifier) -> None:
        tokens = self._tokens(other.kind, other.value)
        if any(who in self._removed.get(one, ()) for one in tokens):
            note.matched += 1
            note.identifiers[other.kind.value, other.value] = None
        elif not any(who in self._stays.get(one, ()) for one in tokens):
            note.other += 1

    def _tokens(self, kind: IdentifierKind, value: str) -> tuple[str, ...]:
        return self._hashes.tokens(kind.value, value, self._store) if value.strip() else ()


def order(
    controller: Controller, found: Found, exporter: Any, *, now: datetime, dry: bool = False
) -> tuple[Done, list[Seen]]:
    """Plan again for everybody who is back; `dry` only says who, and writes nothing at all.

    Where a further identifier stands in the record again and the plan does no more than the approved one did, it runs under
    the standing rule; everything else waits for a second person.
    """
    done, back = Done(found.store), list(found.back)
    for one in [*found.back, *found.unclear]:
        try:
            lines = exporter.plan(Subject("", ()), (one.key,), right="erasure", now=now, keep_until=keeper(controller))
        except PlanBlocked:
            done.blocked += 1
            continue
        if one not in back:
            if not _came_back(one, lines):
                continue
            back.append(one)
        if not dry:
            _ordered(done, one, lines, exporter, now)
    return done, back


def _came_back(one: Seen, lines: Sequence[PlanLine]) -> bool:
    """Where no identifier tells: rows stand there that an erasure, or the end of a period, had deleted."""
    goes = {line.dataset for line in lines if line.treatment is Treatment.DELETE and line.count}
    for entry in (one.entry, *one.others):
        if goes & {dataset for dataset, treatment, _ in entry.strategy if treatment == Treatment.DELETE}:
            one.entry = entry
            return True
    return False


def within(lines: Sequence[PlanLine], strategy: list[Any]) -> bool:
    """Whether the lines do nothing that the approved plan did not do: the same dataset and treatment, no further column."""
    allowed: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for dataset, treatment, fields in strategy:
        allowed.setdefault((dataset, treatment), set()).update((column, how) for column, how in fields)
    return all(
        (line.dataset, line.treatment.value) in allowed
        and {(one.column, one.strategy) for one in line.fields} <= allowed[line.dataset, line.treatment.value]
        for line in lines
        if line.writes and line.count
    )


def _ordered(done: Done, one: Seen, lines: tuple[PlanLine, ...], exporter: Any, now: datetime) -> None:
    case = one.entry.case
    if case is None:
        done.without_case += 1
        return
    # The rule speaks of the record and a further identifier (`replay-1`); found by its number alone, a person looks.
    by_rule = bool(one.matched) and within(lines, one.entry.strategy)
    content = {
        "stores": {done.store: lines_to_json(lines)},
        "identifiers": [list(pair) for pair in one.identifiers if pair[0] != IdentifierKind.RECORD],
        "entry": str(one.entry.pk),
    }
    later_plans.keep(
        case=case,
        store=done.store,
        occasion=OCCASION,
        content=content,
        summary=[summed(done.store, exporter, line) for line in lines],
        sha256=plan_hash(lines),
        by_rule=by_rule,
        now=now,
    )
    if by_rule:
        done.again += 1
    else:
        done.waiting += 1


def readable(exporter: Any) -> bool:
    """Whether a store can be compared and planned by program."""
    return capable(exporter, Enumerates) and capable(exporter, Plans)


def apply(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `replay`: erase again in one store; the ledger remembers it until today's backups have ended, too."""

    def after(plan: Plan, lines: Sequence[PlanLine]) -> None:
        said = plan.content()
        Erasure.objects.filter(pk=said["entry"]).update(replayed_at=now)
        known = tuple((kind, value, False) for kind, value in said["identifiers"])
        persons = tuple(
            ((IdentifierKind.RECORD.value, remember.record_of(key), False), *known)
            for key in remember.persons_of(lines)
        )
        remember.keep(task.case, task.store, plan.sha256, lines, persons, now=now)

    return later.run(task, check, now=now, after=after)
