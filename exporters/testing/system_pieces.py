# ruff: noqa: S101 - tests, written as a library
"""The pieces of `exporters.testing.system`: what a subclass says about its system, and the steps all checks take.

The oracle is the stand-in's own (`StandIn.owner`): it knows how the rows were filled and nothing of maps or profiles.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from exporters.contract import Identifier as Known
from exporters.contract import IdentifierKind as Kind
from exporters.contract import Kept, MatchStatus, Permanent, RowKey, StoreError, Subject, Temporary
from exporters.journal import MemoryJournal
from exporters.registry import load_stores, open_store
from exporters.testing.checksums import touched
from exporters.testing.standins.people import subscriber
from exporters.testing.standins.server import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporters.contract import PlanLine
    from exporters.journal import Step
    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import StandIn

NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
READS = (
    Fault.RESET,
    Fault.TRUNCATED,
    Fault.HTML_500,
    Fault.HTML_200,
    Fault.UNAVAILABLE,
    Fault.BUSY,
    Fault.FORBIDDEN,
    Fault.EXPIRED,
)
"""What can go wrong with a call that only reads (a slow one is tried once a system, since each costs its time-out)."""
WRITES = (*READS, Fault.LOST, Fault.BROKEN_AFTER)
_TRIES = 6
MOST_ENTRIES = 1_000
"""Entries no journal of these tests reaches."""
FEW = 2
"""A subscriber with a few rows, for what is done again for every call."""


def law(document: str, day: date) -> Kept | None:
    """Eight years from the end of the year for invoices and payments (the retention of the tests)."""
    return Kept(date(day.year + 8, 12, 31), "tax law") if document in {"invoice", "payment", "booking"} else None


class EndedHereError(BaseException):
    """The process ends here; nothing may catch it."""


class Deadly(MemoryJournal):
    """Ends the process in effect, right after the N-th entry was written."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number

    def put(self, step: Step) -> None:
        """Keep the entry, then end."""
        super().put(step)
        self.left -= 1
        if self.left == 0:
            raise EndedHereError


class SystemPieces:
    """What the checks are made of. A subclass gives the class of the stand-in, the options of the store and what differs between systems."""

    standin: ClassVar[type[StandIn]]
    system: ClassVar[str] = "rest"
    tables: ClassVar[Mapping[str, str]] = {}
    """Dataset of the map: table of the stand-in, where they differ."""
    withheld: ClassVar[frozenset[str]] = frozenset()
    """Tables of the stand-in whose rows no export hands out (secrets)."""
    kept: ClassVar[frozenset[str]] = frozenset()
    """Tables whose rows law keeps after an erasure, or which only a person can clear; the README says which."""
    by_hand: ClassVar[frozenset[tuple[str, str]]] = frozenset()
    """(table, column) that only a person can clear in rows that are otherwise cleared by program."""
    stamps: ClassVar[frozenset[str]] = frozenset()
    """Columns the system itself writes at every change."""
    change: ClassVar[tuple[str, str, str]] = ("clients", "email", "new.address@example.com")
    """Dataset, column and value of a correction."""
    restricts = True
    """Whether the system can restrict by program."""
    keep: ClassVar[Any] = staticmethod(law)
    """What law keeps: by document class and day."""
    fast: ClassVar[tuple[Fault, int]] = (Fault.LOST, 2)
    """The one fault, and at which write, that the fast tests try."""

    own: StandIn
    folder: Path

    @pytest.fixture(autouse=True)
    def _running(self, tmp_path: Path) -> Iterator[None]:
        self.folder = tmp_path
        with self.standin().running() as self.own:
            yield

    # What a subclass gives.

    def options(self) -> Mapping[str, str]:
        """The store's options besides system, label, owner and limits; secrets as `file:NAME` after writing them to `folder`."""
        raise NotImplementedError

    def who(self, person: Person) -> Subject:
        """How the tests name a person to the system."""
        return Subject(f"no {person.number}", (Known(Kind.EMAIL, person.email),))

    # The pieces.

    def opened(self, **more: str) -> Any:
        """A new exporter on the running stand-in."""
        lines = {
            "controller": "northwave",
            "system": self.system,
            "label": "{en: System}",
            "owner": "Billing",
            "rate": "0",
            "retries": "0",
            "read_timeout": "10",
            "total_timeout": "20",
            **self.options(),
            **more,
        }
        text = "".join(f"    {name}: {value}\n" for name, value in lines.items() if value)
        path = self.folder / "stores.yaml"
        path.write_text(f"stores:\n  system:\n{text}", encoding="utf-8")
        return open_store(load_stores(path)["system"])

    def table(self, dataset: str) -> str:
        """The stand-in's table of a dataset."""
        return self.tables.get(dataset, dataset)

    def key(self, table: str, parts: list[str]) -> str:
        """The stand-in's key of a row: all parts, or the last where a map asks by the owner first."""
        whole = "/".join(parts)
        return whole if whole in self.own.tables[table] else parts[-1]

    def collected(self, person: Person) -> dict[tuple[str, str], dict[str, Any]]:
        """Everything exported about a person: by (table, key) the columns."""
        exporter = self.opened()
        match = exporter.locate(self.who(person))
        assert match.status is MatchStatus.FOUND, f"{person.number} is {match.status}"
        keys = {name: dataset.key for name, dataset in exporter.data_map.datasets.items()}
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for batch in exporter.collect(self.who(person), match.keys):
            for row in batch.rows:
                record = dict(zip(batch.columns, row, strict=True))
                key = self.key(self.table(batch.dataset), [str(record[one]) for one in keys[batch.dataset]])
                found[self.table(batch.dataset), key] = record
        return found

    def plan(self, exporter: Any, right: str, person: Person, **more: Any) -> tuple[PlanLine, ...]:
        """The plan of one right for a person who is found first."""
        who = self.who(person)
        keys = exporter.locate(who).keys
        lines: tuple[PlanLine, ...] = exporter.plan(who, keys, right=right, now=NOW, keep_until=self.keep, **more)
        return lines

    def apply(self, exporter: Any, lines: tuple[PlanLine, ...], journal: MemoryJournal | None = None) -> int:
        """Carry lines out; how many rows changed."""
        outcomes = exporter.apply(
            lines, approval="a", now=NOW, check=lambda: None, keep_until=self.keep, journal=journal or MemoryJournal()
        )
        return sum(one.changed for one in outcomes)

    def only_hers_moved(self, before: Any, person: Person, hers: set[tuple[str, str]]) -> None:
        """Nobody else's row changed, came or went."""
        moved = touched(before, self.own.sums())
        assert moved <= hers, f"rows of others changed: {sorted(moved - hers)[:9]} (she is {person.number})"

    # What the checks are made of.

    def is_erased(self, person: Person) -> None:
        """Nothing of hers in her rows and in nobody's, kept and hand-cleared tables aside; what another's record says stays."""
        patterns = [re.compile(rf"(?<![\w.+-]){re.escape(one)}(?![\w-])", re.IGNORECASE) for one in needles(person)]
        left = {
            (table, column)
            for table, rows in self.own.tables.items()
            if table not in self.kept
            for row in rows.values()
            if self.own.owner(table, row) in {None, person.number}
            for column, value in row.items()
            if any(pattern.search(json.dumps(value, ensure_ascii=False)) for pattern in patterns)
        } - self.by_hand
        assert not left, f"left behind in {sorted(left)}"

    def _with_fault_while_writing(self, exporter: Any, lines: tuple[PlanLine, ...], fault: Fault, nth: int) -> None:
        """The fault at the nth write: found by a run without it."""
        began = len(self.own.writes)
        calls = len(self.own.calls)
        self.apply(exporter, lines)
        at = self.own.writes[began:][nth - 1] - calls if len(self.own.writes) - began >= nth else 1
        self.own.reset()
        self._with_fault(exporter, lines, fault, at)

    def _with_fault(self, exporter: Any, lines: tuple[PlanLine, ...], fault: Fault, at: int, number: int = FEW) -> None:
        person, before, hers = subscriber(number), self.own.sums(), self.own.hers(number)
        journal = MemoryJournal()
        self.own.fault(fault, at=at)
        for _ in range(_TRIES):
            try:
                self.apply(exporter, lines, journal)
            except Permanent as error:
                self._is_silent(error, person)
                if error.code in {"unknown_outcome", "plan_stale"}:
                    break  # waits for a person, and says so
            except Temporary as error:
                self._is_silent(error, person)
            else:
                self.is_erased(person)
                break
        else:
            pytest.fail(f"{fault} at call {at}: never finished, and nobody is told why")
        self.only_hers_moved(before, person, hers)

    def _is_silent(self, error: StoreError, person: Person) -> None:
        told = f"{error!r} {error}"
        assert error.code
        assert not [needle for needle in (*needles(person), "anna.secret") if needle.casefold() in told.casefold()]

    def _unstamped(self, sums: Any) -> Any:
        return {
            table: {key: re.sub(self._stamp(), "", row) for key, row in rows.items()} for table, rows in sums.items()
        }

    def _stamp(self) -> str:
        return "|".join(rf'"{name}": ("[^"]*"|\d+),? ?' for name in sorted(self.stamps)) or "(?!)"


def needles(person: Person) -> tuple[str, ...]:
    """What must not be found afterwards: what is hers alone."""
    return (person.email, person.phone, person.username, person.ip, person.mac)


def row(dataset: str, *key: str) -> RowKey:
    """A row of a dataset."""
    return RowKey(dataset, key)
