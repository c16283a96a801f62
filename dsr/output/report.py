"""The readable report: what was found, store by store, in a document a person can read and a screen reader can speak.

It is complete for small data sets. Of long lists it shows the newest rows and says where the complete list is, because
a table cell costs a millisecond and nobody reads 11,904 sessions on paper (ux.md 5.4).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.output import phrases
from dsr.output.attached import SHOWN_IN_REPORT, groups
from dsr.output.cells import plain
from dsr.output.chart import Chart, chart
from dsr.output.information import left_out
from dsr.output.inputs import words
from dsr.output.pages import fill
from dsr.output.pdf import MAX_CELLS, Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsr.output.attached import Attached
    from dsr.output.inputs import CaseHead, Inquiry, Sender
    from dsr.output.manifest import FileFact
    from dsr.output.survey import Survey
    from exporters.contract import JsonValue

MAX_ROWS = 1_500
MAX_ROWS_EACH = 100
MAX_COLUMNS = 9
RECORDS_ONE_BY_ONE = 5
MAX_TEXT = 400
MAX_TEXT_ONE_BY_ONE = 4_000
PORTRAIT_COLUMNS = 5
SHORTEST_COLUMN, LONGEST_COLUMN = 6, 120


@dataclass(frozen=True, slots=True)
class Section:
    """One data set in the report. Either `records` (few rows, each as label and value) or `head` and `rows` (a table)."""

    label: str
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
class StorePart:
    """One store of the report: its name for people, its data sets."""

    label: str
    rows: int
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class ReportInput:
    """What a report is made from. `paths` are the CSV paths of `names.csv_paths`.

    `data_files` are the files for programs with their checksums; `attached` says that the document carries them.
    `attachments` are files of the subject, which lie beside the report.
    """

    sender: Sender
    head: CaseHead
    inquiry: Inquiry
    surveys: tuple[Survey, ...]
    paths: Mapping[tuple[str, str], str]
    data_files: tuple[FileFact, ...] = ()
    attached: bool = False
    attachments: tuple[Attached, ...] = field(default=(), repr=False)


def report_html(report: ReportInput) -> str:
    """Write the report in the language of the case, within MAX_ROWS table rows and the renderer's cell limit."""
    with translation.override(report.head.language):
        parts = _parts(report)
        values = {
            "sender": report.sender,
            "head": report.head,
            "inquiry": report.inquiry,
            "title": _("Report: the data we hold about you"),
            "parts": parts,
            "empty": [words(item.label, report.head.language) for item in report.inquiry.searched if not item.found],
            "rows": sum(part.rows for part in parts),
            "sets": sum(len(part.sections) for part in parts),
            "left_out": left_out(report.surveys, report.inquiry.redactions, report.head.language),
            "data_files": report.data_files,
            "attached": report.attached,
            "attachments": groups(report.attachments, report.head.language, most=SHOWN_IN_REPORT),
            "neither_confirm_nor_deny": str(phrases.NEITHER_CONFIRM_NOR_DENY),
        }
        return fill("package/report.html", values)


def report_document(report: ReportInput) -> Document:
    """The report ready for `pdf.render_pdf`."""
    return Document(html=report_html(report), written_at=report.head.written_at, logo=report.sender.logo)


def _parts(report: ReportInput) -> tuple[StorePart, ...]:
    filled = [survey for survey in report.surveys if survey.rows]
    share = rows_each(filled)
    stores: dict[str, list[Survey]] = {}
    for survey in filled:
        stores.setdefault(survey.found.store, []).append(survey)
    return tuple(
        StorePart(
            label=words(surveys[0].found.store_label, report.head.language),
            rows=sum(survey.rows for survey in surveys),
            sections=tuple(_section(survey, report, share) for survey in surveys),
        )
        for surveys in stores.values()
    )


def rows_each(surveys: Sequence[Survey]) -> int:
    """How many rows of each data set fit: at most MAX_ROWS_EACH, fewer when the document would pass its limits."""
    for share in range(MAX_ROWS_EACH, 0, -1):
        costs = [_cost(survey, share) for survey in surveys]
        if (
            sum(rows for rows, _cells in costs) <= MAX_ROWS
            and sum(cells for _rows, cells in costs) <= MAX_CELLS * 3 // 4
        ):
            return share
    return 1


def _cost(survey: Survey, share: int) -> tuple[int, int]:
    """Table rows and cells of one section."""
    if _one_by_one(survey):
        rows = survey.rows * len(survey.filled)
        return rows, rows * 2
    rows = min(share, survey.rows)
    return rows, rows * min(MAX_COLUMNS, len(survey.filled))


def _one_by_one(survey: Survey) -> bool:
    return survey.rows <= RECORDS_ONE_BY_ONE


def _section(survey: Survey, report: ReportInput, share: int) -> Section:
    info, language = survey.found.info, report.head.language
    label = words(info.label, language)
    columns = [column for column in survey.columns if column in survey.filled]
    labels = {item.name: words(item.label, language) or item.name for item in info.fields}
    base = Section(
        label=label,
        category=phrases.category(info.category),
        rows_total=survey.rows,
        facts=_facts(survey),
        csv_path=report.paths[survey.found.store, info.name],
        csv_sha256=survey.csv_sha256,
    )
    if _one_by_one(survey):
        return _records(base, survey, columns, labels)
    return _table(base, survey, columns, labels, share)


def _facts(survey: Survey) -> str:
    records = phrases.records(survey.rows)
    if survey.first and survey.last and survey.first != survey.last:
        return _("%(records)s, from %(first)s to %(last)s") % {
            "records": records,
            "first": phrases.day(survey.first),
            "last": phrases.day(survey.last),
        }
    return records


def _records(base: Section, survey: Survey, columns: list[str], labels: Mapping[str, str]) -> Section:
    at = {column: survey.columns.index(column) for column in columns}
    records, shortened = [], False
    for row in survey.newest:
        pairs = []
        for column in columns:
            text, cut = shorten(row[at[column]], MAX_TEXT_ONE_BY_ONE)
            shortened = shortened or cut
            if text:
                pairs.append((labels[column], text))
        records.append(tuple(pairs))
    return replace(base, records=tuple(records), shortened=shortened)


def _table(base: Section, survey: Survey, columns: list[str], labels: Mapping[str, str], share: int) -> Section:
    same = [(labels[c], shorten(survey.constant[c], MAX_TEXT)[0]) for c in columns if c in survey.constant]
    varying = [column for column in columns if column not in survey.constant]
    shown = varying[:MAX_COLUMNS]
    if survey.when and survey.when not in shown and shown:
        shown[-1] = survey.when  # rows in the order of a date nobody sees would look shuffled
    at = [survey.columns.index(column) for column in shown]
    cells = [[shorten(row[number], MAX_TEXT) for number in at] for row in survey.newest[:share]]
    head = tuple(labels[column] for column in shown)
    return replace(
        base,
        chart=chart(base.label, survey.months),
        same=tuple(same),
        head=head,
        widths=widths([head, *([text for text, _cut in row] for row in cells)]),
        rows=tuple(tuple(text for text, _cut in row) for row in cells),
        wide=len(shown) > PORTRAIT_COLUMNS,
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


_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?")


def readable(value: JsonValue) -> str:
    """A value as a person reads it: `2026-05-19 21:00:00` instead of `2026-05-19T21:00:00.000000`."""
    text = plain(value)
    moment = _MOMENT.fullmatch(text)
    return " ".join(part for part in moment.groups() if part) if moment else text


def shorten(value: JsonValue, limit: int) -> tuple[str, bool]:
    """A value as text of at most `limit` characters, and whether it was cut. The complete text is in the CSV and JSON."""
    text = readable(value)
    if len(text) <= limit:
        return text, False
    return _("%(start)s … (%(n)s more characters)") % {
        "start": text[:limit].rstrip(),
        "n": phrases.number(len(text) - limit),
    }, True
