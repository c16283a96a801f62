"""Figures of a period and of the moment: definitions of ux.md 2.4 and rules 4.6, and what they cost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.cases import absences, actors, daily, figures, live_figures
from dsr.models import Case, CaseRisk, DayFigures, Suspension, Task
from dsr.work import jobs, waking
from tests.factories import make_case, make_controller, make_staff
from tests.reports.made import at, closed, overdue_once

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
MARCH = date(2026, 3, 2)  # a Monday; due on 2 April


def test_on_time_ages_and_outcomes_of_a_period():
    """Informed on the due date is on time; extended counts to the new date; late once is late for good (SC-23)."""
    assert closed(MARCH, 3).due_on == date(2026, 4, 2)
    closed(MARCH, 31, "partly_completed")
    closed(MARCH, 32, "refused")
    closed(MARCH, 60, due_on=date(2026, 6, 2), extended=True)
    overdue_once(closed(MARCH, 61, due_on=date(2026, 6, 2), extended=True))
    paused = closed(MARCH, 10, "completed", state="archived")
    Suspension.objects.create(
        controller=paused.controller, case=paused, kind="identity", started_at=at(MARCH), started_on=MARCH
    )
    closed(MARCH, 90, "withdrawn")
    closed(MARCH, 300)  # ended after the period
    make_case(at=at(MARCH))
    closed(MARCH, 5, controller=make_controller("southwave"))

    found = figures.of_period(make_controller(), FIRST, LAST)

    assert (found["received"], found["closed"], found["answered"], found["late"]) == (9, 7, 6, 2)
    assert (found["extended"], found["paused"]) == (2, 1)
    assert found["outcomes"] == {"completed": 4, "partly_completed": 1, "refused": 1, "withdrawn": 1}
    assert (found["age_p50"], found["age_p90"]) == (31, 61)


def test_days_are_those_of_the_controller():
    """2 April 22:30 UTC is the third in Berlin, one day late (T-09)."""
    case = closed(MARCH, 1)
    Case.objects.filter(pk=case.pk).update(closed_at=at(date(2026, 4, 2)) + timedelta(hours=10, minutes=30))

    assert figures.of_period(case.controller, date(2026, 4, 2), date(2026, 4, 2))["answered"] == 0
    found = figures.of_period(case.controller, date(2026, 4, 3), date(2026, 4, 3))
    assert (found["answered"], found["late"], found["age_p50"]) == (1, 1, 32)


def test_months_stores_and_an_empty_period():
    closed(date(2026, 1, 30), 5)
    case = closed(date(2026, 2, 10), 3)
    for hours in (1, 2, 30):
        task = {"controller": case.controller, "case": case, "store": f"s{hours}", "not_before": at(MARCH)}
        end = at(MARCH) + timedelta(hours=hours)
        Task.objects.create(operation="collect", status="done", created_at=at(MARCH), finished_at=end, **task)
    controller = case.controller

    assert figures.by_month(controller, date(2026, 1, 1), date(2026, 2, 28)) == [
        {"month": "2026-01-01", "received": 1, "closed": 0},
        {"month": "2026-02-01", "received": 1, "closed": 2},
    ]
    assert [(row["store"], row["p50"]) for row in figures.turnaround(controller, FIRST, LAST)] == [
        ("s30", 30.0),
        ("s2", 2.0),
        ("s1", 1.0),
    ]
    nothing = figures.of_period(controller, date(2025, 1, 1), date(2025, 2, 1))
    assert (nothing["answered"], nothing["age_p50"], nothing["outcomes"]) == (0, None, {})


def test_live_counts_follow_open_cases_and_today():
    mara, today = make_staff("mara"), date(2026, 4, 1)
    mine, late, paused = (make_case(at=at(day)) for day in (MARCH, date(2026, 2, 20), date(2026, 3, 30)))
    Case.objects.filter(pk=mine.pk).update(assignee=mara, state="review")
    Case.objects.filter(pk=paused.pk).update(due_on=None)
    closed(date(2026, 3, 31), 1)
    for one, percent in ((mine, 80), (late, 100)):
        CaseRisk.objects.create(controller=mine.controller, case=one, day=today, percent=percent)

    live = live_figures.count(controller=mine.controller, user=mara, today=today, people=True)

    assert (live.open, live.overdue, live.paused, live.mine, live.unassigned, live.due_week) == (3, 1, 1, 1, 2, 2)
    assert [case.pk for case in live.late_cases] == [late.pk]
    assert (live.likely_late, live.received_today, live.answered_today, live.late_today) == (1, 0, 1, 0)
    assert (live.early, live.drafted) == ({"over": 1, "paused": 1}, {"0-2": 1})
    assert live.people[mara.pk] == {"open": 1, "due": 1}
    assert live.due_weeks[0] == 1
    assert daily.risk([mine.pk, paused.pk]) == {str(mine.pk): 80}


@pytest.mark.slow
def test_the_day_is_reckoned_once_by_a_job_and_says_when(settings):
    """Forecast and figures of the day: made by the tick's job, kept once, learnt from stages that closed cases entered."""
    settings.DSR_HOURS_PER_WEEK, settings.DSR_HOURS_PER_CASE = 20, 4
    make_staff("mara")
    for number in range(31):
        closed(MARCH + timedelta(days=number % 3), 20)
    open_case = make_case(at=at(date(2026, 3, 25)))
    controller, now = open_case.controller, at(date(2026, 4, 1))
    assert [one.pk for one in daily.without(now)] == [controller.pk]
    assert waking.day_figures(now) == 1

    first = daily.make_day(controller=controller, now=now)
    again = daily.make_day(controller=controller, now=now + timedelta(hours=3))

    assert (first.pk, first.made_at) == (again.pk, again.made_at)
    assert waking.day_figures(now) == 0
    ahead = first.data["forecast"]
    assert (ahead["from_history"], ahead["closed"], ahead["cases"]) == (True, 31, 1)
    assert ahead["hours_week"] == 12  # Good Friday and Easter Monday are none of the five days
    assert daily.risk([open_case.pk]) == {str(open_case.pk): 0}
    assert daily.newest(controller) == first
    jobs.make_day_figures(str(controller.pk))
    assert DayFigures.objects.count() == 2  # the job reads the clock: another day


def test_absences_take_hours_and_nobody_means_no_limit():
    controller = make_controller()
    monday = date(2026, 3, 2)
    assert daily.hours_ahead(controller, monday, 7) == []

    mara = make_staff("mara")
    make_staff("ines", "intake")
    otto = make_staff("otto", "lead")
    absences.enter(user=mara, first_on=monday, last_on=monday, stand_in=None, actor=actors.staff(otto), now=at(monday))

    assert daily.hours_ahead(controller, monday, 7) == [4, 8, 8, 8, 8, 0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("cases", [1, 12])
def test_the_number_of_queries_does_not_follow_the_cases(cases):
    for number in range(cases):
        make_case(at=at(MARCH + timedelta(days=number)))
        closed(MARCH, 20)
    controller, mara = make_controller(), make_staff("mara")

    with CaptureQueriesContext(connection) as live:
        live_figures.count(controller=controller, user=mara, today=date(2026, 5, 20), people=True)
    with CaptureQueriesContext(connection) as period:
        figures.of_period(controller, FIRST, LAST)
    assert (len(live), len(period)) == (4, 3)
