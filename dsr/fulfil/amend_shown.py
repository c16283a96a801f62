"""The plan of a rectification for people: old and new value line by line, what is done by hand, counts for everybody else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.cases import corrections
from dsr.fulfil.amend_values import fold
from dsr.fulfil.stores import config_of, label_of
from dsr.law.decisions import Claim
from dsr.output.inputs import words
from exporters.contract import Reason, Treatment, lines_to_json, plan_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsr.cases.corrections import Value
    from dsr.models import Case
    from exporters.contract import DatasetInfo, PlanLine

MANUAL = Treatment.MANUAL.value
STAYS = "stays"
"""Of a row that repeats the old value and is not touched, as a record of what happened."""
RECORD = "record"
"""Of a row that is a record of what happened, not an issued document."""
_LANGUAGE = "en"
"""Of what staff reads in a plan; labels of the data map have at least this one."""


@dataclass(slots=True)
class Drafted:
    """What is gathered over the stores: lines to write, the same to read, tasks by hand."""

    stores: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    hashes: list[list[str]] = field(default_factory=list)
    summary: list[dict[str, Any]] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    hand: dict[str, list[str]] = field(default_factory=dict)

    def add(
        self, case: Case, store: str, exporter: Any, lines: tuple[PlanLine, ...], values: list[tuple[Value, str]]
    ) -> None:
        """The lines of a store that a program changes, and what it leaves to people."""
        described = {info.name: info for info in exporter.describe()}
        self.stores[store] = lines_to_json(lines)
        self.hashes.append([store, plan_hash(lines)])
        old = {(one.dataset, tuple(map(str, key)), one.column): one.value for one, _new in values for key in one.keys}
        wanted = {(one.dataset, tuple(map(str, key)), one.column): new for one, new in values for key in one.keys}
        for line in lines:
            info = described.get(line.dataset)
            self.summary.append(_summed(store, info, line))
            if line.reason is Reason.COPY:
                line = _unasked(line, wanted)  # noqa: PLW2901 -- what is asked for anyway stands in a line of its own
                if not line.count:
                    continue
            rows = list(_rows(case, store, info, line, old, wanted))
            if line.reason in {Reason.COPY, Reason.ISSUED}:
                rows = [_recorded(row, info, line, values) for row in rows]
            if line.growing or _record(info, line):
                # Records of what happened repeat the old value for good reason: shown, and nobody is sent to them.
                rows = [{**row, "treatment": STAYS} for row in rows]
            self.shown += rows
        self.shown = _merged(self.shown)
        asked = [row for row in self.shown if row["store"] == store and row["treatment"] == MANUAL]
        if asked:
            self.hand.setdefault(store, []).extend(dict.fromkeys(map(_sentence, asked)))

    def by_hand(self, case: Case, store: str, values: list[tuple[Value, str]]) -> None:
        """A store nobody can write to by program: a person does all of it."""
        self.hashes.append([store, MANUAL])
        for one, new in values:
            row = _row(case, store, one.dataset_label, one.label, one.value, new, len(one.keys), MANUAL, "by_hand")
            self.shown.append(row)
            self.hand.setdefault(store, []).append(_sentence(row))
            self.summary.append(
                {"store": store, "dataset": one.dataset, "label": dict(one.dataset_label), "treatment": MANUAL}
                | {"count": len(one.keys), "reason": "by_hand", "fields": [], "recipients": []}
            )


_INVOICE = "invoice"
_RECORDS = frozenset({"traffic", "usage", "location", "communication", "security"})


def _record(info: DatasetInfo | None, line: PlanLine) -> bool:
    return line.reason is Reason.COPY and info is not None and info.category in _RECORDS


def _summed(store: str, info: DatasetInfo | None, line: PlanLine) -> dict[str, Any]:
    return {
        "store": store,
        "dataset": line.dataset,
        "label": dict(info.label) if info else {"en": line.dataset},
        "category": info.category if info else "",
        "treatment": line.treatment.value,
        "count": line.count,
        "fields": [{"column": change.column, "strategy": change.strategy} for change in line.fields],
        "reason": line.reason.value if line.reason else "",
        # Who is told stands in the decision's own step; a plan of a correction settles nobody by itself.
        "recipients": [],
        "law": line.law,
        "mark": line.mark,
        "until": None,
        "growing": line.growing,
        "link": line.link,
    }


def _rows(  # noqa: PLR0917 -- private, one caller
    case: Case,
    store: str,
    info: DatasetInfo | None,
    line: PlanLine,
    old: dict[tuple[str, tuple[str, ...], str], str | None],
    wanted: dict[tuple[str, tuple[str, ...], str], str],
) -> Iterator[dict[str, Any]]:
    """A row for each column and value of a line; the old value only where it is, by its digest, what the plan will replace."""
    labels = {one.name: one.label for one in info.fields} if info else {}
    label = info.label if info else {"en": line.dataset}
    reason = line.reason.value if line.reason else ""
    cells = [
        (one.column, old.get(_at(line.dataset, one.key, one.column)), one.value or "")
        for one in line.cells
        if one.append or one.stands(old.get(_at(line.dataset, one.key, one.column)))
    ]
    unknown = [
        (one.column, "…", one.value or "")
        for one in line.cells
        if not (one.append or one.stands(old.get(_at(line.dataset, one.key, one.column))))
    ]
    others = [
        (change.column, old.get(place), wanted.get(place, ""))
        for change in line.fields
        for key in line.keys
        for place in (_at(line.dataset, key.values, change.column),)
        if not line.cells
    ]
    found: dict[tuple[str, str | None, str], int] = {}
    for one in (*cells, *unknown, *others):
        found[one] = found.get(one, 0) + 1
    for (column, before, after), count in found.items():
        name = labels.get(column) or {"en": column}
        yield _row(case, store, label, name, before, after, count, line.treatment.value, reason)
    if not found:
        yield _row(case, store, label, {"en": ""}, None, "", line.count, line.treatment.value, reason)


def _unasked(line: PlanLine, wanted: dict[tuple[str, tuple[str, ...], str], str]) -> PlanLine:
    """The copies of an old value that nobody asked for by themselves."""
    if not line.keys:
        return line
    names = [change.column for change in line.fields]
    keys = tuple(key for key in line.keys if not any(_at(line.dataset, key.values, name) in wanted for name in names))
    return replace(line, keys=keys, count=len(keys))


def _recorded(
    row: dict[str, Any], info: DatasetInfo | None, line: PlanLine, values: list[tuple[Value, str]]
) -> dict[str, Any]:
    """A row that stays: an issued document, or a record; a copy in an invoice is told what it would say today."""
    invoice = info is not None and info.category == _INVOICE
    if line.reason is Reason.COPY:
        source = line.filter.removeprefix("copy of ")
        new = next((new for one, new in values if f"{one.dataset}.{one.column}" == source), "")
        return {**row, "reason": Reason.ISSUED.value, "new": new} if invoice and new else row
    return row if invoice else {**row, "reason": RECORD}


def _same(row: dict[str, Any]) -> tuple[str, ...]:
    """What makes two rows one line for people."""
    return tuple(row[name] for name in ("store", "dataset", "field", "old", "new", "treatment", "reason"))


def _merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same change of many records as one row with their number."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        same = found.get(_same(row))
        found[_same(row)] = {**row, "count": row["count"] + (same["count"] if same else 0)}
    return list(found.values())


def _at(dataset: str, key: tuple[str | int, ...], column: str) -> tuple[str, tuple[str, ...], str]:
    return dataset, tuple(map(str, key)), column


def _row(  # noqa: PLR0917 -- private, a record
    case: Case,
    store: str,
    dataset: Any,
    column: Any,
    old: str | None,
    new: str,
    count: int,
    treatment: str,
    reason: str,
) -> dict[str, Any]:
    return {
        "store": store,
        "store_label": label_of(config_of(case.controller, store), _LANGUAGE),
        "dataset": words(dataset, _LANGUAGE),
        "field": words(column, _LANGUAGE),
        "old": old or "",
        "new": new,
        "count": count,
        "treatment": treatment,
        "reason": reason,
    }


def _sentence(row: dict[str, Any]) -> str:
    """What a person has to do about one row."""
    said = {name: row[name] for name in ("dataset", "field", "old", "new")}
    if row["reason"] == Reason.ISSUED:
        return (
            _(
                "%(dataset)s, %(field)s: leave the issued document as it is. Add a note, or issue a corrected one, with: %(new)s"
            )
            % said
        )
    if row["reason"] == RECORD:
        return _("%(dataset)s, %(field)s: leave the record as it is, and add a note: %(new)s") % said
    if row["reason"] == Reason.COPY:
        return ngettext(
            "%(dataset)s, %(field)s: %(count)d record repeats the old value. Look whether it has to follow.",
            "%(dataset)s, %(field)s: %(count)d records repeat the old value. Look whether they have to follow.",
            row["count"],
        ) % {**said, "count": row["count"]}
    if row["reason"] == Reason.SHARED:
        return (
            _(
                "%(dataset)s, %(field)s: other people use this record too. Find out whether it changes for all of them: %(new)s"
            )
            % said
        )
    if not row["old"]:
        return _("%(dataset)s, %(field)s: write %(new)s") % said
    return _("%(dataset)s, %(field)s: replace %(old)s by %(new)s") % said


def statements(case: Case) -> Iterator[tuple[str, str]]:
    """(store, sentence) for every statement that is put beside data which stay (R-01, R-03): where the data stand."""
    sheet = corrections.sheet_of(case)
    values = corrections.values_of(sheet)
    for one, item in zip(corrections.asked_of(case), corrections.decided_of(sheet), strict=False):
        if item.claim is not Claim.STATEMENT or not item.statement:
            continue
        old = fold(one.old)
        stores = [value.store for value in values if old and old in fold(value.value or "")]
        for store in dict.fromkeys(stores or [value.store for value in values][:1]):
            yield store, _("Keep this statement of hers beside the data: %(statement)s") % {"statement": item.statement}
