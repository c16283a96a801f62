"""A store whose database counts how often each row was changed or deleted, and a process that applies a plan to it.

Client 1, `ada`, has three quarters of the rows; client 2, `bo`, has the others in between.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Subject, lines_from_json, lines_to_json
from exporters.journal import FileJournal
from exporters.registry import load_stores, open_store
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import PlanLine

MAP = Path(__file__).with_name("mill.yaml")
ADA = Subject("Ada", (Identifier(IdentifierKind.EMAIL, "ada@example.com"),))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHANGED = ("session", "letter")
DELETED = ("traffic", "reading")
_TABLES = (
    "CREATE TABLE client (id INTEGER PRIMARY KEY, login VARCHAR(40), email VARCHAR(80))",
    """CREATE TABLE session (id INTEGER PRIMARY KEY, login VARCHAR(40), device VARCHAR(40), address VARCHAR(40),
       note VARCHAR(40), bytes INTEGER)""",
    "CREATE TABLE traffic (id INTEGER PRIMARY KEY, login VARCHAR(40), stopped INTEGER)",
    "CREATE TABLE letter (year INTEGER, number INTEGER, client_id INTEGER, code VARCHAR(80), PRIMARY KEY (year, number))",
    "CREATE TABLE reading (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES client (id), value INTEGER)",
    "CREATE TABLE counted (tab VARCHAR(20), id INTEGER, times INTEGER, PRIMARY KEY (tab, id))",
    "CREATE INDEX session_login ON session (login)",
    "CREATE INDEX traffic_login ON traffic (login)",
)
_COUNT = "INSERT INTO counted VALUES ('{table}', OLD.{key}, 1) "
_AGAIN = {
    "mariadb": "ON DUPLICATE KEY UPDATE times = times + 1",
    "sqlite": "ON CONFLICT (tab, id) DO UPDATE SET times = times + 1",
    "postgresql": "ON CONFLICT (tab, id) DO UPDATE SET times = counted.times + 1",
}


@dataclass(frozen=True)
class Mill:
    """A filled store of `rows` rows in all, at `url` for its administrator."""

    backend: str
    url: str
    folder: Path
    rows: int

    @property
    def engine(self) -> sa.Engine:
        """The administrator's way in."""
        return sa.create_engine(self.url, poolclass=sa.pool.NullPool)

    def config_file(self, batch_rows: int) -> Path:
        """Write the store file."""
        (self.folder / "mill.url").write_text(self.url, encoding="utf-8")
        path = self.folder / "mill-stores.yaml"
        path.write_text(
            "stores:\n  mill:\n    controller: vik\n    system: sql\n    label: {en: Mill}\n    owner: Ida\n"
            f"    map: {MAP}\n    url: file:mill.url\n    lock_timeout: 2\n    batch_rows: {batch_rows}\n",
            encoding="utf-8",
        )
        return path

    def store(self, batch_rows: int) -> Any:
        """A new exporter."""
        return open_store(load_stores(self.config_file(batch_rows))["mill"])

    def plan(self, batch_rows: int) -> tuple[PlanLine, ...]:
        """The plan to erase Ada, written down for `apply_in_process` as well."""
        store = self.store(batch_rows)
        lines: tuple[PlanLine, ...] = store.plan(ADA, store.locate(ADA).keys, right="erasure", now=NOW)
        (self.folder / "plan.json").write_text(json.dumps(lines_to_json(lines)), encoding="utf-8")
        return lines

    @property
    def journal(self) -> FileJournal:
        """The journal all attempts share, as it stands."""
        return FileJournal(self.folder / "journal")

    def start(self, batch_rows: int) -> subprocess.Popen[str]:
        """Apply the plan in a process of its own; it says `go` right before it begins."""
        arguments = [str(self.config_file(batch_rows)), str(self.folder)]
        return subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.mill", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def execute(self, *statements: str) -> None:
        """Change the store behind the exporter's back."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def ask(self, statement: str) -> list[Any]:
        """A question of the administrator."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement).all()]

    def counts(self) -> dict[str, int]:
        """Ada's rows by table."""
        hers = {"session": "login = 'ada'", "traffic": "login = 'ada' AND stopped IS NOT NULL"}
        return {
            table: self.ask(f"SELECT count(*) FROM {table} WHERE {hers.get(table, 'client_id = 1')}")[0][0]
            for table in (*CHANGED, *DELETED)
        }


@contextmanager
def fresh(backend: str, folder: Path, *, rows: int) -> Iterator[Mill]:
    """A mill of one's own with about `rows` rows in four tables."""
    if backend == "sqlite":
        yield _filled(Mill(backend, f"sqlite:///{folder / 'mill.sqlite3'}", folder, rows))
        return
    server = servers.mariadb() if backend == "mariadb" else servers.postgresql()
    with server.database() as database:
        yield _filled(Mill(backend, server.url(database), folder, rows))


def _filled(mill: Mill) -> Mill:
    mill.execute(*_TABLES, "INSERT INTO client VALUES (1, 'ada', 'ada@example.com'), (2, 'bo', 'bo@example.com')")
    sessions = [
        {
            "id": n,
            "login": "ada" if n % 4 else "bo",
            "device": f"device {n}",
            "address": f"192.0.2.{n % 250}",
            "note": "none",
            "bytes": n,
        }
        for n in range(1, mill.rows // 2 + 1)
    ]
    fourth = range(1, mill.rows // 4 + 1)
    eighth = range(1, mill.rows // 8 + 1)
    traffic = [{"id": n, "login": "ada" if n % 4 else "bo", "stopped": n if n > 3 else None} for n in fourth]
    letters = [
        {"year": 2000 + n % 7, "number": n, "client_id": 1 if n % 4 else 2, "code": f"Letter {n}"} for n in eighth
    ]
    readings = [{"id": n, "client_id": 1 if n % 4 else 2, "value": n} for n in eighth]
    with mill.engine.begin() as connection:
        for name, rows in (("session", sessions), ("traffic", traffic), ("letter", letters), ("reading", readings)):
            connection.execute(sa.insert(sa.table(name, *map(sa.column, rows[0]))), rows)
    mill.execute(*_triggers(mill.backend))
    return mill


def _triggers(backend: str) -> Iterator[str]:
    for table in (*CHANGED, *DELETED):
        event = "UPDATE" if table in CHANGED else "DELETE"
        count = _COUNT.format(table=table, key="number" if table == "letter" else "id") + _AGAIN[backend]
        head = f"CREATE TRIGGER count_{table} AFTER {event} ON {table} FOR EACH ROW"
        if backend == "postgresql":
            yield (
                f"CREATE FUNCTION count_{table}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {count}; RETURN NULL; END $$"
            )
            yield f"{head} EXECUTE FUNCTION count_{table}()"
        else:
            yield f"{head} {count}" if backend == "mariadb" else f"{head} BEGIN {count}; END"


def main(stores: str, folder: str) -> None:
    """Apply the plan that lies in `folder`, with the journal there, and write down what came of it."""
    lines = lines_from_json(json.loads((Path(folder) / "plan.json").read_text(encoding="utf-8")))
    store = open_store(load_stores(Path(stores))["mill"])
    sys.stdout.write("go\n")
    sys.stdout.flush()
    journal = FileJournal(Path(folder) / "journal")
    done = store.apply(lines, approval="a", now=NOW, check=lambda: None, journal=journal)
    changed = {lines[one.line].dataset: one.changed for one in done if lines[one.line].writes}
    (Path(folder) / "outcome.json").write_text(json.dumps(changed), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
