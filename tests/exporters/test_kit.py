"""The conformance kit on the shop and the club, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exporters.testing.kit import ExporterKit
from exporters.testing.sql import SqlKit
from tests.exporters import club, shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporters.contract import Subject


class ShopKit(ExporterKit):
    """Reads only, so that one shop does for all; the shop's map blocks erasure anyway."""

    backend = ""

    def exporter(self) -> Any:
        return shop.shared_for_reading(self.backend).store()

    def known(self) -> Subject:
        return shop.MIA

    def namesake(self) -> Subject:
        return shop.OTHER_MIA


class TestShopOnSqlite(ShopKit):
    backend = "sqlite"


@pytest.mark.slow
@pytest.mark.stores
class TestShopOnMariadb(ShopKit):
    backend = "mariadb"


@pytest.mark.slow
@pytest.mark.stores
class TestShopOnPostgresql(ShopKit):
    backend = "postgresql"


class ClubKit(SqlKit):
    """Everything, on a club of each test's own."""

    backend = ""
    data_map = str(club.MAP)
    keep = staticmethod(club.law)
    keep_name = "tests.exporters.club:law"
    arrive_sql = "INSERT INTO visits (id, login, left_at) VALUES (9, 'Ada@example.com', '2026-01-02 03:04:05')"
    claim_sql = "UPDATE letters SET member_id = 4 WHERE id = 2"
    grow_sql = f"INSERT INTO letters (id, member_id, body) VALUES (:n, 1, '{'x' * 180}')"
    own: club.Club

    @pytest.fixture(autouse=True)
    def _club(self, tmp_path: Path) -> Iterator[None]:
        with club.fresh(self.backend, tmp_path) as self.own:
            yield

    def url(self) -> str:
        return self.own.url

    def known(self) -> Subject:
        return club.ADA

    def namesake(self) -> Subject:
        return club.OTHER_ADA


class TestClubOnSqlite(ClubKit):
    backend = "sqlite"


@pytest.mark.slow
@pytest.mark.stores
class TestClubOnMariadb(ClubKit):
    backend = "mariadb"


@pytest.mark.slow
@pytest.mark.stores
class TestClubOnPostgresql(ClubKit):
    backend = "postgresql"
