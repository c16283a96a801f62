"""What a store holds of one person today, value by value, each with the row it stands in: the ground of a correction (R-01).

`collect` hands out data to read; a correction must name the row it means, and what would become of it. Rows that a system
adds all day (connections, log-ins) are left out: they are records of what happened, and nobody corrects them one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from exporters.plans import RowKey

ROWS = 40
"""Rows of one dataset that are read by default, the newest keys first."""


@dataclass(frozen=True, slots=True)
class Held:
    """One value that a person may ask to have corrected, as it stands now, or empty where nothing does.

    `kind`: the kind of identifier it is, by the data map (`email`, `name`); empty where the map names none. `shared`:
    the row says something about other people too. `more`: her rows of the dataset that were not read.
    """

    row: RowKey
    column: str
    value: str | None = field(repr=False)
    kind: str = ""
    shared: bool = False
    more: int = 0


@runtime_checkable
class Holds(Protocol):
    """Can say which values of hers could be corrected."""

    def held(self, keys: tuple[RowKey, ...], *, rows: int = ROWS) -> tuple[Held, ...]:
        """Every value linked to `keys` (from `locate`) that a correction may overwrite or annotate, in the map's order.

        At most `rows` rows of a dataset. Reads only; raises Temporary or Permanent.
        """
        ...
