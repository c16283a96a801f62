"""What must hold between the parts of a data map. Each rule guards against a mix-up of people or a silent omission.

Every complaint points at the value that is wrong, not at the section it stands in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.datamap.model import (
    CHANGING_ERASE,
    FIELD_ERASE,
    IGNORED,
    ROW_ERASE,
    STAYING_ERASE,
    SUBJECT,
    VALUE_LINKS,
    Erase,
    Reference,
)
from exporters.datamap.overlap import check_overlaps
from exporters.datamap.reach import check_findable, check_reachable
from exporters.datamap.treatments import unfit
from exporters.description import Disclosure
from exporters.identifiers import NEVER_UNIQUE, IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporters.datamap.model import Condition, DataMap, Dataset, Field, Link
    from exporters.document import Item

_FILE = ("name", "media_type", "date")


def validate(data_map: DataMap, top: Mapping[str, Item]) -> None:
    """Check a loaded map; `top` are its sections, for the places of complaints. Raises ConfigError."""
    subjects = top["subjects"].entries()
    for key in data_map.subjects.values():
        if key.only_without and key.only_without not in data_map.subjects:
            place = subjects[key.name].at("only_without")
            raise place.error(f"{key.only_without!r} is not a key of a person in this map")
    sections = top["datasets"].entries()
    check_overlaps(data_map, sections)
    for dataset in data_map.datasets.values():
        section = sections[dataset.name]
        _check_columns(dataset, section)
        for link, item in zip(dataset.links, section.at("links").items(), strict=True):
            _check_link(data_map, dataset, link, item)
        _check_erasure(dataset, section)
        _check_document_date(data_map, dataset, section)
    _check_ignored(data_map, top)
    check_reachable(data_map, sections)
    check_findable(data_map, subjects)


def _check_ignored(data_map: DataMap, top: Mapping[str, Item]) -> None:
    tables = {dataset.table.lower() for dataset in data_map.datasets.values() if not dataset.where}
    for name in IGNORED:
        for table, item in (top[name].entries() if name in top else {}).items():
            if table.lower() in tables:
                raise item.error(f"table {table!r} is already a dataset")


def _check_columns(dataset: Dataset, section: Item) -> None:
    for column, place in _named_columns(dataset, section):
        if column not in dataset.fields:
            raise place.error(f"{column!r} is not a field of {dataset.name!r}")
    _check_soft_delete(dataset, section)
    if not dataset.links:
        raise section.at("links").error(
            "without a link no row of this table can be hers: declare one, or the table as not personal"
        )


def _named_columns(dataset: Dataset, section: Item) -> Iterator[tuple[str, Item]]:
    """Every column the dataset names outside its fields, and where."""
    keys = section.at("key")
    yield from ((column, keys.at(at)) for at, column in enumerate(dataset.key))
    yield from _columns_of(dataset.where, section.at("where"))
    yield from _columns_of(dataset.wait_while, section.at("wait_while"))
    yield from _columns_of(dataset.soft_delete, section.at("soft_delete"))
    for at, link in enumerate(dataset.links):
        place = section.at("links", at, link.type.value)
        yield from ((column, place) for column in link.columns)
        yield from _columns_of(link.when, section.at("links", at, "when"))
    for field in dataset.fields.values():
        if field.withhold:
            yield field.withhold.column, section.at("fields", field.name, "withhold", "column")
        if field.file:
            place = section.at("fields", field.name, "file")
            yield from ((getattr(field.file, name), place.at(name)) for name in _FILE if getattr(field.file, name))
        if field.identifier and field.identifier.prefix:
            yield field.identifier.prefix, section.at("fields", field.name, "identifier", "prefix")


def _columns_of(conditions: tuple[Condition, ...], place: Item) -> Iterator[tuple[str, Item]]:
    names = place.names()
    return ((condition.column, names.get(condition.column, place)) for condition in conditions)


def _check_soft_delete(dataset: Dataset, section: Item) -> None:
    hidden = {condition.column for condition in dataset.where} & {one.column for one in dataset.soft_delete}
    for column in sorted(hidden):
        raise section.at("where", column).error(
            f"{column!r} marks deleted rows, which are still hers: `where` must not leave them out"
        )


def _check_link(data_map: DataMap, dataset: Dataset, link: Link, item: Item) -> None:
    reference = link.references
    place = item.at("references")
    if reference.dataset == SUBJECT:
        if reference.column not in data_map.subjects:
            raise place.error(f"{reference.column!r} is not defined under 'subjects'")
        if len(link.columns) > 1 and data_map.subjects[reference.column].kind is not IdentifierKind.RECORD:
            raise place.error(f"several columns name a record: write kind: record at subject {reference.column!r}")
        return
    parent = data_map.datasets.get(reference.dataset)
    if parent is None:
        known = ", ".join(data_map.datasets)
        raise place.error(f"{reference} is not a field of this map: no dataset {reference.dataset!r} among {known}")
    targets = [data_map.field_at(Reference(parent.name, column)) for column in reference.columns]
    if None in targets:
        raise place.error(f"{reference} is not a field of this map")
    if parent.optional and not dataset.optional and len(dataset.links) == 1:
        raise place.error(f"{parent.name!r} may be absent, then {dataset.name!r} would be silently empty: add a link")
    # A number that counts within its country only names somebody together with the country: so a whole key will do.
    whole = len(reference.columns) > 1 and set(reference.columns) == set(parent.key)
    if link.type in VALUE_LINKS and not whole and not any(_names_one_person(one) for one in targets if one):
        raise place.error(f"{reference} does not name one person, so a value link must not follow it")
    if set(link.columns) == set(dataset.key) and set(reference.columns) != set(parent.key) and not dataset.shared:
        raise item.error(f"several rows of {parent.name!r} may point at one row here: say shared: true")


def _names_one_person(field: Field) -> bool:
    """Whether a value of this field stands for one person: only such values may be followed by value."""
    return field.identifier is not None and field.identifier.kind not in NEVER_UNIQUE


def _check_erasure(dataset: Dataset, section: Item) -> None:
    if dataset.terms.erase not in ROW_ERASE:
        raise section.at("erase").error(f"{dataset.terms.erase.value!r} treats a field, not a row of {dataset.name!r}")
    for field in dataset.fields.values():
        if field.disclosure is Disclosure.NOT_PERSONAL:
            continue
        place = section.at("fields", field.name)
        erase = place.at("erase")
        own = field.terms.erase is not dataset.terms.erase
        if own and field.terms.erase not in FIELD_ERASE:
            raise erase.error(f"{field.terms.erase.value!r} treats a row, not a field")
        if not own and dataset.terms.erase in STAYING_ERASE and field.name not in dataset.key:
            raise place.error(f"{field.name!r} needs `erase:`, since the rows of {dataset.name!r} stay")
        if field.name in dataset.key and field.terms.erase in CHANGING_ERASE:
            raise erase.error(f"{field.name!r} tells the rows apart and cannot be changed")
        if field.terms.erase is Erase.KEEP and not field.terms.retention.law:
            raise place.error(f"{field.name!r} is kept: its retention class must name the `law`")
        reason = unfit(field, dataset) or _derived(dataset, field)
        if reason:
            raise erase.error(reason)


def _derived(dataset: Dataset, field: Field) -> str:
    """A column computed from others tells what they told: it must not outlive them in a row that stays."""
    if field.follows is None or dataset.terms.erase not in STAYING_ERASE or field.terms.erase in CHANGING_ERASE:
        return ""
    for source in field.follows.of(dataset.name):
        followed = dataset.fields.get(source.column) if source.dataset == dataset.name else None
        if followed is not None and followed.terms.erase in CHANGING_ERASE:
            return f"{source.column!r} is erased and this column repeats it: write {followed.terms.erase.value}"
    return ""


def _check_document_date(data_map: DataMap, dataset: Dataset, section: Item) -> None:
    for at, reference in enumerate(dataset.document_date):
        item = section.at("document_date").at(at)
        if dataset.terms.erase is not Erase.KEEP:
            raise item.error("a document date is for rows that law keeps: write erase: keep")
        if data_map.field_at(reference) is None:
            raise item.error(f"{reference} is not a field of this map")
        away = reference.dataset != dataset.name
        if away and not any(link.references.dataset == reference.dataset for link in dataset.links):
            raise item.error(f"no link leads from {dataset.name!r} to {reference.dataset!r}")
