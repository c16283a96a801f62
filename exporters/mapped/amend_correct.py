"""Plans a rectification: what is overwritten, what is annotated, what follows in the same row (rules R-01 to R-03)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from exporters.contract import FieldChange, Reason, Treatment
from exporters.datamap.rights import Correct
from exporters.datamap.rights_load import correction
from exporters.mapped.amend_draft import cell_of, columns_of
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporters.contract import Change
    from exporters.datamap.model import Dataset
    from exporters.mapped.amend_draft import Draft
    from exporters.mapped.source import Row
    from exporters.mapped.walk import Key


def correct(plan: Draft) -> None:
    """Add the lines of a rectification, or the reasons why one change cannot be made (R-01 to R-03)."""
    by_row: dict[tuple[str, Key], list[Change]] = defaultdict(list)
    for change in plan.asked.changes:
        by_row[change.row.dataset, tuple(map(str, change.row.values))].append(change)
    for (name, key), changes in by_row.items():
        dataset = plan.walk.data_map.datasets.get(name)
        row = plan.walk.all(dataset).get(key) if dataset else None
        if dataset is None or any(one.column not in dataset.fields for one in changes):
            plan.refuse(name, "unknown_field", "the data map of this store knows no such field")
        elif row is None:
            plan.refuse(name, "not_hers", "the record is not, or no longer, one of this person's")
        elif dataset.shared:
            fields = [FieldChange(one.column, "correct") for one in changes]
            plan.add(dataset, Treatment.MANUAL, [key], fields=fields, reason=Reason.SHARED)
        else:
            _correct_row(plan, dataset, row, changes)


def _correct_row(plan: Draft, dataset: Dataset, row: Row, changes: Sequence[Change]) -> None:
    key = row.key(dataset)
    new: dict[str, str | None] = {}
    notes: list[str] = []
    unsaid: list[str] = []
    for change in changes:
        how = correction(dataset, dataset.fields[change.column])
        value = None if change.value is None else text_of(change.value)
        if how.how is Correct.NEVER:
            plan.refuse(f"{dataset.name}.{change.column}", "not_correctable", how.why)
        elif how.how is Correct.TRUE:
            new[change.column] = value
        elif dataset.rights.note is None:
            unsaid.append(change.column)
        else:
            said = dataset.rights.note.text.replace("{date}", plan.asked.now.date().isoformat())
            notes.append(said.replace("{field}", change.column).replace("{value}", " ".join((value or "-").split())))
    new |= _following(dataset, row, new)
    cells = [
        cell_of(key, name, row.values.get(name), value)
        for name, value in new.items()
        if (text_of(row.values.get(name)) or "") != (value or "")
    ]
    same = [FieldChange(name, "correct") for name in new if name not in {cell.column for cell in cells}]
    if cells:
        plan.add(dataset, Treatment.CORRECT, [key], cells=cells, fields=columns_of(cells, "correct"))
    if same:
        plan.add(dataset, Treatment.KEEP, [key], fields=same, reason=Reason.ALREADY)
    if notes and dataset.rights.note:
        column = dataset.rights.note.column
        note = cell_of(key, column, row.values.get(column), "\n".join(notes), append=True)
        plan.add(dataset, Treatment.ANNOTATE, [key], cells=[note], fields=columns_of([note], "annotate"))
    if unsaid:
        fields = [FieldChange(name, "annotate") for name in unsaid]
        plan.add(dataset, Treatment.MANUAL, [key], fields=fields, reason=Reason.ISSUED)


def _following(dataset: Dataset, row: Row, new: Mapping[str, str | None]) -> dict[str, str | None]:
    """Derived columns of the same row that still are what they are derived from."""
    found = {}
    for name, one in dataset.fields.items():
        sources = one.follows.of(dataset.name) if one.follows else ()
        own = bool(sources) and all(at.dataset == dataset.name for at in sources)
        if one.follows is None or not own or name in new or not any(at.column in new for at in sources):
            continue
        old = [text_of(row.values.get(at.column)) for at in sources]
        if text_of(row.values.get(name)) == one.follows.value(old):
            then = [new.get(at.column, text) for at, text in zip(sources, old, strict=True)]
            found[name] = one.follows.value(then)
    return found
