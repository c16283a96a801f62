"""`check` sees what the map does not know; RADIUS schemas as FreeRADIUS ships them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Severity, Subject
from exporters.registry import load_stores, open_store
from tests import servers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exporters.shop import Shop


def _problems(store: Any) -> set[tuple[str, str, str]]:
    return {(problem.severity.value, problem.code, problem.place) for problem in store.check()}


def test_map_and_store_agree(open_shop: Shop) -> None:
    assert _problems(open_shop.store()) == set()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("ALTER TABLE customers ADD COLUMN fax varchar(40)", ("error", "column_undeclared", "shop.customers.fax")),
        ("ALTER TABLE customers ADD COLUMN x7 integer", ("warning", "column_undeclared", "shop.customers.x7")),
        ("CREATE TABLE leads (id integer, email varchar(99))", ("error", "table_undeclared", "shop.leads")),
        ("CREATE TABLE plans (id integer, price integer)", ("warning", "table_undeclared", "shop.plans")),
        ("DROP TABLE log", ("info", "table_absent", "shop.log")),
        ("DROP TABLE guestbook", ("error", "table_missing", "shop.guestbook")),
        ("ALTER TABLE customers DROP COLUMN phone", ("error", "column_missing", "shop.customers.phone")),
    ],
)
def test_differences_are_reported(open_shop: Shop, change: str, problem: tuple[str, str, str]) -> None:
    open_shop.execute(change)

    assert _problems(open_shop.store()) == {problem}


RADIUS = """
CREATE TABLE radacct (
    {big} , AcctSessionId {text} NOT NULL, AcctUniqueId {text} NOT NULL, UserName {text}, Realm {text},
    NASIPAddress {inet} NOT NULL, NASPortId {text}, NASPortType {text}, AcctStartTime {moment},
    AcctUpdateTime {moment}, AcctStopTime {moment}, AcctInterval bigint, AcctSessionTime bigint, AcctAuthentic {text},
    ConnectInfo_start {text}, ConnectInfo_stop {text}, AcctInputOctets bigint, AcctOutputOctets bigint,
    CalledStationId {text}, CallingStationId {text}, AcctTerminateCause {text}, ServiceType {text},
    FramedProtocol {text}, FramedIPAddress {inet}, FramedIPv6Address {inet}, FramedIPv6Prefix {inet},
    FramedInterfaceId {text}, DelegatedIPv6Prefix {inet}, Class {text});
CREATE TABLE radcheck (id {key}, UserName {text}, Attribute {text}, op {text}, Value {text});
CREATE TABLE radreply (id {key}, UserName {text}, Attribute {text}, op {text}, Value {text});
CREATE TABLE radusergroup (id {key}, UserName {text}, GroupName {text}, priority integer);
CREATE TABLE radpostauth (id {key}, username {text}, pass {text}, reply {text}, {stations} authdate {moment}, Class {text});
CREATE TABLE nas (id {key}, nasname {text}, shortname {text}, type {text}, ports integer, secret {text}, server {text},
    community {text}, description {text});
INSERT INTO radcheck VALUES (1, 'anna+dsl', 'Cleartext-Password', ':=', 'hunter2');
INSERT INTO radcheck VALUES (2, 'anna+dsl', 'Simultaneous-Use', ':=', '1');
INSERT INTO radcheck VALUES (3, 'ann', 'Cleartext-Password', ':=', 'hunter3');
INSERT INTO radreply VALUES (1, 'anna+dsl', 'Framed-IP-Address', ':=', '198.51.100.7');
INSERT INTO radreply VALUES (2, 'anna+dsl', 'Tunnel-Password', ':=', 'hunter4');
INSERT INTO radacct (RadAcctId, AcctSessionId, AcctUniqueId, UserName, NASIPAddress, FramedIPAddress)
    VALUES (1, 's1', 'u1', 'anna=2Bdsl', '192.0.2.1', '198.51.100.7');
INSERT INTO radacct (RadAcctId, AcctSessionId, AcctUniqueId, UserName, NASIPAddress, FramedIPAddress)
    VALUES (2, 's2', 'u2', 'ann', '192.0.2.1', '198.51.100.8');
INSERT INTO radpostauth (id, username, pass, reply) VALUES (1, 'ANNA=2BDSL', 'hunter5', 'Access-Reject');
INSERT INTO radpostauth (id, username, pass, reply) VALUES (2, 'ann', 'hunter6', 'Access-Accept')
"""
WORDS = {
    "sqlite": {
        "text": "varchar(64)",
        "inet": "varchar(45)",
        "moment": "datetime",
        "key": "integer PRIMARY KEY",
        "stations": "",
    },
    "postgresql": {
        "text": "text",
        "inet": "inet",
        "moment": "timestamp with time zone",
        "key": "serial PRIMARY KEY",
        "stations": "CalledStationId text, CallingStationId text,",
    },
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.stores)])
def plain_radius(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """FreeRADIUS's own tables, without daloRADIUS's, as version 3.2.1 creates them."""
    words = WORDS[request.param]
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'radius.sqlite3'}"
    else:
        server = servers.postgresql()
        url = server.url(server.create())  # gone with the server
    big = "RadAcctId integer PRIMARY KEY" if request.param == "sqlite" else "RadAcctId bigserial PRIMARY KEY"
    with sa.create_engine(url, poolclass=sa.pool.NullPool).begin() as connection:
        for statement in RADIUS.format(big=big, **words).split(";"):
            connection.exec_driver_sql(statement)
    (tmp_path / "url").write_text(url)
    path = tmp_path / "stores.yaml"
    path.write_text(
        "stores:\n  radius:\n    controller: northwave\n    system: sql\n    label: {en: RADIUS}\n    owner: NOC\n"
        "    map: radius\n    url: file:url\n"
    )
    return open_store(load_stores(path)["radius"])


def test_radius_map_fits_freeradius_own_schema(plain_radius: Any) -> None:
    problems = [problem for problem in plain_radius.check() if problem.severity is not Severity.INFO]
    assert problems == []


def test_radius_map_collects_from_freeradius_own_schema(plain_radius: Any) -> None:
    anna = Subject("Anna", (Identifier(IdentifierKind.USERNAME, "anna+dsl"),))

    rows = {
        (batch.dataset, row[0]): dict(zip(batch.columns, row, strict=True))
        for batch in plain_radius.collect(anna, plain_radius.locate(anna).keys)
        for row in batch.rows
    }

    assert list(rows) == [
        ("radcheck", 1),
        ("radcheck", 2),
        ("radreply", 1),
        ("radreply", 2),
        ("radacct", 1),
        ("radpostauth", 1),
    ]
    assert [rows["radcheck", n]["value"] for n in (1, 2)] == [None, "1"]
    assert [rows["radreply", n]["value"] for n in (1, 2)] == ["198.51.100.7", None]
    assert rows["radacct", 1]["framedipaddress"] == "198.51.100.7"
    assert "pass" not in rows["radpostauth", 1]
    assert "hunter" not in str(rows)
