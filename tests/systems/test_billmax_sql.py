"""The data map of BillMax's documented tables, on SQLite: 300 subscribers, rows compared without the product's code."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import Identifier, IdentifierKind, Kept, MatchStatus, Subject
from exporters.registry import load_stores, open_store
from exporters.testing.standins.people import ANNA, NAMESAKE, subscriber, subscribers

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.testing.standins.people import Person

NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
ADDRESS = "addr1 addr2 addr3 addr4 city country"
TABLES = {
    "account": f"number cfname cmname clname company cphone fphone email {ADDRESS} statename zip bname bacct brout bcity bstate"
    " cctype ccnum ccexp ccaddr referredby adcode cancelreasons state balance generation",
    "user": f"number account cfname cmname clname company {ADDRESS} email dphone aphone dataphone dob dlnumber dlstate"
    " custsecret generation",
    "service": "number user servdef package d01 d02 d03 d04 d05 d06 d07 d08 d09 d10 descr state generation",
    "calltrack": "number account callnum modem pop text entdate generation",
    "note": "number fromtable reference text empl entdate generation",
    "payhist": "number account type descr amount duedate entdate ccnumshort authcode batchid generation",
}
"""Columns of the documentation of version 2.2."""
NUMBERS = frozenset({"number", "account", "user", "reference", "amount", "balance", "state"})
DATES = frozenset({"dob", "entdate", "duedate"})
SECRETS = ("pet", "d02-crypt", "9999000011112222", "000123")
Rows = dict[str, dict[int, dict[str, Any]]]


def _rows(person: Person) -> list[tuple[str, dict[str, Any]]]:
    n, user, service = person.number, 301 - person.number, 400 + person.number
    who = {"cfname": person.first, "clname": person.last, "addr1": person.street, "city": person.city}
    notes = [("account", n), ("user", user), ("service", service), ("calltrack", n)]
    return [
        ("account", {**who, "number": n, "cphone": person.phone, "email": person.email, "state": 0, "balance": 3000,
                     "ccnum": SECRETS[2], "bacct": SECRETS[3]}),
        ("user", {**who, "number": user, "account": n, "email": person.email, "dphone": person.phone, "dob": person.born,
                  "dlnumber": f"DL-{n:05d}", "dlstate": "NY", "custsecret": SECRETS[0]}),
        ("service", {"number": service, "user": user, "d01": person.username, "d02": SECRETS[1], "d03": person.ip,
                     "d04": person.mac, "state": 0}),
        ("calltrack", {"number": n, "account": n, "callnum": person.phone, "text": "no sync", "entdate": "2026-03-01"}),
        *(("note", {"number": 4 * n + at, "fromtable": table, "reference": key, "text": f"call {person.phone}",
                    "entdate": "2026-03-01"}) for at, (table, key) in enumerate(notes)),
        *(("payhist", {"number": 3 * n + at, "account": n, "type": kind, "descr": f"Fibre {person.username}", "amount": 3000,
                       "entdate": "2026-05-01"}) for at, kind in enumerate(("Charge", "Payment", "Summary"))),
    ]  # fmt: skip


def _owners() -> dict[tuple[str, int], int]:
    return {(table, row["number"]): one.number for one in subscribers() for table, row in _rows(one)}


def law(document: str, day: date) -> Kept | None:
    """Charges and payments are kept for eight years."""
    return Kept(date(day.year + 8, 12, 31), "tax law") if document == "invoice" else None


class Tables:
    """One database and its exporter."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "billmax.sqlite3"
        with closing(sqlite3.connect(self.path)) as connection:
            for table, columns in TABLES.items():
                parts = (f'"{one}" {_type(one)}' for one in columns.split())
                connection.execute(f'CREATE TABLE "{table}" ({", ".join(parts)})')
            for person in subscribers():
                for table, row in _rows(person):
                    names, marks = ", ".join(f'"{one}"' for one in row), ", ".join("?" * len(row))
                    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))
            connection.execute("INSERT INTO note (number, fromtable, reference, text) VALUES (9999, 'notice', 7, 'x')")
            connection.commit()
        (folder / "url").write_text(f"sqlite:///{self.path}", encoding="utf-8")
        text = "    controller: n\n    system: sql\n    label: {en: B}\n    owner: B\n    map: billmax_sql\n    url: file:url\n"
        (folder / "stores.yaml").write_text(f"stores:\n  billmax:\n{text}", encoding="utf-8")
        self.exporter: Any = open_store(load_stores(folder / "stores.yaml")["billmax"])

    def rows(self) -> Rows:
        """Everything, read without the exporter."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return {
                table: {row["number"]: dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')}
                for table in TABLES
            }


def _type(column: str) -> str:
    if column == "number":
        return "INTEGER PRIMARY KEY"
    return "INTEGER" if column in NUMBERS else "DATE" if column in DATES else "VARCHAR(255)"


def who(person: Person) -> Subject:
    """By her address."""
    return Subject("by e-mail", (Identifier(IdentifierKind.EMAIL, person.email),))


@pytest.fixture
def billmax(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


@pytest.mark.parametrize("number", [ANNA, NAMESAKE])
def test_access_is_complete_only_hers_and_without_secrets(billmax: Tables, number: int) -> None:
    match = billmax.exporter.locate(who(subscriber(number)))
    assert match.status is MatchStatus.FOUND
    found, said = set(), ""
    for batch in billmax.exporter.collect(who(subscriber(number)), match.keys):
        at = batch.columns.index("number")
        found |= {(batch.dataset, int(row[at])) for row in batch.rows}
        said += repr(batch)
    assert found == {key for key, owner in _owners().items() if owner == number}
    assert not [one for one in SECRETS if one in said]


def test_erasure_leaves_the_books_and_everybody_else(billmax: Tables, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    person, before, owners = subscriber(ANNA), billmax.rows(), _owners()
    keys = billmax.exporter.locate(who(person)).keys
    lines = billmax.exporter.plan(who(person), keys, now=NOW, keep_until=law)
    billmax.exporter.apply(lines, approval="a", now=NOW, check=lambda: None, keep_until=law)
    after = billmax.rows()
    moved = {(table, key) for table, rows in before.items() for key in rows if after[table].get(key) != rows[key]}
    assert {owners.get(one) for one in moved} == {ANNA}
    assert after["payhist"] == before["payhist"]
    hers = repr({one: after[one[0]][one[1]] for one, owner in owners.items() if owner == ANNA and one[0] != "payhist"})
    gone = (person.email, person.phone, person.username, person.ip, person.mac, person.born, f"DL-{ANNA:05d}", *SECRETS)
    assert not [one for one in gone if one in hers]
    assert not [one for one in (person.born, f"DL-{ANNA:05d}") if one in caplog.text + repr(lines)]


def test_the_map_knows_every_table_and_column(billmax: Tables) -> None:
    assert not [one for one in billmax.exporter.check() if one.severity.value == "error"]
