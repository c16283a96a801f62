"""The conformance kit on the REST stand-in."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from exporters.testing.kit import ExporterKit
from tests.exporters.http import standin
from tests.exporters.http.test_rest_erasing import law

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporters.contract import Subject
    from exporters.testing.checksums import RowSums


class TestRestStandin(ExporterKit):
    keep = staticmethod(law)
    transactional = False
    own: standin.Standin
    folder: Path

    @pytest.fixture(autouse=True)
    def _standin(self, tmp_path: Path) -> Iterator[None]:
        self.folder = tmp_path
        with standin.running() as self.own:
            # The kit erases whole: what only a person can do by hand would rightly stay as a residue.
            self.own.rows["contacts"].clear()
            del self.own.rows["invoices"]["R-2"]
            yield

    def exporter(self) -> Any:
        return standin.store(self.folder, self.own.url)

    def known(self) -> Subject:
        return standin.ANNA

    def namesake(self) -> Subject:
        return standin.OTHER_ANNA

    def contents(self) -> RowSums:
        return self.own.sums()

    def unreachable(self) -> Any:
        return standin.store(self.folder, "http://127.0.0.1:9/")

    def plant(self, value: str) -> None:
        row = {"id": 99, "client_id": 0, "author": "", "text": value, "answered": ""}
        self.own.rows["tickets"]["99"] = row

    def claim(self) -> None:
        self.own.rows["tickets"]["2"]["client_id"] = 8

    @contextmanager
    def locked(self) -> Iterator[None]:
        pytest.skip("an interface has no locks: what two write at once is told by its optimistic lock")
        yield
