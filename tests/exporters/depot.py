"""An invented depot whose rows are named by two columns each, as older order systems do: numbers count within a country.

Ann is DE/100; AT/100 and DE/101 share one half of her key with her. Four clients are called so that pairs would be mixed up
by anything that merely puts the halves side by side.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Kept, Subject
from exporters.registry import load_stores, open_store
from exporters.testing.checksums import RowSums, checksums
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

MAP = Path(__file__).with_name("depot.yaml")


def client(email: str) -> Subject:
    """Somebody known by her e-mail address."""
    return Subject(email, (Identifier(IdentifierKind.EMAIL, email),))


ANN = client("ann@example.com")
BEA = client("bea@example.com")
"""Also number 100, in another country."""
CEM = client("cem@example.com")
"""Also in Germany, with another number."""

_TABLES = (
    "CREATE TABLE places (zone VARCHAR(4) NOT NULL, place_no INTEGER NOT NULL, street VARCHAR(80), PRIMARY KEY (zone, place_no))",
    """CREATE TABLE clients (country CHAR(4) NOT NULL, client_no VARCHAR(20) NOT NULL, email VARCHAR(80),
    full_name VARCHAR(80), zone VARCHAR(4), place_no INTEGER, PRIMARY KEY (country, client_no),
    FOREIGN KEY (zone, place_no) REFERENCES places (zone, place_no))""",
    """CREATE TABLE orders (country CHAR(4) NOT NULL, order_no INTEGER NOT NULL, client_no VARCHAR(20) NOT NULL,
    ordered VARCHAR(10), PRIMARY KEY (country, order_no),
    FOREIGN KEY (country, client_no) REFERENCES clients (country, client_no))""",
    """CREATE TABLE order_lines (country CHAR(4) NOT NULL, order_no INTEGER NOT NULL, line_no INTEGER NOT NULL,
    remark VARCHAR(80), PRIMARY KEY (country, order_no, line_no),
    FOREIGN KEY (country, order_no) REFERENCES orders (country, order_no))""",
    """CREATE TABLE bills (bill_no INTEGER PRIMARY KEY, land CHAR(4), client VARCHAR(20), issued VARCHAR(10), buyer VARCHAR(80),
    FOREIGN KEY (land, client) REFERENCES clients (country, client_no))""",
    "CREATE TABLE reviews (id INTEGER PRIMARY KEY, land VARCHAR(4), who VARCHAR(20), words VARCHAR(200))",
)
_CLIENTS = (
    ("DE", "100", "ann@example.com", "Ann Lee", "N", 1),
    ("AT", "100", "bea@example.com", "Bea Moe", "N", 1),
    ("DE", "101", "cem@example.com", "Cem Oz", "S", 1),
    ("D", "E/1", "dee@example.com", "Dee Poe", None, None),
    ("D/E", "1", "eve@example.com", "Eve Ray", None, None),
    ("D~1E", "1", "fay@example.com", "Fay Sun", None, None),
    ("de", "100", "gus@example.com", "Gus Tan", None, None),
)
_ORDERS = (
    ("DE", 1, "100", "2026-01-02"),
    ("DE", 2, "101", "2026-01-02"),
    ("AT", 1, "100", "2026-01-02"),
    ("D", 1, "E/1", "2026-01-02"),
    ("D/E", 1, "1", "2026-01-02"),
    ("D~1E", 1, "1", "2026-01-02"),
)
_LINES = (
    ("DE", 1, 1, "gift for ann@example.com"),
    ("DE", 1, 2, None),
    ("DE", 2, 1, "for Cem"),
    ("AT", 1, 1, "for Bea"),
    ("D", 1, 1, "for Dee"),
    ("D/E", 1, 1, "for Eve"),
    ("D~1E", 1, 1, "for Fay"),
)
_BILLS = (
    (10, "DE", "100", "2025-03-04", "Ann Lee"),
    (11, "AT", "100", "2025-03-04", "Bea Moe"),
    (12, "DE", "101", "2010-03-04", "Cem Oz"),
    (13, None, "100", "2025-03-04", "nobody"),
)
_REVIEWS = (
    (1, "DE", "100", "Good."),
    (2, "AT", "100", "Bad."),
    (3, "DE", "101", "Late."),
    (4, None, "100", "Whose?"),
    (5, "DE", "777", "Of somebody who left."),
)
_PLACES = (("N", 1, "Quay 1"), ("S", 1, "Quay 2"), ("N", 2, "Quay 3"))


@dataclass(frozen=True)
class Depot:
    """A filled depot and how to reach it: by its configuration, and directly as its administrator."""

    backend: str
    url: str
    folder: Path

    @property
    def engine(self) -> sa.Engine:
        """The administrator's way in."""
        return sa.create_engine(self.url, poolclass=sa.pool.NullPool)

    def store(self, *changes: tuple[str, str]) -> Any:
        """A new exporter on the depot, its map changed in some places if wanted."""
        text = MAP.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (self.folder / "depot-map.yaml").write_text(text, encoding="utf-8")
        (self.folder / "depot.url").write_text(self.url, encoding="utf-8")
        path = self.folder / "depot-stores.yaml"
        path.write_text(
            "stores:\n  depot:\n    controller: vik\n    system: sql\n    label: {en: Depot}\n    owner: Ida\n"
            "    map: depot-map.yaml\n    url: file:depot.url\n    lock_timeout: 2\n",
            encoding="utf-8",
        )
        return open_store(load_stores(path)["depot"])

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """A question of the administrator."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement).all()]

    def execute(self, *statements: str) -> None:
        """Change the depot behind the exporter's back."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def sums(self) -> RowSums:
        """A checksum of every row."""
        return checksums(self.engine)


def law(document_class: str, day: date) -> Kept | None:
    """Bills are kept for eight years after the end of theirs."""
    assert document_class == "invoice"
    return Kept(day.replace(year=day.year + 8, month=12, day=31), "tax law", certain=True)


@contextmanager
def fresh(backend: str, folder: Path) -> Iterator[Depot]:
    """A depot of one's own."""
    if backend == "sqlite":
        yield _filled(Depot(backend, f"sqlite:///{folder / 'depot.sqlite3'}", folder))
        return
    server = servers.mariadb() if backend == "mariadb" else servers.postgresql()
    with server.database() as database:
        yield _filled(Depot(backend, server.url(database), folder))


def _filled(depot: Depot) -> Depot:
    # MariaDB's own collation would take `de` for `DE` and refuse the second as a double.
    exact = " COLLATE utf8mb4_bin" if depot.backend == "mariadb" else ""
    depot.execute(*(f"{table}{exact}" for table in _TABLES))
    with depot.engine.begin() as connection:
        for name, rows in (
            ("places", _PLACES),
            ("clients", _CLIENTS),
            ("orders", _ORDERS),
            ("order_lines", _LINES),
            ("bills", _BILLS),
            ("reviews", _REVIEWS),
        ):
            for row in rows:
                marks = ", ".join(f":v{at}" for at in range(len(row)))
                values = {f"v{at}": value for at, value in enumerate(row)}
                connection.execute(sa.text(f"INSERT INTO {name} VALUES ({marks})"), values)
    return depot
