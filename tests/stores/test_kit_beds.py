"""The whole conformance kit, with erasing and breaking, on copies of real programs' databases in MariaDB."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from exporters.contract import Identifier, IdentifierKind, Kept, Subject
from exporters.testing.sql import SqlKit
from tests.stores import beds

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.stores, pytest.mark.slow]


def eight_years(document_class: str, day: date) -> Kept | None:
    """Invoices are kept to the end of the eighth year."""
    return Kept(date(day.year + 8, 12, 31), "§ 147 AO", "V") if document_class == "invoice" else None


class BedKit(SqlKit):
    """Both people are called Jean Doherty."""

    bed = ""
    keep = staticmethod(eight_years)
    keep_name = "tests.stores.test_kit_beds:eight_years"
    _url: str

    def gives(self, hook: str) -> bool:
        return hook != "stalled" and super().gives(hook)  # shown on the club; here it would only take time

    @pytest.fixture(autouse=True)
    def _copy(self) -> Iterator[None]:
        with beds.own_copy(self.bed) as self._url:
            yield

    def url(self) -> str:
        return self._url

    def known(self) -> Subject:
        return self._person(4)

    def namesake(self) -> Subject:
        return self._person(8)

    def _person(self, n: int) -> Subject:
        person = beds.subscribers()[n - 1]
        return Subject(f"n={n}", (Identifier(IdentifierKind.EMAIL, person["email"]),))


class TestFossbilling(BedKit):
    bed = "fossbilling"
    data_map = "fossbilling"
    claim_sql = "UPDATE client_order SET client_id = 8 WHERE client_id = 4"
    grow_sql = (
        f"INSERT INTO activity_client_email (id, client_id, subject, content_text) VALUES (:n, 4, 'x', '{'x' * 180}')"
    )


class TestRadius(BedKit):
    bed = "radius"
    data_map = "radius"
    claim_sql = "UPDATE userinfo SET username = 'someone-else' WHERE username = 'jean.doherty03@example.net'"
    arrive_sql = (
        "INSERT INTO radpostauth (username, pass, reply, authdate)"
        " VALUES ('jean.doherty03@example.net', 'typed', 'Access-Accept', '2026-01-02 03:04:05')"
    )
    grow_sql = (
        "INSERT INTO radpostauth (id, username, pass, reply, authdate)"
        " VALUES (:n, 'jean.doherty03@example.net', 'typed', 'Access-Accept', '2026-01-02 03:04:05')"
    )
