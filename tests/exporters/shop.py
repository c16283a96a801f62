"""An invented store: its tables, its people, and how to fill it on SQLite, MariaDB and PostgreSQL.

Mia and the other Mia have the same name; Ola and Per are a household with one e-mail address and one address row;
`Tor` and `tor` are two accounts; Eva is in the guest book only.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.registry import load_stores, open_store
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

MAP = Path(__file__).with_name("shop.yaml")
METADATA = sa.MetaData()


def _table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return sa.Table(name, METADATA, *columns, mysql_charset="utf8mb4", mariadb_charset="utf8mb4")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(200))


PLACES = _table("places", _id(), _text("street"), _text("town"))
CUSTOMERS = _table(
    "customers",
    _id(),
    _text("number"),
    _text("email"),
    _text("phone_cc"),
    _text("phone"),
    _text("full_name"),
    _text("password"),
    sa.Column("place_id", sa.Integer),
    sa.Column("born", sa.Date),
    sa.Column("since", sa.DateTime(timezone=True)),
    sa.Column("balance", sa.Numeric(12, 2)),
    sa.Column("settings", sa.Text),
    sa.Column("picture", sa.LargeBinary),
)
# Mixed case and a word SQL reserves: names must be quoted by the dialect.
ORDERS = _table("Order", _id(), sa.Column("customerId", sa.Integer), _text("select"), sa.Column("parent", sa.Integer))
NOTES = _table("notes", _id(), _text("about"), _text("about_id"), sa.Column("body", sa.Text))
ACCOUNTS = _table("accounts", _id(), _text("login"), sa.Column("customer_id", sa.Integer))
LOG = _table("log", _id(), _text("login"), sa.Column("bytes", sa.BigInteger), _text("secret"))
EVENTS = _table("events", _id(), sa.Column("text", sa.Text), sa.Column("data", sa.Text), _text("rule"), _text("value"))
GUESTBOOK = _table("guestbook", _id(), _text("email"), sa.Column("body", sa.Text))

EMAIL, USERNAME, PHONE = IdentifierKind.EMAIL, IdentifierKind.USERNAME, IdentifierKind.PHONE
MIA = Subject("Mia", (Identifier(EMAIL, "mia@example.com"),))
OTHER_MIA = Subject("the other Mia", (Identifier(EMAIL, "mia@example.net"),))
HOUSEHOLD = Identifier(EMAIL, "home@example.com")
EVA = Subject("Eva", (Identifier(EMAIL, "eva@example.com"),))


def _customer(number: int, email: str, name: str, **more: Any) -> dict[str, Any]:
    blank = {column.name: None for column in CUSTOMERS.columns}
    return blank | {"id": number, "number": f"C-{number}", "email": email, "full_name": name} | more


PEOPLE = [
    _customer(
        1,
        "mia@example.com",
        "Mia Lund",
        phone_cc="44",
        phone="7700900401",
        place_id=1,
        born=date(1990, 2, 3),
        since=datetime(2024, 5, 6, 7, 8, 9),  # noqa: DTZ001 - stores write naive dates
        balance=Decimal("12345678.90"),
        password="hunter2",
        settings='{"theme": "dark", "router": {"admin_password": "hunter3", "ssid": "lund"}}',
        picture=b"\x89PNG\xff\xfe\x00\x01\xff\xfe",
    ),
    _customer(2, "MIA@example.net", "Mia Lund", phone_cc="44", phone="7700900402", place_id=2, password="hunter4"),
    _customer(3, "home@example.com", "Ola Berg", phone_cc="44", phone="7700900403", place_id=3),
    _customer(4, "home@example.com", "Per Berg", phone_cc="44", phone="7700900404", place_id=3),
    _customer(5, "tor@example.com", "Tor Vik", place_id=4),
    _customer(6, "tor@example.net", "tor vik", place_id=4),
]
ROWS: dict[sa.Table, list[dict[str, Any]]] = {
    PLACES: [{"id": n, "street": f"Kai {n}", "town": "Vik"} for n in range(1, 5)],
    CUSTOMERS: PEOPLE,
    ORDERS: [
        {"id": 10, "customerId": 1, "select": "Line", "parent": None},
        {"id": 11, "customerId": None, "select": "Router to the line", "parent": 10},
        {"id": 12, "customerId": 2, "select": "Line", "parent": None},
        {"id": 13, "customerId": 3, "select": "Line", "parent": None},
    ],
    NOTES: [
        {"id": 1, "about": "customer", "about_id": "1", "body": "likes e-mail"},
        {"id": 2, "about": "order", "about_id": "11", "body": "router replaced"},
        {"id": 3, "about": "order", "about_id": "1", "body": "order 1 is nobody's"},
        {"id": 4, "about": "customer", "about_id": "10", "body": "customer 10 does not exist"},
        {"id": 5, "about": "customer", "about_id": "2", "body": "the other one"},
    ],
    ACCOUNTS: [
        {"id": 1, "login": "mia+home", "customer_id": 1},
        {"id": 2, "login": "mia", "customer_id": 2},
        {"id": 3, "login": "Tor", "customer_id": 5},
        {"id": 4, "login": "tor", "customer_id": 6},
    ],
    LOG: [
        {"id": 1, "login": "mia=2Bhome", "bytes": 2**60, "secret": "typed"},
        {"id": 2, "login": "MIA=2BHOME", "bytes": 0, "secret": "typed"},
        {"id": 3, "login": "mia", "bytes": 5, "secret": "typed"},
        {"id": 4, "login": "Tor", "bytes": 7, "secret": "typed"},
        {"id": 5, "login": "tor", "bytes": 8, "secret": "typed"},
        {"id": 6, "login": "TOR", "bytes": 9, "secret": "typed"},
        {"id": 7, "login": "gone", "bytes": 1, "secret": "typed"},
    ],
    EVENTS: [
        {"id": 1, "text": 'mail to "mia@example.com" bounced', "data": None, "rule": "Password", "value": "hunter5"},
        {"id": 2, "text": "mail to jemia@example.com bounced", "data": None, "rule": "Limit", "value": "5"},
        {"id": 3, "text": "mia@example.com.au wrote", "data": None, "rule": "Limit", "value": "6"},
        {"id": 4, "text": "order 10 opened, line 77", "data": None, "rule": "Unheard-Of", "value": "7"},
        {"id": 5, "text": "order 100 opened, line 77", "data": None, "rule": "Limit", "value": "8"},
        {"id": 6, "text": "sync", "data": '{"user": {"login": "mia+home"}, "n": 1}', "rule": "Limit", "value": "9"},
        {"id": 7, "text": "sync", "data": '{"user": {"login": "mia+homestead"}}', "rule": "Limit", "value": "10"},
        {"id": 8, "text": "sync", "data": "mia+home is not JSON", "rule": "Limit", "value": "11"},
        {"id": 9, "text": "sent to home@example.com", "data": None, "rule": "Limit", "value": "12"},
        {"id": 10, "text": "MIA@EXAMPLE.COM: confirmed", "data": None, "rule": None, "value": None},
    ],
    GUESTBOOK: [
        {"id": 1, "email": "Eva@Example.com", "body": "Do you serve Vik?"},
        {"id": 2, "email": "mia@example.com", "body": "Hello again"},
        {"id": 3, "email": "home@example.com", "body": "Who wrote this, Ola or Per?"},
    ],
}


@dataclass(frozen=True)
class Shop:
    """A filled shop and how to reach it: by its configuration, and directly as its administrator."""

    backend: str
    url: str
    folder: Path

    def config_file(self, name: str = "shop", **options: str) -> Path:
        """Write a store file that names the shop; the address comes from a file, as a secret should."""
        (self.folder / f"{name}.url").write_text(options.pop("url", self.url), encoding="utf-8")
        lines = [f"    {key}: {value}" for key, value in ({"map": str(MAP)} | options).items()]
        path = self.folder / f"{name}.yaml"
        head = (
            f"stores:\n  {name}:\n    controller: vik\n    system: sql\n    label: {{en: Shop}}\n    owner: Finance\n"
        )
        path.write_text(f"{head}    url: file:{name}.url\n" + "\n".join(lines), encoding="utf-8")
        return path

    def store(self, name: str = "shop", **options: str) -> Any:
        """A new exporter on the shop."""
        return open_store(load_stores(self.config_file(name, **options))[name])

    def execute(self, *statements: str) -> None:
        """Change the shop behind the exporter's back."""
        engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def insert(self, table: sa.Table, *rows: dict[str, Any]) -> None:
        """Add rows."""
        engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            connection.execute(table.insert(), list(rows))


@contextmanager
def fresh(backend: str, folder: Path) -> Iterator[Shop]:
    """A shop of one's own."""
    if backend == "sqlite":
        yield _filled(Shop(backend, f"sqlite:///{folder / 'shop.sqlite3'}", folder))
        return
    server = servers.mariadb() if backend == "mariadb" else servers.postgresql()
    with server.database() as database:
        yield _filled(Shop(backend, server.url(database), folder))


def _filled(shop: Shop) -> Shop:
    engine = sa.create_engine(shop.url, poolclass=sa.pool.NullPool)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        for table, rows in ROWS.items():
            connection.execute(table.insert(), rows)
    return shop


def shared_for_reading(backend: str) -> Shop:
    """One shop for all tests that only read, made once per run and worker."""
    with servers.once(f"shop-{backend}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}") as root:
        folder = root / f"shop-{backend}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        if folder.exists():
            return Shop(backend, (folder / "address").read_text(), folder)
        if backend == "sqlite":
            url = f"sqlite:///{folder / 'shop.sqlite3'}"
        else:
            server = servers.mariadb() if backend == "mariadb" else servers.postgresql()
            url = server.url(server.create())
        folder.mkdir()
        (folder / "address").write_text(url)
        return _filled(Shop(backend, url, folder))
