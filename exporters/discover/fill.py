"""Proposes what a system that leaves names open calls its tables and columns here (exporters/datamap/parameters.py).

Like a draft it decides nothing: each name has its reason beside it, `null` stands where nothing fits, and what no
parameter takes is listed at the end. No value of anybody stands in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporters.datamap.parameters import declared
from exporters.discover.names import is_secret, kind_of, looks_personal, names_staff, points_at, snake
from exporters.discover.write import flow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from exporters.discover.look import Table
    from exporters.discover.model import Discovery
    from exporters.document import Item

_HEAD = """\
# Proposed from the live schema: what this installation calls the tables and columns the map leaves open. Look at every line;
# `null` says that there is no such thing here. Nothing is erased before `manage.py store check` finds no error.
"""
_SMALL = frozenset(
    {"the", "a", "of", "it", "is", "to", "or", "row", "each", "number", "what", "who", "whose", "when", "name", "its"}
)
_KEY = "id"
_TABLE = "table"
Chosen = tuple[str, str]
"""A column and why."""


def fill(found: Discovery, document: Item) -> str:
    """A names file for the map `document`, from what was discovered. Raises ConfigError when the map leaves nothing open."""
    groups = declared(document)
    if not groups:
        raise document.error("this map leaves no names open: discover a map of its own instead")
    return "".join(f"{line}\n" for line in Filling(found, groups, _fixed(document)).lines())


def _fixed(document: Item) -> frozenset[str]:
    """The tables the map names itself, in small letters."""
    entries = document.entries()
    named = [
        (item.entries()[_TABLE].text() if _TABLE in item.entries() else name)
        for name, item in entries["datasets"].entries().items()
    ]
    for section in ("not_personal", "by_hand", "undisclosed"):
        named += entries[section].entries() if section in entries else []
    return frozenset(name.lower() for name in named if "<" not in name)


class Filling:
    """One proposal being made. The first group of a map is the persons themselves."""

    def __init__(self, found: Discovery, groups: Mapping[str, Mapping[str, Item]], fixed: frozenset[str]) -> None:
        """Choose a table for every group; each table is taken once."""
        self.found, self.groups = found, groups
        self.open = {name: table for name, table in found.tables.items() if name.lower() not in fixed}
        self.tables: dict[str, Chosen] = {}
        first = next(iter(groups))
        if found.person and found.person.table in self.open:
            self.tables[first] = (found.person.table, found.person.reason)
        for group in groups:
            if group not in self.tables and (chosen := self._table(group)):
                self.tables[group] = chosen
        self.columns = {group: self._columns(group) for group in self.tables}

    def lines(self) -> Iterator[str]:
        """The whole file."""
        yield from _HEAD.splitlines()
        yield "names:"
        for group, parameters in self.groups.items():
            if group not in self.tables:
                yield f"  {group}: null  # ? {parameters[_TABLE].text() if _TABLE in parameters else group}"
                continue
            yield f"  {group}:"
            for name, meaning in parameters.items():
                column, why = self.tables[group] if name == _TABLE else self.columns[group].get(name, ("", ""))
                told = f"{flow(column)}  # {meaning.text()}: {why}" if column else f"null  # ? {meaning.text()}"
                yield f"    {name}: {told}"
        yield from self._rest()

    def _table(self, group: str) -> Chosen | None:
        meaning = self.groups[group].get(_TABLE)
        wanted = _words(f"{group} {meaning.text() if meaning else ''}")
        taken = {table for table, _ in self.tables.values()}
        rated = [
            (len(common), name in self.found.links, -len(snake(name)), name, common)
            for name in self.open
            if name not in taken and (common := sorted(_words(snake(name)) & wanted))
        ]
        if not rated:
            return None
        *_, name, common = max(rated)
        linked = "rows of subscribers" if name in self.found.links else "no link from a subscriber was found"
        return name, f"its name says {' '.join(common)}; {linked}"

    def _columns(self, group: str) -> dict[str, Chosen]:
        """The columns of a group's table: first what is sure, then what its name says."""
        table = self.open[self.tables[group][0]]
        chosen: dict[str, Chosen] = {}
        for way in (self._by_role, self._by_name, self._by_kind, self._by_words):
            for name, meaning in self.groups[group].items():
                if name == _TABLE or name in chosen:
                    continue
                free = [one.name for one in table.columns if one.name not in {column for column, _ in chosen.values()}]
                if pick := way(table, name, meaning.text(), free):
                    chosen[name] = pick
        return chosen

    def _by_role(self, table: Table, name: str, _meaning: str, free: Sequence[str]) -> Chosen | None:
        if name == _KEY and len(table.key) == 1:
            return table.key[0], "the table's key"
        if name in self.tables:
            other = self.tables[name][0]
            named = (column for column in free if _points(column, self.open[other]))
            found = next(named, "") or self._linked(table, other, free)
            return (found, f"it points at {other}") if found else None
        if name == "staff":
            return next(((column, "its name says so") for column in free if names_staff(column)), None)
        if is_secret(name):
            return next(((column, "its name says so") for column in free if is_secret(column)), None)
        return None

    def _linked(self, table: Table, other: str, free: Sequence[str]) -> str:
        links = self.found.links.get(table.name, [])
        person = self.found.person
        hers = [
            link for link in links if link.parent == other or (not link.parent and person and person.table == other)
        ]
        numbers = [link.column for link in hers if link.type.value == "foreign_key" and link.column in free]
        return numbers[0] if numbers else ""

    def _by_name(self, _table: Table, name: str, _meaning: str, free: Sequence[str]) -> Chosen | None:
        wanted = name.replace("_", "")
        found = next((column for column in free if snake(column).replace("_", "") == wanted), "")
        return (found, "it is called so") if found else None

    def _by_kind(self, table: Table, name: str, _meaning: str, free: Sequence[str]) -> Chosen | None:
        kind = kind_of(name)
        for column in free if kind else ():
            finding = self.found.findings[table.name, column]
            if kind_of(column) is kind or finding.kind is kind:
                told = finding.reasons[0] if finding.reasons else "its name says so"
                return column, told
        return None

    def _by_words(self, _table: Table, name: str, meaning: str, free: Sequence[str]) -> Chosen | None:
        for wanted in (_words(name), _words(f"{name} {meaning}")):
            for column in free:
                if common := sorted(_words(snake(column)) & wanted):
                    return column, f"its name says {' '.join(common)}"
        return None

    def _rest(self) -> Iterator[str]:
        """What no parameter takes: the file's further sections are for these."""
        yield ""
        yield "# No parameter takes these. Put each under `more`, `datasets`, `by_hand` or `not_personal`; `!` looks personal."
        groups = {table: group for group, (table, _) in self.tables.items()}
        for name, table in self.open.items():
            used = {column for column, _ in self.columns[groups[name]].values()} if name in groups else set()
            left = [one for one in table.columns if one.name not in used]
            if left:
                told = ", ".join(f"{'!' if looks_personal(one.name, one.type) else ''}{one.name}" for one in left)
                yield f"#   {name}{f' ({groups[name]})' if name in groups else ''}: {told}"


def _points(column: str, other: Table) -> bool:
    """Whether a column is called after another table, or as that table's own key is."""
    own_key = other.key == (column,) and snake(column) != _KEY
    return own_key or points_at(column, other.name) or snake(column) == snake(other.name).split("_")[-1]


def _words(text: str) -> frozenset[str]:
    """The words of a name or a sentence, without endings that say how many."""
    return frozenset(
        word.removesuffix("s")
        for word in re.split(r"[^a-zäöüß]+", text.lower())
        if len(word) > 1 and word not in _SMALL
    )
