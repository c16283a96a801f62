"""What `collect` hands out: some rows of one dataset at a time, fit for JSON, with notes on what had to be changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

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


@dataclass(frozen=True, slots=True)
class Note:
    """A note on one cell: its row in the batch, its column."""

    row: int
    column: str
    code: CellNote


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one dataset. All values are JSON-able; rows come in a stable order over all batches."""

    dataset: str
    columns: tuple[str, ...]
    rows: tuple[tuple[JsonValue, ...], ...] = field(repr=False)
    notes: tuple[Note, ...] = ()
