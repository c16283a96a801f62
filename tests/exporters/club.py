"""A second invented store, for erasure: real foreign keys, NOT NULL, a column that follows updates, bills law keeps.

Ada and the other Ada have the same name; Ada and Bo live at one address; Cyd has no bill; Dot sits in the club right now.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Kept, Subject
from exporters.registry import load_stores, open_store
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

MAP = Path(__file__).with_name("club.yaml")
ADA = Subject("Ada", (Identifier(IdentifierKind.EMAIL, "ada@example.com"),))
OTHER_ADA = Subject("the other Ada", (Identifier(IdentifierKind.EMAIL, "ada@example.net"),))
BO = Subject("Bo", (Identifier(IdentifierKind.EMAIL, "bo@example.com"),))
CYD = Subject("Cyd", (Identifier(IdentifierKind.EMAIL, "cyd@example.com"),))
DOT = Subject("Dot", (Identifier(IdentifierKind.EMAIL, "dot@example.com"),))

_MOVES = {"mariadb": " DEFAULT current_timestamp() ON UPDATE current_timestamp()"}
_MEMBERS = """CREATE TABLE members (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL UNIQUE,
    full_name VARCHAR(40) NOT NULL, phone VARCHAR(20), place_id INTEGER REFERENCES places (id),
    changed TIMESTAMP NOT NULL{moves})"""
_BILLS = """CREATE TABLE bills (id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES members (id),
    issued DATE NOT NULL, buyer VARCHAR(80))"""
_LETTERS = """CREATE TABLE letters (id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES members (id),
    reply_to INTEGER REFERENCES letters (id), body TEXT)"""
_TASTES = """CREATE TABLE tastes (member_id INTEGER PRIMARY KEY REFERENCES members (id), drink VARCHAR(20),
    said VARCHAR(80), changed TIMESTAMP NOT NULL{moves})"""
_TABLES = (
    "CREATE TABLE places (id INTEGER PRIMARY KEY, street VARCHAR(80) NOT NULL)",
    _MEMBERS,
    _BILLS,
    "CREATE TABLE bill_lines (id INTEGER PRIMARY KEY, bill_id INTEGER NOT NULL REFERENCES bills (id), text VARCHAR(80))",
    _LETTERS,
    "CREATE TABLE visits (id INTEGER PRIMARY KEY, login VARCHAR(80), left_at TIMESTAMP NULL)",
    _TASTES,
    "CREATE TABLE attic (id INTEGER PRIMARY KEY, scrap TEXT)",
)
_THEN = datetime(2024, 1, 2, 3, 4, 5)  # noqa: DTZ001 - stores write naive times
_ROWS: dict[str, list[dict[str, Any]]] = {
    "places": [{"id": n, "street": f"Quay {n}"} for n in (1, 2, 3)],
    "members": [
        {"id": 1, "email": "ada@example.com", "full_name": "Ada Lind", "phone": "+447700900501", "place_id": 1},
        {"id": 2, "email": "ada@example.net", "full_name": "Ada Lind", "phone": "+447700900502", "place_id": 2},
        {"id": 3, "email": "bo@example.com", "full_name": "Bo Lind", "phone": None, "place_id": 1},
        {"id": 4, "email": "cyd@example.com", "full_name": "Cyd Moe", "phone": None, "place_id": 3},
        {"id": 5, "email": "dot@example.com", "full_name": "Dot Ek", "phone": None, "place_id": None},
    ],
    "bills": [
        {"id": 10, "member_id": 1, "issued": date(2016, 5, 6), "buyer": "Ada Lind"},
        {"id": 11, "member_id": 1, "issued": date(2024, 5, 6), "buyer": "Ada Lind"},
        {"id": 12, "member_id": 2, "issued": date(2024, 5, 6), "buyer": "Ada Lind"},
    ],
    "bill_lines": [{"id": 20 + n, "bill_id": n, "text": f"Season for member of bill {n}"} for n in (10, 11, 12)],
    "letters": [
        {"id": 1, "member_id": 1, "reply_to": None, "body": "I am ada@example.com"},
        {"id": 2, "member_id": 1, "reply_to": 1, "body": "once more"},
        {"id": 3, "member_id": 2, "reply_to": None, "body": "I am not the other Ada Lind"},
        {"id": 4, "member_id": 4, "reply_to": None, "body": "call me"},
    ],
    "visits": [
        {"id": 1, "login": "ada@example.com", "left_at": _THEN},
        {"id": 2, "login": "ADA@example.com", "left_at": _THEN},
        {"id": 3, "login": "ada@example.net", "left_at": _THEN},
        {"id": 4, "login": "dot@example.com", "left_at": None},
        {"id": 5, "login": "dot@example.com", "left_at": _THEN},
    ],
    "tastes": [
        {"member_id": 1, "drink": "tea", "said": "Ada Lind likes tea"},
        {"member_id": 2, "drink": "tea", "said": "Ada Lind likes it too"},
    ],
    "attic": [{"id": 1, "scrap": "nothing"}],
}


def law(document_class: str, day: date) -> Kept | None:
    """Bills are kept to the end of the eighth year."""
    return Kept(date(day.year + 8, 12, 31), "tax law", "V") if document_class == "invoice" else None


@dataclass(frozen=True)
class Club:
    """A filled club and how to reach it: by its configuration, and directly as its administrator."""

    backend: str
    url: str
    folder: Path

    @property
    def engine(self) -> sa.Engine:
        """The administrator's way in."""
        return sa.create_engine(self.url, poolclass=sa.pool.NullPool)

    def config_file(self, change: tuple[str, str] | None = None) -> Path:
        """Write the store file, its map changed in one place if wanted."""
        text = MAP.read_text(encoding="utf-8")
        if change:
            assert change[0] in text
            text = text.replace(*change, 1)
        (self.folder / "club-map.yaml").write_text(text, encoding="utf-8")
        (self.folder / "club.url").write_text(self.url, encoding="utf-8")
        path = self.folder / "club-stores.yaml"
        path.write_text(
            "stores:\n  club:\n    controller: vik\n    system: sql\n    label: {en: Club}\n    owner: Ida\n"
            "    map: club-map.yaml\n    url: file:club.url\n    lock_timeout: 2\n",
            encoding="utf-8",
        )
        return path

    def store(self, change: tuple[str, str] | None = None) -> Any:
        """A new exporter on the club."""
        return open_store(load_stores(self.config_file(change))["club"])

    def execute(self, *statements: str) -> None:
        """Change the club behind the exporter's back."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Add a row."""
        with self.engine.begin() as connection:
            connection.execute(sa.table(table, *map(sa.column, row)).insert(), row)

    def ask(self, statement: str) -> list[Any]:
        """A question of the administrator."""
        with self.engine.connect() as connection:
            return list(connection.exec_driver_sql(statement).all())


@contextmanager
def fresh(backend: str, folder: Path) -> Iterator[Club]:
    """A club of one's own."""
    if backend == "sqlite":
        yield _filled(Club(backend, f"sqlite:///{folder / 'club.sqlite3'}", folder))
        return
    server = servers.mariadb() if backend == "mariadb" else servers.postgresql()
    with server.database() as database:
        yield _filled(Club(backend, server.url(database), folder))


def _filled(club: Club) -> Club:
    club.execute(*(table.replace("{moves}", _MOVES.get(club.backend, "")) for table in _TABLES))
    with club.engine.begin() as connection:
        for name, rows in _ROWS.items():
            more = {"changed": _THEN} if name in {"members", "tastes"} else {}
            filled = [row | more for row in rows]
            table = sa.table(name, *map(sa.column, filled[0]))
            connection.execute(table.insert(), filled)
    return club
