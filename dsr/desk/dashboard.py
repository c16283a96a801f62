"""What the dashboard shows: tiles, charts and tables out of the figures of the day and what is counted now (ux.md 2.4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import charts, wording
from dsr.cases import daily, live_figures
from dsr.cases.scope import stores_of
from dsr.desk.tasks_view import store_label
from dsr.law.workflow import State
from dsr.models import Kind, User
from dsr.output.figure_charts import months_chart, weeks_chart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.cases.live_figures import Live
    from dsr.charts import Chart
    from dsr.models import Controller, DayFigures

TARGET: Final = 99
"""POLICY: the share of answers on time, in per cent, that the tile names as target (ux.md 2.4)."""
HUNDRED: Final = 100


def percent(part: int, whole: int) -> str:
    """`97.4 %`, with one digit and in the language's form; a dash when there is nothing to be a share of."""
    if not whole:
        return "–"
    # Rounded down: 99.96 % on time is not all of them.
    return f"{number_format(int(1000 * part / whole) / 10, decimal_pos=1)} %"


def on_time(year: Mapping[str, Any], live: Live) -> dict[str, Any]:
    """The share of answers on time in the twelve months up to yesterday and today."""
    answered = int(year["answered"]) + live.answered_today
    late = int(year["late"]) + live.late_today
    reached = bool(answered) and HUNDRED * (answered - late) >= TARGET * answered
    return {
        "share": percent(answered - late, answered),
        "target": TARGET,
        "late": late,
        "answered": answered,
        "reached": reached,
    }


def months_with_today(rows: list[dict[str, Any]], live: Live, today: date) -> list[dict[str, Any]]:
    """The months of the figures, what happened today added to its own."""
    first = today.replace(day=1).isoformat()
    here = [{**row} for row in rows if row["month"] <= first]
    if not here or here[-1]["month"] != first:
        here.append({"month": first, "received": 0, "closed": 0})
    here[-1]["received"] += live.received_today
    here[-1]["closed"] += live.closed_today
    return here[-12:]


def left_chart(live: Live) -> Chart:
    """Open cases by the days they have left, those before the draft of an answer beside those with one."""
    names = live_figures.bins()
    title = ngettext(
        "%(n)s open case has a week or less, or is overdue.",
        "%(n)s open cases have a week or less, or are overdue.",
        live.due_week,
    ) % {"n": live.due_week}
    return charts.bars(
        title,
        [_bin(name) for name in names],
        [
            (_("before the draft"), [live.early.get(name, 0) for name in names]),
            (_("from the draft on"), [live.drafted.get(name, 0) for name in names]),
        ],
    )


def _bin(name: str) -> str:
    if name == "over":
        return _("overdue")
    if name == "paused":
        return _("paused")
    first, _dash, last = name.partition("-")
    return f"{first}–{last}" if last else _("%(n)s or more") % {"n": first}


def coming_weeks(ahead: Mapping[str, Any], live: Live, today: date) -> list[dict[str, Any]]:
    """The weeks of the forecast as rows of a table, with what is due by the dates as they are now."""
    monday = today - timedelta(days=today.weekday())
    return [
        {
            "week": monday + timedelta(weeks=number),
            "due": live.due_weeks[number],
            **{k: v for k, v in week.items() if k != "due"},
        }
        for number, week in enumerate(ahead["weeks"][: len(live.due_weeks)])
    ]


def people(controller: Controller, live: Live, today: date) -> list[dict[str, Any]]:
    """Open cases, those due in seven days and the hours of these days of each colleague; a few queries, however many they are.

    For those who plan the work, and for nobody else (docs/reports.md).
    """
    staff = list(User.objects.in_scope(controller=controller, kind=Kind.STAFF).order_by("display_name", "email"))
    hours = daily.hours_each(controller, today, 7, staff=staff)
    rows = [
        {
            "name": user.display_name or user.email,
            "open": live.people[user.pk]["open"] if user.pk in live.people else 0,
            "due": live.people[user.pk]["due"] if user.pk in live.people else 0,
            "hours": round(hours.get(user.pk, 0.0)),
        }
        for user in staff
        if user.pk in hours or user.pk in live.people
    ]
    if None in live.people:
        nobody = live.people[None]
        rows.append({"name": _("Nobody yet"), "open": nobody["open"], "due": nobody["due"], "hours": None})
    return rows


def outcomes(year: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How the cases of the year ended: words, number, share."""
    whole = sum(year["outcomes"].values())
    return [
        {"label": wording.state(State(code)), "n": n, "share": percent(n, whole)}
        for code, n in year["outcomes"].items()
        if code
    ]


def stores(controller: Controller, rows: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Turnaround per store, under the name the desk gives it."""
    known = stores_of(controller)
    return [{**row, "label": store_label(known, row["store"], language)} for row in rows]


def context(
    controller: Controller, live: Live, figures: DayFigures | None, today: date, language: str
) -> dict[str, Any]:
    """Everything but the people; without figures of a day only what is counted now."""
    found: dict[str, Any] = {"live": live, "figures": figures, "left": left_chart(live), "today": today}
    if figures is None:
        return found
    data = figures.data
    year, ahead = data["year"], data["forecast"]
    return found | {
        "on_time": on_time(year, live),
        "year": year,
        "paused_share": percent(year["paused"], year["answered"]),
        "extended_share": percent(year["extended"], year["answered"]),
        "months": months_chart(months_with_today(data["months"], live, today)),
        "weeks": weeks_chart(data["answered_weeks"], ahead, today=figures.day),
        "coming": coming_weeks(ahead, live, figures.day),
        "ahead": ahead,
        "until": figures.day + timedelta(weeks=len(ahead["weeks"])),
        "outcomes": outcomes(year),
        "stores": stores(controller, data["stores"], language),
        "stale": figures.day != today,
    }
