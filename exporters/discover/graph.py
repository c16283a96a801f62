"""Guesses how rows hang on a subscriber: foreign keys, names of columns, equal values, kinds of rows, JSON, free text.

Numbers alone prove nothing (every table has a row 7): a link by number needs a declared foreign key, a name that points
at the table, or rows that hold values of several persons beside exactly their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.datamap.composite import each_of, named_together
from exporters.datamap.model import LinkType
from exporters.discover.look import SAMPLE
from exporters.discover.model import FoundLink
from exporters.discover.names import is_equipment, is_staff_table, names_owner, names_staff, points_at, snake
from exporters.discover.persons import agreed_kind, owner_of
from exporters.discover.textlinks import text_links
from exporters.discover.values import key_of
from exporters.identifiers import NEVER_UNIQUE
from exporters.identifiers import IdentifierKind as Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from exporters.discover.known import Known
    from exporters.discover.look import Table
    from exporters.discover.model import PersonKey
    from exporters.discover.values import Profile

_TYPES = ("type", "kind", "model", "table", "class", "entity", "object", "art")
_MOST = 0.9
_SEVERAL = 2
_FEW = 30
_SOME = 0.2
_MAJORITY = 0.6


@dataclass(frozen=True, slots=True)
class _Target:
    """A column of the customer table other tables may repeat, with its sampled values."""

    kind: Kind
    column: str
    values: frozenset[str] = field(repr=False)


@dataclass(slots=True)
class Graph:
    """The links found so far, by table in the order they were reached."""

    tables: Mapping[str, Table]
    profiles: Mapping[tuple[str, str], Profile]
    person: PersonKey
    persons: Known
    links: dict[str, list[FoundLink]] = field(default_factory=dict)

    def walk(self) -> dict[str, list[FoundLink]]:
        """Reach tables by the best links first, then give each table all it has. Tables of staff are never a subscriber's."""
        self.links[self.person.table] = [self._root_link()]
        ways = (self._by_number, self._same_value, self._weak, self._shared)
        while found := next((more for way in ways if (more := self._reach(way))), {}):
            self.links |= found
        for name, links in list(self.links.items()):
            self.links[name] = self._all(name, links)
        return self.links

    def _reach(self, way: Callable[[Table], Iterable[FoundLink]]) -> dict[str, list[FoundLink]]:
        """Tables that a way of linking adds, those whose links hold values before those without."""
        open_ = [table for name, table in self.tables.items() if name not in self.links and not is_staff_table(name)]
        found = {table.name: links for table in open_ if (links := list(way(table)))}
        filled = {name: links for name, links in found.items() if self._filled(name, links)}
        return filled or found

    def _filled(self, name: str, links: Iterable[FoundLink]) -> bool:
        return any(self._has_values(name, link) for link in links)

    def _has_values(self, name: str, link: FoundLink) -> bool:
        return all(self.profiles[name, column].filled for column in each_of(link.column))

    def _all(self, name: str, first: list[FoundLink]) -> list[FoundLink]:
        """Every link a table needs: one without values is kept only where there is none with values."""
        table = self.tables[name]
        if name == self.person.table:
            return first
        links: list[FoundLink] = []
        for way in (self._by_number, self._same_value, self._weak, self._shared):
            if not links or (table.rows and not self._filled(name, links)):
                links += way(table)
        with_values = [link for link in links if self._has_values(name, link)]
        return (with_values if self._covers(table, with_values) else links) or first

    def _covers(self, table: Table, links: list[FoundLink]) -> bool:
        """Whether every sampled row has a value in one of the links' columns."""
        ways = [each_of(link.column) for link in links]
        return bool(ways) and all(any(all(row[name] for name in way) for way in ways) for row in table.rows)

    def _root_link(self) -> FoundLink:
        person = self.person
        by_key = (person.column,) == self.tables[person.table].key
        kind = LinkType.FOREIGN_KEY if by_key else LinkType.SAME_VALUE
        return FoundLink(kind, person.column, "", "", f"a row for each person; {person.reason}", sure=True)

    def _by_number(self, table: Table) -> list[FoundLink]:
        return [*self._composite(table), *self._foreign(table), *self._polymorphic(table)]

    def _weak(self, table: Table) -> list[FoundLink]:
        """Numbers that stand beside a person's values, else her values inside texts."""
        beside = list(self._beside(table))
        return beside or list(text_links(table, self.tables[self.person.table], self.persons, self._columns_by_kind()))

    def _before(self, table: Table) -> list[str]:
        """Reached tables a link may lead to: none that hangs on this one, or links would go round in a circle."""
        return [name for name in self.links if name != table.name and not self._hangs(name, table.name)]

    def _hangs(self, name: str, other: str) -> bool:
        """Whether a table's links lead to another, directly or over others."""
        parents = {link.parent for link in self.links[name] if link.parent}
        return other in parents or any(self._hangs(parent, other) for parent in parents)

    def _composite(self, table: Table) -> Iterator[FoundLink]:
        """Declared foreign keys over several columns; halves of keys are never guessed at."""
        before = self._before(table)
        for columns, (owner, there) in table.composite.items():
            if owner in before and not any(map(names_staff, columns)):
                reason = "a foreign key over several columns"
                column, target = named_together(columns), named_together(there)
                yield FoundLink(LinkType.FOREIGN_KEY, column, owner, target, reason, sure=True)

    def _foreign(self, table: Table) -> Iterator[FoundLink]:
        before = self._before(table)
        for column in table.columns:
            declared = table.foreign.get(column.name)
            owner, target = declared or (owner_of(column.name, self.tables), "")
            if not owner and names_owner(column.name) and table.name != self.person.table:
                owner = self.person.table
            if owner not in before or names_staff(column.name):
                continue
            parent = self.tables[owner]
            if not declared:
                if (
                    len(parent.key) != 1
                    or (column.name,) == table.key
                    or not self._included(table, column.name, parent)
                ):
                    continue
                target = parent.key[0]
            reason = "a foreign key" if declared else self._why(table, column.name)
            sure = bool(declared) or self.profiles[table.name, column.name].filled > 0
            yield FoundLink(LinkType.FOREIGN_KEY, column.name, owner, target, reason, sure)

    def _why(self, table: Table, column: str) -> str:
        if not self.profiles[table.name, column].filled:
            return "its name says so; it holds no value yet"
        return "its name says so and its values are keys there"

    def _included(self, table: Table, column: str, parent: Table) -> bool:
        """Whether the column's values are keys of the parent, as far as both samples reach."""
        keys = {row[parent.key[0]] for row in parent.rows}
        values = {text for text in table.texts(column) if text and text != "0"}
        if not values:
            return True
        inside = sum(value in keys for value in values)
        return inside >= len(values) * _MOST or (len(parent.rows) >= SAMPLE and inside > 0)

    def _polymorphic(self, table: Table) -> Iterator[FoundLink]:
        """`rel_type` beside `rel_id`: one link for each kind of row that names a reached table."""
        names = {snake(column.name): column.name for column in table.columns}
        for plain, column in names.items():
            base, _, end = plain.rpartition("_")
            if end not in {"id", "nr", "key"} or not base:
                continue
            teller = next((names[one] for one in (*(f"{base}_{word}" for word in _TYPES), base) if one in names), "")
            if not teller:
                continue
            for value in sorted({text for text in table.texts(teller) if text})[:_FEW]:
                owner = max(
                    (name for name in self._before(table) if points_at(f"{value}_id", name)), key=len, default=""
                )
                if owner and len(self.tables[owner].key) == 1:
                    reason = f"{teller} says which table {column} means"
                    key = self.tables[owner].key[0]
                    yield FoundLink(LinkType.POLYMORPHIC, column, owner, key, reason, sure=True, when=(teller, value))

    def _beside(self, table: Table) -> Iterator[FoundLink]:
        """A column that holds a person's key in every row that holds a value of hers, for several persons."""
        root = self.tables[self.person.table]
        if len(root.key) != 1:
            return
        keys = [row[root.key[0]] for row in root.rows]
        owned = [(row, people) for row in table.rows if (people := self._whose(row))]
        if len({next(iter(people)) for _, people in owned}) < _SEVERAL:
            return
        for column in table.columns:
            if (column.name,) == table.key or names_staff(column.name):
                continue
            if all(row[column.name] is not None and row[column.name] == keys[next(iter(who))] for row, who in owned):
                reason = f"in {len(owned)} sampled rows with a person's values it holds her key"
                yield FoundLink(LinkType.FOREIGN_KEY, column.name, root.name, root.key[0], reason, sure=True)

    def _whose(self, row: Mapping[str, str | None]) -> frozenset[int]:
        """The one person whose unique values a row holds."""
        people: set[int] = set()
        for text in row.values():
            for hit in self.persons.hits(text) if text else ():
                if hit.kind not in NEVER_UNIQUE and len(hit.people) == 1:
                    people |= hit.people
        return frozenset(people) if len(people) == 1 else frozenset()

    def _columns_by_kind(self) -> dict[Kind, str]:
        """The customer table's columns whose values tell persons apart, by kind."""
        root, found = self.tables[self.person.table], dict[Kind, str]()
        for column in root.columns:
            profile = self.profiles[root.name, column.name]
            kind = agreed_kind(root, column.name, profile)
            if kind and kind not in NEVER_UNIQUE and profile.distinct >= profile.filled * _MOST:
                found.setdefault(kind, column.name)
        return found

    def _same_value(self, table: Table) -> Iterator[FoundLink]:
        """The column whose values are, for the most part, those of a column of the customer table."""
        root = self.tables[self.person.table]
        targets = self._columns_by_kind()
        for kind, target in sorted(targets.items(), key=lambda one: one[1] != self.person.column):
            if kind in {Kind.PHONE, Kind.IBAN, Kind.MAC}:
                continue  # households share them
            exact = frozenset(text for text in root.texts(target) if text)
            for column in table.columns:
                link = self._value_link(table, column.name, _Target(kind, target, exact))
                if link:
                    yield self._aimed(link, target)
                    return

    def _value_link(self, table: Table, column: str, target: _Target) -> FoundLink | None:
        kind = target.kind
        if table.live.column(column).family != "text" or names_staff(column):
            return None
        named = agreed_kind(table, column, self.profiles[table.name, column]) is kind
        texts = {text for text in table.texts(column) if text}
        if not texts:
            # Only an empty table is guessed at, and only where the column is called what it is called there.
            reason = "its name says so; the table is empty"
            guess = named and not (table.rows or kind is Kind.EMAIL or is_equipment(table.name))
            guess = guess and snake(column) == snake(target.column)
            return FoundLink(LinkType.SAME_VALUE, column, "", "", reason, sure=False) if guess else None
        values = {key_of(kind, text) for text in target.values}
        same = {text for text in texts if key_of(kind, text) in values}
        if len(same) < min(_SEVERAL, len(texts)) or len(same) < len(texts) * (_SOME if named else _MAJORITY):
            return None
        other = same - target.values
        escaped = any("=" in text for text in other)
        cased = any(text.lower() != text for text in other)
        reason = "its values are those of persons"
        reason += ", escaped as RADIUS writes them" if escaped else ""
        reason += ", in upper or lower case" if cased else ""
        link = LinkType.ESCAPED_VALUE if escaped else LinkType.SAME_VALUE
        return FoundLink(link, column, "", "", reason, sure=True, any_case=cased)

    def _aimed(self, link: FoundLink, target: str) -> FoundLink:
        """Aim a link at the person's key where that is the value, else at the customer table's column."""
        if target == self.person.column:
            return link
        return FoundLink(
            link.type, link.column, self.person.table, target, link.reason, link.sure, any_case=link.any_case
        )

    def _shared(self, table: Table) -> Iterator[FoundLink]:
        """A table that reached rows point at and that holds what names people: the address of a household."""
        if len(table.key) != 1 or not self._holds_names(table):
            return
        for owner in [self.tables[name] for name in self._before(table)]:
            for column in owner.columns:
                declared = owner.foreign.get(column.name)
                aimed = declared[0] if declared else owner_of(column.name, self.tables)
                if aimed == table.name and (column.name,) != owner.key and self._included(owner, column.name, table):
                    reason = f"{owner.name} points at its rows; several persons may share one"
                    kind = LinkType.FOREIGN_KEY
                    yield FoundLink(kind, table.key[0], owner.name, column.name, reason, bool(declared), shared=True)

    def _holds_names(self, table: Table) -> bool:
        profiles = {column.name: self.profiles[table.name, column.name] for column in table.columns}
        return any(agreed_kind(table, name, profile) and profile.varied for name, profile in profiles.items())
