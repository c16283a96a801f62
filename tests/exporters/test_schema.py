"""The published JSON Schemas: what the loaders read, no more and no less, and every map of the product fits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

import exporters
from exporters.datamap import fields, links, load, model, schema, terms
from exporters.record import load as record_load

ROOT = Path(exporters.__file__).parents[1]
PUBLISHED = {path.relative_to(ROOT).as_posix(): found for path, found in schema.schemas().items()}
MAPS = sorted(
    [
        *ROOT.glob("exporters/systems/*/map.yaml"),
        *ROOT.glob("exporters/systems/*/drop.yaml"),
        *ROOT.glob("tests/exporters/*.yaml"),
    ]
)
HEADED = [*sorted(ROOT.glob("exporters/systems/*/map.yaml")), ROOT / "dsr/demo/record.yaml"]


def _errors(name: str, document: object) -> list[str]:
    validator = Draft202012Validator(PUBLISHED[name])
    return [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(document)]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_file_is_what_the_tables_say(name: str) -> None:
    Draft202012Validator.check_schema(PUBLISHED[name])

    assert (ROOT / name).read_text(encoding="utf-8") == schema.rendered(PUBLISHED[name]), (
        "run: python -m exporters.datamap.schema"
    )


@pytest.mark.parametrize("path", MAPS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_map_fits_the_schema(path: Path) -> None:
    assert _errors("exporters/datamap/schema.json", yaml.safe_load(path.read_text(encoding="utf-8"))) == []


def test_the_demos_record_and_stores_fit() -> None:
    from dsr.demo.place import RECORD, STORES_YAML

    assert _errors("exporters/record/schema.json", yaml.safe_load(RECORD.read_text(encoding="utf-8"))) == []
    assert _errors("exporters/stores.schema.json", yaml.safe_load(STORES_YAML)) == []


def test_schema_and_loader_know_the_same_options() -> None:
    extra = {name for names in links._EXTRA.values() for name in names}

    assert set(schema.TERMS) == set(terms.TERM_OPTIONS)
    assert set(schema.FIELD) == set(fields._OPTIONS)
    assert set(schema.DATASET) == {*load._DATASET, *schema.DATASET_REQUIRED}
    assert set(schema.TOP) == {*load._TOP, *load._REQUIRED}
    assert set(schema.TOP_REQUIRED) == set(load._REQUIRED)
    assert set(schema.LINK) == {*(kind.value for kind in model.LinkType), *links._COMMON, *extra}
    assert set(schema.RECORD) == {*record_load.REQUIRED, *record_load.OPTIONAL}


@pytest.mark.parametrize("path", HEADED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_editors_find_the_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    marker, _, named = first.partition("$schema=")

    assert marker == "# yaml-language-server: "
    assert json.loads((path.parent / named).read_text(encoding="utf-8"))["$schema"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("version: 1", "version: one", "$.version: 'one' is not of type 'integer'"),
        ("category: master", "category: mastr", "$.defaults.category: 'mastr' is not one of"),
        ("table: Order", "tabel: Order", "$.datasets.orders: Additional properties are not allowed ('tabel'"),
        (
            "{identifier: customer_number}",
            "{identifier: number}",
            "$.datasets.customers.fields.id.identifier: 'number'",
        ),
    ],
)
def test_an_editor_marks_what_is_wrong(old: str, new: str, complaint: str) -> None:
    text = (ROOT / "tests/exporters/shop.yaml").read_text(encoding="utf-8")

    found = _errors("exporters/datamap/schema.json", yaml.safe_load(text.replace(old, new, 1)))

    assert old in text
    assert any(error.startswith(complaint) for error in found), found
