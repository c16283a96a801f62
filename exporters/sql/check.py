"""Compares a data map with the live store: what the store has and the map does not know, and the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.contract import Problem, Severity
from exporters.datamap.model import SUBJECT
from exporters.discover.names import looks_personal
from exporters.sql.schema import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.datamap.model import DataMap, Dataset
    from exporters.sql.schema import LiveSchema, LiveTable


def compare(data_map: DataMap, live: LiveSchema, *, store: str) -> Iterator[Problem]:
    """Every difference. An undeclared column that looks personal is an error, since it would never be erased."""
    declared: dict[str, set[str]] = {}
    present: set[str] = set()
    for dataset in data_map.datasets.values():
        table = live.find(dataset.table)
        if table is None:
            yield _absent(dataset, store)
            continue
        present.add(dataset.name)
        # Several datasets may share a table: together they declare its columns.
        declared.setdefault(table.name, set()).update(column.lower() for column in dataset.fields)
        for column in missing(dataset, table):
            place = f"{store}.{dataset.table}.{column}"
            yield Problem(Severity.ERROR, "column_missing", place, "the map declares this column, the store has none")
    for ignored in data_map.ignored.values():
        table = live.find(ignored.table)
        if table is not None:
            declared[table.name] = {column.lower() for column in ignored.columns}
            if ignored.personal:
                yield Problem(Severity.INFO, "by_hand", f"{store}.{ignored.table}", ignored.reason)
    for name in sorted(present):
        yield from _unreachable(data_map.datasets[name], present, store)
    for table in live.tables.values():
        if data_map.undisclosed(table.name):
            continue  # not even a new column of it is spoken of (rule X-06)
        yield from _undeclared(table, declared[table.name], store) if table.name in declared else _unknown(table, store)


def _absent(dataset: Dataset, store: str) -> Problem:
    place = f"{store}.{dataset.table}"
    if dataset.optional:
        return Problem(Severity.INFO, "table_absent", place, "an optional table this installation does not have")
    return Problem(Severity.ERROR, "table_missing", place, "the map declares this table, the store has none")


def _unreachable(dataset: Dataset, present: set[str], store: str) -> Iterator[Problem]:
    starts = {link.references.dataset for link in dataset.links}
    if SUBJECT not in starts and not starts & present:
        place = f"{store}.{dataset.table}"
        yield Problem(Severity.ERROR, "unreachable", place, "all tables its links start from are absent")


def _undeclared(table: LiveTable, declared: set[str], store: str) -> Iterator[Problem]:
    for name, column in table.columns.items():
        if name in declared:
            continue
        place = f"{store}.{table.name}.{column.name}"
        why = looks_personal(column.name, column.type)
        if why:
            yield Problem(Severity.ERROR, "column_undeclared", place, f"not in the map and looks personal: {why}")
        else:
            yield Problem(Severity.WARNING, "column_undeclared", place, "not in the map")


def _unknown(table: LiveTable, store: str) -> Iterator[Problem]:
    place = f"{store}.{table.name}"
    personal = [column.name for column in table.columns.values() if looks_personal(column.name, column.type)]
    if personal:
        names = ", ".join(personal[:8])
        yield Problem(Severity.ERROR, "table_undeclared", place, f"not in the map and looks personal: {names}")
    else:
        yield Problem(Severity.WARNING, "table_undeclared", place, "not in the map")
