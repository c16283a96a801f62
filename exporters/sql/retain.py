"""Which of her rows stay: kept by law, waiting, pointed at by rows that stay, shared with other people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from exporters.contract import Kept, Reason
from exporters.datamap.model import SUBJECT, Erase, LinkType
from exporters.sql.hers import Hers, held_by_parent, holds, referring
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.contract import KeepUntil
    from exporters.datamap.model import DataMap, Dataset, Link
    from exporters.sql.hers import Native, Rows


@dataclass(frozen=True, slots=True)
class Stay:
    """Why one row stays. `day`: the date of the document; `kept`: the law's answer, where a law was asked."""

    reason: Reason
    kept: Kept | None = None
    day: date | None = None

    def until(self) -> date:
        """For comparing two stays: an open end is later than any date."""
        return (self.kept.until if self.kept else None) or date.max


@dataclass(slots=True)
class Staying:
    """By dataset: the rows that stay."""

    rows: dict[str, dict[Native, Stay]] = field(default_factory=dict)

    def of(self, dataset: str) -> dict[Native, Stay]:
        """The rows of one dataset that stay."""
        return self.rows.setdefault(dataset, {})


def staying(hers: Hers, order: tuple[Dataset, ...], *, today: date, keep_until: KeepUntil | None) -> Staying:
    """Decide for every row. `order`: datasets that point at others come before those they point at."""
    found = Staying()
    pointers: dict[str, list[tuple[str, Link]]] = {}
    for holder, target, link in referring(hers.data_map):
        pointers.setdefault(target, []).append((holder, link))
    for dataset in order:
        rows, stays = hers.rows(dataset), found.of(dataset.name)
        stays.update(dict.fromkeys(hers.used_by_others(dataset), Stay(Reason.SHARED)))
        stays.update(dict.fromkeys(hers.waiting(dataset), Stay(Reason.WAITS)))
        for key in rows.rows.keys() - stays.keys():
            stay = _by_map(hers, rows, key, today=today, keep_until=keep_until)
            if stay:
                stays[key] = stay
        for holder, link in pointers.get(dataset.name, []):
            _pointed_at(hers, found, dataset, holder, link)
    for dataset in reversed(order):
        _as_long_as_the_whole(hers, found, dataset)
    return found


def _as_long_as_the_whole(hers: Hers, found: Staying, dataset: Dataset) -> None:
    """A part that takes its date from a document stays as long as that: an invoice without its lines is none."""
    rows, stays = hers.rows(dataset), found.of(dataset.name)
    for reference in dataset.document_date:
        parent = found.of(reference.dataset) if reference.dataset != dataset.name else {}
        for key in rows.rows if parent else ():
            whole = next((parent[one] for one in _parents(hers, rows, key, reference.dataset) if one in parent), None)
            own = stays.get(key)
            if whole and whole.kept and (own is None or (own.kept and whole.until() > own.until())):
                stays[key] = whole


def _by_map(hers: Hers, rows: Rows, key: Native, *, today: date, keep_until: KeepUntil | None) -> Stay | None:
    match rows.dataset.terms.erase:
        case Erase.MANUAL:
            return Stay(Reason.MAP)
        case Erase.KEEP:
            return _by_law(hers, rows, key, today=today, keep_until=keep_until)
        case _:
            return None


def _by_law(hers: Hers, rows: Rows, key: Native, *, today: date, keep_until: KeepUntil | None) -> Stay | None:
    """What law says about one document (rules E-b, 3.4.4): each has its own end date (4.0.11)."""
    dataset = rows.dataset
    if not dataset.document_date:
        return Stay(Reason.MAP, Kept(None, dataset.terms.retention.law))
    day = document_day(hers, rows, key)
    if keep_until is None or day is None:
        # Nobody to ask, or a contract that still runs: its period has not begun.
        return Stay(Reason.LAW if day else Reason.MAP, Kept(None, dataset.terms.retention.law), day)
    kept = keep_until(dataset.terms.retention.code, day)
    if kept is None:
        return None
    if kept.until is None or kept.until >= today:
        return Stay(Reason.LAW, kept, day)
    return None if kept.certain else Stay(Reason.PERIOD_UNCERTAIN, kept, day)


def document_day(hers: Hers, rows: Rows, key: Native) -> date | None:
    """The day the law counts from: the row's own, or that of the document it belongs to."""
    for reference in rows.dataset.document_date:
        stored = rows.value(key, reference.column) if reference.dataset == rows.dataset.name else None
        if reference.dataset != rows.dataset.name:
            stored = _of_parent(hers, rows, key, reference.dataset, reference.column)
        day = _day(stored)
        if day:
            return day
    return None


def _of_parent(hers: Hers, rows: Rows, key: Native, parent: str, column: str) -> object:
    found = hers.rows(hers.data_map.datasets[parent])
    return next((found.value(one, column) for one in _parents(hers, rows, key, parent)), None)


def _parents(hers: Hers, rows: Rows, key: Native, parent: str) -> Iterator[Native]:
    """The rows of `parent` that a row of hers belongs to."""
    found = hers.rows(hers.data_map.datasets[parent])
    for link in rows.dataset.links:
        if link.references.dataset == parent and link.type is LinkType.FOREIGN_KEY:
            yield from _by_value(found, link.references.column).get(text_of(rows.value(key, link.column)) or "", ())


def _by_value(rows: Rows, column: str) -> Mapping[str, list[Native]]:
    if column not in rows.index:
        index: dict[str, list[Native]] = {}
        for key in rows.rows:
            text = text_of(rows.value(key, column))
            if text:
                index.setdefault(text, []).append(key)
        rows.index[column] = index
    return rows.index[column]


def _day(stored: object) -> date | None:
    if isinstance(stored, datetime):
        return stored.date()
    if isinstance(stored, date):
        return stored
    try:
        return date.fromisoformat((text_of(stored) or "")[:10])
    except ValueError:
        return None


def _pointed_at(hers: Hers, found: Staying, dataset: Dataset, holder: str, link: Link) -> None:
    """Rows that staying rows of `holder` point at stay as well, at least as long."""
    if holder not in hers.tables or link.type not in {LinkType.FOREIGN_KEY, LinkType.POLYMORPHIC}:
        return
    stays = found.of(dataset.name)
    # Only where something must be kept anyway, or may be: what the map simply deletes is checked against the database.
    if dataset.terms.erase not in {Erase.KEEP, Erase.DELETE_UNLESS_REFERRED} and not dataset.shared:
        return
    rows = hers.rows(dataset)
    for key, stay in _targets(hers, found, rows, holder, link):
        own = stays.get(key)
        if own is None or (own.reason is Reason.LAW and stay.until() > own.until()):
            lawful = dataset.terms.erase is Erase.KEEP
            stays[key] = Stay(stay.reason if lawful else Reason.REFERRED, stay.kept, own.day if own else stay.day)


def _targets(hers: Hers, found: Staying, rows: Rows, holder: str, link: Link) -> Iterator[tuple[Native, Stay]]:
    holding = hers.rows(hers.data_map.datasets[holder])
    reverse = held_by_parent(hers.data_map, rows.dataset, link)
    column, target = (link.references.column, link.column) if reverse else (link.column, link.references.column)
    index = _by_value(rows, target)
    for key, stay in found.of(holder).items():
        if not (reverse or holds(holding, key, link.when)):
            continue
        if reverse and stay.reason is Reason.SHARED:
            continue  # the row itself is unlinked
        if reverse and stay.reason is Reason.REFERRED:
            continue  # her anonymised record stops pointing there
        for pointed in index.get(text_of(holding.value(key, column)) or "", ()):
            yield pointed, stay


def in_order(data_map: DataMap, tables: Mapping[str, object], more: dict[str, set[str]]) -> tuple[Dataset, ...]:
    """The datasets so that those that point come before those they point at, log-in secrets first (`erase_first`).

    `more`: what the database's own foreign keys add, by dataset that points.
    """
    behind: dict[str, set[str]] = {name: set() for name in data_map.datasets}
    for holder, target, link in referring(data_map):
        if link.references.dataset != SUBJECT:
            behind[target].add(holder)
    for holder, targets in more.items():
        for target in targets - {holder}:
            behind[target].add(holder)
    placed: dict[str, None] = {}

    def place(name: str, above: frozenset[str]) -> None:
        for holder in sorted(behind[name]):
            if holder not in above and holder not in placed:
                place(holder, above | {name})
        placed.setdefault(name)

    firsts = [dataset.name for dataset in data_map.datasets.values() if dataset.erase_first]
    for name in (*firsts, *data_map.datasets):
        place(name, frozenset())
    return tuple(data_map.datasets[name] for name in placed if name in tables)
