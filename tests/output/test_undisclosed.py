"""X-06: what the law forbids to speak of leaves no trace in the package, in counts or in reasons (rules 3.1.1, 4.0.12).

The package of a person of whom such records exist is, byte by byte, the package of one of whom there are none.
"""

from __future__ import annotations

import sqlite3
import zipfile
from typing import TYPE_CHECKING

import pytest

from dsr.output import phrases
from dsr.output.inputs import Found
from dsr.output.package import PackageInput, build
from dsr.output.signing import Signer
from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.registry import load_stores, open_store
from tests.output import sample
from tests.output.outlets import OneWay
from tests.output.reading import text_of

if TYPE_CHECKING:
    from pathlib import Path

ANNA = Subject("DSR-2026-000123", (Identifier(IdentifierKind.EMAIL, "anna@example.org"),))
MAP = """\
map: clinic
version: 1
title: {en: Clinic}
languages: [en]
subjects: {member: {kind: record}}
purposes: {run: {en: to run it}}
sources: {you: {en: you}}
retention: {member: {class: subscriber_data, text: {en: while a member}}}
reasons: {secret: {en: a password}}
defaults: {category: master, purpose: run, legal_basis: 6(1)(b), source: you, retention: member, origin: provided, erase: delete}
undisclosed:
  orders_of_court: {reason: secrecy, columns: [id, email, target]}
datasets:
  members:
    label: {en: Members}
    key: id
    links:
      - {foreign_key: id, references: subject.member}
    fields:
      id: {}
      name: {label: {en: Name}, identifier: name}
      email: {identifier: email}
      password: {secret: secret, erase: constant}
"""
STORES = """\
stores:
  clinic: {controller: northwave, system: sql, label: {en: Clinic}, owner: office@example.com, map: map.yaml, url: 'sqlite:///clinic.sqlite3'}
"""
CANARY = "Operation Quux"


def package(folder: Path, *, ordered: bool) -> bytes:
    """The package of Anna, of whom a court has asked or has not."""
    folder.mkdir()
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    (folder / "stores.yaml").write_text(STORES.replace("///clinic", f"///{folder}/clinic"), encoding="utf-8")
    with sqlite3.connect(folder / "clinic.sqlite3") as base:
        base.execute("CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT, email TEXT, password TEXT)")
        base.execute("CREATE TABLE orders_of_court (id INTEGER PRIMARY KEY, email TEXT, target TEXT)")
        base.execute("INSERT INTO members VALUES (7, 'Anna', 'anna@example.org', 'x')")
        if ordered:
            base.executemany(
                "INSERT INTO orders_of_court (email, target) VALUES ('anna@example.org', ?)", [(CANARY,)] * 40
            )
    store = open_store(load_stores(folder / "stores.yaml")["clinic"])
    keys = store.locate(ANNA).keys
    batches = list(store.collect(ANNA, keys))
    found = tuple(
        Found("clinic", {"en": "Clinic"}, info, lambda info=info: [b for b in batches if b.dataset == info.name])  # type: ignore[misc]
        for info in store.describe()
    )
    sink = OneWay()
    build(
        sink,
        PackageInput(sample.SENDER, sample.ADDRESSEE, sample.HEAD, sample.INQUIRY, found, "https://example.com/keys/"),
        signer=Signer(bytes(range(32))),
    )
    return bytes(sink.data)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    folder = tmp_path_factory.mktemp("undisclosed")
    return package(folder / "with", ordered=True), package(folder / "without", ordered=False)


def test_x_06_forty_secret_records_change_no_byte(packages: tuple[bytes, bytes]) -> None:
    with_orders, without = packages

    assert with_orders == without


def test_x_06_neither_the_table_nor_its_content_is_named_anywhere(packages: tuple[bytes, bytes]) -> None:
    sink = OneWay()
    sink.write(packages[0])
    with zipfile.ZipFile(sink.file()) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    texts = {name: text_of(data) if name.endswith(".pdf") else data.decode() for name, data in members.items()}

    assert "Anna" in "".join(texts.values())
    for text in (*texts, *texts.values()):
        assert not any(word in text for word in ("orders_of_court", CANARY, "secrecy"))


def test_4_0_12_one_fixed_neutral_sentence_stands_in_letter_report_and_first_page(
    packages: tuple[bytes, bytes],
) -> None:
    sink = OneWay()
    sink.write(packages[1])
    with zipfile.ZipFile(sink.file()) as archive:
        page = archive.read("read-me-first.html").decode()
        texts = [text_of(archive.read(name)) for name in ("letter.pdf", "report.pdf")]

    assert all(text.count(str(phrases.NEITHER_CONFIRM_NOR_DENY)) == 1 for text in (*texts, page))
