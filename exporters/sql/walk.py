"""Walks the declared graph from a person's keys to everything linked to her.

First the values that links hang on are gathered (her invoice numbers, her ticket numbers: few), to a fixpoint, so that a
chain may be of any length. Then each dataset is read once with probes for all its links. A value that another person's
row carries too (the e-mail address of a household) leads nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.datamap.model import SUBJECT, VALUE_LINKS, Link, LinkType, Reference
from exporters.identifiers import IdentifierKind, normalise
from exporters.sql.match import build
from exporters.sql.rows import read_rows
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import sqlalchemy as sa

    from exporters.contract import RowKey
    from exporters.datamap.model import DataMap, Dataset
    from exporters.sql.match import Probe
    from exporters.sql.schema import LiveTable


class Walk:
    """One subject's way through one store, on one connection."""

    def __init__(
        self,
        connection: sa.Connection,
        data_map: DataMap,
        tables: Mapping[str, LiveTable],
        keys: Iterable[RowKey],
    ) -> None:
        """`tables`: the live table of each dataset; `keys`: from `locate`."""
        self.connection = connection
        self.data_map = data_map
        self.tables = tables
        self.values: dict[Reference, set[str]] = {}
        """What links hang on, by the reference they name it with."""
        self.shared: set[Reference] = set()
        """Where a value was dropped because another person's row carries it too."""
        self._others: dict[Reference, set[str]] = {}
        for key in keys:
            subject = self.values.setdefault(Reference(SUBJECT, key.dataset), set())
            subject.update(str(value) for value in key.values)
        if self.values:
            self._gather()

    def probes(self, dataset: Dataset, fresh: Mapping[Reference, set[str]] | None = None) -> list[Probe]:
        """The dataset's links with all (or only `fresh`) values; empty when no row can be hers."""
        table = self.tables[dataset.name]
        found = []
        for link in dataset.links:
            values = (self.values if fresh is None else fresh).get(link.references)
            if values:
                others = self._spelled_alike(link.references) if link.any_case else ()
                probe = build(link, table, values, kind=self._kind(link), others=others)
                found += [probe] if probe else []
        return found

    def seed(self, values: Mapping[Reference, set[str]]) -> None:
        """Follow links from these values as well: what the store held before her records were erased."""
        for reference, texts in values.items():
            self.values.setdefault(reference, set()).update(texts)
        if self.values:
            self._gather()

    def _gather(self) -> None:
        wanted = self._referenced()
        fresh = dict(self.values)
        while fresh:
            reached: dict[Reference, set[str]] = {}
            for name, columns in wanted.items():
                if name not in self.tables:
                    continue
                for reference, values in self._read(self.data_map.datasets[name], columns, fresh).items():
                    new = values - self.values.get(reference, set())
                    # Before anything follows it: rows reached over a shared value would already be another person's.
                    if new and self._followed_by_value(reference):
                        new = self._only_hers(reference, new)
                    if new:
                        reached.setdefault(reference, set()).update(new)
            for reference, values in reached.items():
                self.values.setdefault(reference, set()).update(values)
            fresh = reached

    def _referenced(self) -> dict[str, list[str]]:
        """The columns other datasets' links hang on, by dataset."""
        found: dict[str, list[str]] = {}
        for dataset in self.data_map.datasets.values():
            for link in dataset.links:
                target = link.references
                if target.dataset != SUBJECT and target.column not in found.setdefault(target.dataset, []):
                    found[target.dataset].append(target.column)
        return found

    def _read(
        self, dataset: Dataset, columns: list[str], fresh: Mapping[Reference, set[str]]
    ) -> dict[Reference, set[str]]:
        probes = self.probes(dataset, fresh)
        found: dict[Reference, set[str]] = {Reference(dataset.name, column): set() for column in columns}
        if probes:
            for row in read_rows(self.connection, dataset, self.tables[dataset.name], columns, probes):
                for column, value in zip(columns, row, strict=True):
                    text = text_of(value)
                    if text:
                        found[Reference(dataset.name, column)].add(text)
        return found

    def _kind(self, link: Link) -> IdentifierKind | None:
        """The kind of identifier at the other end of a value link."""
        if link.type not in VALUE_LINKS:
            return None
        if link.references.dataset == SUBJECT:
            return self.data_map.subjects[link.references.column].kind
        field = self.data_map.field_at(link.references)
        return field.identifier.kind if field and field.identifier else None

    def _followed_by_value(self, reference: Reference) -> bool:
        return any(
            link.references == reference and link.type in VALUE_LINKS
            for dataset in self.data_map.datasets.values()
            for link in dataset.links
        )

    def _only_hers(self, reference: Reference, values: set[str]) -> set[str]:
        """Those of `values` that stand in no row of the dataset but hers."""
        dataset = self.data_map.datasets[reference.dataset]
        table = self.tables[reference.dataset]
        field = self.data_map.field_at(reference)
        kind = field.identifier.kind if field and field.identifier else IdentifierKind.RECORD
        probe = build(Link(LinkType.SAME_VALUE, reference.column, reference), table, values, kind=kind)
        if probe is None:
            return set()
        mine = set(read_rows(self.connection, dataset, table, dataset.key, self.probes(dataset)))
        rows = read_rows(self.connection, dataset, table, (*dataset.key, reference.column), [probe])
        taken = {normalise(kind, text_of(row[-1]) or "") for row in rows if row[:-1] not in mine}
        if taken:
            self.shared.add(reference)
        return {value for value in values if normalise(kind, value) not in taken}

    def _spelled_alike(self, reference: Reference) -> set[str]:
        """Other people's values that differ from hers in case only: rows under such a name are not hers."""
        mine = self.values.get(reference, set())
        if reference not in self._others:
            self._others[reference] = set()
            for dataset, column in self._holders(reference):
                any_case = Link(LinkType.SAME_VALUE, column, reference, any_case=True)
                table = self.tables[dataset.name]
                probe = build(any_case, table, mine, kind=IdentifierKind.USERNAME)
                rows = read_rows(self.connection, dataset, table, (column,), [probe]) if probe else ()
                self._others[reference].update(text for (value,) in rows if (text := text_of(value)))
        return self._others[reference] - mine

    def _holders(self, reference: Reference) -> Iterator[tuple[Dataset, str]]:
        """Where values of this reference stand in rows of their own right."""
        if reference.dataset != SUBJECT:
            yield self.data_map.datasets[reference.dataset], reference.column
            return
        for dataset in self.data_map.datasets.values():
            for link in dataset.subject_links():
                if (
                    link.references == reference
                    and self.data_map.defines(dataset, link)
                    and dataset.name in self.tables
                ):
                    yield dataset, link.column
