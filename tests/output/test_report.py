"""The readable report: what it shows, what it leaves to the files, and that it never gets too large to render."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dsr.output import pdf
from dsr.output.chart import MAX_COLUMNS, chart
from dsr.output.names import csv_paths
from dsr.output.report import MAX_ROWS, MAX_ROWS_EACH, ReportInput, report_document, report_html, rows_each, shorten
from dsr.output.survey import Survey, survey
from tests.output import sample
from tests.output.reading import text_of

if TYPE_CHECKING:
    from dsr.output.inputs import Found


def report(*items: Found) -> ReportInput:
    surveys = tuple(survey(item) for item in items)
    paths = csv_paths((item.found.store, item.found.info.name) for item in surveys)
    return ReportInput(sample.SENDER, sample.HEAD, sample.INQUIRY, surveys, paths)


def table_rows(html: str) -> int:
    return len(re.findall(r"<tr", html))


@pytest.fixture(scope="module")
def text() -> str:
    return text_of(pdf.render_pdf([report_document(report(*sample.everything(400)))])[0])


@pytest.mark.parametrize(
    "said",
    [
        "415 records in 4 data sets, as of 19 May 2026.",
        "400 records, from 31 March 2026 to 19 May 2026",
        "Searched, and nothing found: Support.",
        "The newest 100 of 400 records",
        "Complete list: csv/radius-radacct.csv, records: 400, SHA-256",
        "The same in all records User name malgorzata=2Bisp@example.com",
        "Name Małgorzata Ευαγγελία Щерева",
        'Asked for "quiet hours" <b>not</b> {{ before }} 9. ‹U+202E›gnp.exe',
        "2026-05-19 21:00:00",
        "Setting Cleartext-Password Value [withheld]",
        "Customer record Password a password: disclosing it would endanger your account",
        "About such records we neither confirm nor deny anything.",
    ],
)
def test_report_says(said: str, text: str) -> None:
    assert said in text


def test_fields_without_an_entry_are_not_shown(text: str) -> None:
    assert "Fax number" not in text


def test_chart_tells_its_finding_to_those_who_cannot_see_it() -> None:
    html = report_html(report(sample.sessions(400)))

    assert (
        "<title>Connections: 400 records from March 2026 to May 2026, most of them in April 2026 (240)</title>" in html
    )


@pytest.mark.parametrize("sets", [1, 12, 40, 300])
def test_report_stays_within_1500_rows_however_many_datasets(sets: int) -> None:
    one = survey(sample.sessions(150))
    many = tuple(
        replace(one, found=replace(one.found, info=replace(one.found.info, name=f"d{n}"))) for n in range(sets)
    )
    paths = {(item.found.store, item.found.info.name): "csv/x.csv" for item in many}

    share = rows_each(many)
    html = report_html(ReportInput(sample.SENDER, sample.HEAD, sample.INQUIRY, many, paths))

    assert share == min(MAX_ROWS_EACH, MAX_ROWS // sets)
    assert html.count("2026-05-19 21:00:00") == sets
    assert pdf.cells(html) < pdf.MAX_CELLS
    # beside the rows: four lines of what is the same, a head, a line in the summary
    assert table_rows(html) <= MAX_ROWS + sets * 6 + 10


def test_few_rows_are_shown_field_by_field() -> None:
    html = report_html(report(sample.sessions(2)))

    assert "Record 1 of 2" in html
    assert "Session number" in html


def test_many_columns_keep_the_one_that_dates_them() -> None:
    names = [f"c{number}" for number in range(15)]
    info = sample.dataset("d", "D", [sample.field(name, name) for name in names])
    rows = [(*(f"{row}-{number}" for number in range(14)), f"2026-05-{row + 1:02d}T00:00:00") for row in range(20)]

    html = report_html(report(sample.found("s", "S", info, names, rows)))

    assert "9 of 15 columns" in html
    assert '<th scope="col">c14</th>' in html
    assert '<th scope="col">c8</th>' not in html


def test_long_text_is_cut_and_says_so() -> None:
    assert shorten("x" * 1_500, 400) == ("x" * 400 + " … (1,100 more characters)", True)
    assert shorten("x" * 400, 400) == ("x" * 400, False)
    assert shorten(None, 400) == ("", False)


def test_hostile_values_still_give_a_report() -> None:
    info = sample.dataset("d", "D", [sample.field("a", "A <b>"), sample.field("b", "B")])
    values = [
        "<script>alert(1)</script>",
        "=cmd()",
        "../../x",
        "\u202e" * 50,
        "x" * 300_000,
        "\x00\x01",
        "😀李",
        {"k": ["<i>"]},
    ]
    rows = [(value, number) for number, value in enumerate(values)]

    made = text_of(pdf.render_pdf([report_document(report(sample.found("s", "S", info, ("a", "b"), rows)))])[0])

    assert "<script>alert(1)</script>" in made
    assert "‹U+0000›‹U+0001›" in made
    assert '{"k":["<i>"]}' in made
    assert "(299,600 more characters)" in made
    assert "A <b>" in made


def test_nothing_found_is_a_report_too() -> None:
    assert "We hold no data about you in the systems we searched." in report_html(report())


def months(*counts: int) -> list[tuple[str, int]]:
    return [(f"{2020 + number // 12}-{number % 12 + 1:02d}", count) for number, count in enumerate(counts) if count]


def test_chart_shows_months_without_records_as_gaps() -> None:
    drawn = chart("X", months(10, 0, 5, 20))

    assert drawn is not None
    assert [column.height > 0 for column in drawn.columns] == [True, False, True, True]
    assert max(column.height for column in drawn.columns) == drawn.baseline - drawn.ceiling
    assert (drawn.first, drawn.last, drawn.top) == ("January 2020", "April 2020", "20")


def test_chart_of_many_years_is_drawn_by_year() -> None:
    drawn = chart("X", months(*([1] * (MAX_COLUMNS + 1))))

    assert drawn is not None
    assert [drawn.first, drawn.last, len(drawn.columns)] == ["2020", "2024", 5]


@pytest.mark.parametrize("counts", [(), (50, 50), (1, 1, 1)])
def test_chart_of_too_little_is_not_drawn(counts: tuple[int, ...]) -> None:
    assert chart("X", months(*counts)) is None


def test_survey_type_is_frozen() -> None:
    with pytest.raises(AttributeError):
        survey(sample.sessions(1)).rows = 5  # type: ignore[misc]
    assert isinstance(survey(sample.sessions(1)), Survey)
