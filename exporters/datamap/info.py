"""Turns a data map into what the report and the portable copy need (`describe`), without asking the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from exporters.contract import DatasetInfo, FieldInfo
from exporters.datamap.rights_load import correction

if TYPE_CHECKING:
    from exporters.datamap.model import DataMap, Dataset, Field


def describe(data_map: DataMap) -> tuple[DatasetInfo, ...]:
    """Every dataset of the map with every field, in the map's order (rules A-04 to A-11, X-02)."""
    return tuple(_dataset(dataset) for dataset in data_map.datasets.values())


def _dataset(dataset: Dataset) -> DatasetInfo:
    terms = dataset.terms
    return DatasetInfo(
        name=dataset.name,
        label=dataset.label,
        category=terms.category.value,
        purpose=terms.purpose,
        legal_basis=terms.legal_basis,
        recipients=terms.recipients,
        source=terms.source,
        retention=terms.retention,
        origin=terms.origin,
        fields=tuple(_correctable(dataset, field) for field in dataset.fields.values()),
        shared=dataset.shared,
        soft_deleted=bool(dataset.soft_delete),
    )


def _correctable(dataset: Dataset, field: Field) -> FieldInfo:
    """A field with what rectification does to it; parts of a JSON column are corrected by hand."""
    found = correction(dataset, field)
    return replace(_field(field), correct=found.how.value, correct_why=found.why)


def _field(field: Field) -> FieldInfo:
    terms = field.terms
    return FieldInfo(
        name=field.name,
        label=field.label,
        category=terms.category.value,
        purpose=terms.purpose,
        legal_basis=terms.legal_basis,
        recipients=terms.recipients,
        source=terms.source,
        retention=terms.retention,
        origin=terms.origin,
        whose=terms.whose,
        disclosure=field.disclosure,
        reason=field.reason,
        free_text=field.free_text,
        parts=tuple(_field(part) for part in field.parts),
        values=field.values,
        shown=field.shown,
    )
