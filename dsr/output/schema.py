"""What the data files of a package look like, for programs: JSON Schema (2020-12) and a list of all fields.

The schema of a package describes the package it lies in, exactly: these stores, these data sets, these columns with the
types their values have. It is reckoned while the data is read, so a million rows cost one more look at each column.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dsr.output import phrases
from dsr.output.files import NOTES_KEY
from dsr.output.inputs import words
from dsr.output.manifest import SCHEMA
from exporters.contract import CellNote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dsr.output.inputs import Found
    from dsr.output.survey import Survey
    from exporters.contract import Batch, FieldInfo

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DATA_SCHEMA = "schema/data.schema.json"
FIELDS = "schema/fields.json"
_TYPES = {
    type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object",
}  # fmt: skip
_TEXT = {"type": "string"}
_DESCRIBED = (
    "label", "category", "purpose", "legal_basis", "source", "origin", "storage_period", "storage_law",
)  # fmt: skip
_META = ("schema", "case", "right", "controller", "contact", "language", "written_at")


class Kinds:
    """The JSON types that the columns of each data set really have."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], dict[str, set[type]]] = {}

    def watch(self, found: Found) -> Found:
        """The same data set, which notes its types here whenever it is read."""
        seen = self._seen.setdefault((found.store, found.info.name), {})

        def read() -> Iterable[Batch]:
            for batch in found.read():
                for column, values in zip(batch.columns, batch.values, strict=True):
                    seen.setdefault(column, set()).update(map(type, values))
                yield batch

        return replace(found, read=read)

    def of(self, survey: Survey, column: str) -> list[str]:
        """JSON Schema's names of the types, sorted; `number` stands for `integer` too."""
        seen = self._seen[survey.found.store, survey.found.info.name].get(column, set())
        names = {_TYPES[kind] for kind in seen}
        return sorted(names - {"integer"} if "number" in names else names)


def row_schema(survey: Survey, kinds: Kinds, language: str) -> dict[str, Any]:
    """One row of a data set: every column is there in every row, nothing else is, but for the notes on changed values."""
    labels = {item.name: words(item.label, language) for item in survey.found.info.fields}
    notes = {"type": "object", "additionalProperties": {"enum": [code.value for code in CellNote]}}
    columns = {column: {"title": labels[column], "type": kinds.of(survey, column)} for column in survey.columns}
    return {
        "title": words(survey.found.info.label, language),
        "type": "object",
        "properties": {**columns, NOTES_KEY: notes},
        "required": list(survey.columns),
        "additionalProperties": False,
    }


def lines_schema(survey: Survey, kinds: Kinds, language: str) -> bytes:
    """The schema of one line of data/<store>/<dataset>.jsonl."""
    return to_bytes({"$schema": DRAFT, **row_schema(survey, kinds, language)})


def data_schema(surveys: Sequence[Survey], kinds: Kinds, language: str) -> bytes:
    """The schema of data.json: the facts of the case, then these stores with these data sets, in this order."""
    stores = [
        {
            "type": "object",
            "properties": {
                "name": {"const": store},
                "label": _TEXT,
                "datasets": _exactly([_dataset(s) for s in group]),
            },
            "required": ["name", "label", "datasets"],
            "additionalProperties": False,
        }
        for store, group in _by_store(surveys)
    ]
    rows = {_name(survey): row_schema(survey, kinds, language) for survey in surveys}
    return to_bytes({"$schema": DRAFT, **_whole(_exactly(stores)), "$defs": {**rows, "column": _COLUMN}})


def general_schema() -> dict[str, Any]:
    """What all data.json have in common, as the portal publishes it: for programs that read packages of many people."""
    dataset = _dataset_of(_TEXT, {"type": "object"})
    store = {
        "type": "object",
        "properties": {"name": _TEXT, "label": _TEXT, "datasets": {"type": "array", "items": dataset}},
        "required": ["name", "label", "datasets"],
    }
    return {"$schema": DRAFT, **_whole({"type": "array", "items": store}), "$defs": {"column": _COLUMN}}


def _whole(stores: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            **dict.fromkeys(_META, _TEXT),
            "schema": {"const": SCHEMA},
            "written_at": {"type": "string", "format": "date-time"},
            "stores": stores,
        },
        "required": [*_META, "stores"],
        "additionalProperties": False,
    }


def _exactly(items: list[dict[str, Any]]) -> dict[str, Any]:
    if not items:
        return {"type": "array", "maxItems": 0}
    return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}


def _dataset(survey: Survey) -> dict[str, Any]:
    return _dataset_of({"const": survey.found.info.name}, {"$ref": f"#/$defs/{_name(survey)}"})


def _dataset_of(name: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    described = {
        **dict.fromkeys(_DESCRIBED, _TEXT),
        "recipients": {"type": "array", "items": _TEXT},
    }
    return {
        "type": "object",
        "properties": {
            "name": name,
            **described,
            "columns": {"type": "array", "items": {"$ref": "#/$defs/column"}},
            "count": {"type": "integer", "minimum": 0},
            "rows": {"type": "array", "items": row},
        },
        "required": ["name", *described, "columns", "count", "rows"],
        "additionalProperties": False,
    }


_COLUMN: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("name", *_DESCRIBED, "reason", "values"), _TEXT),
        "recipients": {"type": "array", "items": _TEXT},
        "disclosed": {"enum": ["yes", "partly", "no"]},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/column"}},
    },
    "required": ["name", *_DESCRIBED, "recipients", "disclosed"],
    "additionalProperties": False,
}


def field_list(surveys: Sequence[Survey], files: Mapping[tuple[str, str], str], kinds: Kinds, language: str) -> bytes:
    """schema/fields.json: every column with the file it stands in, its name, label, types, category and purpose."""
    return to_bytes(
        [
            {
                "file": files[survey.found.store, survey.found.info.name],
                "store": survey.found.store,
                "dataset": survey.found.info.name,
                **_field(described[column], kinds.of(survey, column), language),
            }
            for survey in surveys
            for described in ({item.name: item for item in survey.found.info.fields},)
            for column in survey.columns
        ]
    )


def _field(item: FieldInfo, types: list[str], language: str) -> dict[str, Any]:
    return {
        "name": item.name,
        "label": words(item.label, language),
        "types": types,
        "category": item.category,
        "category_label": phrases.category(item.category),
        "meaning": words(item.purpose, language),
    }


def _by_store(surveys: Iterable[Survey]) -> Iterable[tuple[str, Iterable[Survey]]]:
    return groupby(surveys, key=lambda survey: survey.found.store)


def _name(survey: Survey) -> str:
    """A name in `$defs` that a reference can spell without escapes."""
    place = f"{survey.found.store}.{survey.found.info.name}"
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else f"_{ord(c):x}_" for c in place)


def to_bytes(value: Any) -> bytes:
    """A schema as it is published: ASCII, so that no program can read it wrongly."""
    return (json.dumps(value, ensure_ascii=True, indent=1) + "\n").encode()
