"""A collected dataset as the bytes of files: CSV and JSON, batch by batch, nothing that must not be disclosed."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dsr.output.cells import to_csv, to_json
from dsr.output.columns import csv_column, json_objects
from dsr.output.inputs import Found, OutputError
from exporters.contract import Batch, CellNote, Disclosure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exporters.contract import JsonValue

NOTES_KEY = "_notes"
DISCLOSED = frozenset({Disclosure.EXPORTED, Disclosure.PARTLY})
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def csv_lines(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows of finished cells as CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def csv_chunks(columns: tuple[str, ...], batches: Iterator[Batch]) -> Iterator[bytes]:
    """The CSV file of one dataset (RFC 4180, UTF-8 with a byte order mark, so that spreadsheets see the encoding)."""
    yield BYTE_ORDER_MARK + csv_lines([[to_csv(column) for column in columns]])
    for batch in batches:
        if not len(batch):
            continue
        cells, simple = zip(*map(csv_column, marked(batch)), strict=True)
        if all(simple) and len(cells) > 1:  # a row of one empty cell would be an empty line
            yield ("\r\n".join(map(",".join, zip(*cells, strict=True))) + "\r\n").encode()
        else:
            yield csv_lines(zip(*cells, strict=True))


def marked(batch: Batch) -> list[Sequence[JsonValue]]:
    """The columns as people see them: "[withheld]" where a value is not disclosed, so that nobody takes it for empty."""
    columns = list(batch.values)
    withheld: dict[str, set[int]] = {}
    for note in batch.notes:
        if note.code is CellNote.WITHHELD:
            withheld.setdefault(note.column, set()).add(note.row)
    mark = _("[withheld]")
    for name, rows in withheld.items():
        at = batch.columns.index(name)
        columns[at] = [mark if value is None and row in rows else value for row, value in enumerate(columns[at])]
    return columns


def json_rows(batches: Iterator[Batch], *, between: bytes) -> Iterator[bytes]:
    """The rows as JSON objects with `between` between them, a batch at a time, without anything before or after.

    What was changed or withheld stands beside the values, under `_notes`.
    """
    for batch in batches:
        if len(batch):
            yield json_objects(batch.columns, batch.values, between=between, ends=_noted(batch))


def _noted(batch: Batch) -> Sequence[str]:
    """For each row what it says of its notes after its values; nothing at all when the batch has none."""
    notes: dict[int, dict[str, str]] = {}
    for note in batch.notes:
        notes.setdefault(note.row, {})[note.column] = note.code.value
    if not notes:
        return ()
    return [f',"{NOTES_KEY}":{to_json(notes[row])}' if row in notes else "" for row in range(len(batch))]


def checked(found: Found) -> Iterator[Batch]:
    """The batches of a dataset, as long as they are what its description allows (OutputError otherwise).

    A column that is never disclosed, or that nobody described, must not reach a package by any way: stop here.
    """
    open_columns = {item.name for item in found.info.fields if item.disclosure in DISCLOSED}
    place, columns = f"{found.store}.{found.info.name}", None
    for batch in found.read():
        columns = columns or batch.columns
        if batch.columns != columns or batch.dataset != found.info.name:
            raise OutputError("columns_changed", place)
        for column in batch.columns:
            if column not in open_columns:
                raise OutputError("column_not_disclosable", f"{place}.{column}")
        yield batch
