from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from dsr.demo import people, place
from dsr.demo.people import by_position, subscribers
from dsr.demo.radius import escaped
from dsr.demo.recordings import FOLDER
from dsr.demo.stores import BILLING_FILE, RADIUS_FILE, build_billing, build_files, build_radius
from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.registry import load_stores, open_store

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)
Ask = Callable[..., list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    build_files(folder, today=TODAY)
    return folder


@pytest.fixture
def billing(folder: Path) -> Ask:
    return _ask(folder / BILLING_FILE)


@pytest.fixture
def radius(folder: Path) -> Ask:
    return _ask(folder / RADIUS_FILE)


def _ask(path: Path) -> Ask:
    def ask(query: str, *values: object) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(path)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    return ask


def test_built_in_under_three_seconds_and_only_once(tmp_path: Path) -> None:
    began = time.process_time()

    first = build_files(tmp_path, today=TODAY)
    second = build_files(tmp_path, today=TODAY)

    assert time.process_time() - began < 3
    assert [path.name for path in first] == [BILLING_FILE, RADIUS_FILE, FOLDER]
    assert second == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([BILLING_FILE, RADIUS_FILE, FOLDER])
    assert (tmp_path / BILLING_FILE).stat().st_mode & 0o777 == 0o600


def test_the_same_day_gives_the_same_rows(tmp_path: Path, billing: Ask) -> None:
    build_files(tmp_path, today=TODAY)
    again = _ask(tmp_path / BILLING_FILE)

    for query in ("SELECT * FROM customers", "SELECT * FROM ticket_messages", "SELECT * FROM portal_logins"):
        assert again(query) == billing(query)


def test_invoices_carry_a_copy_of_the_buyer(billing: Ask) -> None:
    eleni = by_position(5)

    rows = billing("SELECT DISTINCT buyer_name, buyer_street, buyer_email FROM invoices WHERE customer_id = ?", eleni.n)

    assert rows == [(eleni.name, eleni.address.street, eleni.email)]


def test_free_text_names_the_subscriber(billing: Ask) -> None:
    texts = billing(
        "SELECT body FROM ticket_messages m JOIN tickets t ON t.id = m.ticket_id WHERE t.customer_id = ?",
        by_position(2).n,
    )

    assert any(by_position(2).customer_no in str(body) for (body,) in texts)


def test_only_one_note_names_another_subscriber(billing: Ask) -> None:
    foreign = [
        (owner, person.n)
        for owner, body in billing("SELECT about_id, body FROM notes WHERE about_type = 'customer'")
        for person in subscribers()
        if person.n != owner and (person.customer_no in str(body) or (person.email and person.email in str(body)))
    ]

    assert foreign == [(people.HOMONYMS[1], people.HOMONYMS[2])]


def test_mails_have_no_customer_column_and_failed_logins_no_customer(billing: Ask) -> None:
    columns = {row[1] for row in billing("PRAGMA table_info(sent_mails)")}
    failed = billing("SELECT DISTINCT customer_id FROM portal_logins WHERE success = 0")

    assert "customer_id" not in columns
    assert failed == [(None,)]


def test_some_invoices_are_open_and_unpaid(billing: Ask) -> None:
    unpaid = billing(
        "SELECT count(*) FROM invoices i LEFT JOIN payments p ON p.invoice_id = i.id WHERE p.id IS NULL AND i.status = 'open'"
    )
    wrong = billing(
        "SELECT count(*) FROM invoices i LEFT JOIN payments p ON p.invoice_id = i.id WHERE (p.id IS NULL) <> (i.status = 'open')"
    )

    assert unpaid[0][0] != 0
    assert wrong == [(0,)]


@pytest.mark.parametrize("n", people.HEAVY)
def test_heavy_users_have_about_two_hundred_sessions(radius: Ask, n: int) -> None:
    (count,) = radius("SELECT count(*) FROM radacct WHERE username = ?", escaped(by_position(n).username))[0]

    assert 190 <= int(str(count)) <= 210


def test_plus_is_escaped_by_the_daemon_only(radius: Ask) -> None:
    zoe = by_position(8)

    assert escaped(zoe.username) == "zoe.lefevre=2Bisp@example.net"
    assert radius("SELECT count(*) FROM radacct WHERE username = ?", zoe.username) == [(0,)]
    assert radius("SELECT username FROM radcheck WHERE username = ?", zoe.username) == [(zoe.username,)]
    assert radius("SELECT count(*) FROM radacct WHERE username = ?", escaped(zoe.username)) == [(zoe.sessions,)]


def test_some_sessions_are_open_and_none_lies_in_the_future(radius: Ask) -> None:
    assert radius("SELECT count(*) FROM radacct WHERE acctstoptime IS NULL")[0][0] != 0
    assert radius("SELECT count(*) FROM radacct WHERE acctstarttime > '2026-11-22 23:59:59'") == [(0,)]


def test_postauth_holds_clear_passwords_and_rejected_capitals(radius: Ask) -> None:
    passwords = {row[0] for row in radius("SELECT pass FROM radpostauth")}
    capitals = radius(
        "SELECT count(*) FROM radpostauth WHERE reply = 'Access-Reject' AND username = upper(username) AND username LIKE '%@%'"
    )

    assert "MyOtherSecret=3D21" in passwords
    assert capitals[0][0] != 0


def test_a_half_built_store_never_appears(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'once.sqlite3'}", poolclass=sa.NullPool)
    build_radius(engine, today=TODAY)

    with pytest.raises(sa.exc.OperationalError, match="already exists"):
        build_radius(engine, today=TODAY)

    assert _ask(tmp_path / "once.sqlite3")("SELECT count(*) FROM userinfo") == [(len(subscribers()),)]


def test_billing_builds_on_any_engine(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'any.sqlite3'}", poolclass=sa.NullPool)

    build_billing(engine, today=TODAY)

    assert _ask(tmp_path / "any.sqlite3")("SELECT count(*) FROM customers") == [(len(subscribers()),)]


def test_the_recordings_check_clean_and_hold_files_for_the_subscribers_of_the_stories(tmp_path: Path) -> None:
    build_files(tmp_path, today=TODAY)
    place.write_store_list(tmp_path)
    store = open_store(load_stores(tmp_path / "stores.yaml")["recordings"])
    maria = Subject("x", (Identifier(IdentifierKind.USERNAME, by_position(2).username),))

    (batch,) = store.attachments(maria, store.locate(maria).keys)

    assert store.check() == []
    assert [one.media_type for one in batch.files if not one.withheld] == [
        "audio/wav",
        "audio/wav",
        "image/png",
        "text/plain",
        "image/png",
    ]
    assert [dict(one.withheld)["en"] for one in batch.files if one.withheld] == [
        "a conversation among our staff, not with you"
    ]
    for one in batch.files:
        assert sum(map(len, one.open())) == one.size
