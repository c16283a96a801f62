"""The store the benches work on: a throw-away PostgreSQL or MariaDB with a client, a radacct and a ticket table.

`DSR_BENCH_ROWS` rows of sessions (3,000,000 unless set), every third one hers: client 1, `ada`. A tenth as many
tickets, a hundredth of them hers, and a few of other people's that name her. Everything is made from the row's number,
so that two runs measure the same.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.registry import load_stores, open_store
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("postgresql", "mariadb")
CLIENTS = 20_000
LOGIN = "ada"
HER = Subject("bench", (Identifier(IdentifierKind.EMAIL, "ada@example.com"),))
_MAP = Path(__file__).with_name("map.yaml")

_CLIENT = "id INTEGER PRIMARY KEY, login VARCHAR(64), email VARCHAR(80), phone VARCHAR(20), name VARCHAR(80), password VARCHAR(40)"  # fmt: skip
_TICKET = "id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL, opened {moment}, subject VARCHAR(200), body TEXT"
_RADACCT = """radacctid BIGINT PRIMARY KEY, acctsessionid VARCHAR(64) NOT NULL, acctuniqueid VARCHAR(32) NOT NULL,
    username VARCHAR(64), nasipaddress {address}, nasportid VARCHAR(32), acctstarttime {moment}, acctstoptime {moment},
    acctsessiontime BIGINT, acctinputoctets BIGINT, acctoutputoctets BIGINT, callingstationid VARCHAR(50),
    framedipaddress {address}, acctterminatecause VARCHAR(32)"""
_TYPES = {
    "postgresql": {"moment": "TIMESTAMPTZ", "address": "INET"},
    "mariadb": {"moment": "DATETIME", "address": "VARCHAR(15)"},
}
_AFTER = (
    "CREATE INDEX radacct_username ON radacct (username)",
    "CREATE INDEX ticket_client ON ticket (client_id)",
    "CREATE INDEX client_login ON client (login)",
    "CREATE INDEX client_email ON client (email)",
)
# One number in, one row out; {n} is the number, || joins in both (MariaDB is told so below).
_CLIENTS = """INSERT INTO client SELECT n, CASE n WHEN 1 THEN 'ada' ELSE 'sub' || n END,
    CASE n WHEN 1 THEN 'ada' ELSE 'sub' || n END || '@example.com', '+44770090' || right('0000' || n, 4),
    CASE n WHEN 1 THEN 'Ada Lind' ELSE 'Client ' || n END, 'secret' FROM {numbers}"""
_SESSIONS = """INSERT INTO radacct SELECT n, 's' || n, md5({text}),
    CASE WHEN n % 3 = 0 THEN 'ada' ELSE 'sub' || (2 + n % 19997) END, CAST('192.0.2.' || (1 + n % 9) AS {as_address}),
    'ge-0/0/' || (n % 48), {start}, {stop}, 3600, 1000000 + n * 7919 % 90000000000, n * 104729 % 900000000000,
    '02:00:5e:10:' || right('0' || n % 60, 2) || ':01', CAST('198.51.100.' || (n % 254) AS {as_address}),
    CASE WHEN n % 7 = 0 THEN NULL WHEN n % 2 = 0 THEN 'User-Request' ELSE 'Lost-Carrier' END FROM {numbers}"""
_TICKETS = """INSERT INTO ticket SELECT n, CASE WHEN n % 100 = 0 THEN 1 ELSE 2 + n % 19997 END, {start},
    'Slow in the evening, number ' || n,
    'Dear support, since ' || n || ' hours the line is slow. ' || CASE WHEN n % 20011 = 1
    THEN 'Please write to ada@example.com.' ELSE 'Please call me back.' END FROM {numbers}"""
_WORDS = {
    "postgresql": {
        "text": "n::text",
        "as_address": "INET",
        "start": "timestamptz '2020-01-01 00:00:00+00' + n * interval '61 seconds'",
        "stop": "timestamptz '2020-01-01 01:00:00+00' + n * interval '61 seconds'",
    },
    "mariadb": {
        "text": "n",
        "as_address": "CHAR",
        "start": "TIMESTAMP'2020-01-01 00:00:00' + INTERVAL n * 61 SECOND",
        "stop": "TIMESTAMP'2020-01-01 01:00:00' + INTERVAL n * 61 SECOND",
    },
}


def rows_wanted() -> int:
    """Sessions in the table: DSR_BENCH_ROWS, or three million."""
    return int(os.environ.get("DSR_BENCH_ROWS", "3000000"))


@dataclass(frozen=True)
class Ground:
    """A filled store: `sessions` rows of which a third are hers, at `url` for its administrator."""

    kind: str
    server: servers.Server
    database: str
    folder: Path
    sessions: int

    @property
    def url(self) -> str:
        """The administrator's way in."""
        return self.server.url(self.database)

    @property
    def hers(self) -> int:
        """How many sessions are hers."""
        return self.sessions // 3

    @property
    def store_file(self) -> Path:
        """The store file of the product that names this store `ground`."""
        return self.folder / "stores.yaml"

    def engine(self) -> sa.Engine:
        """An engine of the administrator, without a pool."""
        return self.server.engine(self.database)

    def store(self) -> Any:
        """A new exporter on this store."""
        return open_store(load_stores(self.store_file)["ground"])

    def execute(self, *statements: str) -> None:
        """Run statements as the administrator, each by itself."""
        self.server.execute(*statements, database=self.database)


@contextmanager
def ground(kind: str, *, sessions: int | None = None) -> Iterator[Ground]:
    """A new database with `sessions` rows (`rows_wanted()` unless given) on this process's throw-away server."""
    server = servers.postgresql() if kind == "postgresql" else servers.mariadb()
    with server.database() as database, tempfile.TemporaryDirectory(prefix="dsr-ground-") as folder:
        made = Ground(kind, server, database, Path(folder), sessions or rows_wanted())
        _configure(made)
        _fill(made)
        yield made


def _configure(made: Ground) -> None:
    (made.folder / "map.yaml").write_text(_MAP.read_text(encoding="utf-8"), encoding="utf-8")
    (made.folder / "ground.url").write_text(made.url, encoding="utf-8")
    made.store_file.write_text(
        "stores:\n  ground:\n    controller: vik\n    system: sql\n    label: {en: Ground}\n    owner: Ida\n"
        "    map: map.yaml\n    url: file:ground.url\n    statement_timeout: 900\n",
        encoding="utf-8",
    )


def _fill(made: Ground) -> None:
    types, words = _TYPES[made.kind], _WORDS[made.kind]
    engine = made.engine()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if made.kind == "mariadb":
            connection.exec_driver_sql("SET SESSION sql_mode = 'PIPES_AS_CONCAT', time_zone = '+00:00'")
        for name, columns in (("client", _CLIENT), ("radacct", _RADACCT), ("ticket", _TICKET)):
            connection.exec_driver_sql(f"CREATE TABLE {name} ({columns.format(**types)})")
        for statement, count in ((_CLIENTS, CLIENTS), (_SESSIONS, made.sessions), (_TICKETS, made.sessions // 10)):
            filled = statement.replace("{numbers}", _numbers(made.kind, count))
            for word, meaning in words.items():
                filled = filled.replace("{" + word + "}", meaning)
            connection.execute(sa.text(filled.replace(":", "\\:")))
        for statement in (*_AFTER, *_analyze(made.kind)):
            connection.exec_driver_sql(statement)


def _numbers(kind: str, count: int) -> str:
    if kind == "postgresql":
        return f"generate_series(1, {count}::bigint) AS numbers (n)"
    return f"(SELECT seq AS n FROM seq_1_to_{count}) AS numbers"  # noqa: S608 - a number of ours


def _analyze(kind: str) -> tuple[str, ...]:
    return ("VACUUM ANALYZE",) if kind == "postgresql" else ("ANALYZE TABLE client, radacct, ticket",)
