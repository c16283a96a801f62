"""Links of last resort: a person's unique value inside a JSON column or a sentence of a table nothing else links."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from exporters.datamap.model import LinkType
from exporters.discover.model import FoundLink
from exporters.discover.names import names_staff
from exporters.discover.values import LONGEST, json_paths
from exporters.identifiers import NEVER_UNIQUE
from exporters.identifiers import IdentifierKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.discover.known import Known
    from exporters.discover.look import Table


def text_links(table: Table, root: Table, persons: Known, unique: Mapping[Kind, str]) -> Iterator[FoundLink]:
    """At most one link a column: by JSON path where the text is JSON, else by the value anywhere in it."""
    for column in table.columns:
        if column.family == "integer" or names_staff(column.name):
            continue
        paths: Counter[tuple[str, Kind]] = Counter()
        inside: Counter[Kind] = Counter()
        for text in table.texts(column.name):
            if text:
                _count(text, persons, unique, paths, inside)
        (path, kind), rows = next(iter(paths.most_common(1)), (("", Kind.NAME), 0))
        if rows > 1:  # a path seen once may be somebody's name
            reason = f"{path} in it is a person's {kind.value} in {rows} sampled rows"
            yield FoundLink(LinkType.JSON_PATH, column.name, root.name, unique[kind], reason, sure=True, path=path)
        elif inside:
            kind, rows = inside.most_common(1)[0]
            reason = f"{rows} sampled rows hold a person's {kind.value}"
            yield FoundLink(LinkType.CONTAINS_VALUE, column.name, root.name, unique[kind], reason, sure=False)


def _count(
    text: str,
    persons: Known,
    unique: Mapping[Kind, str],
    paths: Counter[tuple[str, Kind]],
    inside: Counter[Kind],
) -> None:
    found = False
    for path, value in json_paths(text[:LONGEST]):
        for hit in persons.hits(value):
            if hit.whole and hit.kind in unique and hit.kind not in NEVER_UNIQUE:
                paths[path, hit.kind] += 1
                found = True
    if not found:
        inside.update({hit.kind for hit in persons.hits(text) if hit.kind in unique and hit.kind not in NEVER_UNIQUE})
