"""Where a package is written to."""

from __future__ import annotations

from typing import Protocol


class Outlet(Protocol):
    """Takes bytes in one direction; `dsr.vault`'s writer and any binary file are outlets."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        ...

    def flush(self) -> None:
        """Pass on what waits, if anything does."""
        ...
