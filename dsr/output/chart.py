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
MIN_BARS, MAX_BARS, BAR_NAME = 2, 16, 34
BAR_LEFT, BAR_RIGHT, BAR_STEP, BAR_THICK, BAR_GAP = 190.0, 60.0, 18.0, 12.0, 4.0


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
    points: tuple[tuple[str, str], ...] = ()
    """The numbers as a table: the month or the year of each column that is not empty, and its count."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of `Bars`: its name, cut to fit, its number, its place and length in the units of the drawing. The number stands at `end`."""

    name: str
    value: str
    y: float
    length: float
    end: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Lying bars, one a name. `title` tells the finding, as in `Chart`."""

    title: str
    bars: tuple[Bar, ...]
    height: float
    left: float
    thick: float
    width: float = WIDTH


def bars(name: str, counts: Sequence[tuple[str, int]]) -> Bars | None:
    """Draw `counts` (name, number) as lying bars in their order, at most MAX_BARS; None when there are fewer than two."""
    if len(counts) < MIN_BARS:
        return None
    shown = sorted(counts, key=lambda item: -item[1])[:MAX_BARS]
    most, room = max(count for _label, count in shown) or 1, WIDTH - BAR_LEFT - BAR_RIGHT
    drawn = tuple(
        Bar(
            name=label if len(label) <= BAR_NAME else f"{label[: BAR_NAME - 1].rstrip()}…",
            value=phrases.number(count),
            y=round(at * BAR_STEP, 2),
            length=(length := round(max(1.0, room * count / most), 2)),
            end=round(BAR_LEFT + length + BAR_GAP, 2),
        )
        for at, (label, count) in enumerate(shown)
    )
    title = _("%(name)s: most of them in %(largest)s (%(most)s of %(total)s)") % {
        "name": name,
        "largest": shown[0][0],
        "most": phrases.number(shown[0][1]),
        "total": phrases.number(sum(count for _label, count in counts)),
    }
    return Bars(title=title, bars=drawn, height=len(drawn) * BAR_STEP, left=BAR_LEFT, thick=BAR_THICK)


def chart(name: str, months: Sequence[tuple[str, int]]) -> Chart | None:
    """Draw `months` ((`2026-05`, 12), …, sorted); None when they are too few to say anything.

    Months without a record are gaps. More than MAX_COLUMNS months are drawn per year.
    """
    total = sum(count for _month, count in months)
    if len(months) < MIN_MONTHS or total < MIN_RECORDS:
        return None
    filled = _without_holes(dict(months))
    busiest, most = max(months, key=lambda item: (item[1], item[0]))
    names, values = _columns(filled)
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
        title=title,
        columns=columns,
        first=names[0],
        last=names[-1],
        top=phrases.number(top),
        right=LEFT + step * len(values),
        points=tuple((name, phrases.number(value)) for name, value in zip(names, values, strict=True) if value),
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


def _columns(months: list[tuple[str, int]]) -> tuple[list[str], list[int]]:
    """Names and values of the columns: months, or years when the months are too many."""
    if len(months) <= MAX_COLUMNS:
        return [phrases.month(key) for key, _count in months], [count for _key, count in months]
    years: dict[str, int] = {}
    for key, count in months:
        years[key[:4]] = years.get(key[:4], 0) + count
    return list(years), list(years.values())
