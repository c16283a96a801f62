"""A drop folder: taken whole or not at all, read as declared, never guessed; changes are a person's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import HitClass, Permanent, Reason, Treatment
from exporters.testing.kit import ExporterKit
from tests.exporters.files import folder as made

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.contract import Subject

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class TestDropFolder(ExporterKit):
    folder: Path

    @pytest.fixture(autouse=True)
    def _delivery(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        made.deliver(tmp_path / "drop" / "incoming")

    def exporter(self) -> Any:
        return made.drop(self.folder)

    def known(self) -> Subject:
        return made.MIA

    def namesake(self) -> Subject:
        return made.OTHER_MIA


def test_taken_by_one_rename_and_read_in_the_declared_encoding(tmp_path: Path) -> None:
    made.deliver(tmp_path / "drop" / "incoming")
    store = made.drop(tmp_path)
    batches = {batch.dataset: batch for batch in store.collect(made.MIA, store.locate(made.MIA).keys)}
    assert batches["clients"].rows == (("7", "mia@example.com", "Mia Müller"),)
    assert batches["notes"].rows[1][2] == "zweite Zeile\nmit; Strichpunkt"
    assert list((tmp_path / "drop" / "incoming").iterdir()) == []
    assert len(list((tmp_path / "drop" / "ready").iterdir())) == 1
    assert [problem for problem in store.check() if problem.severity.value == "error"] == []


def test_what_is_still_being_written_is_left_alone_and_the_newest_counts(tmp_path: Path) -> None:
    incoming = tmp_path / "drop" / "incoming"
    made.deliver(incoming, "old", created=datetime.now(UTC) - timedelta(days=2))
    store = made.drop(tmp_path)
    assert store.locate(made.MIA).keys
    half = made.deliver(
        incoming, "new", files={"clients": made.csv_of(made.HEADERS["clients"], [], "cp1252")}, clients={"rows": 0}
    )
    (half / "manifest.json").rename(half / "later")
    assert store.locate(made.MIA).keys
    (half / "later").rename(half / "manifest.json")
    assert not store.locate(made.MIA).keys


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "checksum": ({"clients": {"sha256": "0" * 64}}, "checksum"),
    "way out": ({"clients": {"name": "../../secret.csv"}}, "bad_manifest"),
    "absolute": ({"clients": {"name": "/etc/passwd"}}, "bad_manifest"),
    "encoding": ({"clients": {"encoding": "rot13"}}, "bad_manifest"),
    "unknown encoding": ({"clients": {"encoding": "klingon"}}, "bad_manifest"),
    "twice": ({"clients": {"dataset": "notes"}}, "bad_manifest"),
    "missing": ({"clients": {"name": "other.csv"}}, "incomplete"),
    "no zone": ({"top": {"created": "2026-05-04T02:00:00"}}, "bad_manifest"),
    "format": ({"top": {"format": 2}}, "bad_manifest"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_delivery_that_does_not_verify_is_put_aside(tmp_path: Path, what: str) -> None:
    manifest, code = WRONG[what]
    made.deliver(tmp_path / "drop" / "incoming", **manifest)
    store = made.drop(tmp_path)
    with pytest.raises(Permanent) as raised:
        store.locate(made.MIA)
    assert raised.value.code == code
    assert [one.name for one in (tmp_path / "drop" / "refused").iterdir()] == ["tonight"]
    with pytest.raises(Permanent) as raised:
        store.locate(made.MIA)
    assert raised.value.code == "no_delivery"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"clients": {"rows": 3}}, "incomplete"),
        ({"files": {"clients": b"Kundennr;E-Mail;Name\n7;mia@example.com\n"}}, "bad_file"),
        ({"files": {"clients": b"Kundennr;Kundennr;Name\n7;8;x\n"}}, "bad_file"),
        ({"files": {"clients": b"\xff\xfeKundennr;E-Mail;Name\n"}, "encoding": "utf-8"}, "bad_encoding"),
        ({"created": datetime.now(UTC) - timedelta(days=30)}, "outdated"),
    ],
)
def test_rows_that_are_not_as_declared_are_no_answer(tmp_path: Path, options: dict[str, Any], code: str) -> None:
    made.deliver(tmp_path / "drop" / "incoming", **options)
    with pytest.raises(Permanent) as raised:
        made.drop(tmp_path).locate(made.MIA)
    assert raised.value.code == code
    assert "mia" not in str(raised.value)


def test_cp1252_declared_as_utf_8_is_not_silently_guessed(tmp_path: Path) -> None:
    content = made.csv_of(made.HEADERS["clients"], made.CLIENTS, "cp1252")
    made.deliver(tmp_path / "drop" / "incoming", encoding="utf-8", files={"clients": content})
    with pytest.raises(Permanent) as raised:
        made.drop(tmp_path).locate(made.MIA)
    assert raised.value.code == "bad_encoding"


def test_every_change_is_a_persons_and_applying_writes_nothing(tmp_path: Path) -> None:
    made.deliver(tmp_path / "drop" / "incoming")
    store = made.drop(tmp_path)
    keys = store.locate(made.MIA).keys
    lines = store.plan(made.MIA, keys, right="erasure", now=NOW)
    assert {(one.dataset, one.treatment, one.reason, one.count) for one in lines} == {
        ("clients", Treatment.MANUAL, Reason.MAP, 1),
        ("notes", Treatment.MANUAL, Reason.MAP, 2),
    }
    outcomes = store.apply(lines, approval="a", now=NOW, check=lambda: None)
    assert [one.changed for one in outcomes] == [0, 0]


def test_the_proof_is_the_next_delivery(tmp_path: Path) -> None:
    incoming = tmp_path / "drop" / "incoming"
    made.deliver(incoming)
    store = made.drop(tmp_path)
    keys = store.locate(made.MIA).keys
    lines = store.plan(made.MIA, keys, right="erasure", now=NOW)
    assert any(one.stands for one in store.residue(made.MIA, keys, now=NOW, lines=lines))
    gone = {
        "clients": made.csv_of(made.HEADERS["clients"], made.CLIENTS[1:], "cp1252"),
        "notes": made.csv_of(made.HEADERS["notes"], made.NOTES[1:2], "cp1252"),
    }
    made.deliver(incoming, "next", files=gone, clients={"rows": 1}, notes={"rows": 1})
    assert [one for one in store.residue(made.MIA, keys, now=NOW, lines=lines) if one.stands] == []
    made.deliver(
        incoming, "third", files=gone, extra={"log": b"who\nmia@example.com\n"}, clients={"rows": 1}, notes={"rows": 1}
    )
    (found,) = store.residue(made.MIA, keys, now=NOW, lines=lines)
    assert (found.table, found.column, found.cls) == ("log", "who", HitClass.UNLINKED)
    assert [problem.code for problem in store.check()] == ["undeclared"]


def test_json_lines_and_an_undeclared_column(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"Kundennr": 7, "E-Mail": "mia@example.com", "Name": "Mia", "IBAN": "x"}) for _ in "a")
    made.deliver(
        tmp_path / "drop" / "incoming",
        encoding="utf-8",
        files={"clients": lines.encode()},
        clients={"kind": "jsonl", "rows": 1},
    )
    store = made.drop(tmp_path)
    assert store.locate(made.MIA).keys[0].values == ("7",)
    assert [problem.code for problem in store.check()] == ["undeclared_column"]


def test_a_file_nobody_may_be_told_of_is_neither_searched_nor_named_x_06(tmp_path: Path) -> None:
    incoming = tmp_path / "drop" / "incoming"
    made.deliver(incoming, extra={"orders": b"who\nmia@example.com\n"})
    text = (made.HERE / "drop.yaml").read_text(encoding="utf-8")
    (tmp_path / "map.yaml").write_text(
        f"{text}\nundisclosed:\n  orders: {{reason: secrecy orders, columns: [who]}}\n", encoding="utf-8"
    )
    secret, plain = made.drop(tmp_path, map="map.yaml"), made.drop(tmp_path)

    def named(store: Any) -> set[str]:
        keys = store.locate(made.MIA).keys
        found = {one.table for one in store.residue(made.MIA, keys, now=NOW)}
        return found | {problem.place for problem in store.check()}

    assert {"orders", "old.orders"} <= named(plain)
    assert not any("orders" in one for one in named(secret))
