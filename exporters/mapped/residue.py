"""Searches a store again after an erasure, as far as the store can be asked.

Read are: every dataset that can be listed, whole; of the others all rows that answer to her keys or to one of her
identifiers in any column that can be asked. Every value of a record counts, mapped or not.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from exporters.contract import HitClass, Residue, Treatment
from exporters.datamap.model import CHANGING_ERASE, SUBJECT, Erase, Link, LinkType, Reference
from exporters.identifiers import NEVER_UNIQUE
from exporters.mapped.match import build
from exporters.mapped.source import holds
from exporters.mapped.stay import in_order, staying
from exporters.mapped.walk import Walk
from exporters.needles import Haystack, needles
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from exporters.contract import IdentifierKind, KeepUntil, PlanLine, RowKey, Subject
    from exporters.datamap.model import DataMap, Dataset
    from exporters.mapped.source import Row, Source
    from exporters.mapped.stay import Stay
    from exporters.mapped.walk import Key
    from exporters.needles import Needle


def residues(
    source: Source,
    data_map: DataMap,
    subject: Subject,
    *,
    store: str,
    keys: tuple[RowKey, ...],
    lines: tuple[PlanLine, ...],
    today: date,
    keep_until: KeepUntil | None,
) -> tuple[Residue, ...]:
    """Every column in which an identifier of the subject still stands, counted by kind and by whose row it is."""
    walk = Walk(source, data_map, keys, seeds=_before(data_map, subject, lines, store))
    stays = staying(walk, in_order(data_map), today=today, keep_until=keep_until)
    tally = _Tally(walk, stays, Haystack(needles(subject.identifiers)), listed=_listed(lines))
    for dataset in data_map.datasets.values():
        for row in _reached(walk, dataset, subject):
            tally.row(dataset, row)
    for place, record in source.outside():
        tally.record(place, record)
    return tally.found()


def _listed(lines: tuple[PlanLine, ...]) -> set[tuple[str, Key]]:
    return {(line.dataset, tuple(map(str, key.values))) for line in lines for key in line.keys}


def _before(data_map: DataMap, subject: Subject, lines: tuple[PlanLine, ...], store: str) -> dict[Reference, set[str]]:
    """What links hung on before the erasure: her identifiers, and the numbers of rows that are gone."""
    own = [one for one in subject.identifiers if one.unique and one.store in {None, store}]
    found: dict[Reference, set[str]] = {}
    for reference in {link.references for dataset in data_map.datasets.values() for link in dataset.links}:
        field = data_map.field_at(reference)
        key = data_map.subjects.get(reference.column) if reference.dataset == SUBJECT else None
        kinds = (key.kind,) if key else field.identifier.kinds if field and field.identifier else ()
        found[reference] = {one.value for one in own if one.kind in kinds}
        for line in lines:
            dataset = data_map.datasets.get(line.dataset)
            changed = line.treatment in {Treatment.DELETE, Treatment.ANONYMISE}
            if dataset and changed and reference == Reference(dataset.name, dataset.key[0]) and len(dataset.key) == 1:
                found[reference] |= {str(one.values[0]) for one in line.keys}
    return {reference: values for reference, values in found.items() if values}


def _reached(walk: Walk, dataset: Dataset, subject: Subject) -> Iterator[Row]:
    """All the rows of a dataset this store can be made to show."""
    every = walk.source.every(dataset)
    if every is not None:
        yield from every
        return
    seen: set[Key] = set()
    askable = walk.source.asks(dataset.name) or frozenset()
    wanted = [link for link in _own_columns(dataset) if link.column in askable]
    for row in (
        *walk.all(dataset).values(),
        *(
            row
            for link in wanted
            for one in subject.identifiers
            if one.kind in dataset.fields[link.column].identifier.kinds  # type: ignore[union-attr]
            for row in walk.source.rows(dataset, link.column, build(link, {one.value}, one.kind).ask)
        ),
    ):
        key = row.key(dataset)
        if key not in seen:
            seen.add(key)
            yield row


def _own_columns(dataset: Dataset) -> Iterator[Link]:
    for field in dataset.fields.values():
        if field.identifier:
            yield Link(LinkType.SAME_VALUE, field.name, Reference(SUBJECT, ""))


class _Tally:
    """Counts hits by place, kind and class while the rows pass by."""

    def __init__(
        self, walk: Walk, stays: dict[str, dict[Key, Stay]], haystack: Haystack, *, listed: set[tuple[str, Key]]
    ) -> None:
        self._walk, self._stays, self._haystack, self._listed = walk, stays, haystack, listed
        self._cells: Counter[tuple[str, str, HitClass, frozenset[Needle]]] = Counter()
        self._shared: set[Needle] = set()

    def row(self, dataset: Dataset, row: Row) -> None:
        """A row of a dataset: by mapped column where there is one, by its place in the record otherwise."""
        cells = [cell for name, value in row.values.items() for cell in flat(value, name)]
        known = {text_of(value) for _, value in cells}
        cells += [(name, value) for name, value in flat(row.raw) if text_of(value) not in known]
        hers = row.key(dataset) in self._walk.all(dataset) or (dataset.name, row.key(dataset)) in self._listed
        for column, found in self._hits(cells).items():
            cls = self._of_hers(dataset, row, column) if hers else self._of_other(dataset, row)
            self._add(dataset.name, column, cls, found)
            field = dataset.fields.get(column.partition(".")[0])
            if cls is HitClass.OTHER and field and field.identifier:
                self._shared |= {one for one in found if one.kind in field.identifier.kinds}

    def record(self, place: str, record: Any) -> None:
        """Something the store holds beside the map's datasets."""
        for column, found in self._hits(flat(record)).items():
            self._add(place, column, HitClass.UNLINKED, found)

    def _hits(self, cells: Iterable[tuple[str, Any]]) -> dict[str, set[Needle]]:
        found: dict[str, set[Needle]] = {}
        plain = ((name, v if isinstance(v, int) and not isinstance(v, bool) else text_of(v)) for name, v in cells)
        for column, needle in self._haystack.hits(plain):
            found.setdefault(column, set()).add(needle)
        return found

    def _of_hers(self, dataset: Dataset, row: Row, column: str) -> HitClass:
        field = dataset.fields.get(column.partition(".")[0])
        strategy = field.terms.erase if field else None
        stay = self._stays[dataset.name].get(row.key(dataset))
        if dataset.shared:
            return HitClass.OTHER
        if stay and stay.kept and strategy not in CHANGING_ERASE:
            return HitClass.KEPT
        keeps = strategy is Erase.KEEP and dataset.terms.erase is not Erase.KEEP
        return HitClass.KEPT if keeps else HitClass.HERS

    def _of_other(self, dataset: Dataset, row: Row) -> HitClass:
        named = any(
            text_of(row.values.get(link.column)) not in {None, "", "0"} and holds(link.when, row)
            for link in dataset.links
        )
        return HitClass.OTHER if named else HitClass.UNLINKED

    def _add(self, place: str, column: str, cls: HitClass, found: set[Needle]) -> None:
        for kind in {needle.kind for needle in found}:
            self._cells[place, column, cls, frozenset(one for one in found if one.kind is kind)] += 1

    def found(self) -> tuple[Residue, ...]:
        """Rows by place, column, kind and class."""
        rows: Counter[tuple[str, str, IdentifierKind, HitClass, bool]] = Counter()
        for (place, column, cls, found), count in self._cells.items():
            kind = next(iter(found)).kind
            rows[place, column, kind, cls, kind not in NEVER_UNIQUE and found <= self._shared] += count
        return tuple(
            Residue(place, column, kind, count, cls, shared)
            for (place, column, kind, cls, shared), count in sorted(
                rows.items(), key=lambda one: tuple(map(str, one[0]))
            )
        )


def flat(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted place, value) of every plain value inside a record; list positions are left out."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from flat(part, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list):
        for part in value:
            yield from flat(part, at)
    elif value is not None:
        yield at, value
