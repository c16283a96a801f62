"""The forecast as a pure function: the method of ux.md 2.4, line by line."""

from __future__ import annotations

import pytest

from dsr.cases.forecast import FIXED, History, OpenCase, forecast, share
from dsr.law.terms import State

MONDAY = 0


def case(name: str = "a", *, left: int | None = 10, stage: State = State.ASSESSING, there: int = 0) -> OpenCase:
    return OpenCase(name, "access", stage, there, left)


def past(*days: int, stage: State = State.ASSESSING, right: str = "access", times: int = 1) -> History:
    """Closed cases that took these days from `stage` to their end."""
    found = History()
    for _ in range(times):
        for one in days:
            found.add(right, [(stage, one)])
    return found


def run(cases: list[OpenCase], history: History, *, hours: list[float] | None = None, seed: int = 1, draws: int = 500):
    return forecast(cases, history, hours=hours or [], hours_per_case=4, weekday=MONDAY, seed=seed, draws=draws)


def test_the_chance_of_being_late_is_the_share_of_like_cases_that_took_longer():
    found = run([case(left=10)], past(5, 8, 10, 11, times=10), draws=4000)

    assert found.from_history
    assert found.closed == 40
    assert found.risk["a"] == pytest.approx(25, abs=3)


@pytest.mark.parametrize(
    ("given", "risk"),
    [
        (case(left=-1), 100),  # is late already
        (case(left=30), 0),  # nothing ever took so long
        (case(left=0, there=8), 100),  # eight days in the stage: only those that took ten are like it, two days remain
        (case(left=2, there=8), 0),
        (case(left=9, there=50), 100),  # longer in the stage than any before it: the whole time once more
    ],
)
def test_the_days_a_case_has_been_in_its_stage_count(given, risk):
    assert run([given], past(10, times=40)).risk == {"a": risk}


def test_a_paused_case_is_not_late_and_still_takes_its_hours():
    paused, other = case("paused", left=None), case("other", left=3)
    hours = [4.0, 0, 0, 0, 0, 4.0]

    assert run([other], past(1, times=40), hours=hours).risk == {"other": 0}
    assert run([paused, other], past(1, times=40), hours=hours).risk == {"other": 100}


def test_the_team_works_in_the_order_of_the_queue_and_rests_on_days_without_hours():
    cases = [case(name, left=2) for name in "abc"]
    found = run(cases, past(0, times=40), hours=[3.6, 0, 3.6, 3.6])

    assert found.risk == {"a": 0, "b": 0, "c": 100}
    assert (found.weeks[0].due, found.weeks[0].answered, found.weeks[0].late) == (3, 3, 1)


def test_fewer_than_thirty_closed_cases_give_fixed_stage_lengths_and_say_so():
    days = FIXED[State.ASSESSING][0]
    found = run([case("a", left=days - 1), case("b", left=days)], past(1, times=29))

    assert not found.from_history
    assert found.risk == {"a": 100, "b": 0}
    assert run([case("a", left=days - 1)], past(1, times=30)).risk == {"a": 0}


def test_a_right_with_few_cases_learns_from_all_of_them_in_the_stage():
    history = past(20, right="erasure", times=40)
    history.add("access", [(State.ASSESSING, 1)])

    assert run([case(left=5)], history, draws=2000).risk["a"] > 90


def test_the_same_day_gives_the_same_numbers_and_the_band_holds_eight_of_ten():
    cases = [case(str(number), left=7) for number in range(20)]
    history = past(3, 5, 9, 12, times=20)
    first, again, other = run(cases, history), run(cases, history), run(cases, history, seed=2)

    assert first == again != other
    week = first.weeks[0]
    assert week.answered_low < week.answered < week.answered_high
    assert 0 < week.answered <= 20 == sum(one.due for one in first.weeks)


def test_nothing_open_and_no_draws():
    assert run([], History()).risk == {}
    with pytest.raises(ValueError, match="draw"):
        run([case()], History(), draws=0)


@pytest.mark.parametrize(("part", "value"), [(0.1, 1), (0.5, 5), (0.9, 9), (1, 10)])
def test_shares_are_values_that_occurred(part, value):
    assert share(list(range(1, 11)), part) == value
