"""An invented store for correction, restriction and objection: derived columns, rules of every sort, shared rows, copies.

Ann and the other Ann have the same name; Ann and Bea share a place; Cem has no flyer and is frozen by the desk already.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.registry import load_stores, open_store
from exporters.testing.checksums import RowSums, checksums
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

MAP = Path(__file__).with_name("gym.yaml")
ANN = Subject("Ann", (Identifier(IdentifierKind.EMAIL, "ann@example.com"),))
BEA = Subject("Bea", (Identifier(IdentifierKind.EMAIL, "bea@example.com"),))
CEM = Subject("Cem", (Identifier(IdentifierKind.EMAIL, "cem@example.com"),))

_MOVES = {"mariadb": " DEFAULT current_timestamp() ON UPDATE current_timestamp()"}
_LATIN = {"mariadb": " CHARACTER SET latin1"}
_FLAG = {"postgresql": "BOOLEAN"}
_TABLES = (
    "CREATE TABLE tariffs (code VARCHAR(10) PRIMARY KEY)",
    "CREATE TABLE places (id INTEGER PRIMARY KEY, street VARCHAR(80), held INTEGER NOT NULL)",
    """CREATE TABLE members (id INTEGER PRIMARY KEY, email VARCHAR(40) NOT NULL UNIQUE, nick VARCHAR(20){latin},
    first_name VARCHAR(20), last_name VARCHAR(20) NOT NULL, full_name VARCHAR(30), sort_name VARCHAR(20), born DATE,
    weight NUMERIC(5,2) CHECK (weight > 30), tariff VARCHAR(10) REFERENCES tariffs (code), status VARCHAR(12) NOT NULL,
    no_mail {flag} NOT NULL, pin VARCHAR(20), place_id INTEGER, score INTEGER, changed TIMESTAMP NOT NULL{moves})""",
    """CREATE TABLE bills (id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL, issued DATE, buyer VARCHAR(80),
    remarks VARCHAR(120))""",
    "CREATE TABLE letters (id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL, body VARCHAR(200))",
    "CREATE TABLE flyers (member_id INTEGER PRIMARY KEY, send_to VARCHAR(80), segment VARCHAR(20), stopped_on DATE)",
    "CREATE TABLE contacts (id INTEGER PRIMARY KEY, member_id INTEGER, mail VARCHAR(80))",
    "CREATE TABLE visits (id INTEGER PRIMARY KEY, login VARCHAR(80))",
)


def _member(number: int, email: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "email": email,
        "nick": first.lower(),
        "first_name": first,
        "last_name": last,
        "full_name": f"{first} {last}",
        "sort_name": last.upper(),
        "born": "1990-02-03",
        "weight": "61.50",
        "tariff": "basic",
        "status": "active",
        "no_mail": "0",
        "pin": "1234",
        "place_id": 1,
        "score": 7,
        "changed": "2024-01-02 03:04:05",
    } | more


_ROWS: dict[str, list[dict[str, Any]]] = {
    "tariffs": [{"code": "basic"}, {"code": "plus"}],
    "places": [{"id": 1, "street": "Quay 1", "held": 0}, {"id": 2, "street": "Quay 2", "held": 0}],
    "members": [
        _member(1, "ann@example.com", "Ann", "Lee"),
        _member(2, "bea@example.com", "Bea", "Lee"),
        _member(3, "cem@example.com", "Cem", "Oz", status="frozen", place_id=2, full_name="Cem (the tall one)"),
        _member(4, "ann@example.net", "Ann", "Lee", place_id=None),
    ],
    "bills": [
        {"id": 10, "member_id": 1, "issued": "2024-05-06", "buyer": "Lee", "remarks": "paid"},
        {"id": 11, "member_id": 1, "issued": "2025-05-06", "buyer": "Lee", "remarks": None},
        {"id": 12, "member_id": 2, "issued": "2025-05-06", "buyer": "Lee", "remarks": None},
    ],
    "letters": [{"id": 1, "member_id": 1, "body": "hello"}, {"id": 2, "member_id": 4, "body": "hello"}],
    "flyers": [
        {"member_id": 1, "send_to": "ann@example.com", "segment": "runner", "stopped_on": None},
        {"member_id": 2, "send_to": "post@example.com", "segment": "runner", "stopped_on": None},
        {"member_id": 4, "send_to": "ann@example.net", "segment": None, "stopped_on": None},
    ],
    "contacts": [
        {"id": 1, "member_id": 1, "mail": "Ann@Example.com"},
        {"id": 2, "member_id": 1, "mail": "x@example.org"},
    ],
    "visits": [
        {"id": 1, "login": "ann@example.com"},
        {"id": 2, "login": "ANN@example.com"},
        {"id": 3, "login": "bea@example.com"},
    ],
}


@dataclass(frozen=True)
class Gym:
    """A filled gym and how to reach it: by its configuration, and directly as its administrator."""

    backend: str
    url: str
    folder: Path

    @property
    def engine(self) -> sa.Engine:
        """The administrator's way in."""
        return sa.create_engine(self.url, poolclass=sa.pool.NullPool)

    def store(self, change: tuple[str, str] | None = None) -> Any:
        """A new exporter on the gym, its map changed in one place if wanted."""
        text = MAP.read_text(encoding="utf-8")
        if change:
            assert change[0] in text
            text = text.replace(*change, 1)
        (self.folder / "gym-map.yaml").write_text(text, encoding="utf-8")
        (self.folder / "gym.url").write_text(self.url, encoding="utf-8")
        path = self.folder / "gym-stores.yaml"
        path.write_text(
            "stores:\n  gym:\n    controller: vik\n    system: sql\n    label: {en: Gym}\n    owner: Ida\n"
            "    map: gym-map.yaml\n    url: file:gym.url\n    lock_timeout: 2\n",
            encoding="utf-8",
        )
        return open_store(load_stores(path)["gym"])

    def execute(self, *statements: str) -> None:
        """Change the gym behind the exporter's back."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """A question of the administrator."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement).all()]

    def sums(self) -> RowSums:
        """A checksum of every row."""
        return checksums(self.engine)


@contextmanager
def fresh(backend: str, folder: Path) -> Iterator[Gym]:
    """A gym of one's own."""
    if backend == "sqlite":
        yield _filled(Gym(backend, f"sqlite:///{folder / 'gym.sqlite3'}", folder))
        return
    server = servers.mariadb() if backend == "mariadb" else servers.postgresql()
    with server.database() as database:
        yield _filled(Gym(backend, server.url(database), folder))


def _filled(gym: Gym) -> Gym:
    def fill(text: str) -> str:
        for name, words, default in (("moves", _MOVES, ""), ("latin", _LATIN, ""), ("flag", _FLAG, "SMALLINT")):
            text = text.replace(f"{{{name}}}", words.get(gym.backend, default))
        return text

    gym.execute(*map(fill, _TABLES))
    for name, rows in _ROWS.items():
        for row in rows:
            values = ", ".join("NULL" if value is None else f"'{value}'" for value in row.values())
            gym.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({values})")
    return gym
