"""Links of last resort: a person's unique value inside a JSON column or a sentence of a table nothing else links."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.datamap.model import LinkType
from exporters.discover.model import FoundLink, sampled
from exporters.discover.names import names_staff
from exporters.discover.values import LONGEST, json_paths
from exporters.identifiers import IdentifierKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.discover.known import Known
    from exporters.discover.look import Table


_KINDS = frozenset({Kind.EMAIL, Kind.USERNAME, Kind.CUSTOMER_NUMBER, Kind.CONTRACT_NUMBER})
"""What may link a text to one person. Telephones, accounts and devices are shared by households."""


@dataclass(slots=True)
class _Seen:
    """Rows by what stands in a column: at a JSON path, as the whole text, inside it."""

    paths: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    whole: Counter[Kind] = field(default_factory=Counter)
    inside: Counter[Kind] = field(default_factory=Counter)

    def read(self, text: str, persons: Known, kinds: frozenset[Kind]) -> None:
        """Count one text once for each kind."""
        at = {
            (path, hit.kind)
            for path, value in json_paths(text[:LONGEST])
            for hit in persons.hits(value)
            if hit.whole and hit.kind in kinds
        }
        self.paths.update(at)
        if not at:
            hits = [hit for hit in persons.hits(text) if hit.kind in kinds]
            self.whole.update({hit.kind for hit in hits if hit.whole})
            self.inside.update({hit.kind for hit in hits if not hit.whole})


def text_links(table: Table, root: Table, persons: Known, unique: Mapping[Kind, str]) -> Iterator[FoundLink]:
    """At most one link a column: by JSON path where the text is JSON, else by the value, alone or inside a sentence."""
    kinds = _KINDS.intersection(unique)
    for column in table.columns:
        if column.family == "integer" or names_staff(column.name):
            continue
        seen = _Seen()
        for text in table.texts(column.name):
            if text:
                seen.read(text, persons, kinds)
        (path, kind), rows = next(iter(seen.paths.most_common(1)), (("", Kind.EMAIL), 0))
        if rows > 1:  # a path seen once may be somebody's name
            reason = f"{path} in it is a person's {kind.value} in {sampled(rows)}"
            yield FoundLink(LinkType.JSON_PATH, column.name, root.name, unique[kind], reason, sure=True, path=path)
            continue
        total = seen.whole + seen.inside
        if total:
            kind, rows = total.most_common(1)[0]
            type_ = LinkType.CONTAINS_VALUE if seen.inside[kind] else LinkType.SAME_VALUE
            reason = f"{sampled(rows)} hold a person's {kind.value}"
            yield FoundLink(type_, column.name, root.name, unique[kind], reason, sure=False)
