"""What `collect` hands out: some rows of one dataset at a time, fit for JSON, with notes on what had to be changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"


class CellNote(StrEnum):
    """What had to be changed to hand a value on."""

    ZERO_DATE = "zero_date"  # MariaDB's 0000-00-00 is no date
    OUT_OF_RANGE = "out_of_range"  # a date or number the JSON world cannot hold: given as text
    NUL_REMOVED = "nul_removed"
    NOT_UTF8 = "not_utf8"  # undecodable characters replaced
    BASE64 = "base64"
    TOO_LARGE = "too_large"  # over 16 MB: left out of the files
    BIG_INTEGER = "big_integer"  # beyond 2^53: as text, because JSON readers would round it
    WITHHELD = "withheld"  # this row's value is never disclosed; the reason is in the field's description
    PART_WITHHELD = "part_withheld"
    REDACTED = "redacted"  # a person took something out before the value left; the reason stands in its place


@dataclass(frozen=True, slots=True)
class Note:
    """A note on one cell: its row in the batch, its column."""

    row: int
    column: str
    code: CellNote


@dataclass(frozen=True)
class Batch:
    """Some rows of one dataset. All values are JSON-able; rows come in a stable order over all batches.

    A batch is made from its rows, or from its columns (`of_columns`): a column handled at once costs a tenth of its
    cells one by one. Either is made from the other when somebody first asks for it.
    """

    dataset: str
    columns: tuple[str, ...]
    rows: tuple[tuple[JsonValue, ...], ...] = field(repr=False)
    notes: tuple[Note, ...] = ()

    @classmethod
    def of_columns(
        cls,
        dataset: str,
        columns: tuple[str, ...],
        values: Sequence[Sequence[JsonValue]],
        notes: tuple[Note, ...] = (),
    ) -> Batch:
        """A batch whose `values` hold one sequence a column, all of one length, at least one."""
        if len(values) != len(columns) or len({len(column) for column in values}) != 1:
            raise ValueError("a batch has one sequence of values for each column, all of one length")
        batch = cls.__new__(cls)
        batch.__dict__.update(dataset=dataset, columns=columns, values=values, notes=notes)
        return batch

    @cached_property
    def values(self) -> Sequence[Sequence[JsonValue]]:
        """The columns: one sequence of values each, in the order of `columns`."""
        return tuple(zip(*self.rows, strict=True)) or ((),) * len(self.columns)

    def __len__(self) -> int:
        """How many rows."""
        made = self.__dict__.get("values")
        return len(self.rows) if made is None else len(made[0]) if made else 0

    def __bool__(self) -> bool:
        """A batch is a batch, also one without rows."""
        return True

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Only `rows` of a batch made from columns is ever missing.
            if name != "rows" or "values" not in self.__dict__:
                raise AttributeError(name)
            rows = tuple(zip(*self.values, strict=True))
            self.__dict__["rows"] = rows
            return rows
