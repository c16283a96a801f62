"""Batches as lines of a spool and back: one JSON text a batch, so that a line is parsed in one call.

A line begins with the name of its data set, so that those of other data sets are skipped without being parsed. Its
values stand column by column: that is how they are worked on, and fourteen lists are made faster than a thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from exporters.contract import Batch, CellNote, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def line_of(batch: Batch) -> bytes:
    """The line of a batch, with its end."""
    notes = [[note.row, note.column, note.code.value] for note in batch.notes]
    item = {"dataset": batch.dataset, "columns": batch.columns, "values": batch.values, "notes": notes}
    return orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE)


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in chunks of bytes, one at a time, without their ends."""
    parts: list[bytes] = []  # of a line that is longer than a chunk
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        parts.append(first)
        if others:
            yield b"".join(parts)
            yield from others[:-1]
            parts = [others[-1]]
    if last := b"".join(parts):
        yield last


def batches_of(lines: Iterable[bytes], dataset: str) -> Iterator[Batch]:
    """The batches of one data set."""
    start = b'{"dataset":' + orjson.dumps(dataset) + b","
    for line in lines:
        if line.startswith(start):
            item = orjson.loads(line)
            notes = tuple(Note(row, column, CellNote(code)) for row, column, code in item["notes"])
            yield Batch.of_columns(item["dataset"], tuple(item["columns"]), item["values"], notes)
