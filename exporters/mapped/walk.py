"""Walks the data map from a person's keys to everything linked to her, asking a source instead of a database.

The same rules as in a SQL store: to a fixpoint, each row compared again here, a value that another person's row carries
too leads nowhere. A web interface that ignores an unknown filter and answers with everybody is harmless for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.datamap.model import SUBJECT, VALUE_LINKS, Link, LinkType, Reference
from exporters.identifiers import IdentifierKind, normalise
from exporters.mapped.match import build
from exporters.mapped.source import holds
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporters.contract import RowKey
    from exporters.datamap.model import DataMap, Dataset
    from exporters.mapped.match import Probe
    from exporters.mapped.source import Row, Source

Key = tuple[str, ...]


class Walk:
    """One subject's way through one store."""

    def __init__(
        self,
        source: Source,
        data_map: DataMap,
        keys: Iterable[RowKey],
        seeds: Mapping[Reference, set[str]] | None = None,
    ) -> None:
        """`keys`: from `locate`; `seeds`: values links hung on before an erasure. Asks the source at once."""
        self.source, self.data_map = source, data_map
        self.values: dict[Reference, set[str]] = {name: set(texts) for name, texts in (seeds or {}).items()}
        for key in keys:
            self.values.setdefault(Reference(SUBJECT, key.dataset), set()).update(map(str, key.values))
        self._kept: dict[str, dict[Key, Row]] = {}
        self._gather()

    def rows(self, dataset: Dataset) -> Iterator[Row]:
        """Her rows of one dataset, each once, in the store's order."""
        if dataset.name in self._kept:
            yield from self._kept[dataset.name].values()
            return
        yield from self._ask(dataset, self.values, seen=set())

    def all(self, dataset: Dataset) -> dict[Key, Row]:
        """Her rows of one dataset by key, kept for the next question."""
        if dataset.name not in self._kept:
            self._kept[dataset.name] = {row.key(dataset): row for row in self.rows(dataset)}
        return self._kept[dataset.name]

    def _ask(self, dataset: Dataset, values: Mapping[Reference, set[str]], *, seen: set[Key]) -> Iterator[Row]:
        for probe in self._probes(dataset, values):
            for row in self.source.rows(dataset, probe.column, probe.ask):
                key = row.key(dataset)
                if key not in seen and probe.accepts(row) and holds(dataset.where, row):
                    seen.add(key)
                    yield row

    def _probes(self, dataset: Dataset, values: Mapping[Reference, set[str]]) -> Iterator[Probe]:
        for link in dataset.links:
            if found := values.get(link.references):
                yield build(link, found, self._kind(link))

    def _kind(self, link: Link) -> IdentifierKind | None:
        if link.type not in VALUE_LINKS:
            return None
        if link.references.dataset == SUBJECT:
            return self.data_map.subjects[link.references.column].kind
        field = self.data_map.field_at(link.references)
        return field.identifier.kind if field and field.identifier else None

    def _referenced(self) -> dict[str, set[str]]:
        """The columns other datasets' links hang on, by dataset."""
        wanted: dict[str, set[str]] = {}
        for dataset in self.data_map.datasets.values():
            for link in dataset.links:
                if link.references.dataset != SUBJECT:
                    wanted.setdefault(link.references.dataset, set()).add(link.references.column)
        return wanted

    def _gather(self) -> None:
        wanted = self._referenced()
        for name in wanted:
            self._kept[name] = {}
        fresh: Mapping[Reference, set[str]] = dict(self.values)
        while fresh:
            reached: dict[Reference, set[str]] = {}
            for name, columns in wanted.items():
                dataset, kept = self.data_map.datasets[name], self._kept[name]
                for row in self._ask(dataset, fresh, seen=set(kept)):
                    kept[row.key(dataset)] = row
                for column in columns:
                    new = self._new(dataset, column, kept)
                    if new:
                        reached[Reference(name, column)] = new
            for reference, texts in reached.items():
                self.values.setdefault(reference, set()).update(texts)
            fresh = reached

    def _new(self, dataset: Dataset, column: str, kept: Mapping[Key, Row]) -> set[str]:
        reference = Reference(dataset.name, column)
        texts = {text_of(row.values.get(column)) or "" for row in kept.values()} - {""}
        new = texts - self.values.get(reference, set())
        return self._only_hers(dataset, reference, new, kept) if new and self._by_value(reference) else new

    def _by_value(self, reference: Reference) -> bool:
        return any(
            link.references == reference and link.type in VALUE_LINKS
            for dataset in self.data_map.datasets.values()
            for link in dataset.links
        )

    def _only_hers(self, dataset: Dataset, reference: Reference, texts: set[str], kept: Mapping[Key, Row]) -> set[str]:
        """Those of `texts` that stand in no row of the dataset but hers."""
        field = dataset.fields[reference.column]
        kind = field.identifier.kind if field.identifier else IdentifierKind.RECORD
        probe = build(Link(LinkType.SAME_VALUE, reference.column, reference), texts, kind)
        taken = {
            normalise(kind, text_of(row.values.get(reference.column)) or "")
            for row in self.source.rows(dataset, probe.column, probe.ask)
            if probe.accepts(row) and row.key(dataset) not in kept
        }
        return {text for text in texts if normalise(kind, text) not in taken}
