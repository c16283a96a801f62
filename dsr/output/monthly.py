"""The monthly report as a document: the definitions and figures of the dashboard, for boards and authorities. It names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from dsr import wording
from dsr.law.rights import Right
from dsr.law.terms import State
from dsr.output.figure_charts import months_chart
from dsr.output.pages import fill
from dsr.output.pdf import Document
from dsr.wording import dates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class MonthlyInput:
    """`said`: dsr.cases.monthly.figures_of; `stores`: the name of each store for people; `written_at` in the controller's zone."""

    controller: str
    legal_name: str
    month: date
    said: Mapping[str, Any]
    stores: Mapping[str, str]
    written_at: datetime
    language: str = "en"


def monthly_document(report: MonthlyInput) -> Document:
    """The report ready for `pdf.render_pdf`."""
    with translation.override(report.language):
        html = fill("letters/monthly_report.html", _values(report))
    return Document(html=html, written_at=report.written_at)


def share(part: int, whole: int) -> str:
    """`97.4 %`, rounded down; a dash when there is nothing to be a share of."""
    return f"{number_format(int(1000 * part / whole) / 10, decimal_pos=1)} %" if whole else "–"


def _values(report: MonthlyInput) -> dict[str, Any]:
    month, before, year = report.said["month"], report.said["before"], report.said["year"]
    return {
        "language": report.language,
        "title": _("Requests of data subjects, %(month)s") % {"month": dates.month(report.month)},
        "controller": report.controller,
        "legal_name": report.legal_name,
        "written_on": report.written_at.date(),
        "whole": report.said["whole"],
        "until": date.fromisoformat(month["last"]),
        "rows": [(label, now, then) for label, (now, then) in _lines(month, before).items()],
        "year_from": date.fromisoformat(year["first"]),
        "year": [
            (_("Answered"), number_format(year["answered"])),
            (_("On time"), share(year["answered"] - year["late"], year["answered"])),
            (_("Median to answer, days"), _days(year["age_p50"])),
            (_("90 % answered within, days"), _days(year["age_p90"])),
        ],
        "chart": months_chart(report.said["months"]),
        "outcomes": [
            (wording.state(State(code)), n, share(n, month["closed"])) for code, n in month["outcomes"].items() if code
        ],
        "rights": [(wording.right(Right(code)), n, share(n, month["closed"])) for code, n in month["rights"].items()],
        "stores": [
            (report.stores.get(row["store"], row["store"]), row["tasks"], _hours(row["p50"]), _hours(row["p90"]))
            for row in report.said["stores"]
        ],
    }


def _lines(month: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The figures of the month beside those of the month before."""

    def both(name: str) -> tuple[str, str]:
        return number_format(month[name]), number_format(before[name])

    def shares(name: str) -> tuple[str, str]:
        return share(month[name], month["answered"]), share(before[name], before["answered"])

    return {
        _("Received"): both("received"),
        _("Closed"): both("closed"),
        _("Answered"): both("answered"),
        _("On time"): (
            share(month["answered"] - month["late"], month["answered"]),
            share(before["answered"] - before["late"], before["answered"]),
        ),
        _("Answered late"): both("late"),
        _("Became overdue"): both("became_overdue"),
        _("Median to answer, days"): (_days(month["age_p50"]), _days(before["age_p50"])),
        _("90 % answered within, days"): (_days(month["age_p90"]), _days(before["age_p90"])),
        _("Paused at some time"): shares("paused"),
        _("Extended"): shares("extended"),
        _("Open at the end"): both("open_at_end"),
    }


def _days(value: int | None) -> str:
    return "–" if value is None else number_format(value)


def _hours(value: float) -> str:
    return number_format(value, decimal_pos=1)
