"""The files for programs: what their schema says of them, and the copies inside the report."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pikepdf
import pytest
from jsonschema import Draft202012Validator

from dsr.output import datafiles, machine, phrases
from dsr.output.package import build
from dsr.output.schema import general_schema
from dsr.output.signing import Trusted
from dsr.output.verify import verify
from tests.output.outlets import OneWay
from tests.output.reading import text_of
from tests.output.test_package import ORDER, SIGNER

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    sink = OneWay()
    build(sink, ORDER, signer=SIGNER)
    with zipfile.ZipFile(sink.file()) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_large_data_become_json_lines_with_a_schema_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """P-04: what is too large for one document is one file a data set, which a program reads line by line."""
    monkeypatch.setattr(machine, "JSON_LINES_FROM", 1_000)
    sink = OneWay()

    build(sink, ORDER, signer=SIGNER)

    assert verify(sink.file(), keys=[Trusted(SIGNER.key_id)]) == ()
    with zipfile.ZipFile(sink.file()) as archive:
        about = json.loads(archive.read("data/package.json"))
        assert {item["file"]: item["count"] for item in about["datasets"]} == {
            "data/billing/customers.jsonl": 1,
            "data/billing/invoices.jsonl": 12,
            "data/radius/radacct.jsonl": 60,
            "data/radius/radcheck.jsonl": 2,
        }
        for item in about["datasets"]:
            rows = [json.loads(line) for line in archive.read(item["file"]).decode().splitlines()]
            schema = json.loads(archive.read(f"schema/{item['store']}/{item['name']}.schema.json"))
            Draft202012Validator.check_schema(schema)
            assert len(rows) == item["count"]
            assert not [error for row in rows for error in Draft202012Validator(schema).iter_errors(row)]
            assert list(Draft202012Validator(schema).iter_errors({**rows[0], "more": 1}))
        fields = json.loads(archive.read("schema/fields.json"))
        assert {item["file"] for item in fields} == {item["file"] for item in about["datasets"]}
        assert "data.json" not in archive.namelist()


def test_data_json_is_what_its_schema_and_the_published_one_say(files: Mapping[str, bytes]) -> None:
    schema, data = json.loads(files["schema/data.schema.json"]), json.loads(files["data.json"])

    for one in (schema, general_schema()):
        Draft202012Validator.check_schema(one)
        assert not list(Draft202012Validator(one).iter_errors(data))
    data["stores"][0]["datasets"][0]["rows"][0]["name"] = 3
    assert [error.validator for error in Draft202012Validator(schema).iter_errors(data)] == ["type"]


def test_field_list_names_every_column_with_type_category_and_meaning(files: Mapping[str, bytes]) -> None:
    fields = {(item["dataset"], item["name"]): item for item in json.loads(files["schema/fields.json"])}

    assert fields["radacct", "acctinputoctets"]["types"] == ["integer"]
    assert fields["customers", "fax"]["types"] == ["null"]
    assert fields["radcheck", "value"]["types"] == ["null", "string"]
    assert fields["customers", "iban"] == {
        "file": "data.json",
        "store": "billing",
        "dataset": "customers",
        "name": "iban",
        "label": "Bank account (IBAN)",
        "types": ["string"],
        "category": "payment",
        "category_label": str(phrases.category("payment")),
        "meaning": "To carry out your contract",
    }
    assert ("customers", "password_hash") not in fields


def test_the_report_carries_data_and_tables_as_pdf_a_3_attachments(files: Mapping[str, bytes]) -> None:
    """ux.md 5.2: machine copies inside the readable one, with their relationship to it."""
    with pikepdf.open(io.BytesIO(files["report.pdf"])) as pdf:
        carried = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
        kinds = {str(spec.obj.UF): str(spec.obj.AFRelationship) for spec in pdf.attachments.values()}

    assert carried.pop("data.json") == files["data.json"]
    assert {f"csv/{name}": data for name, data in carried.items()} == {
        path: data for path, data in files.items() if path.startswith("csv/")
    }
    assert kinds.pop("data.json") == "/Data"
    assert set(kinds.values()) == {"/Supplement"}


@pytest.mark.slow
def test_data_too_large_to_be_carried_are_named_with_their_checksums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datafiles, "MAX_ATTACHED_BYTES", 2_000)
    sink = OneWay()

    build(sink, ORDER, signer=SIGNER)

    with zipfile.ZipFile(sink.file()) as archive:
        report = archive.read("report.pdf")
        listed = {item["path"]: item["sha256"] for item in json.loads(archive.read("manifest.json"))["files"]}
    with pikepdf.open(io.BytesIO(report)) as pdf:
        assert not list(pdf.attachments)
    text = "".join(text_of(report).split())
    for path in ("data.json", "csv/radius-radacct.csv", "csv/billing-invoices.csv"):
        assert listed[path] in text
    assert "toolargetobeinsidethisdocument" in text
