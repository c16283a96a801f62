"""A database of one's own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exporters.discover.stand import Stand

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)
