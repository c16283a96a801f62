"""Pages of the report: which tables lie down, what turns with them, and that no page is left empty before a long text."""

from __future__ import annotations

from dsr.output import pdf
from dsr.output.names import csv_paths
from dsr.output.report import ReportInput, report_document
from dsr.output.sections import Section, widths
from dsr.output.survey import survey
from dsr.output.upright import needs_width, settled
from tests.output import sample
from tests.output.reading import text_of


def lies_down(*lines: tuple[str, ...]) -> bool:
    return needs_width(lines, widths(lines))


def test_seven_short_columns_stand() -> None:
    head = ("Invoice", "Issued on", "Due on", "Net", "VAT", "Gross", "Status")
    assert not lies_down(head, *[("R2025-1001", "2025-06-25", "2025-07-09", "37.73", "7.17", "44.90", "paid")] * 30)


def test_a_table_lies_down_where_its_words_would_break() -> None:
    head = tuple(f"c{number}" for number in range(6))
    assert not lies_down(head, ("a" * 12,) * 6)
    assert lies_down(head, ("a" * 20,) * 6)


def test_a_table_that_would_fill_more_pages_standing_lies_down() -> None:
    """Two lines to a row where there would be one, and 0.63 of the lines to a page."""
    head = ("From", "To", "From", "To", "From", "To")
    assert lies_down(head, *[("26 April 2026, 10:12",) * 6] * 30)


def section(label: str, *, wide: bool = False, rows: int = 1) -> Section:
    table = {"head": ("a",), "rows": (("b",),) * rows}
    return Section(label, "Billing", "Payment", rows, f"{rows} records", "csv/a.csv", "0f" * 32, wide=wide, **table)  # type: ignore[arg-type]


def turned(*sections: Section) -> str:
    return "".join(one.label for one in settled(sections) if one.wide)


def test_what_is_short_between_two_that_lie_down_lies_down_with_them() -> None:
    a, b, c = section("a", wide=True), section("b"), section("c", wide=True)
    assert turned(a, b, c) == "abc"
    assert turned(b, a, b) == "a"
    assert turned(a, section("long", rows=40), c) == "ac"
    assert [one.label for one in settled([a, b, c, b])] == ["a", "b", "c", "b"]


def test_a_long_letter_begins_below_its_heading_and_leaves_no_page_empty() -> None:
    info = sample.dataset("letters", "Letters to you", [sample.field("kind", "Letter"), sample.field("text", "Text")])
    text = "\n\n".join(f"Paragraph {number} of a letter." for number in range(40))
    before = [sample.dataset(f"d{n}", f"Set {n}", [sample.field("a", "A")]) for n in range(2)]
    items = [sample.found("s", "S", one, ["a"], [("b",)]) for one in before]
    items.append(sample.found("s", "S", info, ["kind", "text"], [("We have your request", text)]))
    surveys = tuple(survey(item) for item in items)
    paths = csv_paths((item.found.store, item.found.info.name) for item in surveys)
    report = ReportInput(sample.SENDER, sample.HEAD, sample.INQUIRY, surveys, paths)

    pages = text_of(pdf.render_pdf([report_document(report)])[0], layout=True).split("\f")

    (page,) = [page for page in pages if "We have your request" in page]
    assert "Letters to you" in page
    assert "Paragraph 0 of a letter." in page
