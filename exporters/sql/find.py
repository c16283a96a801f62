"""Finds persons by an identifier: which datasets can name a person, and how each is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from exporters.datamap.model import SUBJECT, Link, LinkType, Reference
from exporters.identifiers import IdentifierKind, normalise, radius_unescape, spellings
from exporters.persons import Person
from exporters.sql.engine import restart_clock
from exporters.sql.match import Probe, build, conditions, one_of
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from exporters.datamap.model import DataMap, Dataset, Field
    from exporters.identifiers import Identifier
    from exporters.sql.schema import LiveColumn, LiveTable

_INVERTIBLE = frozenset({LinkType.FOREIGN_KEY, LinkType.SAME_VALUE, LinkType.ESCAPED_VALUE})
"""Subject links from whose column the person's key can be read back."""
_LONGEST_COUNTRY_CODE = 3


@dataclass(frozen=True, slots=True)
class Finder:
    """A dataset whose `field` finds persons, named by the column of `link`.

    `defines`: its rows are accounts of their own right; others (logs, sessions) are asked only when those know nobody.
    """

    dataset: Dataset
    field: Field
    link: Link
    defines: bool


def finders(data_map: DataMap) -> tuple[Finder, ...]:
    """Every way of the map to find a person."""
    return tuple(
        Finder(dataset, field, link, data_map.defines(dataset, link))
        for dataset in data_map.datasets.values()
        for link in dataset.subject_links()
        if link.type in _INVERTIBLE
        for field in dataset.fields.values()
        if field.identifier and field.identifier.finds
    )


class Search:
    """Finds persons in one store on one connection."""

    def __init__(
        self, connection: sa.Connection, data_map: DataMap, tables: Mapping[str, LiveTable], store: str
    ) -> None:
        """`store`: the configured name, which store-bound identifiers must carry."""
        self.connection = connection
        self.data_map = data_map
        self.tables = tables
        self.store = store
        self._finders = [finder for finder in finders(data_map) if finder.dataset.name in tables]

    def accounts(self, identifier: Identifier) -> frozenset[Person]:
        """The persons whose own records carry the identifier."""
        if self._usable(identifier) and identifier.kind is IdentifierKind.RECORD:
            return self._record(identifier.value)
        return self._asked(identifier, defining=True)

    def logged(self, identifier: Identifier) -> frozenset[Person]:
        """The persons only logs and sessions know by this identifier: their accounts are gone."""
        return self._asked(identifier, defining=False)

    def near(self, identifier: Identifier) -> frozenset[Person]:
        """Accounts whose user name differs from the identifier in case only: for a person to look at."""
        if identifier.kind is not IdentifierKind.USERNAME:
            return frozenset()
        return self._asked(identifier, defining=True, any_case=True)

    def _usable(self, identifier: Identifier) -> bool:
        return identifier.unique and identifier.store in {None, self.store}

    def _asked(self, identifier: Identifier, *, defining: bool, any_case: bool = False) -> frozenset[Person]:
        return frozenset(
            person
            for finder in self._finders
            if finder.defines is defining and self._usable(identifier) and self._asks(finder, identifier)
            for person in self._ask(finder, identifier, any_case=any_case)
        )

    def _asks(self, finder: Finder, identifier: Identifier) -> bool:
        use = finder.field.identifier
        if use is None or identifier.kind not in use.kinds:
            return False
        # A number without a store means the whole house's numbering; this column must be in it.
        return identifier.store == self.store or not use.store_bound

    def _record(self, value: str) -> frozenset[Person]:
        subject, _, key = value.partition("/")
        for dataset in self.data_map.datasets.values():
            for link in dataset.subject_links():
                if link.references.column == subject and key and dataset.name in self.tables:
                    kind = self.data_map.subjects[subject].kind
                    probe = build(link, self.tables[dataset.name], {key}, kind=kind)
                    if probe and any(True for _ in self._distinct(dataset, (link.column,), probe)):
                        return frozenset({Person(subject, key)})
        return frozenset()

    def _ask(self, finder: Finder, identifier: Identifier, *, any_case: bool = False) -> Iterator[Person]:
        table = self.tables[finder.dataset.name]
        use = finder.field.identifier
        probe = _probe(finder, identifier, table, any_case=any_case)
        if probe is None or use is None:
            return
        columns = (finder.link.column, finder.field.name, *([use.prefix] if use.prefix else []))
        for subject, stored, *prefix in self._distinct(finder.dataset, columns, probe):
            known = identifier_text(stored, prefix[0] if prefix else None)
            if (use.prefix and normalise(identifier.kind, known) != identifier.normalised) or subject is None:
                continue
            yield from self._named(finder, text_of(subject) or "")

    def _named(self, finder: Finder, stored: str) -> Iterator[Person]:
        """The person a subject column names; a spelling only logs know is that of the accounts it resembles."""
        key = self.data_map.subjects[finder.link.references.column]
        value = radius_unescape(stored) if finder.link.type is LinkType.ESCAPED_VALUE else stored
        if key.kind is not IdentifierKind.USERNAME:
            value = normalise(key.kind, value)
        alike = set(self._accounts_like(key.name, value)) if finder.link.any_case and not finder.defines else set()
        names = {value} if value in alike or not alike else alike
        return (Person(key.name, name) for name in names)

    def _accounts_like(self, subject: str, value: str) -> Iterator[str]:
        for dataset in self.data_map.datasets.values():
            for link in dataset.subject_links():
                if link.references.column == subject and self.data_map.defines(dataset, link):
                    table = self.tables.get(dataset.name)
                    any_case = replace(link, type=LinkType.SAME_VALUE, any_case=True)
                    probe = build(any_case, table, {value}, kind=IdentifierKind.USERNAME) if table else None
                    for row in self._distinct(dataset, (link.column,), probe) if probe else ():
                        yield text_of(row[0]) or ""

    def _distinct(self, dataset: Dataset, columns: Sequence[str], probe: Probe) -> Iterator[tuple[Any, ...]]:
        """The different values of some columns in rows the probe accepts: a log may hold a million rows of one person."""
        table = self.tables[dataset.name]
        names = tuple(dict.fromkeys((*columns, probe.link.column)))
        at = names.index(probe.link.column)
        shown = [_byte_exact(self.connection, table.column(name)) for name in names]
        for clause in probe.clauses:
            restart_clock(self.connection)
            statement = sa.select(*shown).select_from(table.sql).where(*conditions(table, dataset.where), clause)
            for row in self.connection.execute(statement.distinct()).all():
                if probe.accepts(row[at]):
                    yield tuple(row[names.index(name)] for name in columns)


def _byte_exact(connection: sa.Connection, column: LiveColumn) -> sa.ColumnElement[Any]:
    """The column so that DISTINCT does not merge what a MariaDB collation takes for equal (`Anna` and `anna`)."""
    if connection.dialect.name in {"mysql", "mariadb"} and column.family == "text":
        return sa.collate(sa.cast(column.sql, mysql.CHAR(charset="utf8mb4")), "utf8mb4_bin")
    return column.sql


def _probe(finder: Finder, identifier: Identifier, table: LiveTable, *, any_case: bool) -> Probe | None:
    """The probe that looks for the identifier in the finder's field."""
    name, use = finder.field.name, finder.field.identifier
    link = Link(LinkType.SAME_VALUE, name, Reference(SUBJECT, finder.link.references.column), any_case=any_case)
    if use and use.prefix:
        return _phone_probe(link, identifier, table)
    escaped = any(own.column == name and own.type is LinkType.ESCAPED_VALUE for own in finder.dataset.links)
    if escaped:
        values = {identifier.value, *spellings(identifier.kind, identifier.value)}
        return build(replace(link, type=LinkType.ESCAPED_VALUE), table, values, kind=identifier.kind)
    return build(link, table, {identifier.value}, kind=identifier.kind)


def _phone_probe(link: Link, identifier: Identifier, table: LiveTable) -> Probe | None:
    """A number whose country code stands in a column of its own: look for every way to cut it, decide afterwards."""
    digits = identifier.normalised.removeprefix("+")
    forms = {digits[length:] for length in range(_LONGEST_COUNTRY_CODE + 1)} | set(identifier.spellings())
    clause = one_of(table.column(link.column), sorted(form for form in forms if form))
    return None if clause is None else Probe(link, (clause,), lambda stored: stored is not None)


def identifier_text(stored: object, prefix: object = None) -> str:
    """The value of an identifier column, put together with the country code beside it."""
    text = text_of(stored) or ""
    code = "".join(char for char in text_of(prefix) or "" if char.isdigit())
    return f"+{code}{text}" if code and text and not text.startswith(("+", "00")) else text
