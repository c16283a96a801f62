"""Datasets whose links have more values than one statement holds: each row once, without keeping every key."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.datamap.model import Link, LinkType, Reference
from exporters.registry import load_stores, open_store
from exporters.sql.match import build
from exporters.sql.once import Once
from exporters.sql.schema import LiveColumn, LiveTable
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADA = Subject("Ada", (Identifier(IdentifierKind.EMAIL, "ada@example.com"),))
INVOICES = 900
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_MAP = """
map: quay
version: 1
title: {en: Quay}
languages: [en]
subjects:
  client: {kind: record}
purposes: {service: {en: to run the service}}
sources: {you: {en: you}}
retention:
  client: {class: subscriber_data, text: {en: while you are a customer}}
defaults:
  category: master
  purpose: service
  legal_basis: 6(1)(b)
  source: you
  retention: client
  origin: provided
  erase: delete
datasets:
  client:
    label: {en: Clients}
    key: id
    links:
      - {foreign_key: id, references: subject.client}
    fields:
      id: {}
      email: {identifier: email, hint: true}
  invoice:
    label: {en: Invoices}
    key: id
    links:
      - {foreign_key: client_id, references: client.id}
    fields:
      id: {}
      client_id: {label: id}
      code: {identifier: {kind: username, teaches: false}, label: {en: Code}}
  item:
    label: {en: Items}
    key: id
    links:
      - {foreign_key: invoice_id, references: invoice.id}
      - {same_value: code, references: invoice.code}
    fields:
      id: {}
      invoice_id: {label: id}
      code: {label: {en: Code}}
"""


@pytest.fixture
def url(backend: str, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'quay.sqlite3'}"
        return
    server = getattr(servers, backend)()
    with server.database() as name:
        yield server.url(name)


def _filled(url: str) -> set[int]:
    """Items of Ada by number, by code, by both and by neither; and whose they are, decided row by row."""
    chance = random.Random(5)
    items = [
        (
            n,
            chance.choice([None, *range(1, INVOICES * 2)]),
            chance.choice(["", "c", "C"]) + str(chance.randrange(1, INVOICES * 2)),
        )
        for n in range(1, 4000)
    ]
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE client (id INTEGER PRIMARY KEY, email VARCHAR(80))",
            "CREATE TABLE invoice (id INTEGER PRIMARY KEY, client_id INTEGER, code VARCHAR(20))",
            "CREATE TABLE item (id INTEGER PRIMARY KEY, invoice_id INTEGER, code VARCHAR(20))",
            "INSERT INTO client VALUES (1, 'ada@example.com'), (2, 'bo@example.com')",
        ):
            connection.exec_driver_sql(statement)
        bills = [{"id": n, "who": 1 + n % 2, "code": f"c{n}"} for n in range(1, INVOICES * 2)]
        connection.execute(sa.text("INSERT INTO invoice VALUES (:id, :who, :code)"), bills)
        sold = [{"id": n, "bill": bill, "code": code} for n, bill, code in items]
        connection.execute(sa.text("INSERT INTO item VALUES (:id, :bill, :code)"), sold)
    hers = range(2, INVOICES * 2, 2)
    codes = {f"c{n}" for n in hers}
    return {n for n, bill, code in items if bill in hers or code in codes}


def test_each_row_comes_once_however_many_statements_give_it(url: str, tmp_path: Path) -> None:
    hers = _filled(url)
    (tmp_path / "map.yaml").write_text(_MAP, encoding="utf-8")
    (tmp_path / "quay.url").write_text(url, encoding="utf-8")
    (tmp_path / "stores.yaml").write_text(
        "stores:\n  quay:\n    controller: vik\n    system: sql\n    label: {en: Quay}\n    owner: Ida\n"
        "    map: map.yaml\n    url: file:quay.url\n",
        encoding="utf-8",
    )
    store: Any = open_store(load_stores(tmp_path / "stores.yaml")["quay"])

    keys = store.locate(ADA).keys
    got = [row[0] for batch in store.collect(ADA, keys) if batch.dataset == "item" for row in batch.rows]
    lines = store.plan(ADA, keys, right="erasure", now=NOW)

    assert sorted(got) == sorted(hers)
    assert sum(line.count for line in lines if line.dataset == "item") == len(hers)


def test_values_are_remembered_and_not_keys() -> None:
    """Decision 040: memory follows the values of the link, however many rows have them."""
    table = LiveTable("item", {name: LiveColumn(name, "integer", "integer") for name in ("a", "b")})
    values = {str(n) for n in range(900)}
    probes = [
        found
        for name in ("a", "b")
        if (found := build(Link(LinkType.FOREIGN_KEY, name, Reference("invoice", "id")), table, values, kind=None))
    ]
    once = Once(table, probes)

    assert all(once.fresh(0, (row % 400, None), (row,)) for row in range(10_000))
    assert not once.fresh(1, (7, None), (7,))
    assert once.fresh(1, (500, None), (10_001,))
    assert not once.fresh(3, (7, 7), (7,))
    assert once.fresh(3, (None, 7), (10_002,))
    assert not once._keys
    assert sum(map(len, once._first)) <= 402
