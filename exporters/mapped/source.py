"""Where rows come from and go to: what a web interface or a folder of files must be able to do for the walk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from exporters.contract import Temporary
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.contract import JsonValue, Problem
    from exporters.datamap.model import Condition, Dataset

BATCH = 500
"""Rows handed on at a time."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the columns of the data map, and the record as the store gave it (for searching what no map names).

    `unseen`: columns of the map that the record does not have at all, which is not the same as having them empty.
    """

    values: Mapping[str, Any] = field(repr=False)
    raw: Any = field(default=None, repr=False)
    unseen: frozenset[str] = frozenset()

    def key(self, dataset: Dataset) -> tuple[str, ...]:
        """The row's key as texts, whether the store writes it as a number or a text."""
        return tuple(text_of(self.values.get(column)) or "" for column in dataset.key)


class FateUnknown(Temporary):
    """A write was sent and no answer came: it may or may not have happened. Re-read and decide, never repeat blindly."""

    def __init__(self, place: str) -> None:
        super().__init__("fate_unknown", place)


class Source(Protocol):
    """A store as rows. All methods may raise Temporary and Permanent."""

    def asks(self, dataset: str) -> frozenset[str] | None:
        """The columns by which rows can be asked for; None: by any, since the whole dataset can be read."""
        ...

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """At least the rows whose `column` holds one of `values`; the caller compares again. Streams."""
        ...

    def every(self, dataset: Dataset) -> Iterator[Row] | None:
        """All rows of a dataset, streamed; None where the store cannot list them."""
        ...

    def one(self, dataset: Dataset, key: tuple[str, ...]) -> Row | None:
        """The row with this key as it is now; None when it is gone."""
        ...

    def can_delete(self, dataset: str) -> bool:
        """Whether rows of the dataset can be deleted by program."""
        ...

    def can_change(self, dataset: str, columns: Collection[str]) -> bool:
        """Whether all these columns can be changed by program."""
        ...

    def delete(self, dataset: Dataset, row: Row) -> None:
        """Delete the row, once. Raises FateUnknown when it may have happened."""
        ...

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Write the columns of the row, once. Raises FateUnknown when it may have happened."""
        ...

    def rule(self, dataset: str) -> JsonValue:
        """What an approval binds of the way the dataset is reached and changed."""
        ...

    def check(self) -> list[Problem]:
        """What is wrong between map and store; raises Temporary when the store cannot be asked."""
        ...

    def outside(self) -> Iterator[tuple[str, Any]]:
        """(place, record) of what the store holds beside the map's datasets, for the search after an erasure."""
        ...


def holds(conditions: tuple[Condition, ...], row: Row) -> bool:
    """Whether the row meets a `where`, a `when` or a `wait_while`."""
    return all((text_of(row.values.get(one.column)) in one.values) is not one.negated for one in conditions)
