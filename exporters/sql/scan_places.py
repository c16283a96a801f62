"""Where rows are that may hold an identifier, and how many of them are read again at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 4 * 1024 * 1024
"""Bytes of rows read again at a time; a larger row comes alone."""
MOST_ROWS = 500


@dataclass(slots=True)
class Sized:
    """Places in the order of reading, cut so that rows read again stay within `MOST_BYTES`."""

    at: list[Any] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def add(self, place: Any, size: int) -> None:
        """One more row, of `size` bytes."""
        self.at.append(place)
        self.sizes.append(size)

    def cut(self) -> Iterator[list[Any]]:
        """Lists of places, to be read again one list at a time."""
        part: list[Any] = []
        total = 0
        for place, size in zip(self.at, self.sizes, strict=True):
            if part and (total + size > MOST_BYTES or len(part) == MOST_ROWS):
                yield part
                part, total = [], 0
            part.append(place)
            total += size
        if part:
            yield part
