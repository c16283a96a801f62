"""Decides what each column is for a subscriber, from links, values and names, and says why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.datamap.composite import each_of
from exporters.datamap.model import Category
from exporters.discover.model import Confidence, Discovery, Finding, Role, sampled
from exporters.discover.names import (
    category_of,
    is_free_text,
    is_secret,
    is_staff_table,
    looks_personal,
    names_staff,
)
from exporters.discover.persons import agreed_kind
from exporters.identifiers import IdentifierKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.discover.known import Known
    from exporters.discover.look import Table
    from exporters.sql.schema import LiveColumn

_BY_FORM = frozenset({Kind.EMAIL, Kind.PHONE, Kind.MAC, Kind.IP, Kind.IBAN})
_SHARE = 0.3
_CATEGORY_OF_KIND = {
    Kind.EMAIL: Category.MASTER,
    Kind.PHONE: Category.MASTER,
    Kind.NAME: Category.MASTER,
    Kind.COMPANY: Category.MASTER,
    Kind.ADDRESS: Category.MASTER,
    Kind.BIRTH_DATE: Category.IDENTIFICATION,
    Kind.IBAN: Category.PAYMENT,
    Kind.MAC: Category.DEVICE,
    Kind.SERIAL: Category.DEVICE,
    Kind.IP: Category.TRAFFIC,
}


@dataclass(slots=True)
class _Hits:
    """Known values seen in a column: rows and persons by kind, whole values and those inside a text apart."""

    whole: Counter[Kind] = field(default_factory=Counter)
    inside: Counter[Kind] = field(default_factory=Counter)
    people: dict[Kind, set[int]] = field(default_factory=dict)

    def read(self, texts: Iterable[str | None], known: Known) -> _Hits:
        """Look for known values in each text."""
        for text in texts:
            if not text:
                continue
            found = list(known.hits(text))
            self.whole.update({hit.kind for hit in found if hit.whole})
            self.inside.update({hit.kind for hit in found if not hit.whole})
            for hit in found:
                self.people.setdefault(hit.kind, set()).update(hit.people)
        return self


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges every column of a store whose links are known."""

    found: Discovery
    subjects: Known
    persons: Known

    def judge(self) -> None:
        """Fill `findings` of the discovery."""
        for table in self.found.tables.values():
            for column in table.columns:
                reached = table.name in self.found.links
                finding = self._reached(table, column) if reached else self._outside(table, column)
                self.found.findings[table.name, column.name] = finding

    def _outside(self, table: Table, column: LiveColumn) -> Finding:
        why = looks_personal(column.name, column.type) or ("a member of staff" if names_staff(column.name) else "")
        profile = self.found.profiles[table.name, column.name]
        seen = profile.mostly()
        if named := self._by_subjects(table, column.name):
            kind, confidence, reason = named
            reasons = (reason, "no link from a subscriber was found")
            return Finding(table.name, column.name, Role.OTHERS, confidence, reasons, kind)
        if seen:
            why = f"values that look like {seen.value.replace('_', ' ')}"
        if not why:
            return Finding(table.name, column.name, Role.NONE, Confidence.LIKELY, ())
        where = "a table of staff" if is_staff_table(table.name) else "no link from a subscriber was found"
        return Finding(table.name, column.name, Role.OTHERS, Confidence.POSSIBLE, (f"looks like {why}", where), seen)

    def _reached(self, table: Table, column: LiveColumn) -> Finding:
        name = column.name
        category = category_of(table.name, name)
        free = is_free_text(column.type)
        if is_secret(name):
            return Finding(
                table.name, name, Role.SECRET, Confidence.LIKELY, ("its name",), category=Category.CREDENTIALS
            )
        if names_staff(name):
            return Finding(table.name, name, Role.STAFF, Confidence.LIKELY, ("its name says so",), category=category)
        if self._is_key(table, name):
            return Finding(table.name, name, Role.KEY, Confidence.CERTAIN, (), category=category)
        named = self._by_subjects(table, name) or self._by_persons(table, name) or self._by_look(table, name)
        if named:
            kind, confidence, reason = named
            general = category_of(table.name) in {None, Category.MASTER}
            category = _CATEGORY_OF_KIND.get(kind) if general else None
            free = reason.startswith("holds") or (free and not reason.startswith("is"))
            return Finding(table.name, name, Role.NAMES, confidence, (reason,), kind, category, free_text=free)
        detail = self.found.profiles[table.name, name].mostly_detail()
        reasons = (f"values that look like {detail}",) if detail else ()
        return Finding(table.name, name, Role.ABOUT, Confidence.LIKELY, reasons, category=category, free_text=free)

    def _is_key(self, table: Table, column: str) -> bool:
        person = self.found.person
        if (column,) == table.key or column in table.foreign:
            return not (
                person and (table.name, column) == (person.table, person.column) and person.kind is not Kind.RECORD
            )
        return any(
            column in each_of(link.column) and link.parent and link.type.value in {"foreign_key", "polymorphic"}
            for link in self.found.links[table.name]
        )

    def _by_subjects(self, table: Table, column: str) -> tuple[Kind, Confidence, str] | None:
        """Values of the named subscribers stand here. A single word that is somebody's name proves it only for both."""
        if not self.found.profiles[table.name, column].varied:
            return None
        hits = _Hits().read(table.texts(column), self.subjects)
        agreed = agreed_kind(table, column, self.found.profiles[table.name, column])
        for rows, place in ((hits.whole, "is"), (hits.inside, "holds")):
            for kind, count in rows.most_common():
                weak = place == "is" and kind in {Kind.NAME, Kind.COMPANY} and agreed is not kind
                if not weak or len(hits.people[kind]) > 1:
                    reason = f"{place} the {_words(kind)} of a named subscriber in {sampled(count)}"
                    return kind, Confidence.CERTAIN, reason
        return None

    def _by_persons(self, table: Table, column: str) -> tuple[Kind, Confidence, str] | None:
        """Values of several persons of the customer table stand here."""
        person = self.found.person
        if person is None or (
            table.name == person.table and agreed_kind(table, column, self.found.profiles[table.name, column])
        ):
            return None
        profile = self.found.profiles[table.name, column]
        if not profile.varied:
            return None
        hits = _Hits().read(table.texts(column), self.persons)
        for kind, count in hits.whole.most_common():
            if kind in _BY_FORM or (len(hits.people[kind]) > 1 and count >= profile.filled * _SHARE):
                return kind, Confidence.CERTAIN, f"is the {_words(kind)} of a person in {sampled(count)}"
        for kind, count in hits.inside.most_common():
            if kind in _BY_FORM or len(hits.people[kind]) > 1:
                return kind, Confidence.CERTAIN, f"holds the {_words(kind)} of persons in {sampled(count)}"
        return None

    def _by_look(self, table: Table, column: str) -> tuple[Kind, Confidence, str] | None:
        """Its values look like it, or its name says so and its values do not contradict."""
        profile = self.found.profiles[table.name, column]
        kind = agreed_kind(table, column, profile)
        if kind:
            if not profile.filled:
                return kind, Confidence.POSSIBLE, f"its name says {_words(kind)}; it holds no value yet"
            if profile.varied:
                seen = profile.mostly() is kind
                return kind, Confidence.LIKELY, f"its {'values look like' if seen else 'name says'} {_words(kind)}"
        for inside, rows in profile.inside.most_common():
            if inside in _BY_FORM and rows >= profile.filled * _SHARE and profile.varied:
                return inside, Confidence.LIKELY, f"holds what looks like {_words(inside)} in {sampled(rows)}"
        return None


def _words(kind: Kind) -> str:
    return kind.value.replace("_", " ")
