"""The charts of the dashboard and of the monthly report: the same numbers, the same sentence on top (ux.md 2.4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import charts
from dsr.wording import dates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsr.charts import Chart


def months_chart(rows: Sequence[Mapping[str, Any]]) -> Chart:
    """Received and closed by month; the title tells where the two have gone in all of them. `rows`: dsr.cases.figures.by_month."""
    came, went = [int(row["received"]) for row in rows], [int(row["closed"]) for row in rows]
    more = sum(came) - sum(went)
    if more > 0:
        title = ngettext(
            "In these months %(n)s case more came in than was closed.",
            "In these months %(n)s cases more came in than were closed.",
            more,
        ) % {"n": more}
    elif more < 0:
        title = ngettext(
            "In these months %(n)s case more was closed than came in.",
            "In these months %(n)s cases more were closed than came in.",
            -more,
        ) % {"n": -more}
    else:
        title = _("In these months as many cases were closed as came in.")
    labels = [dates.short_month(date.fromisoformat(row["month"])) for row in rows]
    return charts.bars(title, labels, [(_("received"), came), (_("closed"), went)])


def weeks_chart(past: Sequence[Mapping[str, Any]], ahead: Mapping[str, Any], *, today: date) -> Chart:
    """Answers per week so far, and those of the cases open today as the forecast has them, with the band of eight in ten draws.

    `ahead` is `data["forecast"]` of the day (dsr.cases.daily); its first week is what is left of this one.
    """
    weeks, monday = ahead["weeks"], today - timedelta(days=today.weekday())
    labels = [_day(date.fromisoformat(row["week"])) for row in past]
    labels += [_day(monday + timedelta(weeks=number)) for number in range(len(weeks))]
    late = sum(int(week["late"]) for week in weeks)
    title = (
        ngettext(
            "If nothing changes, %(n)s open case becomes late in the coming weeks.",
            "If nothing changes, %(n)s open cases become late in the coming weeks.",
            late,
        )
        % {"n": late}
        if late
        else _("If nothing changes, no open case becomes late in the coming weeks.")
    )
    capacity = ahead["capacity"]
    return charts.lines(
        title,
        labels,
        (_("answered"), [int(row["closed"]) for row in past]),
        (_("forecast of cases open today"), [int(week["answered"]) for week in weeks]),
        band=[(int(week["answered_low"]), int(week["answered_high"])) for week in weeks],
        limit=(_("capacity of the team"), int(capacity)) if capacity is not None else None,
    )


def _day(value: date) -> str:
    """A day in the two words that fit below an axis: `3 Oct`."""
    return f"{value.day} {dates.short_month(value)}"
