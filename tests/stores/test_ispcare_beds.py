"""ISPCare's map on the database of a real program of the same shape: PHPNuxBill, with the names that come with the product."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Severity, Subject
from exporters.registry import load_stores, open_store
from exporters.shipped import SYSTEMS
from exporters.testing.checksums import checksums, touched
from tests.stores import beds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.stores, pytest.mark.slow]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = {"password", "pppoe_password"}
ROWS = (
    "INSERT INTO radcheck (username, attribute, op, value) VALUES ('{name}', 'Cleartext-Password', ':=', 'pw{n:04}')",
    """INSERT INTO radacct (acctsessionid, acctuniqueid, username, acctstarttime, acctstoptime)
       VALUES ('s{n}', 'u{n}', '{loud}', '2026-05-01 08:00:00', '2026-05-01 09:00:00')""",
    """INSERT INTO tbl_transactions (invoice, username, user_id, plan_name, price, recharged_on, recharged_time, expiration,
                                     time, method, routers, type, note)
       VALUES ('I-{n}', '{name}', {n}, 'p', '9', '2026-01-02', '08:00', '2026-02-02', '08:00', 'cash', 'r', 'PPPOE', '')""",
    """INSERT INTO tbl_voucher (type, routers, id_plan, code, user, status)
       VALUES ('PPPOE', 'r', 1, 'PIN{n}', '{name}', '1')""",
    """INSERT INTO tbl_logs (date, type, description, userid, ip)
       VALUES ('2026-05-01', 'x', '{name} Login Successful', 0, '')""",
)
PEOPLE = range(2, 41)
"""The first row of the set is a trial by hand and none of the 40."""


def goes_on() -> None:
    """The case still stands."""


@pytest.fixture
def url() -> Iterator[str]:
    """A copy of the set for one test, since one of them erases, with sessions, log-ins and documents, of which the program itself wrote none."""
    with beds.own_copy("phpnuxbill") as found:
        with sa.create_engine(found, poolclass=sa.pool.NullPool).begin() as connection:
            for n in PEOPLE:
                for statement in ROWS:
                    connection.exec_driver_sql(statement.format(n=n, name=f"sub{n:04}", loud=f"SUB{n:04}"))
        yield found


@pytest.fixture
def store(url: str, tmp_path: Path) -> Any:
    """The exporter with the shipped names."""
    shutil.copy(SYSTEMS / "ispcare" / "names_phpnuxbill.yaml", tmp_path / "names.yaml")
    (tmp_path / "url").write_text(url, encoding="utf-8")
    (tmp_path / "stores.yaml").write_text(
        "stores:\n  nux:\n    controller: n\n    system: sql\n    label: {en: N}\n    owner: Care\n"
        "    map: ispcare\n    names: names.yaml\n    url: file:url\n",
        encoding="utf-8",
    )
    return open_store(load_stores(tmp_path / "stores.yaml")["nux"])


def who(n: int) -> Subject:
    """One of the 40 by her e-mail address."""
    return Subject(f"n={n}", (Identifier(IdentifierKind.EMAIL, beds.subscribers()[n - 1]["email"]),))


def test_every_table_and_column_of_the_program_is_declared(store: Any) -> None:
    assert [one for one in store.check() if one.severity is not Severity.INFO] == []


def test_each_gets_every_value_of_hers_and_nobody_elses(store: Any, url: str) -> None:
    database = beds.cells_at(url)
    for n in (2, 4, 8, 12, 13, 24, 40):
        found = beds.collect(store, who(n))
        hers = {
            cell.place
            for cell in database
            for kind in beds.UNIQUE
            if beds.held(kind, cell.text) == {n} and cell.column not in SECRET
        }
        assert hers
        assert hers - {cell.place for cell in found.cells} == set(), n
        assert [cell.place for cell in found.cells for kind in beds.UNIQUE if beds.held(kind, cell.text) - {n}] == []
        assert {table for table, _ in found.rows} >= {
            "radcheck",
            "radacct",
            "tbl_transactions",
            "tbl_voucher",
            "tbl_logs",
        }
        assert not [cell for cell in found.cells if cell.text in {f"pw{n:04}", f"pp{n:04}", f"PIN{n}"}]


def test_one_jean_doherty_is_erased_and_the_two_others_and_everybody_else_stay(store: Any, url: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    before, keys, hers = checksums(engine), store.locate(who(8)).keys, beds.collect(store, who(8)).rows

    lines = store.plan(who(8), keys, now=NOW)
    done = store.apply(lines, approval="a", now=NOW, check=goes_on)

    assert sum(one.changed for one in done) > 5
    assert touched(before, checksums(engine)) <= hers
    assert [one for one in store.residue(who(8), keys, now=NOW, lines=lines) if one.stands] == []
    cells = beds.cells_at(url)
    left = {(cell.table, cell.column) for cell in cells for kind in beds.UNIQUE if beds.held(kind, cell.text) == {8}}
    assert left == {("tbl_transactions", "username"), ("tbl_customers", "username")}, "the document and its buyer"
