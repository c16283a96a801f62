"""The erasure kit on the club, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exporters.testing.checksums import RowSums, checksums
from exporters.testing.erasure import ErasureKit
from tests.exporters import club

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporters.contract import Subject


class ClubKit(ErasureKit):
    backend = ""
    keep = staticmethod(club.law)
    keep_name = "tests.exporters.club:law"
    own: club.Club

    @pytest.fixture(autouse=True)
    def _club(self, tmp_path: Path) -> Iterator[None]:
        with club.fresh(self.backend, tmp_path) as self.own:
            yield

    def exporter(self) -> Any:
        return self.own.store()

    def known(self) -> Subject:
        return club.ADA

    def namesake(self) -> Subject:
        return club.OTHER_ADA

    def contents(self) -> RowSums:
        return checksums(self.own.engine)

    def plant(self, value: str) -> None:
        self.own.insert("attic", {"id": 2, "scrap": value})

    def arrive(self) -> None:
        self.own.execute("INSERT INTO visits (id, login, left_at) VALUES (9, 'Ada@example.com', '2026-01-02 03:04:05')")

    def claim(self) -> None:
        self.own.execute("UPDATE letters SET member_id = 4 WHERE id = 2")

    def configured(self) -> tuple[str, str]:
        return str(self.own.config_file()), "club"


class TestOnSqlite(ClubKit):
    backend = "sqlite"


@pytest.mark.stores
class TestOnMariadb(ClubKit):
    backend = "mariadb"


@pytest.mark.stores
class TestOnPostgresql(ClubKit):
    backend = "postgresql"
