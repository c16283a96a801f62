"""Words, bars, dates and marks that the components print."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from dsr.templatetags import ui

RECEIVED, DUE = date(2026, 11, 22), date(2026, 12, 22)


def render(text: str, **context: object) -> str:
    return Template(text).render(Context(context)).strip()


def bar(html: str) -> int:
    """How much of a deadline's bar is filled, in percent."""
    return int(re.findall(r'class="meter-fill[^"]*" width="([0-9]+)"', html)[0])


@pytest.mark.parametrize(
    ("left", "words", "kind"),
    [
        (-2, "2 days overdue", "late"),
        (-1, "1 day overdue", "late"),
        (0, "Due today", "late"),
        (1, "1 day left", "late"),
        (3, "3 days left", "late"),
        (4, "4 days left", "soon"),
        (7, "7 days left", "soon"),
        (8, "8 days left", "calm"),
    ],
)
def test_deadline_is_said_in_words_first(left: int, words: str, kind: str) -> None:
    assert (ui.days_words(left), ui.heat(left)) == (words, kind)


@pytest.mark.parametrize(
    ("today", "used"),
    [(date(2026, 11, 22), 0), (date(2026, 12, 7), 50), (DUE, 100), (date(2027, 2, 1), 100), (date(2026, 11, 1), 0)],
)
def test_bar_shows_the_share_that_is_used(today: date, used: int) -> None:
    assert bar(ui.deadline(DUE, RECEIVED, today)) == used


def test_deadline_of_one_day_does_not_divide_by_zero() -> None:
    assert bar(ui.deadline(RECEIVED, RECEIVED, RECEIVED)) == 0


@pytest.mark.parametrize("name", ["deadline", "deadline_large"])
def test_stopped_clock_shows_no_date_and_no_bar(name: str) -> None:
    html = render(f"{{% {name} None received received 'We wait for you' %}}", received=RECEIVED)
    assert "Clock stopped" in html
    assert "We wait for you" in html
    assert "<svg" not in html
    assert "<time" not in html


@pytest.mark.parametrize("name", ["deadline", "deadline_large"])
def test_deadline_carries_the_date_for_machines_too(name: str) -> None:
    html = render(f"{{% {name} due received due %}}", received=RECEIVED, due=DUE)
    assert re.search(r'<time[^>]* datetime="2026-12-22">', html)
    assert "22 December 2026" in html
    assert "Due today" in html


def test_dates_are_spelled_out_day_first() -> None:
    assert ui.day(DUE) == "22 December 2026"
    assert ui.weekday(DUE) == "Tue 22 December 2026"
    with timezone.override("Europe/Berlin"):
        assert ui.moment(datetime(2026, 11, 22, 23, 14, tzinfo=UTC)) == "23 November 2026, 00:14"
    assert ui.day(None) == ui.weekday(None) == ui.moment(None) == ""


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (24_000, "24 kB"),
        (4_100_000, "4.1 MB"),
        (28_000_000, "28 MB"),
        (999_999, "1.0 MB"),
        (3_200_000_000, "3.2 GB"),
    ],
)
def test_file_size_is_said_as_file_managers_do(size: int, words: str) -> None:
    assert ui.filesize(size) == words


def test_file_size_follows_the_language() -> None:
    with translation.override("de"):
        assert ui.filesize(4_100_000) == "4,1 MB"


@pytest.mark.parametrize(
    ("name", "mark"),
    [("Mara Example", "ME"), ("Anna Maria van der Berg", "AB"), ("Cher", "C"), ("Γιώργος Παππάς", "ΓΠ"), ("", "")],
)
def test_initials(name: str, mark: str) -> None:
    assert ui.initials(name) == mark


def test_text_in_a_tag_is_escaped() -> None:
    assert render("{% tag words 'ok' %}", words="<b>") == '<span class="tag tag-ok">&lt;b&gt;</span>'
    assert "<b>" not in render("{% notice 'warn' %}{{ words }}{% endnotice %}", words="<b>")


def test_unknown_kind_of_tag_is_an_error_and_not_silently_grey() -> None:
    with pytest.raises(ValueError, match="unknown kind 'danger'"):
        ui.tag("Late", "danger")


@pytest.mark.parametrize("name", ["../clock", "Clock", "clock.svg", ""])
def test_icon_is_chosen_by_name_only(name: str) -> None:
    with pytest.raises(ValueError, match="icon's name"):
        ui.icon(name)


def test_timeline_says_what_is_done_and_marks_the_current_step() -> None:
    html = render(
        "{% timeline items %}",
        items=[{"state": "done", "title": "Received", "when": "today"}, {"state": "now", "title": "Collecting"}],
    )
    assert "(done)" in html
    assert html.count('aria-current="step"') == 1


def test_pages_keep_the_filters_of_the_address() -> None:
    request = RequestFactory().get("/desk/?state=review&page=2")
    html = Template("{% pagination page %}").render(
        RequestContext(request, {"page": Paginator(range(120), 50).page(2)})
    )
    assert "51 to 100 of 120" in html
    assert 'href="?state=review&amp;page=1"' in html
    assert 'href="?state=review&amp;page=3"' in html


def test_single_page_of_a_list_has_no_links() -> None:
    request = RequestFactory().get("/desk/")
    html = Template("{% pagination page %}").render(RequestContext(request, {"page": Paginator(range(3), 50).page(1)}))
    assert "<a " not in html
