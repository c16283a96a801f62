"""Finds the table that has a row for each subscriber, and what the other tables call her."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from exporters.datamap.model import Category
from exporters.discover.known import Known
from exporters.discover.model import PersonKey
from exporters.discover.names import category_of, is_staff_table, kind_of, names_owner, names_staff, points_at
from exporters.identifiers import NEVER_UNIQUE
from exporters.identifiers import IdentifierKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from exporters.contract import Subject
    from exporters.discover.look import Table
    from exporters.discover.values import Profile

    Profiles = Mapping[tuple[str, str], Profile]

_KEYS = (Kind.USERNAME, Kind.CUSTOMER_NUMBER, Kind.EMAIL, Kind.CONTRACT_NUMBER, Kind.PHONE)
"""Kinds by which tables without a foreign key name a person, the best first."""
_TEXT_KINDS = frozenset({Kind.NAME, Kind.COMPANY, Kind.ADDRESS, Kind.USERNAME})


def agreed_kind(table: Table, column: str, profile: Profile) -> Kind | None:
    """The kind of identifier a whole column holds, as its values say, or as its name says and its values allow."""
    named, seen = kind_of(column), profile.mostly()
    if named is Kind.USERNAME and seen is Kind.EMAIL:
        seen = None  # many log in with their address
    if seen is not None:
        return seen
    if named is None or names_staff(column):
        return None
    return named if profile.filled == 0 or _allowed(named, table.live.column(column).family, profile) else None


def _allowed(named: Kind, family: str, profile: Profile) -> bool:
    """Whether the values may be what the column's name says."""
    match named:
        case Kind.BIRTH_DATE:
            return profile.births >= profile.filled * 0.8
        case Kind.EMAIL | Kind.IP | Kind.MAC | Kind.IBAN:
            return False  # their form is known, and these values do not have it
        case Kind.PHONE:
            return profile.phonelike >= profile.filled * 0.6
        case _:
            return named not in _TEXT_KINDS or family == "text"


def known_subjects(subjects: Sequence[Subject]) -> Known:
    """The named subscribers' values."""
    known = Known()
    for person, subject in enumerate(subjects):
        known.add_person(person, ((one.kind, one.value) for one in subject.identifiers))
    return known


def known_persons(table: Table, profiles: Profiles) -> Known:
    """The values of every person in the customer table's sample; a person is the position of her row."""
    known = Known()
    kinds = {
        column.name: kind
        for column in table.columns
        if (kind := agreed_kind(table, column.name, profiles[table.name, column.name]))
        and profiles[table.name, column.name].varied
    }
    for person, row in enumerate(table.rows):
        values = ((kind, row[name] or "") for name, kind in kinds.items() if row[name])
        known.add_person(person, iter(values))
    return known


def find_persons(tables: Mapping[str, Table], profiles: Profiles, subjects: Known) -> PersonKey | None:
    """The best table of persons with its key, or nothing when no table looks like one."""
    scores = {name: score for name, table in tables.items() if (score := _score(table, tables, profiles, subjects)) > 0}
    if not scores:
        return None
    best = max(scores, key=lambda name: (scores[name], -len(name)))
    return _key(tables[best], tables, profiles)


def owner_of(column: str, tables: Mapping[str, Table]) -> str:
    """The table a column's name points at; of several the one whose name it spells out most."""
    found = [name for name in tables if points_at(column, name)]
    return max(found, key=len, default="")


def referrers(owner: Table, tables: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    """Tables and columns that hold this table's key, by a foreign key or by the column's name."""
    for table in tables.values():
        for column in table.columns:
            if table is owner or len(owner.key) != 1:
                continue
            declared = table.foreign.get(column.name)
            if declared == (owner.name, owner.key[0]) or (not declared and owner_of(column.name, tables) == owner.name):
                yield table.name, column.name


def _score(table: Table, tables: Mapping[str, Table], profiles: Profiles, subjects: Known) -> int:
    """How much a table looks like the one with a row for each person."""
    if is_staff_table(table.name):
        return 0
    kinds: Counter[Kind] = Counter()
    singles = 0
    hit: set[int] = set()
    for column in table.columns:
        profile = profiles[table.name, column.name]
        kind = agreed_kind(table, column.name, profile)
        if kind is None:
            continue
        kinds[kind] += 1
        single = profile.filled == 0 or profile.distinct >= profile.filled * 0.9
        if kind not in NEVER_UNIQUE and single:
            singles += 1
            for text in table.texts(column.name):
                hit |= {person for found in subjects.hits(text or "") if found.whole for person in found.people}
    if not singles:
        return 0
    child = any(
        other != table.name and not is_staff_table(other) and category_of(other) is Category.MASTER
        for other in (owner_of(column.name, tables) for column in table.columns)
    )
    refers = len({name for name, _ in referrers(table, tables)})
    named = 6 if category_of(table.name) is Category.MASTER else 0
    return 3 * len(kinds) + 10 * len(hit) + 2 * refers + named - (12 if child else 0)


def _key(table: Table, tables: Mapping[str, Table], profiles: Profiles) -> PersonKey:
    """The column by which other tables name a person: its key where they hold that, else a value that tells them apart."""
    kinds = {
        column.name: agreed_kind(table, column.name, profiles[table.name, column.name]) for column in table.columns
    }
    pointing = list(referrers(table, tables))
    pointing += [
        (other.name, column.name)
        for other in tables.values()
        for column in other.columns
        if other is not table and names_owner(column.name) and not owner_of(column.name, tables)
    ]
    values = [name for name, kind in kinds.items() if kind in _KEYS and _tells_apart(profiles[table.name, name])]
    shared = {name: _spread(name, table, tables, profiles) for name in values}
    best = max(values, key=lambda name: (shared[name], -_KEYS.index(kinds[name] or Kind.PHONE)), default="")
    filled = sum(profiles[place].filled > 0 for place in pointing)
    if pointing and len(table.key) == 1 and (not best or filled >= shared[best]):
        reason = f"{len(pointing)} columns of other tables hold its key"
        return PersonKey(table.name, table.key[0], kinds.get(table.key[0]) or Kind.RECORD, reason)
    if best and (shared[best] or len(table.key) != 1):
        return PersonKey(table.name, best, kinds[best] or Kind.USERNAME, f"{shared[best]} other tables hold its values")
    column = table.key[0] if len(table.key) == 1 else table.columns[0].name
    return PersonKey(table.name, column, Kind.RECORD, "no other table was seen to refer to it")


def _tells_apart(profile: Profile) -> bool:
    return profile.filled == 0 or profile.distinct >= profile.filled * 0.9


def _spread(column: str, owner: Table, tables: Mapping[str, Table], profiles: Profiles) -> int:
    """How many other tables hold values of this column."""
    values = {text.casefold() for text in owner.texts(column) if text}
    count = 0
    for table in tables.values():
        if table is not owner:
            count += any(
                one.family == "text"
                and profiles[table.name, one.name].filled
                and any((text or "").casefold() in values for text in table.texts(one.name))
                for one in table.columns
            )
    return count
