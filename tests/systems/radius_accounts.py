"""FreeRADIUS's and daloRADIUS's tables with Anna and everybody she could be taken for, and a hand on the exporter."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dsr.demo import radius as demo
from exporters.contract import Identifier, IdentifierKind, Kept, MatchStatus, Subject
from exporters.datamap.load import load
from exporters.registry import load_stores, open_store

NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
MAP = load(Path(__file__).parents[2] / "exporters" / "systems" / "radius" / "map.yaml")
ANNA = "anna+dsl@example.com"
SPELLINGS = (
    "anna=2Bdsl@example.com",
    "anna=2Bdsl=40example.com",
    "anna=2Bdsl=40example=2Ecom",
    "ANNA=2BDSL@EXAMPLE.COM",
)
"""What daemons with the shipped and with a shorter list of safe characters wrote, and a log-in in capitals."""
OTHERS = ("anna", "anna-dsl@example.com", "nna+dsl@example.com", "anna=3D2Bdsl@example.com", "Tor", "tor")
PASSWORDS = ("anna-clear", "anna-nt", "anna-typed", "anna-portal", "4111111111111111", "737", "12/29")

STARTED, STOPPED = "2026-05-01 09:00:00", "2026-05-01 10:00:00"
SESSION = (
    "INSERT INTO radacct (radacctid, acctsessionid, acctuniqueid, username, acctstarttime, acctstoptime)"
    " VALUES (:n, :s, :s, :u, :a, :z)"
)


def _session(number: int, username: str, stopped: str | None = STOPPED, started: str = STARTED) -> dict[str, Any]:
    return {"n": number, "s": f"s{number}", "u": username, "a": started, "z": stopped}


def law(document: str, day: date) -> Kept | None:
    """Invoices and their payments are kept; no law keeps traffic."""
    return Kept(date(day.year + 8, 12, 31), "tax law") if document == "invoice" else None


def goes_on() -> None:
    """The case still stands."""


class Radius:
    """One database: its exporter and its administrator."""

    def __init__(self, url: str, folder: Path) -> None:
        self.engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        (folder / "url").write_text(url, encoding="utf-8")
        text = "    controller: n\n    system: sql\n    label: {en: R}\n    owner: NOC\n    map: radius\n    url: file:url\n"
        (folder / "stores.yaml").write_text(f"stores:\n  radius:\n{text}", encoding="utf-8")
        self.exporter: Any = open_store(load_stores(folder / "stores.yaml")["radius"])

    def run(self, statement: str, *rows: dict[str, Any]) -> None:
        """Change the store behind the exporter's back."""
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), rows or None)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Read without the exporter."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement))]

    def session(self, username: str, stopped: str | None = STOPPED, started: str = STARTED) -> None:
        """One session, as the daemon writes it."""
        number = (self.ask("SELECT max(radacctid) FROM radacct")[0][0] or 0) + 1
        self.run(SESSION, _session(number, username, stopped, started))

    def collected(self, name: str) -> dict[tuple[str, str], dict[str, Any]]:
        """Everything exported about one user name: by (table, key) the columns."""
        who = subject(name)
        match = self.exporter.locate(who)
        assert match.status is MatchStatus.FOUND
        found = {}
        for batch in self.exporter.collect(who, match.keys):
            (key,) = MAP.datasets[batch.dataset].key
            for row in batch.rows:
                record = dict(zip(batch.columns, row, strict=True))
                found[batch.dataset, str(record[key])] = record
        return found

    def plan(self, name: str) -> Any:
        """The plan of an erasure."""
        who = subject(name)
        return self.exporter.plan(who, self.exporter.locate(who).keys, now=NOW, keep_until=law)

    def apply(self, lines: Any) -> Any:
        """Carry it out."""
        return self.exporter.apply(lines, approval="a", now=NOW, check=goes_on, keep_until=law)

    def stands(self, name: str, keys: Any, lines: Any) -> set[str]:
        """Tables in which the search still finds what stands in the way of the confirmation."""
        found = self.exporter.residue(subject(name), keys, now=NOW, lines=lines, keep_until=law)
        return {one.table for one in found if one.stands}


def subject(name: str) -> Subject:
    """Somebody known by her user name."""
    return Subject(name, (Identifier(IdentifierKind.USERNAME, name),))


def _billing(connection: sa.Connection) -> None:
    """The billing tables of daloRADIUS, every column of the map as text."""
    for name in ("userbillinfo", "billing_history", "invoice"):
        columns = ", ".join(f"{column} varchar(90)" for column in MAP.datasets[name].fields if column != "id")
        connection.exec_driver_sql(f"CREATE TABLE {name} (id integer PRIMARY KEY, {columns})")
    card = "creditcardname, creditcardnumber, creditcardverification, creditcardexp"
    said = "'Anna Lind', '4111111111111111', '737', '12/29'"
    connection.exec_driver_sql(f"INSERT INTO userbillinfo (id, username, {card}) VALUES (1, '{ANNA}', {said})")
    connection.exec_driver_sql(
        f"INSERT INTO billing_history (id, username, billAmount, creationdate, {card})"
        f" VALUES (1, '{ANNA}', '9.90', '2026-01-02 00:00:00', {said})"
    )
    connection.exec_driver_sql("INSERT INTO invoice (id, user_id, date) VALUES (1, '1', '2026-01-02')")


def fill(url: str) -> None:
    """Anna and everybody she could be taken for, in one transaction."""
    info = "INSERT INTO userinfo (id, username, firstname, lastname, email, portalloginpassword) VALUES (:n, :u, 'Anna', 'Lind', :e, :p)"
    check = "INSERT INTO radcheck (username, attribute, op, value) VALUES (:u, :a, ':=', :v)"
    auth = "INSERT INTO radpostauth (username, pass, reply, authdate) VALUES (:u, :p, 'Access-Reject', '2026-05-01 09:00:00')"
    with sa.create_engine(url, poolclass=sa.pool.NullPool).begin() as connection:
        demo.METADATA.create_all(connection)
        _billing(connection)
        session = 0
        for number, name in enumerate((ANNA, *OTHERS), 1):
            short = "anna" if name == ANNA else f"other{number}"
            row = {"n": number, "u": name, "e": f"box{number}@example.net", "p": f"{short}-portal"}
            connection.execute(sa.text(info), row)
            rules = (
                ("Cleartext-Password", f"{short}-clear"),
                ("nt-password", f"{short}-nt"),
                ("Simultaneous-Use", "1"),
            )
            connection.execute(sa.text(check), [{"u": name, "a": rule, "v": value} for rule, value in rules])
            for stored in SPELLINGS if name == ANNA else (demo.escaped(name),):
                session += 1
                connection.execute(sa.text(SESSION), _session(session, stored))
                connection.execute(sa.text(auth), {"u": stored, "p": f"{short}-typed"})
