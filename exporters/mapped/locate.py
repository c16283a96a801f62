"""Does this store know the subject, and what does it teach about her: the rules of a SQL store over any source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from exporters.contract import Candidate, Identifier, IdentifierKind, Learned, Match, MatchStatus
from exporters.datamap.model import SUBJECT, Link, LinkType, Reference
from exporters.identifiers import STORE_BOUND, mask, normalise
from exporters.mapped.match import build
from exporters.mapped.source import holds
from exporters.mapped.walk import Walk
from exporters.persons import Evidence, Person, Verdict, decide
from exporters.values import at_path, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import Subject
    from exporters.datamap.model import DataMap, Dataset, Field
    from exporters.mapped.source import Row, Source

_SEARCHED = frozenset({LinkType.FOREIGN_KEY, LinkType.SAME_VALUE})
"""Subject links from whose column the person's key can be read back."""


class Search:
    """Finds persons in one store."""

    def __init__(self, source: Source, data_map: DataMap, store: str) -> None:
        """`store`: the configured name, which store-bound identifiers must carry."""
        self.source, self.data_map, self.store = source, data_map, store

    def accounts(self, identifier: Identifier, *, any_case: bool = False) -> frozenset[Person]:
        """The persons whose own records carry the identifier; `any_case` for user names, as a question only."""
        if not identifier.unique or identifier.store not in {None, self.store}:
            return frozenset()
        if identifier.kind is IdentifierKind.RECORD:
            return frozenset(self._record(identifier.value))
        return frozenset(
            person
            for dataset in self.data_map.datasets.values()
            for link in dataset.subject_links()
            if link.type in _SEARCHED
            for field in dataset.fields.values()
            if self._asks(field, identifier)
            for row in self._holding(dataset, field, identifier, any_case=any_case)
            for person in self._person(link, row)
        )

    def _asks(self, field: Field, identifier: Identifier) -> bool:
        use = field.identifier
        if use is None or not use.finds or identifier.kind not in use.kinds:
            return False
        return identifier.store == self.store or not use.store_bound

    def _holding(self, dataset: Dataset, field: Field, identifier: Identifier, *, any_case: bool) -> Iterator[Row]:
        link = Link(LinkType.SAME_VALUE, field.name, Reference(SUBJECT, ""))
        probe = build(link, {identifier.value}, identifier.kind)
        prefix = field.identifier.prefix if field.identifier else ""
        for row in self.source.rows(dataset, field.name, probe.ask):
            stored = text_of(row.values.get(field.name)) or ""
            if prefix:
                stored = with_prefix(stored, row.values.get(prefix))
            same = normalise(identifier.kind, stored) == identifier.normalised
            alike = any_case and stored.casefold() == identifier.value.casefold()
            if stored and (same or alike) and holds(dataset.where, row):
                yield row

    def _person(self, link: Link, row: Row) -> Iterator[Person]:
        text = text_of(row.values.get(link.column))
        if text and holds(link.when, row):
            key = self.data_map.subjects[link.references.column]
            plain = key.kind is IdentifierKind.USERNAME
            yield Person(key.name, text if plain else normalise(key.kind, text))

    def _record(self, value: str) -> Iterator[Person]:
        name, _, key = value.partition("/")
        if name not in self.data_map.subjects or not key:
            return
        for dataset in self.data_map.datasets.values():
            for link in dataset.subject_links():
                if link.references.column == name:
                    probe = build(link, {key}, self.data_map.subjects[name].kind)
                    found = self.source.rows(dataset, probe.column, probe.ask)
                    if any(probe.accepts(row) and holds(dataset.where, row) for row in found):
                        yield Person(name, key)
                        return


def with_prefix(stored: str, prefix: object) -> str:
    """A number put together with the country code beside it."""
    code = "".join(char for char in text_of(prefix) or "" if char.isdigit())
    return f"+{code}{stored}" if code and stored and not stored.startswith(("+", "00")) else stored


def locate(source: Source, data_map: DataMap, subject: Subject, *, store: str) -> Match:
    """Find the subject by her unique identifiers; names, addresses and shared contacts lead nowhere (house.md, Locate)."""
    search = Search(source, data_map, store)
    evidence = _without_superseded(data_map, [_evidence(search, one) for one in subject.identifiers])
    verdict = decide(evidence)
    candidates = tuple(_candidate(source, data_map, person) for person in verdict.others)
    if verdict.status is not MatchStatus.FOUND:
        return Match(verdict.status, candidates=candidates)
    keys = tuple(person.key for person in verdict.persons)
    learned = [
        Learned(Identifier(IdentifierKind.RECORD, person.record, store), f"{SUBJECT}.{person.subject}")
        for person in verdict.persons
    ]
    taught: dict[tuple[str, str], tuple[Identifier, str]] = {}
    for identifier, link in _taught(Walk(source, data_map, keys), store):
        taught.setdefault((identifier.kind, identifier.normalised), (identifier, link))
    learned += [
        Learned(identifier, link, shared=_held_by_others(search, identifier, verdict))
        for identifier, link in taught.values()
    ]
    return Match(MatchStatus.FOUND, keys, candidates, tuple(learned))


def _evidence(search: Search, identifier: Identifier) -> Evidence:
    pinned = identifier.store == search.store and identifier.kind in STORE_BOUND
    persons = search.accounts(identifier)
    near: frozenset[Person] = frozenset()
    if not persons and identifier.kind is IdentifierKind.USERNAME:
        near = search.accounts(identifier, any_case=True)
    return Evidence(persons, near, pinned)


def _superseded(data_map: DataMap, persons: frozenset[Person]) -> frozenset[str]:
    """Keys that do not count beside the ones found (a guest who is a customer as well is the customer)."""
    known = {person.subject for person in persons}
    return frozenset(key.name for key in data_map.subjects.values() if key.only_without in known)


def _without_superseded(data_map: DataMap, evidence: list[Evidence]) -> list[Evidence]:
    less = _superseded(data_map, frozenset(person for one in evidence for person in one.persons | one.near))

    def counting(persons: frozenset[Person]) -> frozenset[Person]:
        return frozenset(person for person in persons if person.subject not in less)

    return [replace(one, persons=counting(one.persons), near=counting(one.near)) for one in evidence]


def _held_by_others(search: Search, identifier: Identifier, verdict: Verdict) -> bool:
    less = _superseded(search.data_map, frozenset(verdict.persons))
    others = search.accounts(identifier) - set(verdict.persons) if identifier.unique else frozenset()
    return any(person.subject not in less for person in others)


def _taught(walk: Walk, store: str) -> Iterator[tuple[Identifier, str]]:
    for dataset in walk.data_map.datasets.values():
        fields = [field for field in dataset.fields.values() if _teaches(field)]
        for row in walk.rows(dataset) if fields else ():
            for field in fields:
                yield from _values(dataset, field, row, store)


def _teaches(field: Field) -> bool:
    own = field.identifier is not None and field.identifier.teaches
    return own or any(_teaches(part) for part in field.parts)


def _values(dataset: Dataset, field: Field, row: Row, store: str) -> Iterator[tuple[Identifier, str]]:
    use, stored = field.identifier, row.values.get(field.name)
    if use and use.teaches:
        text = with_prefix(text_of(stored) or "", row.values.get(use.prefix) if use.prefix else None)
        if text.strip():
            yield Identifier(use.kind, text, store if use.store_bound else None), f"{dataset.name}.{field.name}"
    for part in field.parts:
        if part.identifier and part.identifier.teaches:
            bound = store if part.identifier.store_bound else None
            for text in at_path(stored, tuple(part.name.split("."))):
                if text.strip():
                    yield Identifier(part.identifier.kind, text, bound), f"{dataset.name}.{field.name}.{part.name}"


def _candidate(source: Source, data_map: DataMap, person: Person) -> Candidate:
    """A masked glimpse of a person, enough for staff to tell two apart."""
    for dataset in data_map.datasets.values():
        fields = [field.name for field in dataset.fields.values() if field.hint and field.collected]
        for link in dataset.subject_links():
            if not fields or link.references.column != person.subject:
                continue
            probe = build(link, {person.value}, data_map.subjects[person.subject].kind)
            for row in source.rows(dataset, probe.column, probe.ask):
                if probe.accepts(row):
                    texts = ((name, text_of(row.values.get(name))) for name in fields)
                    return Candidate(person.record, {f"{dataset.name}.{n}": mask(text) for n, text in texts if text})
    return Candidate(person.record, {})
