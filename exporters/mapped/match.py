"""Which rows a link makes hers: what to ask the store for, and the comparison that decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.datamap.model import LinkType
from exporters.identifiers import normalise, radius_spellings, spellings
from exporters.mapped.source import holds
from exporters.mentions import mention
from exporters.values import at_path, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from exporters.datamap.model import DataMap, Link
    from exporters.identifiers import IdentifierKind
    from exporters.mapped.source import Row, Source

SUPPORTED = frozenset(
    {
        LinkType.FOREIGN_KEY,
        LinkType.POLYMORPHIC,
        LinkType.SAME_VALUE,
        LinkType.ESCAPED_VALUE,
        LinkType.JSON_PATH,
        LinkType.CONTAINS_VALUE,
    }
)
"""Links these stores follow; `contains_value` where the store can be asked for texts that mention a value."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A link with the values that make rows hers: `ask` in every spelling, `accepts` decides byte for byte."""

    column: str
    ask: frozenset[str]
    accepts: Callable[[Row], bool]


def build(link: Link, values: Collection[str], kind: IdentifierKind | None) -> Probe:
    """The probe for `link`; `kind`: of the identifier at the other end, None for plain numbers."""
    if link.type is LinkType.ESCAPED_VALUE:
        forms = frozenset(form for value in values for form in radius_spellings(value))
        return Probe(link.column, forms, lambda row: text_of(row.values.get(link.column)) in forms and _met(link, row))
    if link.type is LinkType.CONTAINS_VALUE:
        return _mentioned(link, values, kind)
    if kind is None or link.type in {LinkType.FOREIGN_KEY, LinkType.POLYMORPHIC}:
        wanted = frozenset(values)
        return Probe(link.column, wanted, lambda row: any(one in wanted for one in _texts(link, row)))
    normal = frozenset(normalise(kind, value) for value in values)
    asked = frozenset(form for value in values for form in spellings(kind, value))
    return Probe(link.column, asked, lambda row: any(normalise(kind, one) in normal for one in _texts(link, row)))


def _mentioned(link: Link, values: Collection[str], kind: IdentifierKind | None) -> Probe:
    found = mention(values, kind) if kind else None
    if found is None:
        return Probe(link.column, frozenset(), lambda _: False)
    forms, pattern = found
    return Probe(link.column, forms, lambda row: any(pattern.search(one) for one in _texts(link, row)))


def _texts(link: Link, row: Row) -> Iterator[str]:
    stored = row.values.get(link.column)
    if not _met(link, row):
        return
    if link.type is LinkType.JSON_PATH:
        yield from at_path(stored, link.path)
    elif stored is not None:
        yield text_of(stored) or ""


def _met(link: Link, row: Row) -> bool:
    return holds(link.when, row)


def unfollowed(data_map: DataMap, source: Source) -> Iterator[tuple[str, str]]:
    """(dataset, what is wrong) for each link this store could not follow: refused before anything is asked."""
    for dataset in data_map.datasets.values():
        columns = source.asks(dataset.name)
        for link in dataset.links:
            if link.type not in SUPPORTED or link.any_case:
                yield dataset.name, f"{link.name}: {link.type} links and any_case are for SQL stores"
            elif len(link.columns) > 1:
                yield dataset.name, f"{link.name}: links over several columns are for SQL stores"
            elif columns is not None and link.column not in columns:
                yield dataset.name, f"{link.name}: the store cannot be asked by {link.column!r}; add find.{link.column}"
            elif link.references.dataset in data_map.datasets and link.type is LinkType.SAME_VALUE:
                there = source.asks(link.references.dataset)
                if there is not None and link.references.column not in there:
                    # Without asking who else has the value, a shared address would lead to another person's rows.
                    yield (
                        link.references.dataset,
                        f"{link.name}: whether others have the value must be askable; add find.{link.references.column}",
                    )
        yield from _unfound(data_map, dataset.name, columns)


def _unfound(data_map: DataMap, name: str, columns: frozenset[str] | None) -> Iterator[tuple[str, str]]:
    dataset = data_map.datasets[name]
    if not any(True for _ in dataset.subject_links()):
        return
    for field in dataset.fields.values():
        if field.identifier and field.identifier.finds and columns is not None and field.name not in columns:
            yield name, f"{field.name!r} finds persons, but the store cannot be asked by it: write finds: false"
