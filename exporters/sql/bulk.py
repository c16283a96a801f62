"""Carries out a plan of more rows than one transaction should hold: first the sets, then listed rows, batch by batch.

Everything is verified before the first write, and each batch once more what can have changed since. Those that point
come before those they point at, so that what is left after a crash is still hers by the same links; sets come first,
since nothing points at them. Every batch is a step in the caller's journal (decision 042).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from exporters.anonymise.scrub import Scrubber, scrubs
from exporters.anonymise.strategies import RunKey
from exporters.contract import IdentifierKind, Permanent
from exporters.journal import Step, StepState
from exporters.sql.apply import StoppedError, agree, apply_lines, ask, outcomes
from exporters.sql.batches import ROWS, Steps, carry_out_set, stale
from exporters.sql.engine import transaction, writer
from exporters.sql.hers import Apart, Hers
from exporters.sql.listed import carry_out_listed
from exporters.sql.live import read_limits
from exporters.sql.plan import make_plan
from exporters.sql.schema import bind, read_schema
from exporters.sql.scrubbing import known
from exporters.sql.sets import as_set, candidates, follow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import sqlalchemy as sa

    from exporters.contract import KeepUntil, Outcome, PlanLine, RowKey
    from exporters.datamap.model import DataMap
    from exporters.journal import Journal
    from exporters.sql.hers import Native
    from exporters.sql.plan import Planned, Work
    from exporters.sql.schema import LiveTable
    from exporters.sql.sets import RowSet

_Answer = TypeVar("_Answer")
_WHOLE = -1
"""The `line` of the journal's step for everything that fits one transaction."""
_KNOWN = -2
"""The `line` of the journal's step that holds her identifiers while texts are scrubbed; emptied at the end."""


@dataclass(frozen=True, slots=True)
class Order:
    """An approved plan for one store and what it is to be judged by."""

    store: str
    data_map: DataMap
    lines: tuple[PlanLine, ...]
    persons: tuple[RowKey, ...]
    today: date
    keep_until: KeepUntil | None
    check: Callable[[], None]
    batch_rows: int = ROWS
    """The most rows of one transaction."""


class _Outside:
    """The caller's journal: what it raises is not an error of the store."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def steps(self) -> tuple[Step, ...]:
        return self._call(self._journal.steps)

    def put(self, step: Step) -> None:
        self._call(lambda: self._journal.put(step))

    def secret(self) -> bytes:
        return self._call(self._journal.secret)

    def forget(self) -> None:
        self._call(self._journal.forget)

    @staticmethod
    def _call(question: Callable[[], _Answer]) -> _Answer:
        try:
            return question()
        except Exception as error:
            raise StoppedError(error) from error


def apply_order(engine: sa.Engine, order: Order, journal: Journal, *, statement_seconds: float) -> tuple[Outcome, ...]:
    """Carry out `order`; a second call with the same journal goes on where the first one ended.

    Raises Permanent("plan_stale"), Temporary, or what `check` or the journal raised.
    """
    try:
        with writer(engine, order.store, statement_seconds=statement_seconds) as connection:
            changed = _Run(connection, order, _Outside(journal)).all()
    except StoppedError as stopped:
        raise stopped.cause from None
    except Permanent as error:
        # What was possible when the plan was made is refused now: a row arrived that points at one of these.
        changed_since = error.code in {"constraint", "rows_differ", "schema_changed"}
        raise (Permanent("plan_stale", error.place) if changed_since else error) from None
    return outcomes(order.lines, changed)


class _Run:
    """One attempt on one connection."""

    def __init__(self, connection: sa.Connection, order: Order, journal: Journal) -> None:
        self.connection = connection
        self.order = order
        self.journal = journal
        self.steps = Steps(connection, journal, lambda: ask(order.check), order.batch_rows)

    def all(self) -> dict[int, int]:
        """The rows changed, by the position of their line; those of earlier attempts included."""
        begun = {step.line for step in self.journal.steps() if step.line >= 0}
        if not begun and sum(line.count for line in self.order.lines if line.writes) <= self.order.batch_rows:
            return self._whole(None, {})
        key = RunKey(self.journal.secret())
        verified = self._verify(key)
        key = replace(key, scrubber=self._scrubber(verified.planned))
        ask(self.order.check)
        changed = {one.at: carry_out_set(self.steps, one, self._again(one, verified)) for one in verified.sets}
        in_batches = begun - changed.keys() or sum(len(rows) for _, _, rows in verified.listed) > self.order.batch_rows
        if in_batches:
            changed |= carry_out_listed(self.steps, verified.planned, verified.listed, key)
        else:
            changed = self._whole(key, _apart(verified.sets)) | changed
        self.journal.forget()
        if any(scrubs(line) for line in self.order.lines):
            self.journal.put(Step(_KNOWN, 0, StepState.DONE))
        return changed

    def _scrubber(self, planned: Planned) -> Scrubber:
        """What kept texts lose: read before the first change, and kept in the journal until the last."""
        if not any(scrubs(line) for line in self.order.lines):
            return Scrubber(())
        kept = next((step.data["known"] for step in self.journal.steps() if step.line == _KNOWN and step.data), None)
        if kept is None:
            with transaction(self.connection):
                kept = [[kind.value, text] for kind, text in known(planned)]
            self.journal.put(Step(_KNOWN, 0, StepState.PENDING, {"known": kept}))
        return Scrubber((IdentifierKind(kind), text) for kind, text in kept)

    def _whole(self, key: RunKey | None, apart: Mapping[str, Apart]) -> dict[int, int]:
        """Everything but the sets `apart`, in one transaction. Nothing left to do: then an earlier attempt's commit came."""
        before = next((step.data for step in self.journal.steps() if step.line == _WHOLE), {})
        with transaction(self.connection):
            live = read_schema(self.connection)
            tables = bind(self.order.data_map, live, store=self.order.store)
            planned = self._plan(tables, apart, lock=True)
            changed = apply_lines(
                self.connection,
                live,
                planned,
                self.order.lines,
                store=self.order.store,
                check=self.order.check,
                key=key,
            )
            if before and not any(changed.values()):
                changed = {int(at): count for at, count in before.items()}
            data = {str(at): count for at, count in changed.items()}
            self.journal.put(Step(_WHOLE, 0, StepState.SENT, data))
        self.journal.put(Step(_WHOLE, 0, StepState.DONE, data))
        return changed

    def _plan(self, tables: Mapping[str, LiveTable], apart: Mapping[str, Apart], *, lock: bool) -> Planned:
        order = self.order
        return make_plan(
            self.connection,
            order.data_map,
            tables,
            order.persons,
            store=order.store,
            today=order.today,
            keep_until=order.keep_until,
            lock=lock,
            apart=apart,
            approved=order.lines,
        )

    def _verify(self, key: RunKey) -> _Verified:
        """Make the plan again and compare all of it with what was approved, before the first write."""
        order = self.order
        with transaction(self.connection):
            live = read_schema(self.connection)
            tables = bind(order.data_map, live, store=order.store)
            limits = read_limits(self.connection, {table.name: table for table in tables.values()}.values())
            hers = Hers(self.connection, order.data_map, tables, order.persons)
            sets = []
            for at in candidates(order.data_map, tables, order.lines, limits):
                found = as_set(self.connection, hers, limits, at=at, line=order.lines[at], key=key)
                sets += [found] if found else []
            seen = {one.at: follow(hers, one) for one in sets}
            planned = self._plan(tables, _apart(sets), lock=False)
            agreed = agree(self.connection, live, planned, order.lines, order.store)
        listed = [(at, agreed.work[at], rows) for at, rows in agreed.in_order(planned) if at not in seen]
        return _Verified(sets, seen, listed, planned, tables)

    def _again(self, row_set: RowSet, verified: _Verified) -> Callable[[int], None]:
        """Asked in every batch, on locked rows: whether the values that make the set hers still are."""

        def verify(done: int) -> None:
            hers = Hers(self.connection, self.order.data_map, verified.tables, self.order.persons, lock=True)
            if follow(hers, row_set) != verified.seen[row_set.at]:
                raise stale(f"{self.order.store}.{row_set.dataset.name}", done)

        return verify


def _apart(sets: Sequence[RowSet]) -> dict[str, Apart]:
    return {one.dataset.name: Apart(one.hers) for one in sets}


@dataclass(frozen=True, slots=True)
class _Verified:
    """What was verified before the first write: the sets, what makes them hers, and the lines that list their rows."""

    sets: list[RowSet]
    seen: Mapping[int, tuple[object, ...]]
    listed: list[tuple[int, Work, list[Native]]]
    planned: Planned
    tables: Mapping[str, LiveTable]
