"""Reads a collected dataset once and says what is in it: counts, months, checksums of the files it will become.

Letters and reports need these facts before the package is written, and the manifest needs them to be true afterwards:
so the data is read once, and the files are rendered while it is counted. Memory holds one batch and the newest rows.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, cast

from dsr.output.files import checked, csv_chunks, json_rows, marked
from dsr.output.newest import Newest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsr.output.aside import Aside
    from dsr.output.inputs import Found
    from exporters.contract import Batch, CellNote, JsonValue

NEWEST = 100
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ]\d\d:\d\d")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)$")
_SOME_DAY = "2026-01-02"
_DAY_LENGTH = len(_SOME_DAY)
_CLOCK_LENGTH = len("T03:04")


@dataclass(frozen=True, slots=True)
class Survey:
    """The facts of one dataset. `columns` is empty when there is no row.

    `constant` holds the columns with one and the same value in every row, `filled` those with any value at all.
    `newest` are up to NEWEST rows, newest first when `when` names the column that dates them, else the first ones.
    """

    found: Found
    columns: tuple[str, ...]
    rows: int
    csv_bytes: int
    csv_sha256: str
    json_bytes: int
    notes: Mapping[CellNote, int]
    filled: frozenset[str]
    constant: Mapping[str, JsonValue] = field(repr=False)
    when: str | None = None
    first: date | None = None
    last: date | None = None
    months: tuple[tuple[str, int], ...] = ()
    newest: tuple[tuple[JsonValue, ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Rendered:
    """Where a survey puts the files it counts: `csv` as it is, `json` as one object a line."""

    csv: Aside
    json: Aside


def survey(found: Found, rendered: Rendered | None = None) -> Survey:
    """Read the dataset and reckon its facts. OutputError when it holds what must not be disclosed.

    `rendered` gets `csv_bytes` of CSV and, with an end for each row, `json_bytes + rows` of JSON.
    """
    reckoning = _Reckoning(rendered)
    for batch in checked(found):
        reckoning.take(batch)
    when = reckoning.dated_by()
    months = reckoning.months.get(when, Counter()) if when else Counter()
    first, last = reckoning.span[when] if when else (None, None)
    return Survey(
        found=found,
        columns=reckoning.columns,
        rows=reckoning.rows,
        csv_bytes=reckoning.csv_bytes,
        csv_sha256=reckoning.csv_sha256.hexdigest(),
        json_bytes=reckoning.json_bytes,
        notes=dict(sorted(reckoning.notes.items())),
        filled=frozenset(reckoning.filled),
        constant=dict(reckoning.constant),
        when=when,
        first=date.fromisoformat(first) if first else None,
        last=date.fromisoformat(last) if last else None,
        months=tuple(sorted(months.items())),
        newest=reckoning.newest.of(when),
    )


class _Reckoning:
    """The running totals of one pass."""

    def __init__(self, rendered: Rendered | None) -> None:
        self._rendered = rendered
        self.newest = Newest(NEWEST)
        self.columns: tuple[str, ...] = ()
        self.rows = self.csv_bytes = self.json_bytes = 0
        self.csv_sha256 = hashlib.sha256()
        self.notes: Counter[CellNote] = Counter()
        self.filled: set[str] = set()
        self.constant: dict[str, JsonValue] = {}
        self.months: dict[str, Counter[str]] = {}
        self.span: dict[str, tuple[str, str]] = {}
        self._kind: dict[str, re.Pattern[str]] = {}
        self._undated: set[str] = set()

    def take(self, batch: Batch) -> None:
        """Add one batch."""
        self._files(batch, header=not self.columns)
        self.columns = batch.columns
        self.notes.update(note.code for note in batch.notes)
        if len(batch):
            columns = marked(batch)
            for column, values in zip(batch.columns, columns, strict=True):
                self._column(column, values)
            self.newest.take(batch.columns, columns, dated=self._kind)
        self.rows += len(batch)

    def _files(self, batch: Batch, *, header: bool) -> None:
        head, *lines = csv_chunks(batch.columns, iter([batch]))
        for chunk in (head, *lines) if header else lines:
            self.csv_bytes += len(chunk)
            self.csv_sha256.update(chunk)
            if self._rendered:
                self._rendered.csv.write(chunk)
        for rows in json_rows(iter([batch]), between=b"\n"):
            self.json_bytes += len(rows) - (len(batch) - 1)
            if self._rendered:
                self._rendered.json.write(rows + b"\n")

    def _column(self, column: str, values: Sequence[JsonValue]) -> None:
        if self.rows == 0:
            self.constant[column] = values[0]
        if column in self.constant and values.count(self.constant[column]) != len(values):
            del self.constant[column]
        given = [value for value in values if value is not None and value != ""] if column not in self._undated else ()
        if given or (column not in self.filled and any(value not in (None, "") for value in values)):
            self.filled.add(column)
        if given:
            self._dates(column, given)

    def _dates(self, column: str, values: Sequence[JsonValue]) -> None:
        """Count months while every value of the column is a date; the first other value ends it."""
        first = values[0]
        kind = self._kind.get(column) or next(
            (k for k in (_MOMENT, _DAY) if isinstance(first, str) and k.match(first)), None
        )
        days = _days(values, kind) if kind else None
        if kind is None or days is None:
            self._undated.add(column)
            self._kind.pop(column, None)
            return
        self._kind[column] = kind
        low, high = self.span.get(column, (min(days), max(days)))
        self.span[column] = (min(low, *days), max(high, *days))
        months = self.months.setdefault(column, Counter())
        for day, count in days.items():
            months[day[:7]] += count

    def dated_by(self) -> str | None:
        """The column that says when a row came to be: the first with times, else the first with more than one day.

        A date of birth is a day, and the same in all rows: it dates nothing.
        """
        candidates = [column for column in self.columns if column in self._kind]
        for column in candidates:
            if self._kind[column] is _MOMENT:
                return column
        return next((column for column in candidates if self.span[column][0] != self.span[column][1]), None)


def _days(values: Sequence[JsonValue], kind: re.Pattern[str]) -> Counter[str] | None:
    """How often each day occurs, or None when a value is not of this kind.

    A million moments fall on some thousand days and at most 1,440 minutes of a day, so those are looked at.
    """
    texts = cast("Sequence[str]", values)
    try:
        days = Counter([text[:_DAY_LENGTH] for text in texts])
        rests = {text[_DAY_LENGTH : _DAY_LENGTH + _CLOCK_LENGTH] for text in texts}
        fine = all(map(_is_date, days)) and all(kind.match(_SOME_DAY + rest) for rest in rests)
    except (TypeError, KeyError):  # a list or a number among them
        return None
    return days if fine else None


def _is_date(text: str) -> bool:
    found = _DAY.match(text)
    try:
        return found is not None and date(*map(int, found.groups())) is not None
    except ValueError:
        return False
