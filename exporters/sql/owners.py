"""Whose a row is in which an identifier was found: hers, kept by law, another person's, or nobody's."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from exporters.contract import HitClass, Reason
from exporters.datamap.model import CHANGING_ERASE, SUBJECT, Erase, Link, LinkType, Reference
from exporters.sql.hers import POINTING
from exporters.sql.match import build
from exporters.sql.rows import read_rows
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.contract import IdentifierKind
    from exporters.datamap.model import Dataset
    from exporters.sql.hers import Hers, Native
    from exporters.sql.retain import Staying
    from exporters.sql.schema import LiveTable


class Owners:
    """Says whose a row is."""

    def __init__(self, hers: Hers, stays: Staying) -> None:
        """`hers` and `stays`: of the subject, after the erasure."""
        self.hers = hers
        self.stays = stays
        self._by_table: dict[str, list[Dataset]] = defaultdict(list)
        for dataset in hers.data_map.datasets.values():
            if dataset.name in hers.tables:
                self._by_table[hers.tables[dataset.name].name].append(dataset)
        self._known: dict[tuple[Reference, str], bool] = {}

    def needed(self, table: LiveTable) -> frozenset[str]:
        """The columns (lower case) by which a row of the table says whose it is."""
        return frozenset(
            name.lower()
            for dataset in self._by_table[table.name]
            for name in (*dataset.key, *(one for link in dataset.links for one in link.columns), *_guards(dataset))
        )

    def hers_at(self, table: LiveTable, row: Mapping[str, Any]) -> tuple[Dataset, Native] | None:
        """The dataset and key of a row that is hers (values by lower-case column); asks the store nothing new."""
        for dataset in self._by_table[table.name]:
            key = tuple(row[name.lower()] for name in dataset.key)
            if key in self.hers.rows(dataset).rows:
                return dataset, key
        return None

    def of_others(self, table: LiveTable, row: Mapping[str, Any]) -> HitClass:
        """Whether a row that is not hers is another person's or nobody's; may ask the store."""
        theirs = any(self._names_somebody(dataset, row) for dataset in self._by_table[table.name])
        return HitClass.OTHER if theirs else HitClass.UNLINKED

    def names_by(self, table: LiveTable, column: str, kind: IdentifierKind) -> bool:
        """Whether the column is where the map says that a person's own identifier of this kind stands."""
        for dataset in self._by_table[table.name]:
            field = {name.lower(): field for name, field in dataset.fields.items()}.get(column.lower())
            if field and field.identifier and kind in field.identifier.kinds:
                return True
        return False

    def of_hers(self, dataset: Dataset, key: Native, column: str) -> HitClass:
        """What a hit in a column of a row of hers is: a residue, or kept by law."""
        named = {name.lower(): field for name, field in dataset.fields.items()}
        field = named.get(column.lower())
        strategy = field.terms.erase if field else None
        stay = self.stays.of(dataset.name).get(key)
        if stay and stay.kept and strategy not in CHANGING_ERASE:
            return HitClass.KEPT
        if strategy is Erase.KEEP and dataset.terms.erase is not Erase.KEEP:
            return HitClass.KEPT
        if stay and stay.reason is Reason.SHARED and dataset.shared:
            return HitClass.OTHER
        return HitClass.HERS

    def _names_somebody(self, dataset: Dataset, row: Mapping[str, Any]) -> bool:
        for link in dataset.links:
            text = self._named(dataset, link, row)
            if link.type not in POINTING or not text or not _met(link, row):
                continue
            if link.references.dataset == SUBJECT or self._exists(link.references, text):
                return True
        return dataset.shared and self._pointed_at(dataset, row)

    def _exists(self, reference: Reference, text: str) -> bool:
        """Whether a row the value names is there."""
        at = (reference, text)
        if at not in self._known:
            parent = self.hers.data_map.datasets[reference.dataset]
            table = self.hers.tables.get(parent.name)
            link = Link(LinkType.SAME_VALUE, reference.column, reference)
            probe = build(link, table, {text}, kind=None) if table else None
            rows = read_rows(self.hers.connection, parent, table, parent.key, [probe]) if table and probe else ()
            self._known[at] = bool(list(rows))
        return self._known[at]

    def _pointed_at(self, dataset: Dataset, row: Mapping[str, Any]) -> bool:
        return any(self._exists(link.references, self._named(dataset, link, row) or "") for link in dataset.links)

    def _named(self, dataset: Dataset, link: Link, row: Mapping[str, Any]) -> str | None:
        """What the row holds where the link starts."""
        table = self.hers.tables[dataset.name]
        return table.column(link.column).text(row) if table.has(link.column) else None


def _met(link: Link, row: Mapping[str, Any]) -> bool:
    return all(
        (text_of(row.get(condition.column.lower())) in condition.values) is not condition.negated
        for condition in link.when
    )


def _guards(dataset: Dataset) -> Iterator[str]:
    return (condition.column for link in dataset.links for condition in link.when)
