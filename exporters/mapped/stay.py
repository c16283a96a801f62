"""Which of her rows stay, and why: by the map, by law, because they wait, because rows that stay point at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from exporters.contract import Kept, Reason
from exporters.datamap.encoded import decode
from exporters.datamap.model import SUBJECT, Erase, LinkType
from exporters.mapped.source import holds
from exporters.values import text_of

if TYPE_CHECKING:
    from exporters.contract import KeepUntil
    from exporters.datamap.model import DataMap, Dataset
    from exporters.mapped.source import Row
    from exporters.mapped.walk import Key, Walk

_POINTING = frozenset({LinkType.FOREIGN_KEY, LinkType.POLYMORPHIC})


@dataclass(frozen=True, slots=True)
class Stay:
    """Why one row stays. `day`: the date of the document; `kept`: the law's answer, where a law was asked."""

    reason: Reason
    kept: Kept | None = None
    day: date | None = None


def in_order(data_map: DataMap) -> tuple[Dataset, ...]:
    """Datasets that point at others before those they point at; log-in secrets as early as that allows."""
    done: dict[str, Dataset] = {}
    pointing = {
        name: {
            other.name
            for other in data_map.datasets.values()
            if other.name != name and any(link.references.dataset == name for link in other.links)
        }
        for name in data_map.datasets
    }

    def visit(name: str, on_the_way: frozenset[str]) -> None:
        if name in done or name in on_the_way:
            return
        for other in sorted(pointing[name]):
            visit(other, on_the_way | {name})
        done[name] = data_map.datasets[name]

    for dataset in sorted(data_map.datasets.values(), key=lambda one: not one.erase_first):
        visit(dataset.name, frozenset())
    return tuple(done.values())


def staying(
    walk: Walk, order: tuple[Dataset, ...], *, today: date, keep_until: KeepUntil | None
) -> dict[str, dict[Key, Stay]]:
    """By dataset the rows that stay; all others are treated as the map says."""
    found: dict[str, dict[Key, Stay]] = {}
    for dataset in order:
        stays = found.setdefault(dataset.name, {})
        for key, row in walk.all(dataset).items():
            stay = _own(walk, dataset, row, today=today, keep_until=keep_until)
            if stay:
                stays[key] = stay
        for holder in order:
            _pointed_at(walk, found, dataset, holder)
    return found


def _own(walk: Walk, dataset: Dataset, row: Row, *, today: date, keep_until: KeepUntil | None) -> Stay | None:
    if dataset.shared:
        # Who else uses the row cannot be asked over such an interface, so nobody's program changes it.
        return Stay(Reason.SHARED)
    if dataset.wait_while and holds(dataset.wait_while, row):
        return Stay(Reason.WAITS)
    match dataset.terms.erase:
        case Erase.MANUAL:
            return Stay(Reason.MAP)
        case Erase.KEEP:
            return _by_law(walk, dataset, row, today=today, keep_until=keep_until)
        case _:
            return None


def _by_law(walk: Walk, dataset: Dataset, row: Row, *, today: date, keep_until: KeepUntil | None) -> Stay | None:
    """What law says about one document (rules E-b, 3.4.4): each has its own end date (4.0.11)."""
    law = Kept(None, dataset.terms.retention.law)
    if not dataset.document_date:
        return Stay(Reason.MAP, law)
    day = _document_day(walk, dataset, row)
    if keep_until is None or day is None:
        return Stay(Reason.LAW if day else Reason.MAP, law, day)
    kept = keep_until(dataset.terms.retention.code, day)
    if kept is None:
        return None
    if kept.until is None or kept.until >= today:
        return Stay(Reason.LAW, kept, day)
    return None if kept.certain else Stay(Reason.PERIOD_UNCERTAIN, kept, day)


def _document_day(walk: Walk, dataset: Dataset, row: Row) -> date | None:
    for reference in dataset.document_date:
        holders = [row]
        if reference.dataset != dataset.name:
            parent = walk.data_map.datasets[reference.dataset]
            holders = [
                one
                for link in dataset.links
                if link.references.dataset == parent.name and link.type in _POINTING
                for one in walk.all(parent).values()
                if _same(one.values.get(link.references.column), row.values.get(link.column))
            ]
        encoded = walk.data_map.datasets[reference.dataset].fields[reference.column].encoded
        for holder in holders:
            stored = holder.values.get(reference.column)
            day = day_of(decode(encoded, stored) if encoded else stored)
            if day:
                return day
    return None


def day_of(stored: object) -> date | None:
    """The day an ISO date, or date and time, names; zero dates and other texts name none."""
    try:
        return date.fromisoformat((text_of(stored) or "")[:10])
    except ValueError:
        return None


def _same(one: object, other: object) -> bool:
    return one is not None and text_of(one) == text_of(other)


def _pointed_at(walk: Walk, found: dict[str, dict[Key, Stay]], dataset: Dataset, holder: Dataset) -> None:
    """Rows that staying rows of `holder` point at stay as well: an invoice needs its customer's row.

    What is anonymised stays anyway, and as its fields say.
    """
    if dataset.terms.erase is Erase.ANONYMISE:
        return
    links = [one for one in holder.links if one.references.dataset == dataset.name and one.type in _POINTING]
    stays = found.get(holder.name, {})
    if not links or not stays or dataset.name == SUBJECT:
        return
    rows, own = walk.all(holder), found[dataset.name]
    for link in links:
        held = {text_of(rows[key].values.get(link.column)): stay for key, stay in stays.items() if key in rows}
        for key, row in walk.all(dataset).items():
            stay = held.get(text_of(row.values.get(link.references.column)) or "")
            if stay and key not in own and stay.reason is not Reason.SHARED:
                own[key] = Stay(Reason.REFERRED, stay.kept, stay.day)
