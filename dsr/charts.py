"""Charts as numbers for an SVG that a template writes: no library, no script; the finding as title, the values as table (ux.md 2.4).

Pure: values in, coordinates out, in the units of a drawing of WIDTH x HEIGHT; y grows downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 40, 620, 12, 212
MAX_TICKS = 5
MAX_SERIES = 2
MAX_LABELS = 13
GROUP = 0.72  # share of a column's place that is drawn; the rest is air


@dataclass(frozen=True, slots=True)
class Mark:
    """A number or name beside an axis, with the line it belongs to."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `series` is 1 or 2, `text` says its value for a pointer."""

    x: float
    y: float
    width: float
    height: float
    series: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table behind the drawing."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What both templates (ui/chart/bars.html, ui/chart/lines.html) draw. `title` tells the finding, not the kind of chart."""

    title: str
    names: tuple[str, ...]
    marks: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    table: tuple[Row, ...]
    bars: tuple[Bar, ...] = ()
    line: str = ""
    line_2: str = ""
    band: str = ""
    limit: Mark | None = None


def ticks(top: int) -> tuple[int, ...]:
    """Whole numbers from 0 to at least `top`, in steps of 1, 2 or 5 times a power of ten, at most MAX_TICKS steps."""
    step = 1
    while top > step * MAX_TICKS:
        digits = 10 ** (len(str(step)) - 1)
        step = {1: 2, 2: 5, 5: 10}[step // digits] * digits
    count = max(1, -(-top // step))
    return tuple(step * at for at in range(count + 1))


def bars(title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """Columns side by side per label, for one or two series of counts (0 or more). ValueError when they do not fit together."""
    if not 1 <= len(series) <= MAX_SERIES:
        raise ValueError(f"a bar chart has one or {MAX_SERIES} series")
    if not labels or any(len(values) != len(labels) for _name, values in series):
        raise ValueError("every series needs one value per label")
    scale = ticks(max(max(values) for _name, values in series))
    place = (RIGHT - LEFT) / len(labels)
    width = place * GROUP / len(series)
    drawn = tuple(
        Bar(
            x=_r(LEFT + place * (at + (1 - GROUP) / 2) + width * number),
            y=_y(value, scale[-1]),
            width=_r(width - 1),
            height=_r(BOTTOM - _y(value, scale[-1])),
            series=number + 1,
            text=f"{label}: {value} {name}",
        )
        for number, (name, values) in enumerate(series)
        for at, (label, value) in enumerate(zip(labels, values, strict=True))
    )
    centres = [LEFT + place * (at + 0.5) for at in range(len(labels))]
    rows = tuple(Row(label, tuple(str(values[at]) for _name, values in series)) for at, label in enumerate(labels))
    names = tuple(name for name, _values in series)
    return Chart(title, names, _marks(scale), _labels(labels, centres), rows, bars=drawn)


def lines(
    title: str,
    labels: Sequence[str],
    actual: tuple[str, Sequence[int]],
    forecast: tuple[str, Sequence[int]] = ("", ()),
    *,
    band: Sequence[tuple[int, int]] = (),
    limit: tuple[str, int] | None = None,
) -> Chart:
    """A solid line of what was and a dashed one of what is expected, which goes on from the last actual point.

    `band` holds (low, high) per forecast value; `limit` is a named horizontal line. ValueError when lengths do not fit.
    """
    past, future = list(actual[1]), list(forecast[1])
    if not past or len(past) + len(future) != len(labels) or len(band) not in {0, len(future)}:
        raise ValueError("labels must count the actual and the expected values, the band the expected ones")
    scale = ticks(max([*past, *future, *(high for _low, high in band), limit[1] if limit else 0]))
    span = max(1, len(labels) - 1)
    xs = [LEFT + (RIGHT - LEFT) * at / span for at in range(len(labels))]
    last = len(past) - 1
    edge = [(past[-1], past[-1]), *band]
    outline = [(xs[last + at], high) for at, (_low, high) in enumerate(edge)]
    outline += [(xs[last + at], low) for at, (low, _high) in reversed(list(enumerate(edge)))]
    words = [(str(value), "") for value in past]
    words += [("", f"{value} ({band[at][0]}–{band[at][1]})" if band else str(value)) for at, value in enumerate(future)]
    return Chart(
        title,
        tuple(name for name in (actual[0], forecast[0]) if name),
        _marks(scale),
        _labels(labels, xs),
        tuple(Row(label, pair if future else pair[:1]) for label, pair in zip(labels, words, strict=True)),
        line=_path(list(zip(xs, past, strict=False)), scale[-1]),
        line_2=_path(list(zip(xs[last:], [past[-1], *future], strict=True)), scale[-1]) if future else "",
        band=_path(outline, scale[-1]) if band else "",
        limit=Mark(_y(limit[1], scale[-1]), limit[0]) if limit else None,
    )


def _r(value: float) -> float:
    return round(value, 1)


def _y(value: float, top: int) -> float:
    return _r(BOTTOM - (BOTTOM - TOP) * value / top)


def _path(points: Sequence[tuple[float, float]], top: int) -> str:
    return " ".join(f"{_r(x)},{_y(value, top)}" for x, value in points)


def _marks(scale: Sequence[int]) -> tuple[Mark, ...]:
    return tuple(Mark(_y(value, scale[-1]), str(value)) for value in scale)


def _labels(labels: Sequence[str], xs: Sequence[float]) -> tuple[Mark, ...]:
    """Names below the axis, a dozen letters at most; when they are many, every second, third, … so that they stay readable."""
    every = -(-len(labels) // MAX_LABELS)
    return tuple(Mark(_r(x), label) for at, (x, label) in enumerate(zip(xs, labels, strict=True)) if at % every == 0)
