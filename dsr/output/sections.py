"""One data set in the report: shown field by field when it is short, else as a table of its newest rows.

A table cell costs a millisecond, and nobody reads 11,904 sessions on paper: so the rows of all data sets together stay
within MAX_ROWS, and each section says where the complete list is (ux.md 5.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dsr.output import phrases
from dsr.output.chart import Chart, chart
from dsr.output.decoded import decoded, readable
from dsr.output.inputs import words
from dsr.output.upright import needs_width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsr.output.survey import Survey
    from exporters.contract import FieldInfo, JsonValue

MAX_ROWS = 1_000
# A cell costs the renderer about 27 kB: so many keep its child below 300 MiB (bench/report.py).
MAX_REPORT_CELLS = 8_000
MAX_ROWS_EACH = 100
MAX_COLUMNS = 9
RECORDS_ONE_BY_ONE = 5
MAX_TEXT = 400
MAX_TEXT_ONE_BY_ONE = 4_000
SHORTEST_COLUMN, LONGEST_COLUMN = 6, 120


@dataclass(frozen=True, slots=True)
class Section:
    """One data set in the report. Either `records` (few rows, each as label and value) or `head` and `rows` (a table)."""

    label: str
    store: str
    category: str
    rows_total: int
    facts: str
    csv_path: str
    csv_sha256: str
    chart: Chart | None = None
    same: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    records: tuple[tuple[tuple[str, str], ...], ...] = field(default=(), repr=False)
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    widths: tuple[int, ...] = ()
    wide: bool = False
    columns_total: int = 0
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Allotment:
    """Which data sets are shown field by field (their positions), and how many rows each of the others may show."""

    one_by_one: frozenset[int]
    share: int


def allot(surveys: Sequence[Survey]) -> Allotment:
    """Divide MAX_ROWS and MAX_REPORT_CELLS among `surveys`.

    Short data sets are shown field by field as long as they take half of the room, the shortest first. The rows of the
    others are cut alike, to none at all when there are more data sets than rows.
    """
    costs = sorted((_fields(survey), at) for at, survey in enumerate(surveys) if survey.rows <= RECORDS_ONE_BY_ONE)
    chosen, taken = set(), 0
    for cost, at in costs:
        if taken + cost > MAX_ROWS // 2:
            break
        chosen.add(at)
        taken += cost
    tables = [survey for at, survey in enumerate(surveys) if at not in chosen]
    for share in range(MAX_ROWS_EACH, 0, -1):
        rows = [(_same(survey), min(share, survey.rows), _width(survey)) for survey in tables]
        cells = 2 * taken + sum(2 * same + count * width for same, count, width in rows)
        if taken + sum(same + count for same, count, _width_ in rows) <= MAX_ROWS and cells <= MAX_REPORT_CELLS:
            return Allotment(frozenset(chosen), share)
    return Allotment(frozenset(chosen), 0)


def _fields(survey: Survey) -> int:
    return survey.rows * len(survey.filled)


def _same(survey: Survey) -> int:
    return len([column for column in survey.constant if column in survey.filled])


def _width(survey: Survey) -> int:
    return min(MAX_COLUMNS, len(survey.filled) - _same(survey))


def section(survey: Survey, *, language: str, path: str, one_by_one: bool, share: int) -> Section:
    """The section of one data set; `share` rows at most when it is a table. `path`: its CSV file in the package."""
    info = survey.found.info
    base = Section(
        label=words(info.label, language),
        store=words(survey.found.store_label, language),
        category=phrases.category(info.category),
        rows_total=survey.rows,
        facts=facts(survey),
        csv_path=path,
        csv_sha256=survey.csv_sha256,
    )
    columns = [column for column in survey.columns if column in survey.filled]
    printed = _Printed({item.name: item for item in info.fields}, language)
    if one_by_one:
        return _records(base, survey, columns, printed)
    return _table(base, survey, columns, printed, share)


def facts(survey: Survey) -> str:
    """How much and since when: "400 records, from 31 March 2026 to 19 May 2026"."""
    records = phrases.records(survey.rows)
    if survey.first and survey.last and survey.first != survey.last:
        return _("%(records)s, from %(first)s to %(last)s") % {
            "records": records,
            "first": phrases.day(survey.first),
            "last": phrases.day(survey.last),
        }
    return records


@dataclass(frozen=True, slots=True)
class _Printed:
    """Labels and values of the columns of one data set as the reader sees them."""

    fields: Mapping[str, FieldInfo]
    language: str

    def label(self, column: str) -> str:
        info = self.fields.get(column)
        return (words(info.label, self.language) if info else "") or column

    def cell(self, column: str, value: JsonValue, limit: int) -> tuple[str, bool]:
        return _cut(decoded(value, self.fields.get(column), self.language), limit)


def _records(base: Section, survey: Survey, columns: list[str], printed: _Printed) -> Section:
    at = {column: survey.columns.index(column) for column in columns}
    records, shortened = [], False
    for row in survey.newest:
        pairs = []
        for column in columns:
            text, cut = printed.cell(column, row[at[column]], MAX_TEXT_ONE_BY_ONE)
            shortened = shortened or cut
            if text:
                pairs.append((printed.label(column), text))
        records.append(tuple(pairs))
    return replace(base, records=tuple(records), shortened=shortened)


def _table(base: Section, survey: Survey, columns: list[str], printed: _Printed, share: int) -> Section:
    drawn = replace(base, chart=chart(base.label, survey.months))
    if not share:
        return drawn
    same = [
        (printed.label(c), printed.cell(c, survey.constant[c], MAX_TEXT)[0]) for c in columns if c in survey.constant
    ]
    varying = [column for column in columns if column not in survey.constant]
    shown = varying[:MAX_COLUMNS]
    if survey.when and survey.when not in shown and shown:
        shown[-1] = survey.when  # rows in the order of a date nobody sees would look shuffled
    at = [(column, survey.columns.index(column)) for column in shown]
    cells = [[printed.cell(column, row[number], MAX_TEXT) for column, number in at] for row in survey.newest[:share]]
    head = tuple(printed.label(column) for column in shown)
    lines = [head, *([text for text, _cut_ in row] for row in cells)]
    shares = widths(lines) if head else ()
    return replace(
        drawn,
        same=tuple(same),
        head=head,
        widths=shares,
        rows=tuple(tuple(text for text, _cut_ in row) for row in cells) if head else (),
        wide=needs_width(lines, shares) if head else False,
        columns_total=len(varying),
        shortened=any(cut for row in cells for _text, cut in row),
    )


def widths(lines: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """The width of each column but the last in steps of 2 percent, by its longest text; the last takes what is left.

    The renderer's own reckoning costs a third more. The square root keeps a column of sentences from starving the dates.
    """
    longest = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    weights = [math.sqrt(min(max(length, SHORTEST_COLUMN), LONGEST_COLUMN)) for length in longest]
    return tuple(max(2, int(50 * weight / sum(weights)) * 2) for weight in weights[:-1])


def shorten(value: JsonValue, limit: int) -> tuple[str, bool]:
    """A value as text of at most `limit` characters, and whether it was cut. The complete text is in the CSV and JSON."""
    return _cut(readable(value), limit)


def _cut(text: str, limit: int) -> tuple[str, bool]:
    if len(text) <= limit:
        return text, False
    return _("%(start)s … (%(n)s more characters)") % {
        "start": text[:limit].rstrip(),
        "n": phrases.number(len(text) - limit),
    }, True
