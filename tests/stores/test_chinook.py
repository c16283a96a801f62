"""The conformance kit on a record shop in the manner of Chinook, in SQLite: mixed case, money, invoices the law keeps (E-b)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporters.contract import Identifier, IdentifierKind, Kept, Subject
from exporters.testing.sql import SqlKit

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


def eight_years(document_class: str, day: date) -> Kept | None:
    """Invoices are kept to the end of the eighth year."""
    return Kept(date(day.year + 8, 12, 31), "tax law", "V") if document_class == "invoice" else None


class TestChinook(SqlKit):
    """Two people called Luís Gomes; the older of the first one's invoices may go, the newer may not."""

    data_map = str(HERE / "chinook.yaml")
    keep = staticmethod(eight_years)
    keep_name = "tests.stores.test_chinook:eight_years"
    claim_sql = 'UPDATE "Invoice" SET "CustomerId" = 4 WHERE "InvoiceId" = 1'
    grow_sql = 'INSERT INTO "InvoiceLine" VALUES (:n, 2, 1, 0.99, 1)'
    points = ("check:1", "write:1", "write:2", "write:3", "check:2")
    path: Path

    @pytest.fixture(autouse=True)
    def _shop(self, tmp_path: Path) -> Iterator[None]:
        self.path = tmp_path / "chinook.sqlite3"
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript((HERE / "schemas" / "chinook.sql").read_text(encoding="utf-8"))
        yield

    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def known(self) -> Subject:
        return Subject("Luís", (Identifier(IdentifierKind.EMAIL, "luis@example.com"),))

    def namesake(self) -> Subject:
        return Subject("the other Luís", (Identifier(IdentifierKind.EMAIL, "luis@example.net"),))

    def test_what_law_keeps_stays_with_the_customer_it_points_at_and_without_her_name(self) -> None:
        self.applied(self.planned())

        with self.engine().connect() as connection:
            left = (
                connection.exec_driver_sql('SELECT "InvoiceId" FROM "Invoice" WHERE "CustomerId" = 1').scalars().all()
            )
            customer = connection.exec_driver_sql('SELECT * FROM "Customer" WHERE "CustomerId" = 1').mappings().one()
        assert left == [2]
        assert (customer["LastName"], customer["Phone"], customer["Country"]) == ("erased", None, "Portugal")
        assert customer["Email"].endswith(".invalid")
