"""A store behind the contract whose rows come from a source: what REST stores and drop folders have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.amending import AMENDMENTS, Asked
from exporters.anonymise.scrub import Scrubber, scrubs
from exporters.contract import Permanent, Problem, Severity, Treatment
from exporters.datamap.info import describe
from exporters.held import ROWS as HELD_ROWS
from exporters.journal import Journal, MemoryJournal
from exporters.mapped.amend import confirm, plan_amendment
from exporters.mapped.apply import apply_lines, erasing
from exporters.mapped.collect import collect
from exporters.mapped.held import held
from exporters.mapped.locate import locate
from exporters.mapped.match import unfollowed
from exporters.mapped.plan import Work, make_plan, rule_of
from exporters.mapped.residue import residues
from exporters.mapped.steps import Run
from exporters.mapped.walk import Walk
from exporters.mapped.wanted import known
from exporters.plans import ERASURE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from exporters.contract import (
        Batch,
        Change,
        Confirmed,
        DatasetInfo,
        KeepUntil,
        Match,
        Outcome,
        PlanLine,
        Residue,
        RowKey,
        Subject,
    )
    from exporters.datamap.model import DataMap
    from exporters.document import Item
    from exporters.held import Held
    from exporters.mapped.source import Source


class MappedStore:
    """Locates, collects, describes, checks, plans, applies with a journal, confirms, and searches again."""

    def __init__(self, *, name: str, data_map: DataMap, source: Source, place: Item) -> None:
        """Nothing is asked yet. Raises ConfigError where the map has a link the source cannot follow."""
        self.name, self.data_map, self.source = name, data_map, source
        for described in data_map.datasets.values():
            if any(field.file for field in described.fields.values()):
                raise place.error(f"dataset {described.name!r}: columns that hold files are for SQL stores")
        for dataset, wrong in unfollowed(data_map, source):
            raise place.error(f"dataset {dataset!r}: {wrong}")

    def locate(self, subject: Subject) -> Match:
        """Find the subject by her unique identifiers; raises Temporary or Permanent."""
        return locate(self.source, self.data_map, subject, store=self.name)

    def collect(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[Batch]:
        """Stream everything linked to `keys`; asks for the first time when the first batch is wanted."""
        return collect(self.source, self.data_map, keys)

    def describe(self) -> tuple[DatasetInfo, ...]:
        """What the map says; the store is not asked."""
        return describe(self.data_map)

    def check(self) -> list[Problem]:
        """What is wrong, and how far a search after an erasure can see; raises Temporary."""
        blind = [
            Problem(
                Severity.INFO,
                "not_listed",
                f"{self.name}.{name}",
                "cannot be read whole: after an erasure only what answers to her keys and identifiers is searched",
            )
            for name, dataset in self.data_map.datasets.items()
            if self.source.asks(dataset.name) is not None and self.source.every(dataset) is None
        ]
        return [*self.source.check(), *blind]

    def plan(
        self,
        subject: Subject,
        keys: tuple[RowKey, ...],
        *,
        right: str = ERASURE,
        now: datetime,
        changes: tuple[Change, ...] = (),
        keep_until: KeepUntil | None = None,
        purposes: tuple[str, ...] = (),
        applied: tuple[PlanLine, ...] = (),
        standing: tuple[PlanLine, ...] = (),
    ) -> tuple[PlanLine, ...]:
        """The lines for one right; what no call of this store can do is MANUAL. Reads only."""
        if right == ERASURE and not changes:
            return tuple(work.line for work in self._erasure(keys, now=now, keep_until=keep_until)) if keys else ()
        if right not in AMENDMENTS:
            raise Permanent("right_unsupported", self.name)
        if not keys:
            return ()
        asked = Asked(right, now, changes, purposes, applied, standing)
        return plan_amendment(Walk(self.source, self.data_map, keys), keys, asked, store=self.name)

    def apply(
        self,
        lines: tuple[PlanLine, ...],
        *,
        approval: str,
        now: datetime,
        check: Callable[[], None],
        keep_until: KeepUntil | None = None,
        journal: Journal | None = None,
    ) -> tuple[Outcome, ...]:
        """Carry out the approved lines call by call; with the same `journal` the work goes on where it stopped.

        Without a transaction some rows may be done when this raises; what was done is never done twice.
        """
        if not approval:
            raise Permanent("not_approved", self.name)
        if not lines:
            return ()
        persons = {line.persons for line in lines}
        if len(persons) != 1:
            raise Permanent("plan_stale", self.name)
        keys = persons.pop()
        check()
        run = Run(self.source, journal or MemoryJournal(), self.name, check)
        walk = Walk(self.source, self.data_map, keys)
        rules = {name: rule_of(walk, dataset) for name, dataset in self.data_map.datasets.items()}
        if erasing(lines, store=self.name):
            fresh = make_plan(walk, keys, store=self.name, today=now.date(), keep_until=keep_until)
        else:
            fresh = tuple(
                Work(line, self.data_map.datasets[line.dataset], walk.all(self.data_map.datasets[line.dataset]))
                for line in lines
                # A row that is as wanted already is hers as well: a KEEP line makes no plan stale.
                if line.treatment is not Treatment.MANUAL and line.dataset in self.data_map.datasets
            )
        if any(map(scrubs, lines)):
            run.scrubber = Scrubber(known(walk))
        return apply_lines(run, self.data_map, fresh, rules, lines)

    def held(self, keys: tuple[RowKey, ...], *, rows: int = HELD_ROWS) -> tuple[Held, ...]:
        """What of hers a correction could be about, value by value with its row; reads only."""
        return tuple(held(Walk(self.source, self.data_map, keys), rows=rows)) if keys else ()

    def confirm(self, lines: tuple[PlanLine, ...]) -> tuple[Confirmed, ...]:
        """Read back what correcting, restricting or suppressing wrote."""
        return confirm(self.source, self.data_map, lines)

    def residue(
        self,
        subject: Subject,
        keys: tuple[RowKey, ...],
        *,
        now: datetime,
        lines: tuple[PlanLine, ...] = (),
        keep_until: KeepUntil | None = None,
    ) -> tuple[Residue, ...]:
        """Where her identifiers still stand, as far as the store can be asked (`check` says how far)."""
        return residues(
            self.source,
            self.data_map,
            subject,
            store=self.name,
            keys=keys,
            lines=lines,
            today=now.date(),
            keep_until=keep_until,
        )

    def searched(self) -> tuple[int, int]:
        """How many datasets and mapped columns `residue` reads, for the certificate; nothing is asked.

        Values beside them in the records are read as well. `check` says of which datasets only what answers is seen.
        """
        datasets = self.data_map.datasets.values()
        return len(datasets), sum(len(dataset.fields) for dataset in datasets)

    def _erasure(self, keys: tuple[RowKey, ...], *, now: datetime, keep_until: KeepUntil | None) -> tuple[Work, ...]:
        walk = Walk(self.source, self.data_map, keys)
        return make_plan(walk, keys, store=self.name, today=now.date(), keep_until=keep_until)
