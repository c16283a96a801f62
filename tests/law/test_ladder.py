"""The escalation ladder (1.7): counted back from the act-by date, level-triggered, overdue from the due date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from dsr.law.ladder import LADDER, RungCode, Ticking, rung_on, rungs_due
from dsr.law.terms import CLOSED, RUNNING, State

R = RungCode


def case(**changes: Any) -> Ticking:
    """Received Mon 1 June 2026, act by 25 June, due 1 July."""
    base: dict[str, Any] = {
        "state": State.ASSESSING,
        "received_on": date(2026, 6, 1),
        "query_by_on": date(2026, 6, 4),
        "act_by_on": date(2026, 6, 25),
        "due_on": date(2026, 7, 1),
    }
    return Ticking(**(base | changes))


def due(ticking: Ticking, day: str, *done: RungCode) -> list[RungCode]:
    return [rung.code for rung in rungs_due(ticking, today=date.fromisoformat(day), done=done)]


def test_1_7_each_rung_on_its_day() -> None:
    days = {rung.code: rung_on(case(), rung) for rung in LADDER}
    assert days == {
        R.ACKNOWLEDGE: date(2026, 6, 1),
        R.QUERY_LIMIT: date(2026, 6, 4),
        R.HALF: date(2026, 6, 13),
        R.DECIDE_EXTENSION: date(2026, 6, 15),
        R.LEAD: date(2026, 6, 20),
        R.DPO: date(2026, 6, 23),
        R.LAST_DAY: date(2026, 6, 25),
        R.OVERDUE: date(2026, 7, 2),
    }


def test_a_missed_rung_is_due_until_it_is_done() -> None:
    assert due(case(), "2026-06-03") == [R.ACKNOWLEDGE]
    assert due(case(), "2026-06-20", R.ACKNOWLEDGE, R.QUERY_LIMIT) == [R.HALF, R.DECIDE_EXTENSION, R.LEAD]
    assert due(case(), "2026-07-02", *R) == []


def test_4_0_6_overdue_counts_from_the_day_after_the_due_date_not_from_the_act_by_date() -> None:
    assert R.OVERDUE not in due(case(), "2026-07-01")
    assert R.OVERDUE in due(case(), "2026-07-02")


def test_50_percent_reminds_only_before_collecting() -> None:
    for state in RUNNING:
        reminded = R.HALF in due(case(state=state), "2026-06-13")
        assert reminded is (
            state in {State.RECEIVED, State.ASSESSING, State.ID_PENDING, State.CLARIFY_PENDING, State.FEE_PENDING}
        ), state


def test_t13_the_query_limit_bothers_nobody_who_asked_or_needs_no_query() -> None:
    assert R.QUERY_LIMIT not in due(case(state=State.ID_PENDING), "2026-06-04")
    assert R.QUERY_LIMIT not in due(case(identified=True), "2026-06-04")


def test_an_extended_case_is_not_asked_about_an_extension() -> None:
    assert R.DECIDE_EXTENSION not in due(case(extended=True), "2026-06-15")


def test_a_paused_case_climbs_nothing_that_hangs_on_a_due_date() -> None:
    paused = case(state=State.ID_PENDING, act_by_on=None, due_on=None)
    assert due(paused, "2026-12-31") == [R.ACKNOWLEDGE]


@pytest.mark.parametrize("state", [*CLOSED, State.CONTESTED])
def test_nobody_escalates_what_is_answered(state: State) -> None:
    assert due(case(state=state), "2026-12-31") == []


def test_a_short_period_never_puts_a_rung_before_receipt() -> None:
    short = case(act_by_on=date(2026, 6, 6))
    assert rung_on(short, LADDER[3]) == date(2026, 6, 1)


def test_rungs_come_lowest_first() -> None:
    days = [rung_on(case(), rung) for rung in rungs_due(case(), today=date(2026, 7, 2))]
    assert days == sorted(d for d in days if d is not None)
    assert len(days) == len(LADDER)
    assert timedelta(0) < date(2026, 7, 2) - date(2026, 6, 1)
