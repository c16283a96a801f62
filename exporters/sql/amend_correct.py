"""Plans a rectification: what is overwritten, what is annotated, what follows, where the same value stands besides.

Rules R-01 (correct), R-02 (issued invoices are annotated, never overwritten), R-03 (records of what was said or seen
stay), R-06 (every copy: those the map lets follow are corrected with it, the others are listed for a person).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.contract import FieldChange, Reason, Treatment
from exporters.datamap.composite import joined
from exporters.datamap.model import VALUE_LINKS, LinkType
from exporters.datamap.rights import Correct
from exporters.datamap.rights_load import correction
from exporters.identifiers import normalise
from exporters.sql.amend_plan import cell
from exporters.sql.amend_rows import read_cells
from exporters.sql.amend_value import appended, canonical, exact, fit
from exporters.sql.hers import row_key
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.contract import CellChange, Change
    from exporters.datamap.model import DataMap, Dataset, Field, Link, Reference
    from exporters.datamap.rights import Follows
    from exporters.sql.amend_plan import Draft
    from exporters.sql.amend_rows import PlanKey, Row


@dataclass(slots=True)
class _Wanted:
    """One row of hers and what is to become of it: columns to overwrite, notes to add."""

    dataset: Dataset
    row: Row
    new: dict[str, str | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    """Columns that want a note where the store has no column for one."""

    def become(self, column: str) -> str | None:
        """The text of a column after the correction."""
        return self.new[column] if column in self.new else text_of(self.row.values[column])


def correct(plan: Draft) -> None:
    """Add the lines of a rectification, or the reasons why one change cannot be made."""
    wanted: dict[tuple[str, PlanKey], _Wanted] = {}
    for name, changes in _by_dataset(plan).items():
        dataset = plan.data_map.datasets[name]
        for key, own in changes.items():
            _one_row(plan, dataset, key, own, wanted)
    for one in list(wanted.values()):
        _follow(plan, one, wanted)
    for (_, key), one in wanted.items():
        _lines(plan, key, one)
    for (name, _), one in wanted.items():
        for column in one.new:
            _copies(plan, plan.data_map.datasets[name], one, column, wanted)


def _by_dataset(plan: Draft) -> dict[str, dict[PlanKey, list[Change]]]:
    found: dict[str, dict[PlanKey, list[Change]]] = defaultdict(lambda: defaultdict(list))
    for change in plan.asked.changes:
        dataset = plan.data_map.datasets.get(change.row.dataset)
        if dataset is None or dataset.name not in plan.tables or change.column not in dataset.fields:
            # The name is the caller's and not a value of a person: which form sent it is what has to be found out.
            place = f"{change.row.dataset}.{change.column}"
            plan.refuse_at(place, "unknown_field", "the data map of this store knows no such field")
        else:
            found[dataset.name][change.row.values].append(change)
    return found


def _one_row(
    plan: Draft,
    dataset: Dataset,
    key: PlanKey,
    changes: list[Change],
    wanted: dict[tuple[str, PlanKey], _Wanted],
) -> None:
    alone, shared = plan.own(dataset)
    # A form gives a number back as text.
    spelled = tuple(map(str, key))
    key = next((own for own in (*alone, *shared) if tuple(map(str, own)) == spelled), key)
    if key in shared:
        # R-04, house.md: a row a household shares says something about all of them.
        fields = [FieldChange(one.column, "correct") for one in changes]
        plan.add(dataset, Treatment.MANUAL, [key], fields=fields, reason=Reason.SHARED)
        return
    table = plan.tables[dataset.name]
    columns = [name for name in dataset.fields if table.has(name)]
    rows = read_cells(plan.connection, dataset, table, columns, [key]) if key in alone else {}
    if key not in rows:
        plan.refuse(dataset, "", "not_hers", "the record is not, or no longer, one of this person's")
        return
    one = wanted.setdefault((dataset.name, key), _Wanted(dataset, rows[key]))
    for change in changes:
        _one_value(plan, one, change)


def _one_value(plan: Draft, one: _Wanted, change: Change) -> None:
    dataset, name = one.dataset, change.column
    how = correction(dataset, dataset.fields[name])
    if how.how is Correct.NEVER or not plan.tables[dataset.name].has(name):
        plan.refuse(dataset, name, "not_correctable", how.why or "the column is not there")
    elif how.how is Correct.ANNOTATE:
        note = dataset.rights.note
        if note is None:
            one.unsaid.append(name)
            return
        value = change.value if isinstance(change.value, str) else "-" if change.value is None else str(change.value)
        said = {"{date}": plan.asked.now.date().isoformat(), "{field}": name}
        words = note.text
        for part, word in said.items():
            words = words.replace(part, word)
        one.notes.append(words.replace("{value}", " ".join(value.split())))
    else:
        text, trouble = fit(plan.column(dataset, name), change.value, dialect=plan.connection.dialect.name)
        if trouble:
            plan.refuse(dataset, name, *trouble)
        elif name in one.new and one.new[name] != text:
            plan.refuse(dataset, name, "asked_twice", "two different values are wanted for the same field")
        else:
            one.new[name] = text


def _follow(plan: Draft, one: _Wanted, wanted: dict[tuple[str, PlanKey], _Wanted]) -> None:
    """Correct derived columns with what they are derived from, where they still are what they are derived from."""
    for dataset, name, rule in _followers(plan.data_map):
        sources = rule.of(dataset.name)
        if sources[0].dataset != one.dataset.name or not any(source.column in one.new for source in sources):
            continue
        old = rule.value([text_of(one.row.values[source.column]) for source in sources])
        become = rule.value([one.become(source.column) for source in sources])
        for key, row in _following_rows(plan, one, dataset, name):
            other = wanted.setdefault((dataset.name, key), _Wanted(dataset, row))
            if name in other.new or exact(row.values[name]) != old:
                continue  # corrected in its own right, or set to something else on purpose
            text, trouble = fit(plan.column(dataset, name), become, dialect=plan.connection.dialect.name)
            if trouble:
                plan.refuse(dataset, name, trouble[0], f"follows {sources[0]}: {trouble[1]}")
            else:
                other.new[name] = text


def _followers(data_map: DataMap) -> Iterator[tuple[Dataset, str, Follows]]:
    for dataset in data_map.datasets.values():
        for found in dataset.fields.values():
            if found.follows is not None:
                yield dataset, found.name, found.follows


def _following_rows(plan: Draft, one: _Wanted, dataset: Dataset, column: str) -> Iterator[tuple[PlanKey, Row]]:
    """The corrected row itself, or her rows of another dataset that a link ties to it."""
    table = plan.tables.get(dataset.name)
    if table is None or not table.has(column):
        return
    if dataset.name == one.dataset.name:
        yield row_key(dataset, one.row.key).values, one.row
        return
    rows = plan.hers.rows(dataset)
    alone, _ = plan.own(dataset)
    for link in dataset.links:
        if link.references.dataset != one.dataset.name or link.type not in {LinkType.FOREIGN_KEY, LinkType.SAME_VALUE}:
            continue
        ends = link.references.columns
        own = [text_of(one.row.values[name]) for name in ends]
        aim = joined(own) if len(ends) > 1 else own[0]
        keys = [key for key in rows.rows if text_of(rows.value(key, link.column)) == aim]
        tied = [found for key in keys if (found := row_key(dataset, key).values) in alone]
        columns = [name for name in dataset.fields if table.has(name)]
        yield from read_cells(plan.connection, dataset, table, columns, tied).items()


def _lines(plan: Draft, key: PlanKey, one: _Wanted) -> None:
    dataset = one.dataset
    cells: list[CellChange] = []
    for column, text in one.new.items():
        limits = plan.column(dataset, column)
        if canonical(limits, one.row.values[column]) != canonical(limits, text):
            cells.append(cell(key, column, one.row.values[column], text))
    if cells:
        fields = [FieldChange(found.column, "correct") for found in cells]
        plan.add(dataset, Treatment.CORRECT, [key], cells=cells, fields=fields)
    same = [FieldChange(name, "correct") for name in one.new if name not in {found.column for found in cells}]
    if same:
        plan.add(dataset, Treatment.KEEP, [key], fields=same, reason=Reason.ALREADY)
    note = dataset.rights.note
    if one.notes and note:
        _annotate(plan, key, one, note.column)
    if one.unsaid:
        fields = [FieldChange(name, "annotate") for name in one.unsaid]
        plan.add(dataset, Treatment.MANUAL, [key], fields=fields, reason=Reason.ISSUED)


def _annotate(plan: Draft, key: PlanKey, one: _Wanted, column: str) -> None:
    current = one.row.values[column]
    stands = exact(current) or ""
    notes = [note for note in one.notes if note not in stands.split("\n")]
    fields = [FieldChange(column, "annotate")]
    if not notes:
        plan.add(one.dataset, Treatment.KEEP, [key], fields=fields, reason=Reason.ALREADY)
        return
    text = "\n".join(notes)
    _, trouble = fit(plan.column(one.dataset, column), appended(stands, text), dialect=plan.connection.dialect.name)
    if trouble and trouble[0] != "wrong_type":
        plan.refuse(one.dataset, column, *trouble)
    plan.add(
        one.dataset, Treatment.ANNOTATE, [key], cells=[cell(key, column, current, text, append=True)], fields=fields
    )


def _copies(
    plan: Draft, dataset: Dataset, one: _Wanted, column: str, wanted: Mapping[tuple[str, PlanKey], _Wanted]
) -> None:
    """List where else in her rows the old value stands: links by value would break, copies would contradict."""
    changed, old = dataset.fields[column], text_of(one.row.values[column])
    if not old or canonical(plan.column(dataset, column), old) == canonical(
        plan.column(dataset, column), one.new[column]
    ):
        return
    for other in plan.present():
        links = [link for link in other.links if _hangs_on(link, dataset, column)]
        columns = {_end(link, column) for link in links}
        inside = {link.column for link in links if link.type is LinkType.CONTAINS_VALUE}
        if not other.growing and changed.identifier is not None:
            columns |= {found.name for found in other.fields.values() if _alike(changed, found)}
        columns = {name for name in columns if plan.tables[other.name].has(name)}
        if other.name == dataset.name:
            columns.discard(column)
        if not columns:
            continue
        found: dict[str, list[PlanKey]] = defaultdict(list)
        for key, name, text in _texts(plan, other, sorted(columns)):
            own = wanted.get((other.name, key))
            if _holds(changed, text, old, inside=name in inside) and not (own and name in own.new):
                found[name].append(key)
        for name, keys in sorted(found.items()):
            plan.add(
                other,
                Treatment.MANUAL,
                () if other.growing else keys,
                fields=[FieldChange(name, "copy")],
                reason=Reason.COPY,
                note=f"copy of {dataset.name}.{column}",
                count=len(keys),
            )


def _hangs_on(link: Link, dataset: Dataset, column: str) -> bool:
    reference: Reference = link.references
    return link.type in VALUE_LINKS and reference.dataset == dataset.name and column in reference.columns


def _end(link: Link, column: str) -> str:
    """The column at this end of a link that repeats `column` at the other."""
    return link.columns[link.references.columns.index(column)]


def _alike(changed: Field, other: Field) -> bool:
    """Whether another field may hold a copy: the same kind of identifier, or the same label."""
    same_kind = other.identifier is not None and other.identifier.kind is changed.identifier.kind  # type: ignore[union-attr]
    return other.collected and (same_kind or (bool(other.label) and other.label == changed.label))


def _holds(changed: Field, text: str, old: str, *, inside: bool) -> bool:
    if inside:
        return old.casefold() in text.casefold()
    kind = changed.identifier.kind if changed.identifier else None
    return normalise(kind, text) == normalise(kind, old) if kind else text == old


def _texts(plan: Draft, dataset: Dataset, columns: list[str]) -> Iterator[tuple[PlanKey, str, str]]:
    """(row, column, text) of her rows; read again only where planning has not read the columns anyway."""
    rows = plan.hers.rows(dataset)
    if set(columns) <= set(rows.columns):
        for native in rows.rows:
            for name in columns:
                text = text_of(rows.value(native, name))
                if text is not None:
                    yield rows.row_key(native).values, name, text
        return
    found = read_cells(plan.connection, dataset, plan.tables[dataset.name], columns, list(rows.rows))
    for key, row in found.items():
        for name in columns:
            text = text_of(row.values[name])
            if text is not None:
                yield key, name, text
