"""Compares a data map with the live schema column by column: what happens to each (house.md, idea 5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from exporters.datamap.model import CHANGING_ERASE, Erase
from exporters.description import Disclosure
from exporters.discover.names import looks_personal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.datamap.model import DataMap, Dataset, Field
    from exporters.sql.schema import LiveSchema, LiveTable


class Treatment(StrEnum):
    """What a map says about a column, in the words of `store coverage`."""

    ERASED = "erased"
    KEPT = "kept"
    LEFT = "left"
    BY_HAND = "by hand"
    NOT_PERSONAL = "not personal"
    UNDECLARED = "undeclared"
    LOOKS_PERSONAL = "UNDECLARED, looks personal"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ColumnCoverage:
    """One column: whether an access answer holds it, what erasure does to it, and why (the law, the reason, the look)."""

    table: str
    column: str
    disclosed: str
    treatment: Treatment
    why: str

    @property
    def blocks(self) -> bool:
        """Whether erasure cannot be trusted: a column that looks personal is in no map, or a declared one is gone."""
        return self.treatment in {Treatment.LOOKS_PERSONAL, Treatment.MISSING}


def coverage(data_map: DataMap, live: LiveSchema) -> Iterator[ColumnCoverage]:
    """Every column of the store, table by table, then declared columns the store does not have."""
    declared = _declared(data_map, live)
    for table in live.tables.values():
        ignored = next((one for one in data_map.ignored.values() if live.find(one.table) is table), None)
        known = {name.lower() for name in ignored.columns} if ignored else set()
        for low, column in table.columns.items():
            if found := declared.get((table.name, low)):
                yield _merged(table, column.name, found)
            elif ignored and low in known:
                kind = Treatment.BY_HAND if ignored.personal else Treatment.NOT_PERSONAL
                yield ColumnCoverage(table.name, column.name, "no", kind, ignored.reason)
            else:
                yield _undeclared(table, column.name, column.type)
    yield from _missing(data_map, live)


def _declared(data_map: DataMap, live: LiveSchema) -> Mapping[tuple[str, str], list[tuple[Dataset, Field]]]:
    """Fields by live table and column; several datasets may share a table."""
    found: dict[tuple[str, str], list[tuple[Dataset, Field]]] = {}
    for dataset in data_map.datasets.values():
        table = live.find(dataset.table)
        for field in dataset.fields.values() if table else ():
            if table and table.has(field.name):
                found.setdefault((table.name, field.name.lower()), []).append((dataset, field))
    return found


def _merged(table: LiveTable, column: str, found: list[tuple[Dataset, Field]]) -> ColumnCoverage:
    """One line for a column several datasets declare: what is kept in one of them counts as kept."""
    treated = [(treatment_of(dataset, field), dataset, field) for dataset, field in found]
    order = (Treatment.KEPT, Treatment.BY_HAND, Treatment.ERASED, Treatment.LEFT, Treatment.NOT_PERSONAL)
    treatment, dataset, field = min(treated, key=lambda one: order.index(one[0]))
    words = {
        Disclosure.EXPORTED: "exported",
        Disclosure.PARTLY: "partly",
        Disclosure.NEVER: "never",
        Disclosure.NOT_PERSONAL: "no",
    }
    disclosed = " / ".join(dict.fromkeys(words[one.disclosure] for _, one in found))
    return ColumnCoverage(table.name, column, disclosed, treatment, _why(treatment, dataset, field))


def treatment_of(dataset: Dataset, field: Field) -> Treatment:
    """What erasure does to a field of this data set."""
    if field.disclosure is Disclosure.NOT_PERSONAL:
        return Treatment.NOT_PERSONAL
    row, own = dataset.terms.erase, field.terms.erase
    if row is Erase.DELETE or own in CHANGING_ERASE:
        return Treatment.ERASED
    if Erase.MANUAL in {row, own}:
        return Treatment.BY_HAND
    if own is Erase.LEAVE:
        return Treatment.LEFT
    return Treatment.KEPT if Erase.KEEP in {row, own} else Treatment.ERASED


def _why(treatment: Treatment, dataset: Dataset, field: Field) -> str:
    reason = next(iter(field.reason.values()), "")
    match treatment:
        case Treatment.NOT_PERSONAL:
            return field.why_not_personal
        case Treatment.KEPT:
            law = field.terms.retention.law or dataset.terms.retention.law
            return f"{law}; {reason}" if reason else law
        case Treatment.LEFT:
            return "says nothing about anybody once the rest of its row is gone"
        case Treatment.ERASED:
            how = dataset.terms.erase if field.terms.erase not in CHANGING_ERASE else field.terms.erase
            return f"{how.value}; {reason}" if reason else how.value
        case _:
            return reason


def _undeclared(table: LiveTable, column: str, kind: str) -> ColumnCoverage:
    why = looks_personal(column, kind)
    treatment = Treatment.LOOKS_PERSONAL if why else Treatment.UNDECLARED
    return ColumnCoverage(table.name, column, "no", treatment, f"looks like {why}" if why else "not in the map")


def _missing(data_map: DataMap, live: LiveSchema) -> Iterator[ColumnCoverage]:
    for dataset in data_map.datasets.values():
        table = live.find(dataset.table)
        if table is None and dataset.optional:
            continue
        for field in dataset.fields.values():
            if table is None or not (table.has(field.name) or field.optional):
                why = "the map declares it, the store has none"
                yield ColumnCoverage(dataset.table, field.name, "no", Treatment.MISSING, why)
