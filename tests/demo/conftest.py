"""What tests of the demo share: its stores in a folder, and the desk's settings pointing there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dsr.cases import scope
from dsr.demo import place
from dsr.demo.stores import build_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.conf import LazySettings


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's stores as they are on the day of the module, made once for it."""
    folder = tmp_path_factory.mktemp("demo")
    build_files(folder, today=request.module.NOW.date())
    place.write_store_list(folder)
    return folder


@pytest.fixture
def stores(folder: Path, tmp_path: Path, settings: LazySettings) -> Iterator[None]:
    """The desk connected to the stores of `folder`, with a vault and a ledger of its own."""
    settings.DSR_STORES = str(folder / "stores.yaml")
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    default = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "vault")},
    }
    settings.STORAGES = {**settings.STORAGES, "default": default}
    scope.forget()
    yield
    scope.forget()
