"""Everybody a store holds, for a comparison with hashes: who of those that were erased is back (rules.md 6.4 no. 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporters.identifiers import Identifier
    from exporters.plans import RowKey


@runtime_checkable
class Enumerates(Protocol):
    """Can name everybody it holds."""

    def everybody(self, check: Callable[[], None]) -> Iterator[tuple[RowKey, tuple[Identifier, ...]]]:
        """Each person's key with identifiers that stand in one row of hers, streamed; the same person may come again.

        An identifier of kind RECORD is always among them. Reads only; `check` is called now and then, and what it raises
        ends the reading. Raises Temporary or Permanent.
        """
        ...
