"""What must hold between the parts of a data map. Each rule guards against a mix-up of people or a silent omission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.datamap.model import CHANGING_ERASE, FIELD_ERASE, ROW_ERASE, STAYING_ERASE, SUBJECT, VALUE_LINKS, Erase
from exporters.description import Disclosure
from exporters.identifiers import NEVER_UNIQUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporters.datamap.model import Condition, DataMap, Dataset, Field, Link
    from exporters.document import Item


def validate(data_map: DataMap, top: Mapping[str, Item]) -> None:
    """Check a loaded map; `top` are its sections, for the places of complaints. Raises ConfigError."""
    subjects = top["subjects"].entries()
    for key in data_map.subjects.values():
        if key.only_without and key.only_without not in data_map.subjects:
            raise subjects[key.name].error(f"{key.only_without!r} is not a key of a person in this map")
    sections = top["datasets"].entries()
    tables = {dataset.table.lower(): dataset.name for dataset in data_map.datasets.values() if not dataset.where}
    for dataset in data_map.datasets.values():
        section = sections[dataset.name].entries()
        if not dataset.where and tables[dataset.table.lower()] != dataset.name:
            raise sections[dataset.name].error(f"table {dataset.table!r} is declared twice; tell them apart by `where`")
        _check_columns(dataset, section)
        for link, item in zip(dataset.links, section["links"].items(), strict=True):
            _check_link(data_map, dataset, link, item)
        _check_erasure(dataset, sections[dataset.name])
        _check_document_date(data_map, dataset, section)
    for name in ("not_personal", "by_hand"):
        for table, item in (top[name].entries() if name in top else {}).items():
            if table.lower() in tables:
                raise item.error(f"table {table!r} is already a dataset")
    _check_reachable(data_map, sections)
    _check_findable(data_map, subjects)


def _check_columns(dataset: Dataset, section: Mapping[str, Item]) -> None:
    def known(columns: Iterable[str], option: str) -> None:
        for column in columns:
            if column not in dataset.fields:
                raise section[option].error(f"{column!r} is not a field of {dataset.name!r}")

    def conditions(found: tuple[Condition, ...], option: str) -> None:
        known((condition.column for condition in found), option)

    known(dataset.key, "key")
    conditions(dataset.where, "where")
    conditions(dataset.wait_while, "wait_while")
    known((link.column for link in dataset.links), "links")
    for link in dataset.links:
        conditions(link.when, "links")
    for field in dataset.fields.values():
        if field.withhold:
            known((field.withhold.column,), "fields")
        if field.identifier and field.identifier.prefix:
            known((field.identifier.prefix,), "fields")
    if not dataset.links:
        raise section["links"].error(
            "without a link no row of this table can be hers: declare one, or the table as not personal"
        )


def _check_link(data_map: DataMap, dataset: Dataset, link: Link, item: Item) -> None:
    reference = link.references
    if reference.dataset == SUBJECT:
        if reference.column not in data_map.subjects:
            raise item.error(f"{reference.column!r} is not defined under 'subjects'")
        return
    parent = data_map.datasets.get(reference.dataset)
    target = data_map.field_at(reference)
    if parent is None or target is None:
        raise item.error(f"{reference} is not a field of this map")
    if parent.optional and not dataset.optional and len(dataset.links) == 1:
        raise item.error(f"{parent.name!r} may be absent, then {dataset.name!r} would be silently empty: add a link")
    if link.type in VALUE_LINKS and not _names_one_person(target):
        raise item.error(f"{reference} does not name one person, so a value link must not follow it")
    if (link.column,) == dataset.key and (reference.column,) != parent.key and not dataset.shared:
        raise item.error(f"several rows of {parent.name!r} may point at one row here: say shared: true")


def _names_one_person(field: Field) -> bool:
    """Whether a value of this field stands for one person: only such values may be followed by value."""
    return field.identifier is not None and field.identifier.kind not in NEVER_UNIQUE


def _check_erasure(dataset: Dataset, section: Item) -> None:
    if dataset.terms.erase not in ROW_ERASE:
        raise section.error(f"{dataset.terms.erase.value!r} treats a field, not a row of {dataset.name!r}")
    fields = section.entries()["fields"].entries()
    for field in dataset.fields.values():
        if field.disclosure is Disclosure.NOT_PERSONAL:
            continue
        own = field.terms.erase is not dataset.terms.erase
        if own and field.terms.erase not in FIELD_ERASE:
            raise fields[field.name].error(f"{field.terms.erase.value!r} treats a row, not a field")
        if not own and dataset.terms.erase in STAYING_ERASE and field.name not in dataset.key:
            raise fields[field.name].error(f"{field.name!r} needs `erase:`, since the rows of {dataset.name!r} stay")
        if field.name in dataset.key and field.terms.erase in CHANGING_ERASE:
            raise fields[field.name].error(f"{field.name!r} tells the rows apart and cannot be changed")
        if field.terms.erase is Erase.KEEP and not field.terms.retention.law:
            raise fields[field.name].error(f"{field.name!r} is kept: its retention class must name the `law`")


def _check_document_date(data_map: DataMap, dataset: Dataset, section: Mapping[str, Item]) -> None:
    for reference in dataset.document_date:
        item = section["document_date"]
        if dataset.terms.erase is not Erase.KEEP:
            raise item.error("a document date is for rows that law keeps: write erase: keep")
        if data_map.field_at(reference) is None:
            raise item.error(f"{reference} is not a field of this map")
        away = reference.dataset != dataset.name
        if away and not any(link.references.dataset == reference.dataset for link in dataset.links):
            raise item.error(f"no link leads from {dataset.name!r} to {reference.dataset!r}")


def _check_reachable(data_map: DataMap, sections: Mapping[str, Item]) -> None:
    reached = {SUBJECT}
    while True:
        more = {
            dataset.name
            for dataset in data_map.datasets.values()
            if dataset.name not in reached and any(link.references.dataset in reached for link in dataset.links)
        }
        if not more:
            break
        reached |= more
    for name in data_map.datasets:
        if name not in reached:
            raise sections[name].error(f"no chain of links leads from a person to {name!r}")


def _check_findable(data_map: DataMap, subjects: Mapping[str, Item]) -> None:
    for key in data_map.subjects:
        if not any(
            link.references.column == key and any(_finds(field) for field in dataset.fields.values())
            for dataset in data_map.datasets.values()
            for link in dataset.subject_links()
        ):
            raise subjects[key].error(
                f"no field finds a person by {key!r}: some dataset linked to it needs an identifier"
            )


def _finds(field: Field) -> bool:
    return bool(field.identifier and field.identifier.finds)
