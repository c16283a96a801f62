"""The newest rows of a dataset, found while it goes by, before it is known which column says when a row came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from exporters.contract import JsonValue

Row: TypeAlias = "tuple[JsonValue, ...]"
_Dated: TypeAlias = "tuple[str, int, Row]"


class Newest:
    """For every column that may date the rows its newest ones, and the first ones in case that none does."""

    def __init__(self, most: int) -> None:
        self._most, self._before = most, 0
        self._first: list[Row] = []
        self._best: dict[str, list[_Dated]] = {}

    def take(self, names: Sequence[str], columns: Sequence[Sequence[JsonValue]], *, dated: Collection[str]) -> None:
        """Add the rows of a batch, at least one; `dated` are the columns in which there has been nothing but dates so far."""
        self._best = {
            name: self._better(self._best.get(name) or self._undated(), columns, names.index(name)) for name in dated
        }
        count = len(columns[0])
        room = min(count, self._most - len(self._first))
        self._first += [_row(columns, at) for at in range(room)]
        self._before += count

    def of(self, when: str | None) -> tuple[Row, ...]:
        """The newest rows by the column `when`, newest first and of one date in their order; without it the first rows."""
        return tuple(self._first) if when is None else tuple(row for _, _, row in self._best[when])

    def _undated(self) -> list[_Dated]:
        """What is known of a column that had no value until now: its first rows, in their order."""
        return [("", -at, row) for at, row in enumerate(self._first)]

    def _better(self, best: list[_Dated], columns: Sequence[Sequence[JsonValue]], by: int) -> list[_Dated]:
        # Of one date the earlier row is kept, so a row must have a later one to come in where there is no room.
        least = best[-1][0] if len(best) == self._most else None
        dates = [str(value or "") for value in columns[by]]
        fresh = [(date, -at) for at, date in enumerate(dates) if least is None or date > least]
        fresh.sort(reverse=True)
        found = [(date, at - self._before, _row(columns, -at)) for date, at in fresh[: self._most]]
        return sorted([*best, *found], key=lambda one: one[:2], reverse=True)[: self._most]


def _row(columns: Sequence[Sequence[JsonValue]], at: int) -> Row:
    return tuple(values[at] for values in columns)
