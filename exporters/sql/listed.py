"""Carries out lines that list their rows in batches, for plans of more rows than one transaction should hold.

The rows were read when the plan was verified. Each batch reads its rows once more, locked, and must find what was read.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Permanent, Treatment
from exporters.datamap.model import Erase
from exporters.journal import Step, StepState
from exporters.sql.apply import carry_out
from exporters.sql.batches import progress, stale
from exporters.sql.change import changes
from exporters.sql.engine import restart_clock, transaction
from exporters.sql.feasible import outside
from exporters.sql.rows import BATCH
from exporters.sql.write import with_keys
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exporters.anonymise.strategies import RunKey
    from exporters.sql.batches import Progress, Steps
    from exporters.sql.hers import Native
    from exporters.sql.plan import Planned, Work

_KNOWN_AGAIN = frozenset({Erase.NULLIFY, Erase.CONSTANT, Erase.GENERALISE})


def carry_out_listed(
    steps: Steps, planned: Planned, listed: Sequence[tuple[int, Work, list[Native]]], key: RunKey
) -> dict[int, int]:
    """Write the lines in their order, batch by batch; the rows changed by the position of their line.

    Raises Permanent("plan_stale") when a row is no longer what the verified plan read.
    """
    changed = {step.line: 0 for step in steps.journal.steps() if step.line >= 0}
    for at in changed.keys() - {at for at, _, _ in listed}:
        so_far = progress(steps.journal, at)
        # Nothing of this line is left to do, so the commit that was cut off came.
        changed[at] = so_far.done + sum(int(step.data["changed"]) for step in so_far.open)
    for at, work, rows in listed:
        changed[at] = _Line(steps, planned, at, work, key).all(rows)
    return changed


class _Line:
    """One line on its way."""

    def __init__(self, steps: Steps, planned: Planned, at: int, work: Work, key: RunKey) -> None:
        self.steps = steps
        self.connection = steps.connection
        self.planned = planned
        self.at = at
        self.work = work
        self.key = key
        self.table = planned.hers.tables[work.dataset.name]
        self.place = f"{work.line.store}.{work.dataset.name}"

    def all(self, rows: list[Native]) -> int:
        so_far = progress(self.steps.journal, self.at)
        for step in so_far.open:
            so_far.done += self._decided(step, so_far)
        for chunk in self._chunks(rows, so_far):
            ends = (chunk[0], chunk[-1])
            data = {"first": _plain(ends[0]), "last": _plain(ends[1]), "count": len(chunk), "pre": self._image(ends)}
            step = Step(self.at, so_far.number, StepState.PENDING, data)
            so_far.done += self.steps.take(step, lambda chunk=chunk: self._write(chunk, so_far.done))  # type: ignore[misc]
            so_far.number += 1
        return so_far.done

    def _chunks(self, rows: list[Native], so_far: Progress) -> Iterator[list[Native]]:
        ordered = sorted(rows, key=lambda row: _order(_plain(row)))
        if so_far.after is not None and not self._known_again():
            ordered = [row for row in ordered if _order(_plain(row)) > _order(so_far.after)]
        size = len(ordered) if self._one_piece() else self.steps.rows
        return (ordered[at : at + size] for at in range(0, len(ordered), size or 1))

    def _one_piece(self) -> bool:
        """Rows of a table that point at each other go together."""
        if self.work.line.treatment is not Treatment.DELETE:
            return False
        return any(key.table == self.table.name for key in self.planned.limits.pointing_at(self.table.name))

    def _known_again(self) -> bool:
        """Whether a row that was treated can be told from one that was not."""
        if self.work.line.treatment is Treatment.DELETE:
            return True
        found = changes(self.work.dataset, self.work.line.fields, self.planned.limits.tables[self.table.name])
        return all(one.strategy in _KNOWN_AGAIN or one.value(one.sample(), self.key) == one.sample() for one in found)

    def _write(self, chunk: list[Native], done: int) -> int:
        still = self._unchanged(chunk, done)
        if self.work.line.treatment is Treatment.DELETE:
            writing = [work for work in self.planned.work if work.line.writes]
            only = {self.work.dataset.name: still}
            if any(outside(self.connection, self.planned, writing, store=self.work.line.store, only=only)):
                raise stale(self.place, done)
        try:
            return carry_out(self.connection, self.planned, self.work, still, self.key)
        except Permanent as error:
            raise stale(self.place, done) if error.code == "rows_differ" else error from None

    def _unchanged(self, chunk: list[Native], done: int) -> list[Native]:
        """Lock the rows of a batch: those that are there must be those that were verified; the others are gone."""
        read = self.planned.hers.rows(self.work.dataset)
        found: dict[Native, tuple[Any, ...]] = {}
        for at in range(0, len(chunk), BATCH):
            found |= self._read(chunk[at : at + BATCH], read.columns)
        if not self._alone() and any(read.rows[key] != row for key, row in found.items()):
            raise stale(self.place, done)
        return [key for key in chunk if key in found]

    def _alone(self) -> bool:
        """Whether another line writes to this table too, so that a difference may be ours."""
        names = [work.dataset.table for work in self.planned.work if work.line.writes and work.dataset.name]
        return len({work.dataset.name for work in self.planned.work if work.dataset.table in names}) > len(set(names))

    def _read(self, keys: Sequence[Native], columns: Sequence[str]) -> dict[Native, tuple[Any, ...]]:
        dataset = self.work.dataset
        shown = [self.table.column(name).sql for name in (*dataset.key, *columns)]
        where = with_keys(self.connection, self.table, dataset.key, keys)
        restart_clock(self.connection)
        rows = self.connection.execute(sa.select(*shown).select_from(self.table.sql).where(where).with_for_update())
        width = len(dataset.key)
        return {tuple(row[:width]): tuple(row[width:]) for row in rows}

    def _image(self, ends: Sequence[Native]) -> str:
        """A keyed hash of what the first and the last row of a batch hold where the line writes."""
        columns = [change.column for change in self.work.line.fields]
        with transaction(self.connection):
            rows = sorted(self._read(ends, columns).items(), key=lambda item: _order(_plain(item[0])))
        text = repr([[text_of(value) for value in row] for _, row in rows])
        return hmac.new(self.key.secret, text.encode(), hashlib.sha256).hexdigest()

    def _decided(self, step: Step, so_far: Progress) -> int:
        """The rows a step that was cut off had changed, now that its first and last row were read again."""
        ends = [tuple(step.data["first"]), tuple(step.data["last"])]
        came = self._image(ends) != step.data["pre"]
        changed = int(step.data["changed"]) if came else 0
        self.steps.journal.put(Step(self.at, step.number, StepState.DONE, {**step.data, "changed": changed}))
        if came:
            so_far.after = step.data["last"]
        return changed


def _plain(key: Native) -> list[int | str]:
    return [value if type(value) is int else text_of(value) or "" for value in key]


def _order(key: Sequence[int | str]) -> tuple[tuple[bool, int | str], ...]:
    return tuple((type(value) is str, value) for value in key)
