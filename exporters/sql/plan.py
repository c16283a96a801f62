"""Plans an erasure: what happens to each of her rows, as lines a person can read and `apply` can check (house.md, idea 3).

The same code runs again inside the writing transaction of `apply`, with the rows locked, and must say the same.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.anonymise.scrub import scrubs
from exporters.contract import FieldChange, PlanLine, Reason, Treatment
from exporters.datamap.model import CHANGING_ERASE, Erase
from exporters.sql.hers import Hers, held_by_parent
from exporters.sql.live import read_limits
from exporters.sql.remainder import minimised
from exporters.sql.retain import in_order, staying
from exporters.sql.sets import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    import sqlalchemy as sa

    from exporters.contract import KeepUntil, RowKey
    from exporters.datamap.model import Condition, DataMap, Dataset
    from exporters.sql.hers import Apart, Native
    from exporters.sql.live import LiveLimits
    from exporters.sql.retain import Stay
    from exporters.sql.schema import LiveTable


@dataclass(frozen=True, slots=True)
class Work:
    """A line of a plan with the rows it means, as the database named them."""

    line: PlanLine
    dataset: Dataset
    keys: tuple[Native, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan on one connection: the work in the order in which it is done, and what the live tables allow."""

    work: tuple[Work, ...]
    hers: Hers
    limits: LiveLimits
    rules: Mapping[str, str]

    @property
    def lines(self) -> tuple[PlanLine, ...]:
        """The lines alone."""
        return tuple(work.line for work in self.work)


def make_plan(
    connection: sa.Connection,
    data_map: DataMap,
    tables: Mapping[str, LiveTable],
    persons: tuple[RowKey, ...],
    *,
    store: str,
    today: date,
    keep_until: KeepUntil | None,
    lock: bool = False,
    apart: Mapping[str, Apart] | None = None,
    approved: Collection[PlanLine] = (),
) -> Planned:
    """Plan the erasure of `persons` (from `locate`). Reads only; `lock` holds her rows until the transaction ends.

    `apart`: growing datasets whose rows `apply` changes as sets; their lines are planned without reading the rows. Not
    given, the rows of every growing dataset that can be a set are counted in the database; {}: all rows are read.
    `approved`: the lines being applied, which decided already how coarse a remainder may be.
    """
    hers = Hers(connection, data_map, tables, persons, lock=lock, apart=apart)
    limits = read_limits(connection, {table.name: table for table in tables.values()}.values())
    if apart is None:
        hers.apart |= counted(hers, limits)
    order = in_order(data_map, tables, _by_foreign_keys(tables, limits))
    stays = staying(hers, order, today=today, keep_until=keep_until)
    rules = {dataset.name: rule_of(data_map, dataset, tables[dataset.name], limits) for dataset in order}
    planner = _Planner(store, persons, hers, rules, limits=limits, approved=approved)
    work = [one for dataset in order for one in planner.work(dataset, stays.of(dataset.name))]
    # What changes the store first, in order; then what stays, for the reader. Texts are scrubbed before anything else,
    # while the rows still stand that say what to take out of them.
    work.sort(key=lambda one: (not one.line.writes, not scrubs(one.line)))
    return Planned(tuple(work), hers, limits, rules)


def _by_foreign_keys(tables: Mapping[str, LiveTable], limits: LiveLimits) -> dict[str, set[str]]:
    by_table: dict[str, list[str]] = defaultdict(list)
    for name, table in tables.items():
        by_table[table.name].append(name)
    found: dict[str, set[str]] = defaultdict(set)
    for key in limits.foreign_keys:
        for holder in by_table.get(key.table, ()):
            found[holder].update(by_table.get(key.target, ()))
    return found


class _Planner:
    """Turns the rows of one dataset into lines."""

    def __init__(
        self,
        store: str,
        persons: tuple[RowKey, ...],
        hers: Hers,
        rules: Mapping[str, str],
        *,
        limits: LiveLimits,
        approved: Collection[PlanLine],
    ) -> None:
        self.limits = limits
        self.approved = approved
        self.store = store
        self.persons = persons
        self.hers = hers
        self.rules = rules

    def work(self, dataset: Dataset, stays: Mapping[Native, Stay]) -> Iterator[Work]:
        """The lines of one dataset; growing ones even without a row, since rows may arrive before they are applied."""
        rows = self.hers.rows(dataset)
        apart = self.hers.apart.get(dataset.name)
        going = list(apart.sample) if apart else [key for key in rows.rows if key not in stays]
        if dataset.terms.erase is Erase.ANONYMISE:
            yield from self._changed(dataset, going, None)
        elif going or (dataset.growing and self._can_match(dataset)):
            yield self._work(dataset, Treatment.DELETE, going, growing=dataset.growing)
        referred = [key for key, stay in stays.items() if stay.reason is Reason.REFERRED]
        if dataset.terms.erase is Erase.DELETE_UNLESS_REFERRED:
            yield from self._changed(dataset, referred, Reason.REFERRED)
        if dataset.terms.erase is Erase.KEEP:
            yield from self._changed(dataset, [key for key, stay in stays.items() if stay.kept], None)
        yield from self._remaining(dataset, stays)

    def _can_match(self, dataset: Dataset) -> bool:
        return dataset.terms.erase is Erase.DELETE and bool(self.hers.walk.probes(dataset))

    def _changed(self, dataset: Dataset, keys: list[Native], reason: Reason | None) -> Iterator[Work]:
        fields = self.fields(dataset)
        growing = dataset.growing and dataset.terms.erase is Erase.ANONYMISE
        if fields and (keys or growing):
            limits = self.limits.tables[self.hers.tables[dataset.name].name]
            fields = minimised(self.hers, dataset, fields, limits, self.approved)
            yield self._work(dataset, Treatment.ANONYMISE, keys, fields=fields, reason=reason, growing=growing)

    def fields(self, dataset: Dataset) -> tuple[FieldChange, ...]:
        """The columns that change where a row stays, each with its strategy."""
        table = self.hers.tables[dataset.name]
        changes = {
            field.name: field.terms.erase.value
            for field in dataset.fields.values()
            if field.terms.erase in CHANGING_ERASE and table.has(field.name) and field.name not in dataset.key
        }
        if dataset.terms.erase is not Erase.KEEP:
            # Her side of a row that other people use as well is cut, whatever the map says about the column.
            for other in self.hers.data_map.datasets.values():
                for link in other.links:
                    pointing = link.references.dataset == dataset.name
                    if pointing and other.shared and held_by_parent(self.hers.data_map, other, link):
                        cut = (name for name in link.references.columns if name not in dataset.key)
                        changes |= {name: Erase.NULLIFY.value for name in cut if name not in changes}
        return tuple(FieldChange(column, strategy) for column, strategy in changes.items())

    def _remaining(self, dataset: Dataset, stays: Mapping[Native, Stay]) -> Iterator[Work]:
        groups: dict[tuple[object, ...], list[Native]] = defaultdict(list)
        for key, stay in stays.items():
            if stay.reason is Reason.REFERRED and dataset.terms.erase is Erase.DELETE_UNLESS_REFERRED:
                continue  # has a line of its own: it stays, but anonymised
            kept = stay.kept
            year = stay.day.year if stay.day else None
            law = (kept.law, kept.mark, kept.until) if kept else ("", "", None)
            groups[stay.reason, year, *law].append(key)
        for group, keys in sorted(groups.items(), key=lambda item: tuple(map(str, item[0]))):
            yield self._stay(dataset, stays[keys[0]], group[1], keys)

    def _stay(self, dataset: Dataset, stay: Stay, year: object, keys: list[Native]) -> Work:
        kept = stay.kept
        return self._work(
            dataset,
            _treatment(dataset, stay.reason),
            keys,
            reason=stay.reason,
            growing=dataset.growing,
            document_class=dataset.terms.retention.code if kept else "",
            document_year=year if isinstance(year, int) else None,
            law=kept.law if kept else "",
            mark=kept.mark if kept else "",
            keep_until=kept.until if kept else None,
        )

    def _work(self, dataset: Dataset, treatment: Treatment, keys: list[Native], **more: object) -> Work:
        rows = self.hers.rows(dataset)
        growing = bool(more.get("growing"))
        apart = self.hers.apart.get(dataset.name) if treatment in {Treatment.DELETE, Treatment.ANONYMISE} else None
        line = PlanLine(
            store=self.store,
            dataset=dataset.name,
            treatment=treatment,
            link="; ".join(link.name for link in dataset.links),
            filter=_filter(dataset),
            keys=() if growing else tuple(rows.row_key(key) for key in keys),
            count=len(keys) if apart is None else apart.count,
            persons=self.persons,
            rule=self.rules[dataset.name],
            **more,  # type: ignore[arg-type]
        )
        return Work(line, dataset, tuple(keys))


def _treatment(dataset: Dataset, reason: Reason) -> Treatment:
    """What a line about rows that stay is called."""
    keeps = {Reason.LAW, Reason.REFERRED} | ({Reason.MAP} if dataset.terms.erase is Erase.KEEP else set())
    if reason is Reason.SHARED and dataset.shared:
        return Treatment.UNLINK
    return Treatment.KEEP if reason in keeps else Treatment.MANUAL


def _filter(dataset: Dataset) -> str:
    waits = [f"not ({_words(dataset.wait_while)})"] if dataset.wait_while else []
    return " and ".join(filter(None, [_words(dataset.where), *waits]))


def _words(conditions: Iterable[Condition]) -> str:
    return " and ".join(
        f"{one.column} {'not ' if one.negated else ''}in ({', '.join('null' if v is None else v for v in one.values)})"
        for one in conditions
    )


def rule_of(data_map: DataMap, dataset: Dataset, table: LiveTable, limits: LiveLimits) -> str:
    """What an approval binds besides the rows: the map's version and words about the dataset, and the live schema.

    A row that is deleted touches every column of its table; a row that stays touches key, links and what changes.
    """
    live = limits.tables[table.name].columns
    whole = dataset.terms.erase not in {Erase.ANONYMISE, Erase.MANUAL}
    touched = {
        *dataset.key,
        *(name for link in dataset.links for name in link.columns),
        *(field.name for field in dataset.fields.values() if field.terms.erase in CHANGING_ERASE),
    }
    coarse = [[field.name, field.terms.coarse.value] for field in dataset.fields.values() if field.terms.coarse]
    declared: list[object] = [
        [dataset.table, dataset.key, dataset.shared, dataset.growing, dataset.terms.erase.value, _filter(dataset)],
        [[link.name, link.any_case, _words(link.when), link.texts, link.path] for link in dataset.links],
        [[field.name, field.terms.erase.value, field.terms.constant] for field in dataset.fields.values()],
        [dataset.terms.retention.code, dataset.terms.retention.law, [str(one) for one in dataset.document_date]],
        sorted(
            column.fingerprint for name, column in live.items() if whole or name in {one.lower() for one in touched}
        ),
    ]
    declared += [coarse] if coarse else []
    digest = hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:24]
    return f"{data_map.name}/{data_map.version}/{digest}"
