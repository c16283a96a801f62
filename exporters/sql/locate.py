"""Does this store know the subject, and what can be learned about her from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from exporters.contract import Candidate, Learned, Match, MatchStatus
from exporters.datamap.model import SUBJECT, LinkType
from exporters.identifiers import STORE_BOUND, Identifier, IdentifierKind, mask, radius_unescape
from exporters.persons import Evidence, Person, Verdict, decide
from exporters.sql.find import Search, identifier_text
from exporters.sql.match import build
from exporters.sql.rows import read_rows
from exporters.sql.walk import Walk
from exporters.values import at_path, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import sqlalchemy as sa

    from exporters.contract import Subject
    from exporters.datamap.model import DataMap, Dataset, Field
    from exporters.sql.schema import LiveTable


def locate(
    connection: sa.Connection, data_map: DataMap, tables: Mapping[str, LiveTable], subject: Subject, *, store: str
) -> Match:
    """Find the subject by her unique identifiers; names, addresses and shared contacts lead nowhere (house.md, Locate).

    Each learned identifier carries the link that taught it, and whether another person has the same value.
    """
    search = Search(connection, data_map, tables, store)
    evidence = [_evidence(search, identifier) for identifier in subject.identifiers]
    verdict = decide(_first_keys(data_map, evidence))
    candidates = tuple(_candidate(connection, data_map, tables, person) for person in verdict.others)
    if verdict.status is not MatchStatus.FOUND:
        return Match(verdict.status, candidates=candidates)
    keys = tuple(person.key for person in verdict.persons)
    walk = Walk(connection, data_map, tables, keys)
    learned = [
        Learned(Identifier(IdentifierKind.RECORD, person.record, store), f"{SUBJECT}.{person.subject}")
        for person in verdict.persons
    ]
    taught: dict[tuple[str, str], tuple[Identifier, str]] = {}
    for identifier, link in _taught(walk, store):
        taught.setdefault((identifier.kind, identifier.normalised), (identifier, link))
    learned += [
        Learned(identifier, link, shared=_held_by_others(search, identifier, verdict))
        for identifier, link in taught.values()
    ]
    return Match(MatchStatus.FOUND, keys, candidates, tuple(learned))


def _evidence(search: Search, identifier: Identifier) -> Evidence:
    """Accounts first; then accounts that differ in case only, as a question; then what logs alone remember."""
    pinned = identifier.store == search.store and identifier.kind in STORE_BOUND
    accounts = search.accounts(identifier)
    near = frozenset() if accounts else search.near(identifier)
    return Evidence(accounts or (frozenset() if near else search.logged(identifier)), near, pinned)


def _superseded(data_map: DataMap, persons: Iterable[Person]) -> frozenset[str]:
    """Keys that do not count beside the ones found (a guest who is a customer as well is the customer)."""
    known = {person.subject for person in persons}
    return frozenset(key.name for key in data_map.subjects.values() if key.only_without in known)


def _first_keys(data_map: DataMap, evidence: list[Evidence]) -> list[Evidence]:
    superseded = _superseded(data_map, (person for one in evidence for person in one.persons | one.near))
    return [
        replace(
            one,
            persons=frozenset(person for person in one.persons if person.subject not in superseded),
            near=frozenset(person for person in one.near if person.subject not in superseded),
        )
        for one in evidence
    ]


def _held_by_others(search: Search, identifier: Identifier, verdict: Verdict) -> bool:
    superseded = _superseded(search.data_map, verdict.persons)
    others = search.accounts(identifier) - set(verdict.persons)
    return any(person.subject not in superseded for person in others)


def _taught(walk: Walk, store: str) -> Iterator[tuple[Identifier, str]]:
    """The identifiers in her rows, each with the field that holds it; duplicates possible."""
    for dataset in walk.data_map.datasets.values():
        fields = [field for field in dataset.fields.values() if teaches(field)]
        if not fields or dataset.name not in walk.tables:
            continue
        probes = walk.probes(dataset)
        columns = [field.name for field in fields]
        columns += [field.identifier.prefix for field in fields if field.identifier and field.identifier.prefix]
        for row in read_rows(walk.connection, dataset, walk.tables[dataset.name], columns, probes) if probes else ():
            values = dict(zip(columns, row, strict=True))
            for field in fields:
                yield from values_in(dataset, field, values, store)


def teaches(field: Field) -> bool:
    """Whether the field, or a part of it, holds an identifier that may be learned."""
    own = field.identifier is not None and field.identifier.teaches
    return own or any(teaches(part) for part in field.parts)


def values_in(
    dataset: Dataset, field: Field, row: Mapping[str, object], store: str
) -> Iterator[tuple[Identifier, str]]:
    """The identifiers in one row's value of a field, each with the link that taught it; `row` by the names of the map."""
    use = field.identifier
    if use and use.teaches:
        text = identifier_text(row[field.name], row.get(use.prefix))
        if any(link.column == field.name and link.type is LinkType.ESCAPED_VALUE for link in dataset.links):
            text = radius_unescape(text)
        if text.strip():
            yield Identifier(use.kind, text, store if use.store_bound else None), f"{dataset.name}.{field.name}"
    for part in field.parts:
        if part.identifier and part.identifier.teaches:
            for text in at_path(row[field.name], tuple(part.name.split("."))):
                if text.strip():
                    bound = store if part.identifier.store_bound else None
                    yield Identifier(part.identifier.kind, text, bound), f"{dataset.name}.{field.name}.{part.name}"


def _candidate(
    connection: sa.Connection, data_map: DataMap, tables: Mapping[str, LiveTable], person: Person
) -> Candidate:
    """A masked glimpse of a person, enough for staff to tell two apart."""
    hint: dict[str, str] = {}
    for dataset in data_map.datasets.values():
        fields = [field.name for field in dataset.fields.values() if field.hint and field.collected]
        for link in dataset.subject_links():
            if hint or not fields or link.references.column != person.subject or dataset.name not in tables:
                continue
            kind = data_map.subjects[person.subject].kind
            probe = build(link, tables[dataset.name], {person.value}, kind=kind)
            rows = list(read_rows(connection, dataset, tables[dataset.name], fields, [probe])) if probe else []
            for row in rows[:1]:
                texts = zip(fields, map(text_of, row), strict=True)
                hint = {f"{dataset.name}.{name}": mask(text) for name, text in texts if text}
    return Candidate(person.record, hint)
