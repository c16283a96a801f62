"""The wizard for systems that leave names open: what it proposes, what it leaves to a person, that it never leads to an erasure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
import yaml
from django.core.management import CommandError, call_command

from exporters.contract import PlanBlocked, RowKey
from exporters.discover.fill import fill
from exporters.discover.find import discover
from exporters.document import ConfigError, read_document
from exporters.registry import load_stores, open_store
from exporters.shipped import SYSTEMS
from exporters.testing.standins.people import subscriber
from tests.stores import beds
from tests.systems import panel

if TYPE_CHECKING:
    from pathlib import Path

ISPCARE = SYSTEMS / "ispcare" / "map.yaml"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The invented panel, without daloRADIUS's own table of contacts."""
    found = f"sqlite:///{tmp_path_factory.mktemp('fill') / 'panel.sqlite3'}"
    panel.fill(found)
    with sa.create_engine(found, poolclass=sa.pool.NullPool).begin() as connection:
        connection.exec_driver_sql("DROP TABLE userinfo")
    return found


@pytest.fixture(scope="module")
def proposed(url: str) -> str:
    """What is proposed for it, nobody known."""
    return _proposed(url)


def _proposed(url: str) -> str:
    with sa.create_engine(url, poolclass=sa.pool.NullPool).connect() as connection:
        return fill(discover(connection, today=date(2026, 6, 1)), read_document(ISPCARE))


def test_tables_and_columns_that_say_what_they_are_are_found(proposed: str) -> None:
    names = yaml.safe_load(proposed)["names"]

    tables = {group: one["table"] for group, one in names.items() if one}
    assert tables == {
        "subscriber": "pnl_user",
        "account": "pnl_line",
        "invoice": "pnl_bill",
        "invoice_line": "pnl_bill_pos",
        "payment": "pnl_pay",
        "ticket": "pnl_ticket",
        "reply": "pnl_answer",
        "card": "pnl_card",
        "action_log": "pnl_log",
    }
    wanted = {"id": "uid", "username": "login", "email": "mail", "phone": "tel", "mac": "cpe_mac"}
    assert {name: names["subscriber"][name] for name in wanted} == wanted
    assert (names["card"]["pin"], names["reply"]["ticket"], names["payment"]["username"]) == ("pin", "ticket", "login")


def test_every_parameter_is_there_and_every_column_is_taken_or_listed(proposed: str) -> None:
    names = yaml.safe_load(proposed)["names"]
    open_ = yaml.safe_load(ISPCARE.read_text(encoding="utf-8"))["parameters"]
    listed = proposed[proposed.index("# No parameter takes these") :]

    assert list(names) == list(open_)
    for group, columns in names.items():
        assert columns is None or list(columns) == list(open_[group])
    taken = {(one["table"], column) for one in names.values() if one for column in one.values()}
    for table, all_columns in panel.TABLES.items():
        line = next((line for line in listed.splitlines() if line.startswith(f"#   {table}")), "")
        left = {word.strip().lstrip("!") for word in line.partition(": ")[2].split(",")}
        assert {column for column in all_columns if (table, column) not in taken} == left - {""}, table


def test_no_value_of_anybody_stands_in_it(proposed: str) -> None:
    for number in (1, panel.ANNA, 300):
        one = subscriber(number)
        assert not [value for value in (one.email, one.username, one.phone, one.street, one.mac) if value in proposed]


def test_a_proposal_nobody_has_looked_at_never_erases(proposed: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "names.yaml").write_text(proposed, encoding="utf-8")
    (tmp_path / "stores.yaml").write_text(
        "stores:\n  p:\n    controller: n\n    system: sql\n    label: {en: P}\n    owner: Care\n"
        f"    map: ispcare\n    names: names.yaml\n    url: {url}\n",
        encoding="utf-8",
    )
    store: Any = open_store(load_stores(tmp_path / "stores.yaml")["p"])
    now = datetime(2026, 6, 1, tzinfo=UTC)

    with pytest.raises(PlanBlocked) as raised:
        store.plan(None, (RowKey("subscriber", ("7",)),), right="erasure", now=now)

    assert {problem.code for problem in raised.value.problems} == {"column_undeclared"}


def test_a_map_that_leaves_nothing_open_is_refused(url: str) -> None:
    with (
        sa.create_engine(url, poolclass=sa.pool.NullPool).connect() as connection,
        pytest.raises(ConfigError, match="leaves no names open"),
    ):
        fill(discover(connection, today=date(2026, 6, 1)), read_document(SYSTEMS / "radius" / "map.yaml"))


def test_the_command_writes_the_file(url: str, tmp_path: Path) -> None:
    target = tmp_path / "names.yaml"

    call_command("store", "discover", "panel", "--url", url, "--fill", "ispcare", "--output", str(target))

    assert yaml.safe_load(target.read_text(encoding="utf-8"))["names"]["subscriber"]["table"] == "pnl_user"
    with pytest.raises((CommandError, SystemExit)):
        call_command("store", "discover", "panel", "--url", url, "--fill", "radius")


@pytest.mark.stores
@pytest.mark.slow
@pytest.mark.parametrize(
    ("bed", "wanted"),
    [
        (
            "phpnuxbill",
            {"table": "tbl_customers", "id": "id", "username": "username", "email": "email", "phone": "phonenumber"},
        ),
        (
            "radius",
            {"table": "userinfo", "id": "id", "username": "username", "email": "email", "first_name": "firstname"},
        ),
    ],
)
def test_real_programs_subscribers_are_recognised(bed: str, wanted: dict[str, str]) -> None:
    text = _proposed(beds.bed_url(bed))

    found = yaml.safe_load(text)["names"]["subscriber"]
    assert {name: found[name] for name in wanted} == wanted
    assert not [kind for kind in (*beds.UNIQUE, "street", "dob") if beds.held(kind, text)]
