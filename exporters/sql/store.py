"""A SQL store behind the contract: everything reads through a data map, `apply` alone writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.amending import AMENDMENTS, Asked
from exporters.contract import Permanent, PlanBlocked
from exporters.datamap.info import describe
from exporters.datamap.load import load
from exporters.held import ROWS as HELD_ROWS
from exporters.journal import MemoryJournal
from exporters.plans import ERASURE
from exporters.record.words import check_record
from exporters.registry import resolve
from exporters.shipped import file_of
from exporters.sql.amend import amend, confirm
from exporters.sql.amend_rights import amendment
from exporters.sql.apply import StoppedError
from exporters.sql.batches import ROWS
from exporters.sql.bulk import Order, apply_order
from exporters.sql.check import compare
from exporters.sql.collect import collect
from exporters.sql.engine import Timeouts, UnusableUrlError, make_engine, snapshot, writing
from exporters.sql.everybody import everybody
from exporters.sql.feasible import problems
from exporters.sql.files import Documents, has_documents
from exporters.sql.held import held
from exporters.sql.locate import locate
from exporters.sql.plan import make_plan
from exporters.sql.residue import scan, searched
from exporters.sql.schema import bind, read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from exporters.contract import (
        Batch,
        Change,
        Confirmed,
        DatasetInfo,
        FileBatch,
        Identifier,
        KeepUntil,
        Match,
        Outcome,
        PlanLine,
        Problem,
        Residue,
        RowKey,
        Subject,
    )
    from exporters.document import Item
    from exporters.held import Held
    from exporters.journal import Journal
    from exporters.registry import StoreConfig

_OPTIONS = ("write_url", "languages", "names", "batch_rows", "connect_timeout", "statement_timeout", "lock_timeout")


class SqlStore:
    """One configured database.

    Options: `url` (a password only through `env:` or `file:`), `map` (a name under exporters/systems or a path relative
    to the store file), `names` (a file with the names the map leaves open), `write_url` when another account may write
    (the one `apply` uses), `languages` its labels must have, `batch_rows`: the most rows one transaction changes
    (20,000), and time-outs in seconds: `connect_timeout` (10), `statement_timeout` (60), `lock_timeout` (10).
    """

    def __init__(self, config: StoreConfig) -> None:
        """Read map and options; nothing is contacted. Raises ConfigError."""
        for name, item in config.options.items():
            if name not in {"url", "map", *_OPTIONS}:
                raise item.error(f"unknown option {name!r} for a SQL store; known: url, map, {', '.join(_OPTIONS)}")
        for name in ("url", "map"):
            if name not in config.options:
                raise config.place.error(f"a SQL store needs {name!r}")
        self.name = config.name
        languages = config.options["languages"].texts() if "languages" in config.options else ()
        self.data_map = load(
            file_of(config, "map", "map.yaml"), languages=languages, record=config.record, names=_names(config)
        )
        self._record = config.record
        self._timeouts = _timeouts(config)
        self._batch_rows = _batch_rows(config)
        self._engine = self._connect_to(config, config.options["url"])
        self._writer = self._connect_to(config, config.options.get("write_url", config.options["url"]), writes=True)

    def _connect_to(self, config: StoreConfig, url: Item, *, writes: bool = False) -> Engine:
        try:
            return make_engine(resolve(config, url), folder=config.folder, timeouts=self._timeouts, writes=writes)
        except UnusableUrlError as error:
            raise url.error(str(error)) from None

    def locate(self, subject: Subject) -> Match:
        """Find the subject by her unique identifiers; raises Temporary or Permanent."""
        with self._snapshot() as connection:
            tables = bind(self.data_map, read_schema(connection), store=self.name)
            return locate(connection, self.data_map, tables, subject, store=self.name)

    def everybody(self, check: Callable[[], None]) -> Iterator[tuple[RowKey, tuple[Identifier, ...]]]:
        """Everybody this store holds, streamed from one consistent state (exporters/everybody.py)."""
        with snapshot(self._engine, self.name) as connection:
            tables = bind(self.data_map, read_schema(connection), store=self.name)
            yield from everybody(connection, self.data_map, tables, store=self.name, check=check)

    def collect(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[Batch]:
        """Stream everything linked to `keys` from one consistent state; connects when the first batch is asked for."""
        if not keys:
            return
        with snapshot(self._engine, self.name) as connection:
            tables = bind(self.data_map, read_schema(connection), store=self.name)
            yield from collect(connection, self.data_map, tables, keys)

    def attachments(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[FileBatch]:
        """References to documents in her rows, where the map says that a column holds one; connects only then."""
        if not keys or not has_documents(self.data_map):
            return
        with snapshot(self._engine, self.name) as connection:
            tables = bind(self.data_map, read_schema(connection), store=self.name)
            yield from Documents(self.data_map, tables, self._snapshot, self.name).references(connection, keys)

    def describe(self) -> tuple[DatasetInfo, ...]:
        """What the map says; the store is not asked."""
        return describe(self.data_map)

    def check(self) -> list[Problem]:
        """Compare map and live schema; raises Temporary when the store cannot be asked."""
        with self._snapshot() as connection:
            found = list(compare(self.data_map, read_schema(connection), store=self.name))
        return [*found, *check_record(self.data_map, self._record, store=self.name)]

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
        """What one right would do to everything linked to `keys`, from one state of the store (house.md, idea 3).

        `right` and what goes with it: see the contract. Raises PlanBlocked when a line could not succeed,
        Permanent("right_unsupported") for a right no store can carry out.
        """
        if right in AMENDMENTS:
            return self._plan_amendment(keys, Asked(right, now, changes, purposes, applied, standing))
        if right != ERASURE or changes or purposes or applied or standing:
            raise Permanent("right_unsupported", self.name)
        if not keys:
            return ()
        with self._snapshot() as connection:
            live = read_schema(connection)
            tables = bind(self.data_map, live, store=self.name)
            planned = make_plan(
                connection, self.data_map, tables, keys, store=self.name, today=now.date(), keep_until=keep_until
            )
            found = tuple(problems(connection, live, planned, store=self.name))
        if found:
            raise PlanBlocked(self.name, found)
        return planned.lines

    def _plan_amendment(self, keys: tuple[RowKey, ...], asked: Asked) -> tuple[PlanLine, ...]:
        if not keys:
            return ()
        with self._snapshot() as connection:
            live = read_schema(connection)
            tables = bind(self.data_map, live, store=self.name)
            lines, found = amendment(connection, self.data_map, live, tables, keys, store=self.name, asked=asked)
        if found:
            raise PlanBlocked(self.name, found)
        return lines

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
        """Carry out the approved lines of this store; the same again changes nothing more.

        Up to 20,000 rows in one transaction; more in batches, each written down in `journal` so that another call goes
        on where this one ended. Raises Permanent("plan_stale") when rows, owner, treatment, law or schema are not what
        was approved, and whatever `check` raises: what was not committed by then was not written.
        """
        if not approval:
            raise Permanent("not_approved", self.name)
        persons = {line.persons for line in lines}
        if not lines:
            return ()
        if len(persons) != 1 or len({line.right for line in lines}) != 1:
            raise Permanent("plan_stale", self.name)
        if lines[0].right != ERASURE:
            return self._amend(lines, check)
        order = Order(self.name, self.data_map, lines, persons.pop(), now.date(), keep_until, check, self._batch_rows)
        return apply_order(self._writer, order, journal or MemoryJournal(), statement_seconds=self._timeouts.statement)

    def _amend(self, lines: tuple[PlanLine, ...], check: Callable[[], None]) -> tuple[Outcome, ...]:
        try:
            with writing(self._writer, self.name, statement_seconds=self._timeouts.statement) as connection:
                tables = bind(self.data_map, read_schema(connection), store=self.name)
                return amend(connection, self.data_map, tables, lines, store=self.name, check=check)
        except StoppedError as stopped:
            raise stopped.cause from None
        except Permanent as error:
            # A rule of the store that the look at it did not foresee: nothing was written.
            changed = error.code in {"constraint", "rows_differ", "schema_changed"}
            raise (Permanent("plan_stale", error.place) if changed else error) from None

    def held(self, keys: tuple[RowKey, ...], *, rows: int = HELD_ROWS) -> tuple[Held, ...]:
        """What of hers a correction could be about, value by value with its row; reads only."""
        if not keys:
            return ()
        with self._snapshot() as connection:
            tables = bind(self.data_map, read_schema(connection), store=self.name)
            return tuple(held(connection, self.data_map, tables, keys, rows=rows))

    def confirm(self, lines: tuple[PlanLine, ...]) -> tuple[Confirmed, ...]:
        """For each amending line how many rows are as it wrote them, are not, are gone; reads only."""
        with self._snapshot() as connection:
            tables = bind(self.data_map, read_schema(connection), store=self.name)
            return confirm(connection, self.data_map, tables, lines, store=self.name)

    def residue(
        self,
        subject: Subject,
        keys: tuple[RowKey, ...],
        *,
        now: datetime,
        lines: tuple[PlanLine, ...] = (),
        keep_until: KeepUntil | None = None,
    ) -> tuple[Residue, ...]:
        """Where her identifiers still stand, in every table, mapped or not, with whose rows these are (rules 6.5.1)."""
        with snapshot(self._engine, self.name) as connection:
            live = read_schema(connection)
            tables = bind(self.data_map, live, store=self.name)
            return scan(
                connection,
                self.data_map,
                live,
                tables,
                subject,
                store=self.name,
                keys=keys,
                lines=lines,
                today=now.date(),
                keep_until=keep_until,
            )

    def searched(self) -> tuple[int, int]:
        """How many tables and columns `residue` reads, for the certificate; the store is asked."""
        with snapshot(self._engine, self.name) as connection:
            tables = searched(connection, read_schema(connection), self.data_map)
            return len(tables), sum(len(table.columns) for table in tables)

    def _snapshot(self) -> AbstractContextManager[Connection]:
        return snapshot(self._engine, self.name, statement_seconds=self._timeouts.statement)


def _names(config: StoreConfig) -> Path | None:
    return config.folder / config.options["names"].text() if "names" in config.options else None


def _batch_rows(config: StoreConfig) -> int:
    item = config.options.get("batch_rows")
    rows = ROWS if item is None else item.number()
    if item is not None and (rows < 1 or rows != int(rows)):
        raise item.error("batch_rows is a whole number, at least 1")
    return int(rows)


def _timeouts(config: StoreConfig) -> Timeouts:
    given = {
        name: config.options[f"{name}_timeout"].number()
        for name in ("connect", "statement", "lock")
        if f"{name}_timeout" in config.options
    }
    return Timeouts(**given)
