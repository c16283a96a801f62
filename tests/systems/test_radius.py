"""The traps of RADIUS accounting, each by its name.

On SQLite always, on MariaDB (whose collation ignores case) and PostgreSQL when slow. Rows are compared by checksums read
without the product's code.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from dsr.demo import radius as demo
from exporters.contract import PlanBlocked, Reason, Treatment
from exporters.sql.schema import bind, read_schema
from exporters.sql.stream import stream
from exporters.sql.walk import Walk
from exporters.testing.checksums import checksums, touched
from exporters.testing.system_pieces import Deadly, EndedHereError
from tests import servers
from tests.systems.radius_accounts import (
    ANNA,
    MAP,
    NOW,
    OTHERS,
    PASSWORDS,
    SPELLINGS,
    Radius,
    fill,
    goes_on,
    law,
    subject,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filled SQLite file, made once."""
    path = tmp_path_factory.mktemp("radius") / "radius.sqlite3"
    fill(f"sqlite:///{path}")
    return path


SLOW = [pytest.mark.stores, pytest.mark.slow]


@pytest.fixture(
    params=["sqlite", pytest.param("mariadb", marks=SLOW), pytest.param("postgresql", marks=SLOW)],
)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Radius]:
    """A database of one's own."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("template"), tmp_path / "radius.sqlite3")
        yield Radius(f"sqlite:///{tmp_path / 'radius.sqlite3'}", tmp_path)
        return
    server = servers.mariadb() if request.param == "mariadb" else servers.postgresql()
    with server.database() as name:
        fill(server.url(name))
        yield Radius(server.url(name), tmp_path)


def test_trap_escaped_user_names_are_found_in_every_spelling_and_nobody_elses(own: Radius) -> None:
    found = own.collected(ANNA)

    assert {row["username"] for (table, _), row in found.items() if table == "radacct"} == set(SPELLINGS)
    assert {row["username"] for (table, _), row in found.items() if table == "radpostauth"} == set(SPELLINGS)
    assert {row["username"] for row in found.values() if "username" in row} == {ANNA, *SPELLINGS}


def test_trap_a_name_that_is_stored_like_an_escape_is_its_own(own: Radius) -> None:
    """`anna=2Bdsl` typed literally is written `anna=3D2Bdsl`: it is not Anna's."""
    name = OTHERS[3]
    assert {row["username"] for (table, _), row in own.collected(name).items() if table == "radacct"} == {
        demo.escaped(name)
    }


def test_trap_erased_whole_and_the_others_unchanged(own: Radius) -> None:
    before, hers = checksums(own.engine), set(own.collected(ANNA))
    keys = own.exporter.locate(subject(ANNA)).keys
    lines = own.plan(ANNA)

    own.apply(lines)

    assert touched(before, checksums(own.engine)) <= hers
    assert own.stands(ANNA, keys, lines) == set()
    assert own.ask("SELECT creditcardnumber, creditcardverification, creditcardexp FROM billing_history") == [
        (None, None, None)
    ]
    assert sum(one.changed for one in own.apply(lines)) == 0


def test_trap_accounts_that_differ_in_case_are_two_people(own: Radius) -> None:
    """MariaDB's collation takes Tor for tor; what was logged as TOR could be either's and is nobody's."""
    own.session("TOR")
    before = checksums(own.engine)

    lines = own.plan("tor")
    own.apply(lines)

    changed = touched(before, checksums(own.engine))
    assert changed
    assert {row[0] for row in own.ask("SELECT username FROM radacct") if row[0].lower() == "tor"} == {"Tor", "TOR"}
    assert own.ask(
        "SELECT value FROM radcheck WHERE attribute = 'Cleartext-Password' AND username IN ('tor', 'Tor')"
    ) == [("other6-clear",)]


def test_trap_an_open_session_waits_whole_and_goes_when_it_is_closed(own: Radius) -> None:
    waits_until_it_is_closed(own, None)


@pytest.mark.parametrize("own", ["sqlite"], indirect=True)
def test_trap_a_session_with_a_zero_date_waits_whole_and_goes_when_it_is_closed(own: Radius) -> None:
    """On SQLite, which takes such dates; a MariaDB that does is asked below."""
    waits_until_it_is_closed(own, "0000-00-00 00:00:00")


def waits_until_it_is_closed(own: Radius, open_: str | None) -> None:
    """Its next interim update would bring the name back: it is a task that says so until the session is closed."""
    own.session(SPELLINGS[1], stopped=open_)
    number = own.ask("SELECT max(radacctid) FROM radacct")[0][0]
    before, keys = checksums(own.engine), own.exporter.locate(subject(ANNA)).keys

    lines = own.plan(ANNA)
    own.apply(lines)

    waiting = [line for line in lines if line.reason is Reason.WAITS]
    assert [(one.dataset, one.count, one.treatment) for one in waiting] == [("radacct", 1, Treatment.MANUAL)]
    assert checksums(own.engine)["radacct"][str(number)] == before["radacct"][str(number)]
    assert own.stands(ANNA, keys, lines) == {"radacct"}

    own.run("UPDATE radacct SET acctstoptime = '2026-06-15 08:00:00' WHERE radacctid = :n", {"n": number})
    again = own.plan(ANNA)
    own.apply(again)

    assert [line for line in again if line.reason is Reason.WAITS] == []
    assert own.stands(ANNA, keys, again) == set()


@pytest.mark.stores
@pytest.mark.slow
def test_trap_a_zero_date_of_an_old_server_is_an_open_session(tmp_path: Path) -> None:
    server = servers.mariadb()
    with server.database() as name:
        fill(server.url(name))
        own = Radius(server.url(name), tmp_path)
        own.session(SPELLINGS[0])
        with own.engine.begin() as connection:
            connection.exec_driver_sql("SET sql_mode = ''")
            connection.exec_driver_sql("UPDATE radacct SET acctstoptime = '0000-00-00' ORDER BY radacctid DESC LIMIT 1")

        lines = own.plan(ANNA)
        own.apply(lines)

        assert [line.count for line in lines if line.reason is Reason.WAITS] == [1]
        assert len(own.ask(f"SELECT 1 FROM radacct WHERE username = '{SPELLINGS[0]}'")) == 1


def test_trap_a_session_that_opens_after_the_plan_stays_and_is_told(own: Radius) -> None:
    keys = own.exporter.locate(subject(ANNA)).keys
    lines = own.plan(ANNA)
    own.session(SPELLINGS[0], stopped=None)

    own.apply(lines)

    assert own.ask("SELECT count(*) FROM radacct WHERE acctstoptime IS NULL") == [(1,)]
    assert own.stands(ANNA, keys, lines) == {"radacct"}


def test_trap_passwords_are_not_even_read(own: Radius) -> None:
    """Neither from the columns nor from the rows that hold one: the database sends a mark in their place."""
    exporter = own.exporter
    read = []
    for by_value in (False, True):
        with exporter._snapshot() as connection:
            tables = bind(MAP, read_schema(connection), store="radius")
            walk = Walk(connection, MAP, tables, exporter.locate(subject(ANNA)).keys)
            for dataset in MAP.datasets.values():
                probes = walk.probes(dataset) if dataset.name in tables else ()
                if not probes:
                    continue
                table = tables[dataset.name]
                names = [one.name for one in dataset.fields.values() if one.collected and table.has(one.name)]
                if names:
                    blocks = stream(connection, dataset, table, names, probes, by_value=by_value)
                    read += [str(value) for block in blocks for column in block.columns.values() for value in column]

    assert "1" in read, "the rule that is no secret"
    assert [one for one in read if one in PASSWORDS] == []


def test_trap_passwords_never_leave_and_say_that_they_are_kept_back(own: Radius) -> None:
    found = own.collected(ANNA)

    assert not [one for one in PASSWORDS if one in str(found)]
    rules = {row["attribute"]: row["value"] for (table, _), row in found.items() if table == "radcheck"}
    assert rules == {"Cleartext-Password": None, "nt-password": None, "Simultaneous-Use": "1"}
    notes = [
        (batch.dataset, note.column)
        for batch in own.exporter.collect(subject(ANNA), own.exporter.locate(subject(ANNA)).keys)
        for note in batch.notes
    ]
    assert notes.count(("radcheck", "value")) == 2


def test_trap_passwords_go_first(own: Radius) -> None:
    """So that nobody logs in anew while the rest goes."""
    order = list(dict.fromkeys(line.dataset for line in own.plan(ANNA) if line.writes))

    assert set(order[:4]) == {"radcheck", "radpostauth", "userinfo", "billing_history"}
    assert order.index("radacct") >= 4


@pytest.mark.parametrize("entries", [4, *(pytest.param(n, marks=pytest.mark.slow) for n in (2, 9, 13))])
def test_trap_killed_when_the_passwords_were_gone_and_resumed(own: Radius, entries: int) -> None:
    """Her name is still what the other rows are found by."""
    before, hers, journal = checksums(own.engine), set(own.collected(ANNA)), Deadly(entries)
    keys, lines = own.exporter.locate(subject(ANNA)).keys, own.plan(ANNA)
    own.exporter._batch_rows = 2

    with pytest.raises(EndedHereError):
        own.exporter.apply(lines, approval="a", now=NOW, check=goes_on, keep_until=law, journal=journal)
    journal.left = 10_000
    own.exporter.apply(lines, approval="a", now=NOW, check=goes_on, keep_until=law, journal=journal)

    assert touched(before, checksums(own.engine)) <= hers
    assert own.stands(ANNA, keys, lines) == set()
    assert own.ask("SELECT 1 FROM radcheck WHERE value LIKE 'anna-%'") == []


def test_trap_rows_older_than_any_retention_are_still_hers(own: Radius) -> None:
    """What should have been deleted long ago is there, so it is disclosed, and it goes."""
    own.session(SPELLINGS[0], started="2011-01-01 00:00:00", stopped="2011-01-01 01:00:00")
    number = str(own.ask("SELECT max(radacctid) FROM radacct")[0][0])

    assert own.collected(ANNA)["radacct", number]["acctstarttime"].startswith("2011-01-01")
    own.apply(own.plan(ANNA))

    assert own.ask(f"SELECT 1 FROM radacct WHERE radacctid = {number}") == []


def test_trap_a_name_given_again_after_an_erasure_has_no_session_of_the_first(own: Radius) -> None:
    """Only what law keeps still stands under the name, which is why the documentation says not to give it again."""
    own.apply(own.plan(ANNA))
    own.run("INSERT INTO radcheck (username, attribute, op, value) VALUES (:u, 'Expiration', ':=', 'x')", {"u": ANNA})
    own.session(SPELLINGS[0], started="2026-07-01 00:00:00", stopped="2026-07-01 01:00:00")

    found = own.collected(ANNA)

    assert {row["acctstarttime"][:10] for (table, _), row in found.items() if table == "radacct"} == {"2026-07-01"}
    assert {table for table, _ in found} - {"radcheck", "radacct"} == {"billing_history", "invoice", "userbillinfo"}


def test_trap_an_archive_of_sessions_no_map_knows_stops_the_erasure(own: Radius) -> None:
    """Partitions and archives are named as the administrator liked."""
    own.run("CREATE TABLE radacct_archive (radacctid integer PRIMARY KEY, username varchar(64))")
    before = checksums(own.engine)

    with pytest.raises(PlanBlocked) as raised:
        own.plan(ANNA)

    assert {(one.code, one.place) for one in raised.value.problems} == {("table_undeclared", "radius.radacct_archive")}
    assert touched(before, checksums(own.engine)) == set()
