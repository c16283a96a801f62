"""The package of a portability answer: what is in it, what is not and why, and what another controller gets (P-01 to P-09)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from dsr.law.portability import Exclusion, NoTransmission
from dsr.output import portable_data
from dsr.output.portable import Built, PortableInput, build
from dsr.output.portable_letter import Handover
from dsr.output.signing import Signer, grouped, new_private
from dsr.wording import portability
from exporters.contract import CellNote, Disclosure, Note, Origin, Whose
from tests.output import sample
from tests.output.outlets import OneWay
from tests.output.reading import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.output.manifest import Manifest

URL = "https://privacy.northwave.example.com/schemas/dsr-portable-1.schema.json"
HEAD = replace(sample.HEAD, right="portability")
BOUND = {
    "name": "Southwave Ltd",
    "host": "sftp.southwave.example.com",
    "host_key": "SHA256:abc",
    "recipient_key": "age1x",
}
SCORES = sample.found(
    "marketing",
    "Marketing",
    sample.dataset(
        "scores",
        "Scores",
        [
            sample.field("churn", "Churn score", origin=Origin.INFERRED),
            sample.field("segment", "Segment", origin=Origin.INFERRED),
        ],
        legal_basis="6(1)(f)",
    ),
    ("churn", "segment"),
    [(0.93, "leaver")],
)
CALLS = sample.found(
    "radius",
    "Network log-in",
    sample.dataset(
        "calls",
        "Calls",
        [
            sample.field("called", "Number called", origin=Origin.OBSERVED, whose=Whose.THIRD_PARTY),
            sample.field("seconds", "Duration in seconds", origin=Origin.OBSERVED),
            sample.field("clerk", "Clerk", whose=Whose.STAFF),
            sample.field("fraud", "Fraud flag", legal_basis="6(1)(f)", origin=Origin.OBSERVED),
        ],
    ),
    ("called", "seconds", "clerk", "fraud"),
    [("+447700900118", 61, "M. Example", "no"), ("+447700900119", 5, "M. Example", "no")],
)


def order(*found: Any, **changes: Any) -> PortableInput:
    values: dict[str, Any] = {"sender": sample.SENDER, "addressee": sample.ADDRESSEE, "head": HEAD} | {
        "inquiry": replace(sample.INQUIRY, redactions=()), "schema_url": URL, "keys_url": "https://privacy.northwave.example.com/keys/", "found": found or (*sample.everything(60), SCORES, CALLS)
    }  # fmt: skip
    return PortableInput(**{**values, **changes})


def unpacked(sink: OneWay) -> dict[str, bytes]:
    with zipfile.ZipFile(sink.file()) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def made(asked: PortableInput) -> tuple[Built, dict[str, bytes]]:
    sink = OneWay()
    built = build(sink, asked)
    return built, unpacked(sink)


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return made(order())[1]


def test_P_04_the_files_are_for_programs(files: Mapping[str, bytes]) -> None:
    """P-04: JSON and CSV with metadata and a schema; the one PDF is the letter."""
    assert sorted(files) == [
        "csv/billing-customers.csv",
        "csv/notes.csv",
        "csv/radius-calls.csv",
        "csv/radius-radacct.csv",
        "csv/radius-radcheck.csv",
        "data.json",
        "excluded.csv",
        "fields.csv",
        "letter.pdf",
        "manifest.json",
        "read-me-first.html",
        "schema/dsr-portable-1.schema.json",
    ]


def test_P_04_the_data_keep_the_published_schema(files: Mapping[str, bytes]) -> None:
    schema = json.loads(files["schema/dsr-portable-1.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(files["data.json"])
    jsonschema.validate(document, schema)
    document["stores"][0]["datasets"][0]["columns"][0]["origin"] = "guessed"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)
    assert files["schema/dsr-portable-1.schema.json"] == portable_data.schema_bytes()


def test_P_04_json_lines_keep_the_schema_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portable_data, "JSON_LINES_FROM", 1)
    lines = made(order())[1]["data.jsonl"].decode().splitlines()
    schema = json.loads(portable_data.schema_bytes())
    for line in lines:
        jsonschema.validate(json.loads(line), schema)
    kinds = [json.loads(line)["type"] for line in lines]
    assert (kinds[0], kinds.count("dataset"), kinds.count("row")) == ("package", 4, 60 + 2 + 1 + 2)


def test_P_02_P_03_only_what_is_covered_is_in_it(files: Mapping[str, bytes]) -> None:
    """SC-11: score, segment, fraud flag, staff and what the controller made are out; so are rows with nothing left."""
    stores = {store["name"]: store["datasets"] for store in json.loads(files["data.json"])["stores"]}
    assert [item["name"] for item in stores["radius"]] == ["radacct", "radcheck", "calls"]
    assert "marketing" not in stores
    (customer,) = stores["billing"]
    assert list(customer["rows"][0]) == ["name", "email", "phone", "birth_date", "iban", "fax"]
    calls = stores["radius"][2]
    assert calls["rows"] == [{"called": "+447700900118", "seconds": 61}, {"called": "+447700900119", "seconds": 5}]
    plain = b"\n".join(data for name, data in files.items() if name.endswith((".json", ".csv"))).decode()
    for secret in ("leaver", "M. Example", "R-2026-001", "Fibre 100", "NW-10024", "quiet hours"):
        assert secret not in plain


def test_P_04_columns_have_types_origins_and_bases(files: Mapping[str, bytes]) -> None:
    rows = {(line[0], line[1]): line[2:] for line in table(files["fields.csv"])[1:]}
    assert rows["csv/radius-calls.csv", "seconds"] == ["Duration in seconds", "integer", "observed", "6(1)(b)", "no"]
    assert rows["csv/radius-radacct.csv", "acctstarttime"][1] == "date-time"
    assert rows["csv/billing-customers.csv", "birth_date"][1] == "date"
    assert rows["csv/billing-customers.csv", "fax"][1] == "string"


def test_P_06_columns_about_others_are_hers_and_marked(files: Mapping[str, bytes]) -> None:
    marked = [line[1] for line in table(files["fields.csv"])[1:] if line[6] == "yes"]
    assert marked == ["called"]
    assert "must not use them for purposes of its own" in files["read-me-first.html"].decode()


def test_P_09_X_02_everything_left_out_has_its_reason(files: Mapping[str, bytes]) -> None:
    lines = [(line[1], line[2], line[4], line[6], line[7]) for line in table(files["excluded.csv"])[1:]]
    assert lines == [
        ("Customer record", "customer_no", "generated", "P-02", ""),
        ("Customer record", "password_hash", "secret", "X-04", ""),
        ("Customer record", "note", "generated", "P-02", ""),
        ("Invoices", "", "generated", "P-02", "12"),
        ("Scores", "", "inferred", "P-02", "1"),
        ("Calls", "clerk", "not_about_her", "P-01", ""),
        ("Calls", "fraud", "legitimate_interest", "P-03", ""),
    ]


def test_X_06_what_must_not_be_spoken_of_leaves_no_trace(files: Mapping[str, bytes]) -> None:
    """What is in no data map is in no list; the one neutral sentence stands in every package."""
    bare = made(order(CALLS))[1]
    for found in (files, bare):
        assert "neither confirm nor deny" in found["read-me-first.html"].decode()
    assert "neither confirm nor deny" in text_of(bare["letter.pdf"])


def test_P_09_an_answer_also_when_nothing_is_portable() -> None:
    built, found = made(order(SCORES))
    document = json.loads(found["data.json"])
    jsonschema.validate(document, json.loads(portable_data.schema_bytes()))
    assert document["stores"] == []
    assert [line[4] for line in table(found["excluded.csv"])[1:]] == ["inferred"]
    assert "fields.csv" not in found
    text = text_of(found["letter.pdf"])
    assert "Nothing of what we hold about you is covered by Article 20 GDPR" in text
    assert "We cannot give you data to take with you" in text
    assert "You get your data in a form" not in text
    assert sample.SENDER.authority in text
    assert built.manifest.counts == {}


def test_T_21_an_answer_also_when_nothing_is_held() -> None:
    nothing = sample.everything(1)[-1]
    found = made(order(nothing))[1]
    assert table(found["excluded.csv"])[1:] == []
    assert "We found no data about you" in text_of(found["letter.pdf"])


def test_L_14_P_07_the_letter_says_it_all(files: Mapping[str, bytes]) -> None:
    text = text_of(files["letter.pdf"])
    for sentence in (
        "dsr-portable/1",
        "Network log-in, Connections: 60 records",
        "Marketing, Scores",
        "We sent them to nobody else",
    ):
        assert sentence in text
    assert "contract" in text


def test_L_14_the_letter_names_the_key_of_the_signature() -> None:
    signer, sink = Signer(new_private()), OneWay()
    build(sink, order(CALLS), signer=signer)
    found = unpacked(sink)
    assert "manifest.json.sig" in found
    assert grouped(signer.key_id) in text_of(found["letter.pdf"])


def test_L_14_P_05_a_declined_transmission_has_its_reason_and_remedies() -> None:
    """SC-12: the refusal part carries authority and court; she gets the package herself."""
    found = made(order(CALLS, handover=Handover(declined=NoTransmission.NO_INTERFACE)))[1]
    text = text_of(found["letter.pdf"])
    assert "has no place to which we could send data safely" in text
    assert sample.SENDER.authority in text
    assert "transmission.json" not in found


def test_P_05_P_06_another_controller_gets_the_data_and_a_note_but_no_letter() -> None:
    hers, theirs = OneWay(), OneWay()
    built = build(hers, order(bound=BOUND, handover=Handover(receiver="Southwave Ltd")), outgoing=theirs)
    mine, sent = unpacked(hers), unpacked(theirs)
    assert set(sent) == set(mine) - {"letter.pdf", "excluded.csv", "transmission.json", "read-me-first.html"} | {
        "read-me-first.txt"
    }
    assert all(mine[name] == data for name, data in sent.items() if name not in {"manifest.json", "read-me-first.txt"})
    note = sent["read-me-first.txt"].decode()
    assert "Southwave Ltd" in note
    assert "Do not use them for purposes of your own" in note
    assert b"leaver" not in b"".join(sent.values())
    assert built.outgoing is not None
    bound = json.loads(mine["transmission.json"])
    assert bound == {"receiver": BOUND, "manifest_sha256": built.outgoing.sha256}


@pytest.mark.slow
def test_P_05_the_approved_hash_binds_receiver_and_outgoing_package() -> None:
    def hash_of(bound: dict[str, str]) -> Manifest:
        asked = order(CALLS, bound=bound, handover=Handover(receiver="Southwave Ltd"))
        return build(OneWay(), asked, outgoing=OneWay()).manifest

    first = hash_of(BOUND)
    assert hash_of(BOUND).sha256 == first.sha256
    for name in BOUND:
        assert hash_of({**BOUND, name: "other"}).sha256 != first.sha256


def test_P_02_parts_of_nested_values_are_decided_one_by_one() -> None:
    parts = (
        sample.field("address.city", "City"),
        sample.field("score", "Score", origin=Origin.INFERRED),
        sample.field("pin", "PIN", disclosure=Disclosure.NEVER),
    )
    info = sample.dataset(
        "profiles",
        "Profiles",
        [
            sample.field("given", "Given", parts=parts),
            sample.field("ours", "Ours", origin=Origin.GENERATED, parts=parts),
        ],
    )
    nested = {"address": {"city": "Munich", "grid": 4}, "score": 3, "nick": "Gosia"}
    rows = [(nested, nested), (json.dumps(nested), [nested]), ("no json", None)]
    found = made(order(sample.found("billing", "Billing", info, ("given", "ours"), rows)))[1]
    (data,) = json.loads(found["data.json"])["stores"][0]["datasets"]
    left, city = {"address": {"city": "Munich", "grid": 4}, "nick": "Gosia"}, {"address": {"city": "Munich"}}
    assert data["rows"][:2] == [{"given": left, "ours": city}, {"given": left, "ours": [city]}]
    assert data["rows"][2] == {"given": None, "ours": None, "_notes": {"given": "withheld"}}
    jsonschema.validate(json.loads(found["data.json"]), json.loads(portable_data.schema_bytes()))
    assert [line[2] for line in table(found["excluded.csv"])[1:]] == ["given: score", "given: pin", "ours"]


def test_notes_stay_with_the_columns_that_stay() -> None:
    info = sample.dataset("one", "One", [sample.field("a", "A"), sample.field("b", "B", origin=Origin.INFERRED)])
    notes = (Note(0, "a", CellNote.NUL_REMOVED), Note(0, "b", CellNote.NUL_REMOVED))
    found = made(order(sample.found("billing", "Billing", info, ("a", "b"), [("x", "y")], notes=notes)))[1]
    assert [line[2] for line in table(found["csv/notes.csv"])[1:]] == ["a"]


def test_every_code_has_words() -> None:
    assert set(portability.EXCLUSIONS) == set(Exclusion)
    assert set(portability.NO_TRANSMISSION) == set(NoTransmission)
