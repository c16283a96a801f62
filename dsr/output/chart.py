"""A column chart of records per month, drawn as SVG by a template: no library, no script, and words for those who cannot see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dsr.output import phrases

if TYPE_CHECKING:
    from collections.abc import Sequence

# In the units of the drawing; print.css scales it.
WIDTH, HEIGHT, FOOT, LEFT = 600.0, 100.0, 18.0, 44.0
GAP = 0.2
MAX_COLUMN_WIDTH = 40.0
MAX_COLUMNS = 48
MIN_MONTHS, MIN_RECORDS = 3, 12


@dataclass(frozen=True, slots=True)
class Column:
    """One column in the units of the drawing; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing and its words. `title` tells the finding, because it replaces the picture for a screen reader."""

    title: str
    columns: tuple[Column, ...]
    first: str
    last: str
    top: str
    right: float
    left: float = LEFT
    ceiling: float = FOOT
    width: float = WIDTH
    height: float = HEIGHT
    baseline: float = HEIGHT - FOOT


def chart(name: str, months: Sequence[tuple[str, int]]) -> Chart | None:
    """Draw `months` ((`2026-05`, 12), …, sorted); None when they are too few to say anything.

    Months without a record are gaps. More than MAX_COLUMNS months are drawn per year.
    """
    total = sum(count for _month, count in months)
    if len(months) < MIN_MONTHS or total < MIN_RECORDS:
        return None
    filled = _without_holes(dict(months))
    busiest, most = max(months, key=lambda item: (item[1], item[0]))
    values, first, last = _columns(filled)
    top = max(values)
    room = HEIGHT - 2 * FOOT
    step = min((WIDTH - LEFT) / len(values), MAX_COLUMN_WIDTH)
    columns = tuple(
        Column(
            x=round(LEFT + step * (at + GAP / 2), 2),
            y=round(FOOT + room * (1 - value / top), 2),
            width=round(step * (1 - GAP), 2),
            height=round(room * value / top, 2),
        )
        for at, value in enumerate(values)
    )
    title = _("%(name)s: %(total)s records from %(first)s to %(last)s, most of them in %(busiest)s (%(most)s)") % {
        "name": name,
        "total": phrases.number(total),
        "first": phrases.month(months[0][0]),
        "last": phrases.month(months[-1][0]),
        "busiest": phrases.month(busiest),
        "most": phrases.number(most),
    }
    return Chart(
        title=title, columns=columns, first=first, last=last, top=phrases.number(top), right=LEFT + step * len(values)
    )


def _without_holes(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Every month from the first to the last, with zero where nothing happened."""
    (year, month), (end_year, end_month) = (map(int, key.split("-")) for key in (min(counts), max(counts)))
    months: list[tuple[str, int]] = []
    while (year, month) <= (end_year, end_month):
        key = f"{year:04d}-{month:02d}"
        months.append((key, counts.get(key, 0)))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004
    return months


def _columns(months: list[tuple[str, int]]) -> tuple[list[int], str, str]:
    """Values and the names of the first and the last column: months, or years when the months are too many."""
    if len(months) <= MAX_COLUMNS:
        return [count for _key, count in months], phrases.month(months[0][0]), phrases.month(months[-1][0])
    years: dict[str, int] = {}
    for key, count in months:
        years[key[:4]] = years.get(key[:4], 0) + count
    return list(years.values()), min(years), max(years)
