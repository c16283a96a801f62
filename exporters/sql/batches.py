"""Carries out row sets in batches by ranges of the key: each is one transaction, resumed after a crash, never repeated.

A batch is written down before its commit with the first and the last row it means, and again after. If the process dies
in between, those two rows tell whether the commit came: they still want the change, or they do not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Permanent
from exporters.journal import Step, StepState
from exporters.sql.engine import restart_clock, transaction
from exporters.sql.match import bound
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporters.journal import Journal
    from exporters.sql.sets import RowSet

ROWS = 20_000
"""Rows of one transaction: a fraction of a second of locks in the client's store."""
STRETCH = 50
"""Batches marked off at a time, so that no statement has to look at more than a million rows."""

SWEEPS = 3
"""How often rows that arrived meanwhile are looked for; where they arrive faster, verifying the case finds the rest."""


@dataclass(frozen=True, slots=True)
class Range:
    """The rows of a set from the key `first` to the key `last`, `count` of them when they were marked off."""

    first: Any = field(repr=False)
    last: Any = field(repr=False)
    count: int


@dataclass(slots=True)
class Progress:
    """What the journal says about the batches of one line."""

    done: int = 0
    """Rows changed by steps that are done."""
    number: int = 0
    """The next step."""
    after: Any = field(default=None, repr=False)
    """The last key of the last step that is done."""
    open: tuple[Step, ...] = field(default=(), repr=False)
    """Steps that were begun, and nobody knows whether they were finished."""


def progress(journal: Journal, at: int) -> Progress:
    """How far the line at position `at` has come."""
    steps = [step for step in journal.steps() if step.line == at]
    done = [step for step in steps if step.state is StepState.DONE]
    return Progress(
        done=sum(step.data["changed"] for step in done),
        number=1 + max((step.number for step in steps), default=-1),
        after=done[-1].data["last"] if done else None,
        open=tuple(step for step in steps if step.state is not StepState.DONE),
    )


@dataclass(frozen=True, slots=True)
class Steps:
    """One run of steps on one connection: before each commit it asks whether it may, writes down what, and after that it came."""

    connection: sa.Connection
    journal: Journal
    ask: Callable[[], None]
    """Raises when the case was cancelled or is held."""
    rows: int = ROWS
    """The most rows of one step."""

    def take(self, step: Step, work: Callable[[], int], *, before: int = 0) -> int:
        """Do `work`, which returns the rows it changed, as one transaction; `before`: rows of an attempt cut off by a crash."""
        with transaction(self.connection):
            changed = before + work()
            self.ask()
            data = {**step.data, "changed": changed}
            self.journal.put(Step(step.line, step.number, StepState.SENT, data))
        self.journal.put(Step(step.line, step.number, StepState.DONE, data))
        return changed


def carry_out_set(steps: Steps, row_set: RowSet, verify: Callable[[int], None]) -> int:
    """All batches of one set; how many rows changed, those of earlier attempts included.

    `verify` is called in each transaction before its first write, with the rows changed so far; it raises
    Permanent("plan_stale") when the set is no longer hers.
    """
    so_far = progress(steps.journal, row_set.at)

    def write(step: Step, before: int = 0) -> None:
        def work() -> int:
            verify(so_far.done)
            return _execute(steps.connection, row_set, step)

        so_far.done += steps.take(step, work, before=before)
        so_far.after = step.data["last"]

    for step in so_far.open:
        write(step, 0 if _stands(steps.connection, row_set, step) else int(step.data["changed"]))
    # From where the last attempt stopped; then from the start, for rows that arrived meanwhile under whatever key.
    for after in (so_far.after, *[None] * SWEEPS):
        number = so_far.number
        for found in _ranges(steps, row_set, after):
            data = {"first": _plain(found.first), "last": _plain(found.last), "count": found.count}
            write(Step(row_set.at, so_far.number, StepState.PENDING, data))
            so_far.number += 1
        if after is None and number == so_far.number:
            break
    return so_far.done


def _ranges(steps: Steps, row_set: RowSet, after: Any) -> Iterator[Range]:
    while True:
        with transaction(steps.connection):
            stretch = list(_mark_off(steps.connection, row_set, after, steps.rows))
        yield from stretch
        if len(stretch) < STRETCH:
            return
        after = stretch[-1].last


def _mark_off(connection: sa.Connection, row_set: RowSet, after: Any, size: int) -> Iterator[Range]:
    key = row_set.key.sql
    due = row_set.due if after is None else sa.and_(row_set.due, key > bound(after))
    rows = sa.select(key.label("k")).select_from(row_set.table.sql).where(due).order_by(key).limit(size * STRETCH)
    inner = rows.subquery("due")
    numbered = sa.select(inner.c.k, sa.func.row_number().over(order_by=inner.c.k).label("n")).subquery("numbered")
    n = numbered.c.n
    edges = sa.select(numbered.c.k, n).where(sa.or_((n - 1) % size == 0, n % size == 0)).order_by(n)
    restart_clock(connection)
    start: tuple[Any, int] | None = None
    for value, number in connection.execute(edges).all():
        start = start or (value, number)
        if number % size == 0:
            yield Range(start[0], value, size)
            start = None
    if start is not None:
        # The rest, fewer than a batch. Counting all rows beside the edges would make MariaDB write them to its disk.
        tail = sa.select(sa.func.max(inner.c.k), sa.func.count()).where(inner.c.k >= bound(start[0]))
        restart_clock(connection)
        last, count = connection.execute(tail).one()
        yield Range(start[0], last, count)


def _plain(value: Any) -> Any:
    """A key as JSON holds it."""
    return value if type(value) is int else text_of(value)


def _execute(connection: sa.Connection, row_set: RowSet, step: Step) -> int:
    key, table = row_set.key.sql, row_set.table.sql
    where = sa.and_(row_set.due, key >= bound(step.data["first"]), key <= bound(step.data["last"]))
    restart_clock(connection)
    if not row_set.formulas:
        return connection.execute(sa.delete(table).where(where)).rowcount
    values = {one.column: one.value for one in row_set.formulas}
    target = sa.table(table.name, *map(sa.column, values), schema=table.schema)
    return connection.execute(sa.update(target).values(values).where(where)).rowcount


def _stands(connection: sa.Connection, row_set: RowSet, step: Step) -> bool:
    """Whether the commit of a step that was cut off never came: its first or its last row still wants the change."""
    ends = [bound(step.data["first"]), bound(step.data["last"])]
    counted = sa.select(sa.func.count()).select_from(row_set.table.sql).where(row_set.due, row_set.key.sql.in_(ends))
    with transaction(connection):
        restart_clock(connection)
        return bool(connection.execute(counted).scalar_one())


def stale(place: str, done: int) -> Permanent:
    """The plan no longer fits; `done` rows of this dataset were changed before that and stay so."""
    return Permanent("plan_stale", f"{place} ({done} rows done)" if done else place)
