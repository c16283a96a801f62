"""The demo's stores as test stores: built once per process, copied per test, configured through DSR_STORES."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from dsr.cases import scope
from dsr.demo.stores import build_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY = date(2026, 6, 15)
STORES = """\
stores:
  billing:
    controller: northwave
    system: sql
    label: {en: Billing, de: Abrechnung}
    owner: Finance
    map: northwave_billing
    url: sqlite:///billing.sqlite3
  radius:
    controller: northwave
    system: sql
    label: {en: Network log-ins, de: Netzanmeldungen}
    owner: Network
    map: radius
    url: sqlite:///radius.sqlite3
"""


@pytest.fixture(scope="session")
def store_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both stores with their invented subscribers."""
    folder = tmp_path_factory.mktemp("stores")
    build_files(folder, today=TODAY)
    (folder / "stores.yaml").write_text(STORES, encoding="utf-8")
    return folder


@pytest.fixture
def demo_stores(store_template: Path, tmp_path: Path, settings) -> Iterator[Path]:
    """A folder with copies of the stores, named by DSR_STORES for this test."""
    folder = tmp_path / "stores"
    shutil.copytree(store_template, folder)
    settings.DSR_STORES = str(folder / "stores.yaml")
    yield folder
    scope.forget()
