"""What the exporters find of each invented subscriber in the demo's stores: everything of hers, nothing of anybody else's."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dsr.demo import people, place
from dsr.demo.people import Person, by_position, subscribers
from dsr.demo.stores import BILLING_FILE, build_files
from exporters.contract import Identifier, IdentifierKind, MatchStatus, Subject
from exporters.registry import load_stores, open_store

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)
LEADING = {IdentifierKind.CUSTOMER_NUMBER, IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.USERNAME}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collected")
    build_files(folder, today=TODAY)
    place.write_store_list(folder)
    return folder


@pytest.fixture(scope="module")
def stores(folder: Path) -> dict[str, Any]:
    return {name: open_store(config) for name, config in load_stores(folder / "stores.yaml").items()}


def _everything(stores: dict[str, Any], person: Person) -> dict[str, list[dict[str, Any]]]:
    """All rows by `store.dataset`, found from the customer number alone and what the billing system teaches."""
    known = [Identifier(IdentifierKind.CUSTOMER_NUMBER, person.customer_no, "billing")]
    found: dict[str, list[dict[str, Any]]] = {}
    for name in ("billing", "radius"):
        subject = Subject("DSR-2026-000001", tuple(known))
        match = stores[name].locate(subject)
        assert match.status is MatchStatus.FOUND, name
        assert match.candidates == ()
        known += [
            learned.identifier for learned in match.learned if not learned.shared and learned.identifier.kind in LEADING
        ]
        for batch in stores[name].collect(subject, match.keys):
            rows = [dict(zip(batch.columns, row, strict=True)) for row in batch.rows]
            found.setdefault(f"{name}.{batch.dataset}", []).extend(rows)
    return found


@pytest.mark.parametrize("person", subscribers(), ids=lambda person: f"n{person.n}")
def test_finds_all_of_hers_and_nothing_of_anybody_else(stores: dict[str, Any], folder: Path, person: Person) -> None:
    """A-01: complete; 15(4): nobody else's."""
    found = _everything(stores, person)

    assert len(found["radius.radacct"]) == person.sessions
    assert [row["customer_no"] for row in found["billing.customers"]] == [person.customer_no]
    connection = sqlite3.connect(folder / BILLING_FILE)
    expected = Counter(
        {
            table: connection.execute(query, (person.n,)).fetchone()[0]
            for table, query in {
                "invoices": "SELECT count(*) FROM invoices WHERE customer_id = ?",
                "payments": "SELECT count(*) FROM payments JOIN invoices i ON i.id = invoice_id WHERE i.customer_id = ?",
                "ticket_messages": "SELECT count(*) FROM ticket_messages JOIN tickets t ON t.id = ticket_id WHERE t.customer_id = ?",
            }.items()
        }
    )
    mails = connection.execute("SELECT count(*) FROM sent_mails WHERE to_email = ?", (person.email,)).fetchone()[0]
    attempts = connection.execute(
        "SELECT count(*) FROM portal_logins WHERE lower(login) = lower(?)", (person.email,)
    ).fetchone()[0]
    connection.close()
    for table, count in expected.items():
        assert len(found.get(f"billing.{table}", ())) == count, table
    assert len(found.get("billing.sent_mails", ())) == mails
    assert len(found.get("billing.portal_logins", ())) == attempts

    text = json.dumps(found, ensure_ascii=False).casefold()
    others = [other for other in subscribers() if other.n != person.n]
    named = {
        other.n
        for other in others
        for value in (other.customer_no, other.email, other.phone, other.mac.casefold(), other.ipv4 + '"')
        if value and f'"{value.casefold()}' in text
    }
    assert named == set()


def test_the_one_note_about_somebody_else_is_hers_to_be_blacked_out(stores: dict[str, Any]) -> None:
    first, second = (by_position(n) for n in people.HOMONYMS[1:])

    notes = [row["body"] for row in _everything(stores, first)["billing.notes"]]

    assert any(second.customer_no in note for note in notes)


def test_notes_come_through_all_three_kinds_of_records(stores: dict[str, Any]) -> None:
    kinds = {
        row["about_type"] for person in subscribers() for row in _everything(stores, person).get("billing.notes", ())
    }

    assert kinds == {"customer", "contract", "ticket"}


def test_passwords_never_leave_the_house(stores: dict[str, Any]) -> None:
    text = json.dumps([_everything(stores, by_position(n)) for n in (1, 6, 8, 12)])

    for secret in ("geheim-", "pbkdf2_sha256", "MyOtherSecret"):
        assert secret not in text


def test_a_household_shares_the_address_row_but_nothing_else(stores: dict[str, Any]) -> None:
    family = [_everything(stores, by_position(n)) for n in people.HOUSEHOLD]

    assert len({row["id"] for found in family for row in found["billing.addresses"]}) == 1
    assert all(len(found["billing.customers"]) == 1 for found in family)


def test_the_forgotten_offer_is_found_by_its_address(stores: dict[str, Any]) -> None:
    assert [row["name"] for row in _everything(stores, by_position(13))["billing.prospects"]] == [by_position(13).name]


def test_a_name_alone_finds_nobody(stores: dict[str, Any]) -> None:
    """House.md, Locate: names lead nowhere."""
    subject = Subject("DSR-2026-000002", (Identifier(IdentifierKind.NAME, "Maria Kowalska"),))

    assert stores["billing"].locate(subject).status is MatchStatus.NONE
    assert stores["radius"].locate(subject).status is MatchStatus.NONE


def test_the_live_stores_fit_their_maps(stores: dict[str, Any]) -> None:
    for name, store in stores.items():
        problems = [problem for problem in store.check() if problem.severity != "info"]
        assert problems == [], name
