"""The readable report: what it shows, what it leaves to the files, and that it never gets too large to render."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dsr.output import pdf
from dsr.output.chart import MAX_COLUMNS, chart
from dsr.output.names import csv_paths
from dsr.output.report import ReportInput, in_order, report_document, report_html
from dsr.output.sections import MAX_ROWS, MAX_ROWS_EACH, allot, shorten
from dsr.output.summary import summary
from dsr.output.survey import Survey, survey
from exporters.contract import Shown
from tests.output import sample
from tests.output.reading import text_of

if TYPE_CHECKING:
    from dsr.output.inputs import Found


def report(*items: Found) -> ReportInput:
    surveys = tuple(survey(item) for item in items)
    paths = csv_paths((item.found.store, item.found.info.name) for item in surveys)
    return ReportInput(sample.SENDER, sample.HEAD, sample.INQUIRY, surveys, paths)


@pytest.fixture(scope="module")
def text() -> str:
    return text_of(pdf.render_pdf([report_document(report(*sample.everything(400)))])[0])


@pytest.mark.parametrize(
    "said",
    [
        "415 records in 4 data sets, as of 19 May 2026.",
        "400 records, from 31 March 2026 to 19 May 2026",
        "Searched, and nothing found: Support.",
        "Network log-in 2 402 31 March 2026 to 19 May 2026",
        "April 2026: 240 · May 2026: ",
        "Without a date:",
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


def many(one: Survey, sets: int) -> tuple[Survey, ...]:
    """The same data set under `sets` names."""
    info = one.found.info
    return tuple(replace(one, found=replace(one.found, info=replace(info, name=f"d{n}"))) for n in range(sets))


def shown_rows(html: str) -> int:
    """Rows of data in the document, those of the summary and of column heads not counted."""
    body = html[html.index('<section class="dataset') :] if '<section class="dataset' in html else ""
    return body.count("<tr>") - body.count("<thead><tr>") - body.count("Left out or blacked out")


@pytest.mark.parametrize("sets", [1, 12, 40, 300, 1_200])
def test_report_stays_within_1000_rows_however_many_long_datasets(sets: int) -> None:
    surveys = many(survey(sample.sessions(150)), sets)
    paths = {(item.found.store, item.found.info.name): "csv/x.csv" for item in surveys}
    same = 4

    allotted = allot(surveys)
    html = report_html(ReportInput(sample.SENDER, sample.HEAD, sample.INQUIRY, surveys, paths))

    assert allotted.one_by_one == frozenset()
    assert allotted.share == max(0, min(MAX_ROWS_EACH, MAX_ROWS // sets - same))
    assert shown_rows(html) <= MAX_ROWS
    assert pdf.cells(html) < pdf.MAX_CELLS


@pytest.mark.parametrize("sets", [1, 15, 400])
def test_report_stays_within_1000_rows_however_many_short_datasets(sets: int) -> None:
    surveys = many(survey(sample.sessions(5)), sets)
    paths = {(item.found.store, item.found.info.name): "csv/x.csv" for item in surveys}

    html = report_html(ReportInput(sample.SENDER, sample.HEAD, sample.INQUIRY, surveys, paths))

    assert len(allot(surveys).one_by_one) == min(sets, 9)  # 55 lines each, 500 in all
    assert shown_rows(html) <= MAX_ROWS
    assert html.count("Complete list: csv/x.csv") == sets


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


def test_a_05_data_stand_under_their_category_in_the_readers_order_and_name_their_system() -> None:
    surveys = tuple(survey(item) for item in sample.everything(40))

    assert [item.found.info.name for item in in_order(surveys)] == ["customers", "invoices", "radacct", "radcheck"]
    html = report_html(report(*sample.everything(40)))
    heads = [
        html.index(f"<h2>{name}</h2>") for name in ("Master data", "Invoices", "Traffic data", "Access credentials")
    ]
    assert heads == sorted(heads)
    assert '<p class="facts">Network log-in · 40 records, from' in html


def test_within_a_category_our_own_office_comes_last() -> None:
    hers = survey(sample.found("z", "Z", sample.CUSTOMER, sample.CUSTOMER_COLUMNS, [sample.CUSTOMER_ROW]))
    own = replace(hers, found=replace(hers.found, store="a", own=True))

    assert in_order((own, hers)) == [hers, own]


def test_a_14_codes_and_units_are_words_in_the_report_and_values_in_the_files() -> None:
    fields = [
        sample.field("state", "State", values={"A": {"en": "active"}, "X": {"en": "ended"}}),
        sample.field("octets", "Amount", shown=Shown.BYTES),
    ]
    made = sample.found("s", "S", sample.dataset("d", "D", fields), ("state", "octets"), [("A", 6_200_000), ("X", 5)])

    html = report_html(report(made))

    assert all(f"<td>{said}</td>" in html for said in ("active", "ended", "6.2 MB", "5 bytes"))
    assert "6200000" not in html


def test_summary_counts_per_system_and_per_month() -> None:
    found = summary([survey(item) for item in sample.everything(400) if item.info.name != "tickets"], "en")

    assert [(line.label, line.sets, line.rows) for line in found.stores] == [
        ("Network log-in", 2, 402),
        ("Billing", 2, 13),
    ]
    assert found.by_store is not None
    assert found.by_store.title == "Records in each system: most of them in Network log-in (402 of 415)"
    assert [bar.value for bar in found.by_store.bars] == ["402", "13"]
    assert found.by_month is not None
    assert found.undated == 3


def test_every_chart_has_its_numbers_as_text() -> None:
    drawn = chart("X", months(10, 0, 5, 20))

    assert drawn is not None
    assert drawn.points == (("January 2020", "10"), ("March 2020", "5"), ("April 2020", "20"))


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
