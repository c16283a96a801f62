"""The JSON Schema of data maps, store files and records, for editors: made from the tables the loaders walk.

`python -m exporters.datamap.schema` writes the three files; a test compares them with what is made here, and every map
that comes with the product with them. A schema sees shapes, not meaning: what must hold between parts is in `validate`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporters.datamap.model import Category, Coarse, Encoding, Erase, LinkType
from exporters.datamap.vocabulary import Evidence
from exporters.description import Origin, Shown, Whose
from exporters.identifiers import IdentifierKind
from exporters.record.model import Role, Safeguard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

_HERE = Path(__file__).parent
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean"]}
"""YAML reads 1 and true as number and truth; the loader takes them as written."""
FLAG: Schema = {"type": "boolean"}
WORDS: Schema = {"type": "object", "minProperties": 1, "additionalProperties": TEXT}
NAMED_WORDS: Schema = {"type": "object", "additionalProperties": WORDS}
TEXTS: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
_VALUE: Schema = {"type": ["string", "number", "boolean", "null"]}
_VALUES: Schema = {"anyOf": [_VALUE, {"type": "array", "items": _VALUE}]}
_CONDITION: Schema = {
    "anyOf": [
        _VALUES,
        {"type": "object", "properties": {"not": _VALUES}, "required": ["not"], "additionalProperties": False},
    ]
}
CONDITIONS: Schema = {"type": "object", "additionalProperties": _CONDITION}


def one_of(kind: type[StrEnum]) -> Schema:
    """One of the values of an enumeration."""
    return {"enum": [member.value for member in kind]}


def closed(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """A mapping with these names and no others."""
    found: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return found | ({"required": sorted(required)} if required else {})


def listed(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def by_name(items: Schema) -> Schema:
    """A mapping from names of one's own."""
    return {"type": "object", "additionalProperties": items}


def one_or_more(items: Schema) -> Schema:
    """One, or a list of them."""
    return {"anyOf": [items, listed(items)]}


_ERASE: Schema = {
    "anyOf": [
        one_of(Erase),
        closed({"constant": TEXT}, ["constant"]),
        closed({"generalise": one_of(Coarse)}, ["generalise"]),
    ]
}
_IDENTIFIER: Schema = {
    "anyOf": [
        one_of(IdentifierKind),
        closed(
            {
                "kind": one_of(IdentifierKind),
                "accepts": listed(one_of(IdentifierKind)),
                "finds": FLAG,
                "teaches": FLAG,
                "scope": {"enum": ["store", "controller"]},
                "prefix": TEXT,
            },
            ["kind"],
        ),
    ]
}
_WITHHOLD: Schema = closed(
    {"column": TEXT, "unless": TEXTS, "when_contains": TEXTS, "when_set": FLAG, "reason": {"anyOf": [TEXT, WORDS]}},
    ["column", "reason"],
)
_SETTING: Schema = {"anyOf": [_VALUE, closed({"stamp": {"enum": ["date", "datetime"]}}, ["stamp"])]}
_OBJECT: Schema = closed({"set": by_name(_SETTING), "when": CONDITIONS}, ["set"])
_RESTRICT: Schema = closed({"set": by_name(_SETTING), "when": CONDITIONS, "lift": {"const": "restore"}}, ["set"])
_REASON: Schema = {"anyOf": [TEXT, WORDS]}
_LABEL: Schema = {"anyOf": [TEXT, WORDS]}

TERMS: Mapping[str, Schema] = {
    "category": one_of(Category),
    "purpose": TEXT,
    "legal_basis": TEXT,
    "recipients": TEXTS,
    "source": TEXT,
    "retention": TEXT,
    "origin": one_of(Origin),
    "whose": one_of(Whose),
    "erase": _ERASE,
}
FIELD: Mapping[str, Schema] = {
    **TERMS,
    "label": _LABEL,
    "identifier": _IDENTIFIER,
    "never": _REASON,
    "secret": _REASON,
    "not_personal": TEXT,
    "withhold": _WITHHOLD,
    "free_text": FLAG,
    "optional": FLAG,
    "hint": FLAG,
    "quasi": FLAG,
    "values": {"type": "object", "minProperties": 1, "additionalProperties": WORDS},
    "shown": one_of(Shown),
    "encoded": one_of(Encoding),
    "json": {"type": "object", "additionalProperties": {"$ref": "#/$defs/field"}},
    "php": {"type": "object", "additionalProperties": {"$ref": "#/$defs/field"}},
    "file": closed({"name": TEXT, "media_type": TEXT, "date": TEXT}, ["name"]),
    "correct": {"enum": [True, "true", "annotate", "never"]},
    "follows": {
        "oneOf": [
            *(closed({way: TEXT}, [way]) for way in ("same", "upper", "lower")),
            closed({"join": TEXTS, "separator": {"type": "string"}}, ["join"]),
        ]
    },
}
_REFERENCE: Schema = {"type": "string", "pattern": r"^[^.]+\..+$"}
LINK: Mapping[str, Schema] = {
    **{kind.value: TEXT for kind in LinkType},
    # Several columns that count together only.
    **{kind.value: TEXTS for kind in (LinkType.FOREIGN_KEY, LinkType.SAME_VALUE)},
    "references": one_or_more(_REFERENCE),
    "any_case": FLAG,
    "when": CONDITIONS,
    "texts": TEXTS,
    "path": TEXT,
}
DATASET: Mapping[str, Schema] = {
    **TERMS,
    "table": TEXT,
    "label": WORDS,
    "key": TEXTS,
    "links": {
        "type": "array",
        "minItems": 1,
        "items": closed(LINK, ["references"]) | {"oneOf": [{"required": [kind.value]} for kind in LinkType]},
    },
    "fields": by_name({"$ref": "#/$defs/field"}),
    "where": CONDITIONS,
    "optional": FLAG,
    "shared": FLAG,
    "soft_delete": CONDITIONS,
    "erase_first": FLAG,
    "erase_fields": _ERASE,
    "wait_while": CONDITIONS,
    "growing": FLAG,
    "document_date": TEXTS,
    "restriction": one_or_more(_RESTRICT),
    "objection": by_name(one_or_more(_OBJECT)),
    "note": {"anyOf": [TEXT, closed({"column": TEXT, "text": TEXT}, ["column", "text"])]},
}
DATASET_REQUIRED = ("label", "key", "links", "fields")
_OUTSIDE: Schema = by_name(closed({"reason": TEXT, "columns": TEXTS}, ["reason", "columns"]))
TOP: Mapping[str, Schema] = {
    "map": TEXT,
    "version": {"type": "integer"},
    "title": WORDS,
    "evidence": TEXT,
    "evidence_level": one_of(Evidence),
    "languages": TEXTS,
    "subjects": by_name(closed({"kind": one_of(IdentifierKind), "only_without": TEXT}, ["kind"])),
    "purposes": NAMED_WORDS,
    "recipients": NAMED_WORDS,
    "sources": NAMED_WORDS,
    "reasons": NAMED_WORDS,
    "retention": by_name(closed({"class": TEXT, "text": WORDS, "law": TEXT}, ["class", "text"])),
    "defaults": closed(TERMS, set(TERMS) - {"recipients", "whose"}),
    "datasets": by_name({"$ref": "#/$defs/dataset"}),
    "not_personal": _OUTSIDE,
    "by_hand": _OUTSIDE,
    "undisclosed": _OUTSIDE,
    "not_used_for": by_name(TEXT),
    "parameters": by_name(by_name(TEXT)),
}
TOP_REQUIRED = ("map", "version", "title", "languages", "subjects", "defaults", "datasets")

_COUNTRY: Schema = {"type": "string", "pattern": "^[A-Z]{2}$"}
_RECIPIENT = closed(
    {"name": _LABEL, "does": WORDS, "role": one_of(Role), "country": _COUNTRY}, ["name", "role", "country"]
)
_TRANSFER = closed(
    {"recipient": TEXT, "country": _COUNTRY, "kind": one_of(Safeguard), "safeguard": WORDS, "copy_from": _LABEL},
    ["recipient", "kind", "safeguard", "copy_from"],
)
_DECISION = closed(
    {"name": _LABEL, "purpose": TEXT, "logic": WORDS, "consequences": WORDS, "review": WORDS},
    ["name", "logic", "consequences"],
)
RECORD: Mapping[str, Schema] = {
    "record": TEXT,
    "version": {"type": "integer"},
    "country": _COUNTRY,
    "languages": TEXTS,
    "purposes": by_name(closed({"text": WORDS, "legal_basis": TEXT, "interest": WORDS}, ["text"])),
    "recipients": by_name(_RECIPIENT),
    "sources": by_name(_LABEL),
    "retention": by_name(closed({"text": WORDS, "law": TEXT}, ["text"])),
    "transfers": listed(_TRANSFER),
    "automated_decisions": listed(_DECISION),
}
_OWNER: Schema = {
    "anyOf": [
        TEXT,
        closed(
            {
                "name": TEXT,
                "email": TEXT,
                "language": TEXT,
                "escalation": TEXT,
                "days": {"type": "integer", "minimum": 1, "maximum": 28},
            },
            ["name"],
        ),
    ]
}
_STORE: Schema = {
    "type": "object",
    "properties": {
        "controller": TEXT,
        "system": TEXT,
        "label": WORDS,
        "owner": _OWNER,
        "backup_days": {"type": "integer", "minimum": 1, "maximum": 3660},
    },
    "required": ["controller", "label", "owner", "system"],
    "if": {"properties": {"system": {"const": "sql"}}},
    "then": {"required": ["map", "url"]},
}
STORES: Mapping[str, Schema] = {
    "stores": {
        "type": "object",
        "propertyNames": {"pattern": "^[a-z][a-z0-9_-]{0,39}$"},
        "additionalProperties": _STORE,
    },
    "records": by_name(TEXT),
}


def schemas() -> dict[Path, Schema]:
    """Every published schema by the file it stands in."""
    data_map = closed(TOP, TOP_REQUIRED) | {
        "$defs": {
            "field": closed(FIELD) | {"not": {"required": ["json", "php"]}},
            "dataset": closed(DATASET, DATASET_REQUIRED),
        }
    }
    record = closed(RECORD, set(RECORD) - {"retention"})
    stores = closed(STORES, ["stores"])
    return {
        _HERE / "schema.json": _headed("Data map of a store", data_map),
        _HERE.parent / "record" / "schema.json": _headed("Record of processing of a controller", record),
        _HERE.parent / "stores.schema.json": _headed("Stores that hold personal data", stores),
    }


def _headed(title: str, schema: Schema) -> Schema:
    return {"$schema": _DRAFT, "title": title} | schema


def rendered(schema: Schema) -> str:
    """The text of a schema file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the schema files."""
    for path, schema in schemas().items():
        path.write_text(rendered(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
