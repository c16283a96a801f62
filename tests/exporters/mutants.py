"""Exporters that are broken in one way each: the SQL store of the club, with one promise not kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import (
    FileBatch,
    FileRef,
    HitClass,
    Match,
    MatchStatus,
    Permanent,
    RowKey,
    StoreError,
    Subject,
    Temporary,
    Treatment,
)
from exporters.registry import resolve
from exporters.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import Batch, Outcome, PlanLine, Residue
    from exporters.registry import StoreConfig


class Sound(SqlStore):
    """Not broken."""

    def __init__(self, config: StoreConfig) -> None:
        super().__init__(config)
        self._path = resolve(config, config.options["url"]).removeprefix("sqlite:///")

    def behind(self, statement: str) -> int:
        """Write past everything that guards the store, unless somebody holds it; rows changed."""
        try:
            with closing(sqlite3.connect(self._path, timeout=0.1)) as connection:
                changed = connection.execute(statement).rowcount
                connection.commit()
                return changed
        except sqlite3.OperationalError:
            return 0


class EagerList(Sound):
    def collect(self, *args: Any) -> Any:
        return list(super().collect(*args))


class Hoarder(Sound):
    """A generator, but only after everything has been read."""

    def collect(self, *args: Any) -> Iterator[Batch]:
        yield from list(super().collect(*args))


class OneByOneBatchOfAll(Sound):
    def collect(self, *args: Any) -> Iterator[Batch]:
        for batch in super().collect(*args):
            yield replace(batch, rows=batch.rows * 6000) if batch.dataset == "members" else batch


class FilesLie(Sound):
    def attachments(self, *args: Any) -> Iterator[FileBatch]:
        if args[1]:
            yield FileBatch("members", (FileRef("a.txt", "text/plain", 3, "", lambda: iter([b"four"])),))


class UnstableOrder(Sound):
    asked = 0

    def collect(self, *args: Any) -> Iterator[Batch]:
        UnstableOrder.asked += 1
        turn = -1 if UnstableOrder.asked % 2 else 1
        for batch in super().collect(*args):
            yield replace(batch, rows=batch.rows[::turn])


class GoesOnWhereItStopped(Sound):
    _done = 0

    def collect(self, *args: Any) -> Iterator[Batch]:
        begin = self._done
        for at, batch in enumerate(super().collect(*args)):
            if at >= begin:
                self._done = at + 1
                yield batch
        self._done = 0


class NotJson(Sound):
    def collect(self, *args: Any) -> Iterator[Batch]:
        for batch in super().collect(*args):
            yield replace(batch, rows=_other(batch, Decimal("1.5")))


class RawDates(Sound):
    def collect(self, *args: Any) -> Iterator[Batch]:
        for batch in super().collect(*args):
            yield replace(batch, rows=_other(batch, date(2026, 1, 2)))


class Undescribed(Sound):
    def describe(self) -> Any:
        return tuple(info for info in super().describe() if info.name != "letters")


class NoPurpose(Sound):
    def describe(self) -> Any:
        return tuple(replace(info, purpose={}) for info in super().describe())


class KnowsEverybody(Sound):
    def locate(self, subject: Any) -> Match:
        found = super().locate(subject)
        if subject.reference == "nobody":
            return Match(MatchStatus.FOUND, (RowKey("member", ("4",)),))
        return found


class ByName(Sound):
    def locate(self, subject: Any) -> Match:
        if subject.reference == "by name":
            return Match(MatchStatus.FOUND, (RowKey("member", ("1",)),))
        return super().locate(subject)


class ToldMore(Sound):
    """Answers for the right person, with a letter of the namesake among hers."""

    def collect(self, *args: Any) -> Iterator[Batch]:
        for batch in super().collect(*args):
            foreign = (9, 1, None, "write to ada@example.net")
            more = batch.dataset == "letters" and args[0].reference == "Ada"
            yield replace(batch, rows=(*batch.rows, foreign)) if more else batch


class SharedRows(Sound):
    """Hands one row to both."""

    def collect(self, *args: Any) -> Iterator[Batch]:
        for batch in super().collect(*args):
            both = (9, 1, None, "Dear Adas")
            yield replace(batch, rows=(*batch.rows, both)) if batch.dataset == "letters" else batch


class PlanWrites(Sound):
    def plan(self, *args: Any, **named: Any) -> Any:
        self.behind("UPDATE attic SET scrap = scrap || '.' WHERE id = 1")
        return super().plan(*args, **named)


class NoReason(Sound):
    def plan(self, *args: Any, **named: Any) -> Any:
        return tuple(replace(line, reason=None) for line in super().plan(*args, **named))

    def apply(self, lines: Any, **named: Any) -> Any:
        return super().apply(_as_planned(self, lines, named, "reason"), **named)


class AnyRight(Sound):
    def plan(self, *args: Any, right: str = "erasure", **named: Any) -> Any:
        return super().plan(*args, right="erasure", **named)


class ForeignRowTouched(Sound):
    """Changes a row beside the plan: of a third person, so that neither the known one nor the namesake notices."""

    def apply(self, lines: Any, **named: Any) -> Any:
        outcomes = super().apply(lines, **named)
        if any(one.changed for one in outcomes):
            self.behind("UPDATE letters SET body = 'call him' WHERE id = 4")
        return outcomes


class PlansForeignRows(Sound):
    """The plan itself lists a row of the namesake, and apply() does as it is told."""

    def plan(self, *args: Any, **named: Any) -> Any:
        lines = super().plan(*args, **named)
        return tuple(
            replace(line, keys=(*line.keys, RowKey("tastes", (2,))), count=line.count + 1)
            if line.dataset == "tastes" and line.treatment is Treatment.ANONYMISE
            else line
            for line in lines
        )

    def apply(self, lines: Any, **named: Any) -> Any:
        own = tuple(
            replace(line, keys=tuple(key for key in line.keys if key.values != (2,)))
            if line.dataset == "tastes"
            else line
            for line in lines
        )
        outcomes = super().apply(own, **named)
        more = self.behind("UPDATE tastes SET said = 'erased' WHERE member_id = 2 AND said <> 'erased'")
        return tuple(
            replace(one, changed=one.changed + more)
            if lines[one.line].dataset == "tastes" and lines[one.line].writes
            else one
            for one in outcomes
        )


class NotIdempotent(Sound):
    """The second time it does something once more."""

    def apply(self, lines: Any, **named: Any) -> Any:
        outcomes = super().apply(lines, **named)
        if not any(one.changed for one in outcomes):
            self.behind("UPDATE attic SET scrap = 'done again'")
        return outcomes


class StalePlanIgnored(Sound):
    """Goes ahead without the rows that are not hers any more."""

    def apply(self, lines: Any, **named: Any) -> Any:
        try:
            return super().apply(lines, **named)
        except Permanent as error:
            if error.code != "plan_stale" or any(line.rule.startswith("another") for line in lines):
                raise
        self.behind("UPDATE letters SET body = NULL WHERE member_id = 1")
        return ()


class StaleRuleIgnored(Sound):
    """Takes the map as it is now for the one that was approved."""

    def apply(self, lines: Any, **named: Any) -> Any:
        return super().apply(_as_planned(self, lines, named, "rule"), **named)


class NeverAsks(Sound):
    """Does not ask whether the case still stands."""

    def apply(self, lines: Any, **named: Any) -> Any:
        return super().apply(lines, **named | {"check": lambda: None})


class KeysOnly(Sound):
    """Erases what was listed and forgets what arrived."""

    def apply(self, lines: Any, **named: Any) -> Any:
        later = self.behind("UPDATE visits SET login = 'later' WHERE id = 9 AND login <> 'later'")
        outcomes = super().apply(lines, **named)
        if later:
            self.behind("UPDATE visits SET login = 'Ada@example.com' WHERE id = 9")
        return outcomes


class HalfDone(Sound):
    """A transaction for every line: killed on the way, some are done."""

    def apply(self, lines: tuple[PlanLine, ...], **named: Any) -> tuple[Outcome, ...]:
        if any(line.rule.startswith("another") for line in lines):
            return super().apply(lines, **named)
        first = [line for line in lines if line.dataset == "letters"]
        parts = (super().apply(tuple(first), **named), super().apply(lines, **named))
        changed = sum(one.changed for one in parts[0])
        return tuple(
            replace(one, changed=one.changed + changed, unchanged=0)
            if lines[one.line].dataset == "letters" and lines[one.line].writes
            else one
            for one in parts[1]
        )


class ResidueHidesHers(Sound):
    def residue(self, *args: Any, **named: Any) -> tuple[Residue, ...]:
        return tuple(one for one in super().residue(*args, **named) if one.cls is HitClass.UNLINKED)


class ResidueReadsTheMapOnly(Sound):
    def residue(self, *args: Any, **named: Any) -> tuple[Residue, ...]:
        mapped = {dataset.table for dataset in self.data_map.datasets.values()}
        return tuple(one for one in super().residue(*args, **named) if one.table in mapped)


class SwallowsTimeout(Sound):
    """A store that takes too long has nobody."""

    def locate(self, subject: Any) -> Match:
        try:
            return super().locate(subject)
        except Temporary as error:
            if error.code == "store_down":
                raise
            return Match(MatchStatus.NONE)


class DownIsPermanent(Sound):
    def locate(self, subject: Any) -> Match:
        try:
            return super().locate(subject)
        except Temporary as error:
            raise (Permanent("failed", error.place) if error.code == "store_down" else error) from None


class NamesThePerson(Sound):
    """Tells in its error who was asked for."""

    def locate(self, subject: Any) -> Match:
        try:
            return super().locate(subject)
        except Temporary as error:
            if error.code != "store_down":
                raise
            raise Temporary(error.code, f"looking for {subject.identifiers[0].value}") from None


class LockIsPermanent(Sound):
    def apply(self, lines: Any, **named: Any) -> Any:
        try:
            return super().apply(lines, **named)
        except Temporary as error:
            raise (Permanent("failed", error.place) if self._is_reserved() else error) from None

    def _is_reserved(self) -> bool:
        """Somebody writes, but one can still read."""
        try:
            with self._engine.connect() as connection:
                return bool(connection.exec_driver_sql("SELECT 1 FROM attic").all())
        except sa.exc.DBAPIError:
            return False


def _other(batch: Batch, value: Any) -> Any:
    return tuple((value, *row[1:]) for row in batch.rows)


def _fresh(store: Sound, lines: Any, named: Any) -> tuple[PlanLine, ...]:
    planned: tuple[PlanLine, ...] = SqlStore.plan(
        store,
        Subject("anew", ()),
        lines[0].persons,
        now=named["now"],
        keep_until=named["keep_until"],
    )
    return planned


def _as_planned(store: Sound, lines: Any, named: Any, attribute: str) -> tuple[PlanLine, ...]:
    """The approved lines with one attribute as a plan made now has it."""
    try:
        fresh = {
            (one.dataset, one.treatment, one.filter, one.document_year): one for one in _fresh(store, lines, named)
        }
    except StoreError:
        return tuple(lines)
    rules = {one.dataset: one for one in fresh.values()}
    return tuple(
        replace(line, **{attribute: getattr(found, attribute)})
        if (
            found := fresh.get((line.dataset, line.treatment, line.filter, line.document_year))
            or rules.get(line.dataset)
        )
        else line
        for line in lines
    )
