"""The largest access report: computing time for a table cell beside a plain table, memory of the child, rows at most.

A plain table of 1,000 rows of six cells costs 0.9 ms a cell on the machine the limits come from (ux.md 5.4). Machines
differ, so it is rendered in the same run, and the report is compared with it. What a start of the child costs is taken off.
"""

from __future__ import annotations

import os
import resource
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median

from bench.measure import Board

ROWS_FOUND, SETS, COLUMNS = 3_000, 14, 9
TABLE_ROWS, TABLE_COLUMNS = 1_000, 6
ROUNDS = 3
RATIO, CHILD_MEGABYTES, REPORT_ROWS = 1.5, 300, 1_000
WRITTEN = datetime(2026, 5, 20, 8, 30, tzinfo=UTC)


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django  # noqa: PLC0415 -- the settings come first

    django.setup()


def table_html() -> str:
    """The yardstick: one table and nothing else."""
    head = "".join(f'<th scope="col">Column {number}</th>' for number in range(TABLE_COLUMNS))
    cells = "".join(f"<td>value {number}</td>" for number in range(TABLE_COLUMNS))
    return (
        '<!doctype html><html lang="en"><head><title>Table</title></head><body class="report"><h1>Table</h1>'
        f'<table class="rows"><caption>All</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{f'<tr>{cells}</tr>' * TABLE_ROWS}</tbody></table></body></html>"
    )


def report_html() -> str:
    """The report of a person with SETS lists of sessions, each much longer than what is shown."""
    from dsr.output.inputs import CaseHead, Found, Inquiry, Searched, Sender  # noqa: PLC0415 -- after Django
    from dsr.output.names import csv_paths  # noqa: PLC0415
    from dsr.output.report import ReportInput  # noqa: PLC0415
    from dsr.output.report import report_html as html  # noqa: PLC0415
    from dsr.output.survey import survey  # noqa: PLC0415
    from exporters.contract import Batch, DatasetInfo, FieldInfo, IdentifierKind, Origin, Retention  # noqa: PLC0415

    said = {"en": "words"}
    terms = (said, "6(1)(b)", (), said, Retention("traffic", said), Origin.OBSERVED)
    names = tuple(f"c{number}" for number in range(COLUMNS))
    fields = tuple(FieldInfo(name, {"en": f"Column {name}"}, "traffic", *terms) for name in names)
    info = DatasetInfo("sessions", {"en": "Sessions"}, "traffic", *terms, fields)
    rows = [
        (
            (WRITTEN - timedelta(hours=number)).isoformat(),
            *(f"192.0.2.{number % 250}" if at % 2 else f"value {number * at}" for at in range(1, COLUMNS)),
        )
        for number in range(ROWS_FOUND)
    ]
    one = survey(Found("s", {"en": "Network"}, info, lambda: [Batch("sessions", names, tuple(rows))]))
    surveys = tuple(
        replace(one, found=replace(one.found, store=f"s{number}", info=replace(info, name=f"d{number}")))
        for number in range(SETS)
    )
    sender = Sender("N", "N GmbH", ("Street 1",), "p@example.com", "D", "d@example.com", "A", ("Street 2",))
    head = CaseHead("DSR-2026-000001", "access", date(2026, 5, 4), "portal", None, "en", WRITTEN)
    searched = tuple(Searched(f"s{number}", {"en": "Network"}, True) for number in range(SETS))
    inquiry = Inquiry(searched, (IdentifierKind.EMAIL,), (), (), date(2026, 5, 19))
    return html(
        ReportInput(sender, head, inquiry, surveys, csv_paths((o.found.store, o.found.info.name) for o in surveys))
    )


def child_seconds(html: str) -> float:
    """Computing time of one child that renders one document."""
    from dsr.output import pdf  # noqa: PLC0415 -- after Django

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pdf.render_pdf([pdf.Document(html=html, written_at=WRITTEN)])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    """Measure; exit code 1 when a limit was broken."""
    _django()
    from dsr.output import pdf  # noqa: PLC0415 -- after Django

    board = Board()
    table, report = table_html(), report_html()
    empty = '<!doctype html><html lang="en"><head><title>t</title></head><body><h1>t</h1></body></html>'
    ratios, milliseconds = [], []
    for _ in range(ROUNDS):
        start = child_seconds(empty)
        plain = (child_seconds(table) - start) / pdf.cells(table)
        cell = (child_seconds(report) - start) / pdf.cells(report)
        ratios.append(cell / plain)
        milliseconds.append(cell * 1000)
    body = report[report.index('<section class="dataset') :]
    board.most("rows of data in the largest report", body.count("<tr>") - body.count("<thead><tr>"), REPORT_ROWS)
    board.most("a cell of the report beside a cell of a plain table", median(ratios), RATIO, " times")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    board.most("memory of the child", peak, CHILD_MEGABYTES, " MiB")
    print(f"a cell of the report: {median(milliseconds):.2f} ms, {pdf.cells(report)} cells", flush=True)
    board.leave()


if __name__ == "__main__":
    main()
