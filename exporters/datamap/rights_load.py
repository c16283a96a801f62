"""Reads and checks what a data map says about correction, restriction and objection (rules R-02, Q-03, O-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.datamap.links import read_conditions
from exporters.datamap.model import Category, Erase, Reference
from exporters.datamap.rights import Correct, Derive, Follows, NoteColumn, Rights, Setting, Switch
from exporters.description import Disclosure, Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.datamap.model import DataMap, Dataset, Field
    from exporters.document import Item

DATASET_RIGHTS = ("restriction", "objection", "note")
FIELD_RIGHTS = ("correct", "follows")
MARKETING = "marketing"
"""The purpose every map may name in `objection:`, whether or not it states a purpose of that name (Art. 21(2))."""
NOTE = "{date} correction requested, {field}: {value}"
"""What a note says where the map has no wording of its own."""
_STAMPS = ("date", "datetime")

_BY_CATEGORY: Mapping[Category, tuple[Correct, str]] = {
    # what was issued or observed is true as a record of what was issued or observed.
    Category.INVOICE: (Correct.ANNOTATE, "an issued document is not overwritten"),
    Category.TRAFFIC: (Correct.ANNOTATE, "a record of what happened is not overwritten"),
    Category.USAGE: (Correct.ANNOTATE, "a record of what happened is not overwritten"),
    Category.LOCATION: (Correct.ANNOTATE, "a record of what happened is not overwritten"),
    Category.COMMUNICATION: (Correct.ANNOTATE, "what was written stays as it was written"),
    Category.SUPPORT: (Correct.ANNOTATE, "what was written stays as it was written"),
    Category.CONSENT: (Correct.ANNOTATE, "the proof of a consent is not overwritten"),
    Category.CREDENTIALS: (Correct.NEVER, "log-in data are changed by the person herself, through the log-in system"),
    Category.SECURITY: (Correct.NEVER, "a security log is evidence"),
    Category.TECHNICAL: (Correct.NEVER, "the system needs the value as it is"),
}
_BY_ORIGIN: Mapping[Origin, tuple[Correct, str]] = {
    Origin.GENERATED: (Correct.NEVER, "the system itself generates the value"),
    Origin.OBSERVED: (Correct.ANNOTATE, "an observation is not overwritten"),
    # an assessment is accurate when it is the assessment that was made; the subject may state her view.
    Origin.INFERRED: (Correct.ANNOTATE, "an assessment is not overwritten; her view is put beside it"),
}


@dataclass(frozen=True, slots=True)
class Correction:
    """How a field may be corrected and, where it may not be overwritten, why."""

    how: Correct
    why: str = ""


def correction(dataset: Dataset, field: Field) -> Correction:
    """The answer for one field: what can never be, then the map's own word, then its category and origin."""
    fixed = _fixed(dataset, field)
    if fixed:
        return Correction(Correct.NEVER, fixed)
    if field.correct is not None:
        return Correction(field.correct, "" if field.correct is Correct.TRUE else "the data map says so")
    by_category = _BY_CATEGORY.get(field.terms.category)
    if by_category:
        return Correction(*by_category)
    if dataset.document_date and dataset.terms.erase is Erase.KEEP:
        return Correction(Correct.ANNOTATE, "a document kept by law is not overwritten")
    return Correction(*_BY_ORIGIN.get(field.terms.origin, (Correct.TRUE, "")))


def correctable(dataset: Dataset) -> dict[str, Field]:
    """The fields that a correction overwrites or annotates, by name; of a growing dataset none.

    Parts of a JSON column and documents are corrected by hand.
    """
    if dataset.growing:
        return {}
    return {
        name: one
        for name, one in dataset.fields.items()
        if one.collected and not one.parts and one.file is None and correction(dataset, one).how is not Correct.NEVER
    }


def _fixed(dataset: Dataset, field: Field) -> str:
    if field.name in dataset.key:
        return "the column tells the rows apart"
    if field.disclosure is Disclosure.NEVER:
        return "the value is never disclosed, so nobody can say that it is wrong"
    if field.disclosure is Disclosure.NOT_PERSONAL:
        return "the column is not personal"
    if any(field.name in link.columns for link in dataset.links) and field.correct is not Correct.TRUE:
        return "the column says whose the row is"
    return ""


def read_correct(item: Item) -> Correct:
    """Read `correct: true`, `annotate` or `never`."""
    return item.choice(Correct)


def read_follows(item: Item) -> Follows:
    """Read `{upper: last_name}`, `{same: customers.email}` or `{join: [first_name, last_name], separator: ' '}`."""
    entries = item.entries()
    found = [one for one in Derive if one.value in entries]
    if len(found) != 1:
        raise item.error(f"give one of: {', '.join(one.value for one in Derive)}")
    how = found[0]
    options = item.options(how.value, *(["separator"] if how is Derive.JOIN else []))
    sources = tuple(_reference(text) for text in options[how.value].texts())
    if how is not Derive.JOIN and len(sources) != 1:
        raise options[how.value].error("one column is expected here; several belong to join")
    if len({source.dataset for source in sources}) != 1:
        raise options[how.value].error("the columns must be of one dataset")
    # A separator may be a blank, which `text()` would refuse as empty.
    separator = str(options["separator"].node.value) if "separator" in options else " "
    return Follows(how, sources, separator)


def _reference(text: str) -> Reference:
    other, dot, column = text.partition(".")
    return Reference(other, column) if dot else Reference("", text)


def read_rights(options: Mapping[str, Item]) -> Rights:
    """Read `restriction:`, `objection:` and `note:` of a dataset."""
    objection = options["objection"].entries() if "objection" in options else {}
    return Rights(
        restriction=_switches(options["restriction"], "lift") if "restriction" in options else (),
        objection={purpose: _switches(item) for purpose, item in objection.items()},
        note=_note(options["note"]) if "note" in options else None,
    )


def _switches(item: Item, *more: str) -> tuple[Switch, ...]:
    return tuple(_switch(one, *more) for one in (item.items() if item.is_list else (item,)))


def _switch(item: Item, *more: str) -> Switch:
    options = item.options("when", *more, required=("set",))
    if "lift" in options and options["lift"].text() != "restore":
        raise options["lift"].error("lifting restores what stood before: write lift: restore, or nothing")
    settings = tuple(_setting(column, value) for column, value in options["set"].entries().items())
    if not settings:
        raise options["set"].error("name at least one column and its value")
    return Switch(settings, read_conditions(options["when"]) if "when" in options else ())


def _setting(column: str, item: Item) -> Setting:
    if item.is_mapping:
        stamp = item.options(required=("stamp",))["stamp"]
        if stamp.text() not in _STAMPS:
            raise stamp.error("a stamp is date or datetime: the moment of the plan, in UTC")
        return Setting(column, stamp=stamp.text())
    return Setting(column, None if item.is_null else item.text())


def _note(item: Item) -> NoteColumn:
    if item.is_text:
        return NoteColumn(item.text(), NOTE)
    options = item.options(required=("column", "text"))
    text = options["text"].text()
    if any(text.count(part) != 1 for part in ("{field}", "{value}")) or text.count("{date}") > 1:
        raise options["text"].error("the wording holds {field} and {value} once each, and {date} once if wanted")
    return NoteColumn(options["column"].text(), text)


def check_rights(data_map: DataMap, top: Mapping[str, Item]) -> None:
    """What must hold between these sections and the rest of the map. Raises ConfigError."""
    purposes = {*(top["purposes"].entries() if "purposes" in top else {}), MARKETING}
    sections = top["datasets"].entries()
    for dataset in data_map.datasets.values():
        section = sections[dataset.name].entries()
        for switch, option in _all_switches(dataset):
            _check_switch(dataset, switch, section[option])
        for purpose in dataset.rights.objection:
            if purpose not in purposes:
                raise section["objection"].error(f"{purpose!r} is neither {MARKETING!r} nor defined under 'purposes'")
        note = dataset.rights.note
        if note and (note.column not in dataset.fields or note.column in dataset.key):
            raise section["note"].error(f"{note.column!r} is not a field of {dataset.name!r} that can hold a note")
        _check_corrections(data_map, dataset, section["fields"].entries())
    for purpose, item in (top["not_used_for"].entries() if "not_used_for" in top else {}).items():
        if purpose not in purposes:
            raise item.error(f"{purpose!r} is neither {MARKETING!r} nor defined under 'purposes'")
        if any(purpose in dataset.rights.objection for dataset in data_map.datasets.values()):
            raise item.error(f"a dataset says what to write when somebody objects to {purpose!r}")


def _all_switches(dataset: Dataset) -> Iterator[tuple[Switch, str]]:
    yield from ((switch, "restriction") for switch in dataset.rights.restriction)
    yield from ((switch, "objection") for found in dataset.rights.objection.values() for switch in found)


def _check_switch(dataset: Dataset, switch: Switch, item: Item) -> None:
    if dataset.growing:
        raise item.error(f"{dataset.name!r} grows: rows that arrive later would not be switched")
    links = {name for link in dataset.links for name in link.columns} | {
        one.column for link in dataset.links for one in link.when
    }
    for column in (*(one.column for one in switch.settings), *(one.column for one in switch.when)):
        if column not in dataset.fields:
            raise item.error(f"{column!r} is not a field of {dataset.name!r}")
    for setting in switch.settings:
        if setting.column in dataset.key or setting.column in links:
            raise item.error(f"{setting.column!r} says which row it is or whose: it cannot be a switch")
        if any(one.column == setting.column for one in dataset.where):
            raise item.error(f"{setting.column!r} decides whether the row belongs to {dataset.name!r}: no switch")


def _check_corrections(data_map: DataMap, dataset: Dataset, items: Mapping[str, Item]) -> None:
    for field in dataset.fields.values():
        item = items[field.name]
        if field.correct is Correct.TRUE:
            fixed = _fixed(dataset, field)
            if fixed or field.terms.category in {Category.INVOICE, Category.TRAFFIC}:
                why = fixed or _BY_CATEGORY[field.terms.category][1]
                raise item.error(f"{field.name!r} cannot be corrected: {why}")
        if field.follows is None:
            continue
        for source in field.follows.of(dataset.name):
            if data_map.field_at(source) is None or (source.dataset, source.column) == (dataset.name, field.name):
                raise item.error(f"{source} is not another field of this map")
            if data_map.datasets[source.dataset].fields[source.column].follows:
                raise item.error(f"{source} follows another column itself: name the one it follows")
            away = source.dataset != dataset.name
            if away and not any(link.references.dataset == source.dataset for link in dataset.links):
                raise item.error(f"no link leads from {dataset.name!r} to {source.dataset!r}")
        if correction(dataset, field).how is not Correct.TRUE:
            raise item.error(f"{field.name!r} follows another column, so it needs correct: true")
