"""The shop: a small invented store with every kind of link and every trap, on each database we support."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exporters import shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("mariadb", marks=[pytest.mark.stores, pytest.mark.slow]),
        pytest.param("postgresql", marks=pytest.mark.stores),
    ]
)
def backend(request: pytest.FixtureRequest) -> str:
    """One test, three databases; MariaDB in the slow suite, where the beds run on it in the fast one."""
    return str(request.param)


@pytest.fixture
def open_shop(backend: str, tmp_path: Path) -> Iterator[shop.Shop]:
    """A freshly filled shop on this backend, for tests that change or break it."""
    with shop.fresh(backend, tmp_path) as found:
        yield found


@pytest.fixture
def sqlite_shop(tmp_path: Path) -> Iterator[shop.Shop]:
    """A freshly filled shop where the database does not matter."""
    with shop.fresh("sqlite", tmp_path) as found:
        yield found
