"""Carries out an approved plan call by call; each row is agreed upon first, then handed to `steps`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.anonymise.scrub import scrubs
from exporters.anonymise.strategies import RunKey
from exporters.contract import AMENDING, Outcome, Permanent, RowKey, Treatment
from exporters.journal import StepState
from exporters.mapped.steps import Intent, Run
from exporters.mapped.wanted import wanted
from exporters.values import text_of

if TYPE_CHECKING:
    from exporters.contract import CellChange, PlanLine
    from exporters.datamap.model import DataMap, Dataset
    from exporters.mapped.plan import Work
    from exporters.mapped.source import Row
    from exporters.mapped.walk import Key


@dataclass(slots=True)
class Agreement:
    """The plan made again, and what of the approved lines is left to do."""

    run: Run
    data_map: DataMap
    now: dict[RowKey, dict[tuple[object, ...], Row]] = field(default_factory=dict)
    """Her rows now, each under the kinds of line that treat it."""
    rules: dict[str, str] = field(default_factory=dict)

    def todo(self, lines: tuple[PlanLine, ...]) -> list[tuple[int, Intent]]:
        """(line, what to do with one row), in the order of the lines. Raises Permanent("plan_stale")."""
        found = []
        for at, line in enumerate(lines):
            place = f"{self.run.store}.{line.dataset}"
            dataset = self.data_map.datasets.get(line.dataset)
            if dataset is None or line.store != self.run.store or self.rules.get(line.dataset) != line.rule:
                raise Permanent("plan_stale", place)
            for key in line.keys if line.treatment is not Treatment.MANUAL else ():
                values = tuple(map(str, key.values))
                if self._agreed(at, line, dataset, values) and line.writes:
                    found.append((at, self._intent(line, dataset, values)))
        return found

    def _agreed(self, at: int, line: PlanLine, dataset: Dataset, key: Key) -> bool:
        """Whether the row is still to be treated as approved; False when nothing is left to do."""
        step = self.run.known.get((at, key))
        if step is not None and step.state is StepState.DONE:
            return False
        if step is not None and step.state in {StepState.SENT, StepState.UNKNOWN}:
            return True  # by the call that is in doubt it may have left every walk: it is read by its key
        kinds = self.now.get(RowKey(dataset.name, key), {})
        if kind_of(line) in kinds:
            return True
        row = self.run.source.one(dataset, key)
        if row is None or (line.treatment is Treatment.UNLINK and not kinds):
            return False
        if line.treatment is Treatment.ANONYMISE and not kinds and not wanted(dataset, line.fields, row, RunKey()):
            return False  # the link itself was erased, and everything else with it
        raise Permanent("plan_stale", f"{self.run.store}.{line.dataset}")

    def _intent(self, line: PlanLine, dataset: Dataset, key: Key) -> Intent:
        if line.treatment is Treatment.DELETE:
            return Intent(dataset, key, (), None)
        if line.treatment in AMENDING:
            cells = [cell for cell in line.cells if tuple(map(str, cell.key)) == key]
            place = f"{self.run.store}.{line.dataset}"
            return Intent(dataset, key, tuple(cell.column for cell in cells), lambda row: amended(cells, row, place))
        run_key = RunKey(self.run.secret, self.run.scrubber)
        columns = tuple(change.column for change in line.fields)
        return Intent(dataset, key, columns, lambda row: wanted(dataset, line.fields, row, run_key))


def amended(cells: list[CellChange], row: Row, place: str) -> dict[str, str | None]:
    """The new values of a row's cells. Raises Permanent("plan_stale") when one is neither as planned nor as wanted."""
    found: dict[str, str | None] = {}
    for cell in cells:
        stored = text_of(row.values.get(cell.column))
        if cell.stands(stored):
            found[cell.column] = f"{stored}\n{cell.value}" if cell.append and stored else cell.value
        elif not _already(cell, stored):
            raise Permanent("plan_stale", f"{place}.{cell.column}")
    return found


def _already(cell: CellChange, stored: str | None) -> bool:
    if cell.append:
        return bool(cell.value) and (stored or "").endswith(cell.value or "")
    return (stored or "") == (cell.value or "")


def kind_of(line: PlanLine) -> tuple[object, ...]:
    """What must not have changed about a row's line."""
    if line.treatment in AMENDING:
        return ("amend",)
    law = (line.reason, line.document_class, line.document_year, line.law, line.mark, line.keep_until)
    return (line.dataset, line.treatment, line.fields, *law)


def apply_lines(
    run: Run,
    data_map: DataMap,
    fresh: tuple[Work, ...],
    rules: dict[str, str],
    lines: tuple[PlanLine, ...],
) -> tuple[Outcome, ...]:
    """Carry out `lines`; `fresh` is the same plan made again now, `rules` what an approval binds of each dataset.

    Texts are scrubbed first, while the rows that say what they lose still stand.

    Raises Permanent("plan_stale") when a row not journaled yet is another person's or treated otherwise now,
    Permanent("unknown_outcome") when a row in doubt is neither as it was nor as wanted, Temporary("fate_unknown") when
    it is too early to say. What was done stays done and is not done again.
    """
    agreement = Agreement(run, data_map, rules=rules)
    for work in fresh:
        for key, row in work.rows.items():
            agreement.now.setdefault(RowKey(work.dataset.name, key), {})[kind_of(work.line)] = row
    todo = agreement.todo(lines)
    if todo:
        run.check()
    changed: dict[int, int] = defaultdict(int)
    order = {work.dataset.name: number for number, work in reversed(list(enumerate(fresh)))}
    for at, intent in sorted(todo, key=lambda one: (not scrubs(lines[one[0]]), order.get(one[1].dataset.name, -1))):
        changed[at] += run.carry_out(at, intent)
    run.journal.forget()
    for at, count in run.done_before.items():
        changed[at] += count
    return tuple(
        Outcome(at, changed[at], max(0, (len(line.keys) if line.writes else line.count) - changed[at]))
        for at, line in enumerate(lines)
    )


def erasing(lines: tuple[PlanLine, ...], *, store: str) -> bool:
    """Whether the lines are an erasure's; rights are not mixed in one plan. Raises Permanent("plan_stale")."""
    kinds = {line.right == "erasure" for line in lines}
    if len(kinds) != 1:
        raise Permanent("plan_stale", store)
    return kinds.pop()
