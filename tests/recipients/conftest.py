"""Two stores kept by hand, so that datasets can be named without a database of anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dsr.cases import scope
from tests.owners.conftest import MAP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORE = "  {name}:\n    controller: northwave\n    system: manual\n    label: {{en: {label}}}\n    owner: Support\n    map: calls.yaml\n"


@pytest.fixture(autouse=True)
def stores(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The folder of DSR_STORES."""
    said = STORE.format(name="billing", label="Billing") + STORE.format(name="radius", label="Network log-ins")
    (tmp_path / "stores.yaml").write_text(f"stores:\n{said}", encoding="utf-8")
    (tmp_path / "calls.yaml").write_text(MAP, encoding="utf-8")
    settings.DSR_STORES = str(tmp_path / "stores.yaml")
    yield tmp_path
    scope.forget()
