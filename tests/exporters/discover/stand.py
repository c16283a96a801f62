"""Small databases of odd shape, and what discovery makes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.datamap.load import load
from exporters.discover.draft import draft
from exporters.discover.find import discover
from exporters.registry import load_stores, open_store

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.datamap.model import DataMap
    from exporters.discover.model import Discovery

TODAY = date(2026, 11, 22)
PEOPLE = (
    ("Anna", "Beispiel", "anna.beispiel@example.com", "+447700900111", "Lindenweg 4", "1980-02-03"),
    ("Bruno", "Muster", "bruno@example.net", "+447700900112", "Am Markt 12", "1975-11-30"),
    ("Chiara", "Esempio", "chiara.e@example.com", "+447700900113", "Via Roma 7", "1991-06-17"),
    ("Dara", "Sample", "dara+isp@example.net", "+447700900114", "High Street 31", "1966-01-09"),
    ("Emil", "Proeve", "emil@example.com", "+447700900115", "Skovvej 2", "1999-12-24"),
)


def named(row: int) -> Subject:
    """A person by e-mail address, telephone number, name and street."""
    first, last, email, phone, street, born = PEOPLE[row]
    kinds = IdentifierKind
    pairs = ((kinds.EMAIL, email), (kinds.PHONE, phone), (kinds.NAME, f"{first} {last}"), (kinds.ADDRESS, street))
    return Subject(f"person {row}", tuple(Identifier(k, v) for k, v in (*pairs, (kinds.BIRTH_DATE, born))))


def answered(text: str) -> str:
    """A draft whose questions somebody answered, and nothing else changed."""
    text = text.replace("legal_basis: null", "legal_basis: 6(1)(b)")
    return re.sub(r": null(?=[,}])", ": written by a person", text)


@dataclass
class Stand:
    """A SQLite database in a folder."""

    folder: Path

    @property
    def url(self) -> str:
        """Where it is."""
        return f"sqlite:///{self.folder / 'stand.sqlite3'}"

    def run(self, *statements: str, **rows: list[tuple[Any, ...]]) -> None:
        """Run statements, then fill tables."""
        with sa.create_engine(self.url, poolclass=sa.pool.NullPool).begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            for table, values in rows.items():
                marks = ", ".join("?" * len(values[0]))
                connection.exec_driver_sql(f'INSERT INTO "{table}" VALUES ({marks})', values)

    def look(self, *people: int) -> Discovery:
        """Discover, with what is known of these people."""
        with sa.create_engine(self.url, poolclass=sa.pool.NullPool).connect() as connection:
            return discover(connection, [named(row) for row in people], today=TODAY)

    def map(self, found: Discovery) -> DataMap:
        """The draft, answered and loaded."""
        path = self.folder / "map.yaml"
        path.write_text(answered(draft(found, name="stand")), encoding="utf-8")
        return load(path)

    def store(self, found: Discovery) -> Any:
        """An exporter with the answered draft as its map."""
        self.map(found)
        (self.folder / "url").write_text(self.url)
        stores = self.folder / "stores.yaml"
        stores.write_text(
            "stores:\n  stand:\n    controller: northwave\n    system: sql\n    label: {en: Stand}\n    owner: NOC\n"
            "    map: map.yaml\n    url: file:url\n"
        )
        return open_store(load_stores(stores)["stand"])

    def collected(self, found: Discovery, person: int) -> dict[str, list[dict[str, Any]]]:
        """What the person gets out of the store, by dataset."""
        store = self.store(found)
        subject = Subject("one", (Identifier(IdentifierKind.EMAIL, PEOPLE[person][2]),))
        rows: dict[str, list[dict[str, Any]]] = {}
        for batch in store.collect(subject, store.locate(subject).keys):
            rows.setdefault(batch.dataset, []).extend(dict(zip(batch.columns, row, strict=True)) for row in batch.rows)
        return rows
