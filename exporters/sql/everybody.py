"""Everybody a SQL store holds: each row that names a person, with the identifiers that stand in it, streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.datamap.model import LinkType
from exporters.identifiers import Identifier, IdentifierKind, normalise, radius_unescape
from exporters.persons import Person
from exporters.sql.locate import teaches, values_in
from exporters.sql.match import conditions
from exporters.sql.rows import BATCH, fetch
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from exporters.contract import RowKey
    from exporters.datamap.model import DataMap, Dataset, Link
    from exporters.sql.schema import LiveTable

_INVERTIBLE = frozenset({LinkType.FOREIGN_KEY, LinkType.SAME_VALUE, LinkType.ESCAPED_VALUE})
"""Subject links from whose column the person's key can be read back."""
_NAMING = frozenset({IdentifierKind.USERNAME, IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.MAC})
"""Kinds of a person key that are identifiers wherever they stand; a record number means something in its store only."""


def everybody(
    connection: sa.Connection,
    data_map: DataMap,
    tables: Mapping[str, LiveTable],
    *,
    store: str,
    check: Callable[[], None],
) -> Iterator[tuple[RowKey, tuple[Identifier, ...]]]:
    """Each person's key with the identifiers of one row; of logs and sessions each combination once."""
    for dataset in data_map.datasets.values():
        if dataset.name not in tables:
            continue
        for link in dataset.subject_links():
            if link.type in _INVERTIBLE:
                yield from _people(connection, data_map, dataset, link, tables[dataset.name], store, check)


def _people(  # noqa: PLR0917 -- private, one caller
    connection: sa.Connection,
    data_map: DataMap,
    dataset: Dataset,
    link: Link,
    table: LiveTable,
    store: str,
    check: Callable[[], None],
) -> Iterator[tuple[RowKey, tuple[Identifier, ...]]]:
    fields = [field for field in dataset.fields.values() if teaches(field) and table.has(field.name)]
    names = [link.column, *(field.name for field in fields)]
    names += [field.identifier.prefix for field in fields if field.identifier and field.identifier.prefix]
    names = list(dict.fromkeys(names))
    subject = link.references.column
    kind = data_map.subjects[subject].kind
    statement = (
        sa.select(*(table.column(name).sql for name in names))
        .select_from(table.sql)
        .where(*conditions(table, dataset.where), *conditions(table, link.when))
    )
    if not fields:
        # A log with a million rows of few people. Where a collation merges spellings, the account tables have the others.
        statement = statement.distinct()
    for rows in fetch(connection, statement, rows=BATCH):
        check()
        for row in rows:
            values = dict(zip(names, row, strict=True))
            person = _named(values[link.column], link, subject, kind)
            if person is not None:
                yield person.key, tuple(_identifiers(dataset, fields, values, person, kind, store))


def _named(stored: Any, link: Link, subject: str, kind: IdentifierKind) -> Person | None:
    text = text_of(stored) or ""
    if not text.strip():
        return None
    value = radius_unescape(text) if link.type is LinkType.ESCAPED_VALUE else text
    return Person(subject, value if kind is IdentifierKind.USERNAME else normalise(kind, value))


def _identifiers(  # noqa: PLR0917 -- private, one caller
    dataset: Dataset,
    fields: list[Any],
    values: Mapping[str, object],
    person: Person,
    kind: IdentifierKind,
    store: str,
) -> Iterator[Identifier]:
    yield Identifier(IdentifierKind.RECORD, person.record, store)
    if kind in _NAMING:
        yield Identifier(kind, person.value)
    for field in fields:
        yield from (one for one, _link in values_in(dataset, field, values, store))
