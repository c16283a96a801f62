"""Charts: what is drawn is what was counted, and the table says the same."""

from __future__ import annotations

import itertools

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dsr import charts


@given(st.integers(min_value=0, max_value=10**7))
def test_scale_reaches_the_top_in_few_whole_steps(top: int) -> None:
    scale = charts.ticks(top)
    assert scale[0] == 0
    assert scale[-1] >= top
    assert 2 <= len(scale) <= charts.MAX_TICKS + 1
    assert len({b - a for a, b in itertools.pairwise(scale)}) == 1


@pytest.mark.parametrize(
    ("top", "scale"),
    [
        (0, (0, 1)),
        (1, (0, 1)),
        (5, (0, 1, 2, 3, 4, 5)),
        (6, (0, 2, 4, 6)),
        (81, (0, 20, 40, 60, 80, 100)),
        (37, (0, 10, 20, 30, 40)),
    ],
)
def test_scale_has_round_numbers(top: int, scale: tuple[int, ...]) -> None:
    assert charts.ticks(top) == scale


def test_bars_stand_on_the_axis_and_are_as_high_as_their_value() -> None:
    chart = charts.bars("Most in March", ["Jan", "Feb", "Mar"], [("received", [5, 0, 10]), ("closed", [4, 6, 8])])
    room = charts.BOTTOM - charts.TOP
    assert [bar.height for bar in chart.bars] == [room / 2, 0, room, room * 0.4, room * 0.6, room * 0.8]
    assert all(bar.y + bar.height == charts.BOTTOM for bar in chart.bars)
    assert [bar.series for bar in chart.bars] == [1, 1, 1, 2, 2, 2]
    assert [row.values for row in chart.table] == [("5", "4"), ("0", "6"), ("10", "8")]


def test_bars_do_not_overlap_and_stay_inside() -> None:
    chart = charts.bars("x", [str(n) for n in range(24)], [("a", range(24)), ("b", range(24))])
    spans = sorted((bar.x, bar.x + bar.width) for bar in chart.bars)
    assert all(end <= start for (_begin, end), (start, _stop) in itertools.pairwise(spans))
    assert spans[0][0] >= charts.LEFT
    assert spans[-1][1] <= charts.RIGHT
    assert len(chart.labels) <= charts.MAX_LABELS


def test_forecast_goes_on_where_the_past_ends() -> None:
    chart = charts.lines(
        "Rising",
        ["a", "b", "c", "d"],
        ("due", [2, 4]),
        ("expected", [5, 6]),
        band=[(4, 8), (3, 10)],
        limit=("capacity", 5),
    )
    assert chart.line.split()[-1] == chart.line_2.split()[0]
    assert len(chart.band.split()) == 6
    assert [row.values for row in chart.table] == [("2", ""), ("4", ""), ("", "5 (4–8)"), ("", "6 (3–10)")]
    assert chart.limit == charts.Mark((charts.TOP + charts.BOTTOM) / 2, "capacity")


def test_line_without_forecast_has_one_column() -> None:
    chart = charts.lines("Flat", ["a"], ("due", [0]))
    assert (chart.line_2, chart.band, chart.limit, chart.names) == ("", "", None, ("due",))
    assert chart.table == (charts.Row("a", ("0",)),)


@pytest.mark.parametrize("series", [[], [("a", [1])], [("a", [1, 2]), ("b", [1, 2]), ("c", [1, 2])]])
def test_bars_that_do_not_fit_are_refused(series: list[tuple[str, list[int]]]) -> None:
    with pytest.raises(ValueError, match="series"):
        charts.bars("x", ["a", "b"], series)


@pytest.mark.parametrize(
    ("past", "future", "band"), [([], [1, 2], []), ([1], [2, 3], []), ([1], [2], [(1, 2), (1, 2)])]
)
def test_lines_that_do_not_fit_are_refused(past: list[int], future: list[int], band: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="labels must count"):
        charts.lines("x", ["a", "b"], ("p", past), ("f", future), band=band)


def test_numbers_in_the_drawing_have_a_point_in_every_language() -> None:
    chart = charts.bars("Meiste im März", ["Jan", "Feb", "Mär"], [("eingegangen", [1, 2, 4])])
    with translation.override("de"):
        html = render_to_string("ui/chart/bars.html", {"chart": chart})
    assert f'x="{chart.bars[0].x}"' in html
    assert "," not in html.replace(", ", "")


def test_title_is_escaped() -> None:
    html = render_to_string("ui/chart/lines.html", {"chart": charts.lines("<script>", ["a"], ("p", [1]))})
    assert "<script>" not in html
