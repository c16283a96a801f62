"""A table somebody of a department hands in: CSV or JSON whose columns the store's data map declares, as rows of a dataset.

What fits no dataset is no table to us, and is handed on as the file it is: a column that nobody declared is never read as
data (rules A-04, house.md "Data map").
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from exporters.contract import Batch, Disclosure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exporters.contract import DatasetInfo

_ROWS: Final = 500
"""Rows in one batch."""
_MOST_COLUMNS: Final = 200
_DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one dataset, in batches."""

    dataset: str
    rows: int
    batches: tuple[Batch, ...]


def as_table(content: bytes, *, described: Iterable[DatasetInfo]) -> Table | None:
    """The table in `content`, or None when it is none that one of the datasets declares: order of columns does not matter."""
    text = _text(content)
    if text is None:
        return None
    found = _json(text) or _csv(text)
    if found is None:
        return None
    header, rows = found
    for info in described:
        named = {one.name.casefold(): one.name for one in info.fields if one.disclosure is not Disclosure.NEVER}
        columns = [named.get(name.strip().casefold(), "") for name in header]
        if all(columns) and len(set(columns)) == len(columns):
            return Table(info.name, len(rows), tuple(_batches(info.name, columns, rows)))
    return None


def _text(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _json(text: str) -> tuple[list[str], list[list[Any]]] | None:
    """A list of flat objects that all have the same names."""
    if not text.lstrip().startswith("["):
        return None
    try:
        items = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    header = list(dict.fromkeys(name for item in items for name in item))
    if len(header) > _MOST_COLUMNS:
        return None
    if any(isinstance(value, dict | list) for item in items for value in item.values()):
        return None
    return header, [[item.get(name) for name in header] for item in items]


def _csv(text: str) -> tuple[list[str], list[list[Any]]] | None:
    """Rows below a header; a row of another length means that this is no table."""
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if line]
    except csv.Error:
        return None
    if not lines or len(lines[0]) > _MOST_COLUMNS or any(len(line) != len(lines[0]) for line in lines):
        return None
    return lines[0], lines[1:]


def _batches(dataset: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterable[Batch]:
    for at in range(0, len(rows), _ROWS):
        yield Batch(dataset, tuple(columns), tuple(tuple(row) for row in rows[at : at + _ROWS]))
