"""The conformance kit on the shop, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exporters.testing.kit import ExporterKit
from tests.exporters import shop

if TYPE_CHECKING:
    from exporters.contract import Subject


class ShopKit(ExporterKit):
    backend = ""
    down = ""

    def exporter(self) -> Any:
        return shop.shared_for_reading(self.backend).store()

    def known(self) -> Subject:
        return shop.MIA

    def namesake(self) -> Subject:
        return shop.OTHER_MIA

    def unreachable(self) -> Any:
        return shop.shared_for_reading(self.backend).store(name="down", url=self.down)


class TestOnSqlite(ShopKit):
    backend = "sqlite"
    down = "sqlite:////nowhere/at/all.sqlite3"


@pytest.mark.stores
class TestOnMariadb(ShopKit):
    backend = "mariadb"
    down = "mariadb://root@localhost/gone?unix_socket=/nowhere/at/all"


@pytest.mark.stores
class TestOnPostgresql(ShopKit):
    backend = "postgresql"
    down = "postgresql://postgres@/gone?host=/nowhere/at/all"
