"""The package as a whole: what is in it, that it is the same every time, and what never gets in."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from dsr.output import datafiles
from dsr.output.inputs import Found, OutputError
from dsr.output.package import PackageInput, build
from dsr.output.pdf import MAX_ATTACHED_BYTES
from dsr.output.signing import Signer, Trusted
from dsr.output.verify import verify
from dsr.vault.files import SealingWriter, open_file
from exporters.contract import Batch
from tests.output import sample
from tests.output.outlets import OneWay
from tests.output.reading import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsr.output.manifest import Manifest

KEYS_URL = "https://privacy.northwave.example.com/keys/"
SIGNER = Signer(bytes(range(32)))
ORDER = PackageInput(sample.SENDER, sample.ADDRESSEE, sample.HEAD, sample.INQUIRY, sample.everything(60), KEYS_URL)


@pytest.fixture(scope="module")
def made() -> tuple[OneWay, Manifest]:
    sink = OneWay()
    return sink, build(sink, ORDER, signer=SIGNER)


@pytest.fixture(scope="module")
def files(made: tuple[OneWay, Manifest]) -> Mapping[str, bytes]:
    with zipfile.ZipFile(made[0].file()) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_files_are_these(files: Mapping[str, bytes]) -> None:
    assert sorted(files) == [
        "csv/billing-customers.csv",
        "csv/billing-invoices.csv",
        "csv/fields.csv",
        "csv/notes.csv",
        "csv/radius-radacct.csv",
        "csv/radius-radcheck.csv",
        "data.json",
        "letter.pdf",
        "manifest.json",
        "manifest.json.sig",
        "read-me-first.html",
        "report.pdf",
        "schema/data.schema.json",
        "schema/fields.json",
    ]


def test_manifest_counts_and_verifies(made: tuple[OneWay, Manifest], files: Mapping[str, bytes]) -> None:
    sink, manifest = made

    record = json.loads(files["manifest.json"])
    assert verify(sink.file(), keys=[Trusted(SIGNER.key_id)], manifest_sha256=manifest.sha256) == ()
    assert files["manifest.json"] == manifest.to_bytes()
    assert record["schema"] == "dsr-package/1"
    assert record["case"] == "DSR-2026-000123"
    assert record["counts"] == {"billing": {"customers": 1, "invoices": 12}, "radius": {"radacct": 60, "radcheck": 2}}
    assert record["rows"] == 75
    assert {item["path"]: item["size"] for item in record["files"]} == {
        path: len(data) for path, data in files.items() if not path.startswith("manifest.json")
    }


def test_same_inputs_same_bytes_in_any_order_of_stores_and_language_of_the_caller(
    made: tuple[OneWay, Manifest],
) -> None:
    again = OneWay()
    with translation.override("de"):
        manifest = build(again, replace(ORDER, found=(*ORDER.found[2:], *ORDER.found[:2])), signer=SIGNER)

    assert manifest.sha256 == made[1].sha256
    assert again.data == made[0].data


def test_another_value_is_another_manifest(made: tuple[OneWay, Manifest]) -> None:
    later = replace(ORDER, head=replace(ORDER.head, written_at=sample.HEAD.written_at.replace(minute=31)))

    assert build(OneWay(), later, signer=SIGNER).sha256 != made[1].sha256


def test_dates_inside_the_zip_are_those_of_the_case(made: tuple[OneWay, Manifest]) -> None:
    with zipfile.ZipFile(made[0].file()) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 5, 20, 8, 30, 0)}
        assert archive.testzip() is None


def test_data_json_holds_every_value_exactly(files: Mapping[str, bytes]) -> None:
    data = json.loads(files["data.json"])

    stores = {store["name"]: {item["name"]: item for item in store["datasets"]} for store in data["stores"]}
    customer = stores["billing"]["customers"]
    assert customer["rows"] == [dict(zip(sample.CUSTOMER_COLUMNS, sample.CUSTOMER_ROW, strict=True))]
    assert customer["purpose"] == "To carry out your contract"
    assert [item["name"] for item in customer["columns"]] == [*sample.CUSTOMER_COLUMNS[:-1], "password_hash", "note"]
    assert stores["radius"]["radcheck"]["rows"] == [
        {"attribute": "Cleartext-Password", "value": None, "_notes": {"value": "withheld"}},
        {"attribute": "Framed-IP", "value": "192.0.2.7"},
    ]
    assert len(stores["radius"]["radacct"]["rows"]) == stores["radius"]["radacct"]["count"] == 60
    assert "\u202e".encode() not in files["data.json"]


def test_csv_holds_every_row_and_no_formula(files: Mapping[str, bytes]) -> None:
    invoices, customers = table(files["csv/billing-invoices.csv"]), table(files["csv/billing-customers.csv"])

    assert len(table(files["csv/radius-radacct.csv"])) == 61
    assert invoices[2] == ["R-2026-002", "2026-02-05", "39.90", "'=HYPERLINK(0)"]
    assert invoices[3][2] == "-39.90"
    assert customers[1][3] == "'+447700900117"
    assert customers[1][7].endswith("\\u202egnp.exe")
    assert table(files["csv/radius-radcheck.csv"])[1] == ["Cleartext-Password", "[withheld]"]


def test_fields_csv_explains_every_column_and_what_is_withheld(files: Mapping[str, bytes]) -> None:
    legend = table(files["csv/fields.csv"])

    explained = {(line[0], line[1]): line for line in legend[1:]}
    for path, data in files.items():
        if path.startswith("csv/") and path not in {"csv/fields.csv", "csv/notes.csv"}:
            assert {(path, column) for column in table(data)[0]} <= explained.keys()
    password = explained["csv/billing-customers.csv", "password_hash"]
    assert password[3:5] == ["no", "a password: disclosing it would endanger your account"]
    assert explained["csv/radius-radcheck.csv", "value"][3] == "partly"


def test_notes_csv_names_file_row_and_column(files: Mapping[str, bytes]) -> None:
    assert table(files["csv/notes.csv"])[1][:4] == ["csv/radius-radcheck.csv", "1", "value", "withheld"]


def test_read_me_lists_first_what_it_says_to_read_first(files: Mapping[str, bytes]) -> None:
    page = files["read-me-first.html"].decode()
    assert page.index('href="letter.pdf"') < page.index('href="report.pdf"') < page.index('href="data.json"')


def test_read_me_needs_nothing_from_outside(files: Mapping[str, bytes]) -> None:
    page = files["read-me-first.html"].decode()

    assert "default-src 'none'" in page.replace("&#x27;", "'")
    links = re.findall(r'<a href="(http[^"]+)"', page)
    assert set(links) == {sample.SENDER.authority_url, ORDER.keys_url}
    assert page.count("http") == page.count('http-equiv="') + 2 * len(links)
    assert "<script" not in page
    for path in files.keys() - {"manifest.json", "manifest.json.sig", "read-me-first.html"}:
        assert f'<a href="{path}">' in page


def test_the_letter_names_the_key_on_paper(files: Mapping[str, bytes]) -> None:
    text = "".join(text_of(files["letter.pdf"]).split())

    assert SIGNER.key_id in text
    assert KEYS_URL in text


def test_every_document_of_the_package_carries_the_neutral_sentence_of_x_06(files: Mapping[str, bytes]) -> None:
    sentence = "About such records we neither confirm nor deny anything."

    assert sentence in text_of(files["letter.pdf"])
    assert sentence in text_of(files["report.pdf"])
    assert sentence in files["read-me-first.html"].decode()


def test_package_without_any_finding_is_an_answer_too() -> None:
    nothing = replace(
        ORDER,
        found=(),
        inquiry=replace(
            sample.INQUIRY,
            redactions=(),
            searched=tuple(replace(item, found=False) for item in sample.INQUIRY.searched),
        ),
    )
    sink = OneWay()

    manifest = build(sink, nothing, signer=SIGNER)

    assert [fact.path for fact in manifest.files] == [
        "letter.pdf",
        "report.pdf",
        "data.json",
        "schema/data.schema.json",
        "schema/fields.json",
        "read-me-first.html",
    ]
    assert verify(sink.file()) == ()
    with zipfile.ZipFile(sink.file()) as archive:
        assert json.loads(archive.read("data.json"))["stores"] == []
        assert "We hold no data about you in the systems we searched" in text_of(archive.read("letter.pdf"))


def test_sealed_while_it_is_written() -> None:
    key, sealed = bytes(range(32)), io.BytesIO()
    writer = SealingWriter(key, sealed, context="artifact:1")

    manifest = build(writer, ORDER, signer=SIGNER)
    writer.close()

    sealed.seek(0)
    assert b"letter.pdf" not in sealed.getvalue()
    plain = b"".join(open_file(key, sealed, context="artifact:1"))
    assert verify(io.BytesIO(plain), manifest_sha256=manifest.sha256) == ()


def test_what_was_found_is_read_once_so_that_its_files_agree() -> None:
    readings: list[int] = []
    original = sample.sessions(3)

    def read() -> Iterable[Batch]:
        readings.append(len(readings))
        yield Batch("radacct", sample.SESSION_COLUMNS, ((f"{len(readings)}",) * len(sample.SESSION_COLUMNS),))

    manifest = build(
        OneWay(),
        replace(ORDER, found=(Found(original.store, original.store_label, original.info, read),)),
        signer=SIGNER,
    )

    assert manifest.counts == {"radius": {"radacct": 1}}
    assert readings == [0]


def test_a_dataset_without_rows_does_not_shift_the_files_of_the_next() -> None:
    sessions = sample.sessions(3)
    empty = replace(sessions, store="a", read=lambda: [Batch("radacct", sample.SESSION_COLUMNS, ())])

    with_empty, without = OneWay(), OneWay()
    build(with_empty, replace(ORDER, found=(empty, sessions)), signer=SIGNER)
    build(without, replace(ORDER, found=(sessions,)), signer=SIGNER)

    def files(sink: OneWay) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(sink.data)) as archive:
            return {name: archive.read(name) for name in archive.namelist() if name.startswith(("csv/radius", "data"))}

    assert files(with_empty) == files(without)


def test_dataset_given_twice_is_refused() -> None:
    with pytest.raises(OutputError, match="dataset_twice"):
        build(OneWay(), replace(ORDER, found=(sample.sessions(3), sample.sessions(3))), signer=SIGNER)


def test_check_is_called_and_may_stop_the_work() -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(1)
        if len(calls) > 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        build(OneWay(), ORDER, check=check, signer=SIGNER)


class Discard:
    def write(self, data: bytes, /) -> int:
        return len(data)

    def flush(self) -> None:
        pass


@pytest.mark.slow
@pytest.mark.parametrize(("carried", "peak_bytes"), [(0, 6_000_000), (MAX_ATTACHED_BYTES, 60_000_000)])
def test_memory_does_not_grow_with_the_number_of_rows(
    monkeypatch: pytest.MonkeyPatch, carried: int, peak_bytes: int
) -> None:
    """80,000 sessions stream through: the peak stays at one batch and the newest rows, far below the data.

    Only what the report carries inside is held in one piece, and that is bounded.
    """
    monkeypatch.setattr(datafiles, "MAX_ATTACHED_BYTES", carried)
    original = sample.sessions(1)

    def read() -> Iterable[Batch]:
        for start in range(0, 80_000, 500):
            rows: tuple[tuple[Any, ...], ...] = tuple(
                (
                    "u",
                    f"2026-05-{number % 28 + 1:02d}T00:00:00",
                    None,
                    "192.0.2.1",
                    "m",
                    number,
                    number,
                    "n",
                    "t",
                    f"{number}",
                    "c",
                )
                for number in range(start, start + 500)
            )
            yield Batch("radacct", sample.SESSION_COLUMNS, rows)

    found = Found(original.store, original.store_label, original.info, read)
    tracemalloc.start()
    manifest = build(Discard(), replace(ORDER, found=(found,)), signer=SIGNER)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert manifest.counts == {"radius": {"radacct": 80_000}}
    assert sum(fact.size for fact in manifest.files) > 16_000_000
    assert peak < peak_bytes
