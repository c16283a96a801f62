"""Plans an erasure in a store without transactions: the lines, and the rows each of them means now."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from exporters.anonymise.scrub import scrubs
from exporters.contract import FieldChange, PlanLine, Reason, RowKey, Treatment
from exporters.datamap.model import CHANGING_ERASE, Erase
from exporters.mapped.stay import Stay, in_order, staying
from exporters.mapped.wanted import ABLE
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from exporters.contract import KeepUntil
    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Row, Source
    from exporters.mapped.walk import Key, Walk


@dataclass(frozen=True, slots=True)
class Work:
    """A line with the rows it means, by key."""

    line: PlanLine
    dataset: Dataset
    rows: Mapping[Key, Row] = field(repr=False)


def make_plan(
    walk: Walk, persons: tuple[RowKey, ...], *, store: str, today: date, keep_until: KeepUntil | None
) -> tuple[Work, ...]:
    """The erasure of `persons` (from `locate`): what changes the store first, in order; then what stays. Reads only."""
    order = in_order(walk.data_map)
    stays = staying(walk, order, today=today, keep_until=keep_until)
    planner = _Planner(walk, persons, store)
    work = [one for dataset in order for one in planner.work(dataset, stays[dataset.name])]
    # Texts are scrubbed before anything else, while the rows still stand that say what to take out of them.
    return tuple(sorted(work, key=lambda one: (not one.line.writes, not scrubs(one.line))))


def changes(dataset: Dataset) -> tuple[FieldChange, ...]:
    """The columns that change where a row stays, each with its strategy.

    A store that is asked by key cannot say whether twenty people share what would be left (rules 6.2). So nothing is
    left: what the map would make coarser, and what it counts beside that, becomes nothing. In rows that law keeps
    nobody claims that the rest is anonymous, and it is made coarser as the map says.
    """
    asked = [one for one in dataset.fields.values() if one.name not in dataset.key]
    coarser = any(one.terms.erase is Erase.GENERALISE for one in asked) and dataset.terms.erase is not Erase.KEEP
    found = []
    for one in asked:
        changed = one.terms.erase in CHANGING_ERASE
        stricter = coarser and (one.terms.erase is Erase.GENERALISE or (one.quasi and not changed))
        if stricter or changed:
            found.append(FieldChange(one.name, (Erase.NULLIFY if stricter else one.terms.erase).value))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Planner:
    """Turns the rows of one dataset into lines; what the interface cannot do becomes a person's work."""

    walk: Walk
    persons: tuple[RowKey, ...]
    store: str

    def work(self, dataset: Dataset, stays: Mapping[Key, Stay]) -> Iterator[Work]:
        """The lines of one dataset."""
        rows = self.walk.all(dataset)
        going = {key: row for key, row in rows.items() if key not in stays}
        if dataset.terms.erase is Erase.ANONYMISE:
            yield from self._changed(dataset, going, None)
        elif going:
            able = self.walk.source.can_delete(dataset.name)
            yield self._line(dataset, Treatment.DELETE, going, able=able)
        referred = {key: rows[key] for key, stay in stays.items() if stay.reason is Reason.REFERRED}
        if dataset.terms.erase is Erase.DELETE_UNLESS_REFERRED:
            yield from self._changed(dataset, referred, Reason.REFERRED)
        if dataset.terms.erase is Erase.KEEP:
            yield from self._changed(dataset, {key: rows[key] for key, stay in stays.items() if stay.kept}, None)
        yield from self._remaining(dataset, rows, stays)
        if dataset.terms.erase is not Erase.MANUAL:
            yield from self._left(
                dataset, {key: row for key, row in rows.items() if key not in stays or stays[key].kept}
            )

    def _left(self, dataset: Dataset, rows: Mapping[Key, Row]) -> Iterator[Work]:
        """What of rows that stay is a person's: columns the map says so of, and secrets the interface does not show.

        Nobody can prove that a password is gone which was never seen, and writing it blindly proves nothing either.
        """
        deleted = dataset.terms.erase is Erase.DELETE and self.walk.source.can_delete(dataset.name)
        for column in () if deleted else dataset.fields.values():
            unseen = column.secret and not column.optional and column.terms.erase in CHANGING_ERASE
            if column.terms.erase is Erase.MANUAL:
                standing = {key: row for key, row in rows.items() if text_of(row.values.get(column.name))}
            else:
                standing = {key: row for key, row in rows.items() if unseen and column.name in row.unseen}
            if standing:
                change = (FieldChange(column.name, Erase.MANUAL.value),)
                yield self._line(dataset, Treatment.MANUAL, standing, fields=change, reason=Reason.MAP)

    def _changed(self, dataset: Dataset, rows: Mapping[Key, Row], reason: Reason | None) -> Iterator[Work]:
        fields = changes(dataset)
        if fields and rows:
            able = all(one.strategy in ABLE for one in fields)
            able = able and self.walk.source.can_change(dataset.name, [one.column for one in fields])
            yield self._line(dataset, Treatment.ANONYMISE, rows, able=able, fields=fields, reason=reason)

    def _remaining(self, dataset: Dataset, rows: Mapping[Key, Row], stays: Mapping[Key, Stay]) -> Iterator[Work]:
        groups: dict[tuple[Any, ...], dict[Key, Row]] = defaultdict(dict)
        first: dict[tuple[Any, ...], Stay] = {}
        for key, stay in stays.items():
            if stay.reason is Reason.REFERRED and dataset.terms.erase is Erase.DELETE_UNLESS_REFERRED:
                continue
            kept, year = stay.kept, stay.day.year if stay.day else None
            group = (stay.reason, year, *((kept.law, kept.mark, kept.until) if kept else ("", "", None)))
            groups[group][key] = rows[key]
            first.setdefault(group, stay)
        for group in sorted(groups, key=lambda one: tuple(map(str, one))):
            stay = first[group]
            yield self._line(
                dataset,
                _treatment(dataset, stay.reason),
                groups[group],
                reason=stay.reason,
                document_class=dataset.terms.retention.code if stay.kept else "",
                document_year=group[1],
                law=stay.kept.law if stay.kept else "",
                mark=stay.kept.mark if stay.kept else "",
                keep_until=stay.kept.until if stay.kept else None,
            )

    def _line(
        self, dataset: Dataset, treatment: Treatment, rows: Mapping[Key, Row], *, able: bool = True, **more: Any
    ) -> Work:
        if not able:
            # No call of this interface does it: a person does, and attaches the proof.
            treatment = Treatment.MANUAL
            more["reason"] = more.get("reason") or Reason.MAP
        line = PlanLine(
            store=self.store,
            dataset=dataset.name,
            treatment=treatment,
            link="; ".join(link.name for link in dataset.links),
            keys=tuple(RowKey(dataset.name, key) for key in rows),
            count=len(rows),
            persons=self.persons,
            rule=rule_of(self.walk, dataset),
            **more,
        )
        return Work(line, dataset, rows)


def _treatment(dataset: Dataset, reason: Reason) -> Treatment:
    keeps = {Reason.LAW, Reason.REFERRED} | ({Reason.MAP} if dataset.terms.erase is Erase.KEEP else set())
    if reason is Reason.SHARED:
        return Treatment.UNLINK
    return Treatment.KEEP if reason in keeps else Treatment.MANUAL


def rule_of(walk: Walk, dataset: Dataset) -> str:
    """What an approval binds besides the rows: the map's version and words about the dataset, and how it is reached."""
    source: Source = walk.source
    declared = [
        [dataset.table, dataset.key, dataset.shared, dataset.terms.erase.value, repr(dataset.where)],
        [[link.name, repr(link.when), link.path] for link in dataset.links],
        [[one.name, one.terms.erase.value, one.terms.constant, one.terms.coarse] for one in dataset.fields.values()],
        [dataset.terms.retention.code, dataset.terms.retention.law, [str(one) for one in dataset.document_date]],
        [repr(dataset.wait_while), source.rule(dataset.name)],
    ]
    digest = hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()[:24]
    return f"{walk.data_map.name}/{walk.data_map.version}/{digest}"
