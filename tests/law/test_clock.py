"""The clock beside its vectors: properties, doubts, explanation, and what it refuses (T-01 to T-24)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from dsr.law.calendars import Calendar, DateOutOfRangeError, Scope, UnknownPlaceError
from dsr.law.clock import (
    ClockCode,
    ClockError,
    ClockInput,
    Line,
    Suspension,
    SuspensionKind,
    WarningCode,
    add_months,
    due_dates,
    if_answered_on,
)
from dsr.law.regimes import UnknownRegimeError, regime
from dsr.law.rights import Right

BERLIN = "Europe/Berlin"


def received(day: str, clock: str = "10:00", **changes: Any) -> ClockInput:
    """A request in Bavaria or elsewhere, at local time."""
    at = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(BERLIN))
    base: dict[str, Any] = {"received_at": at, "timezone": BERLIN, "jurisdiction": "DE"}
    return ClockInput(**(base | changes))


def asked(start: str, end: str | None, kind: str = "identity") -> tuple[Suspension, ...]:
    return (Suspension(date.fromisoformat(start), date.fromisoformat(end) if end else None, SuspensionKind(kind)),)


REGIME_PLACES = {
    "EU_GDPR": "DE-BY", "UK_GDPR": "GB-SCT", "CH_FADP": "CH-ZH", "US_CCPA": "US-CA", "BR_LGPD": "BR", "CA_QC25": "CA-QC",
}  # fmt: skip
DAYS = st.dates(date(2019, 1, 1), date(2035, 12, 31))
PLACES = st.sampled_from(
    ["DE", "DE-BY", "AT", "FR", "FR-57", "NL", "BE", "ES-MD", "ES-CT", "IT", "PT", "PL", "SE", "IE"]
)


@st.composite
def requests(draw: st.DrawFn) -> ClockInput:
    """Any EU request with up to three answered questions of either kind."""
    day = draw(DAYS)
    spans = []
    for _ in range(draw(st.integers(0, 3))):
        start = day + timedelta(days=draw(st.integers(0, 45)))
        kind = draw(st.sampled_from([SuspensionKind.IDENTITY, SuspensionKind.CLARIFICATION]))
        spans.append(Suspension(start, start + timedelta(days=draw(st.integers(0, 40))), kind))
    at = datetime.combine(day, draw(st.times()), UTC)
    return ClockInput(
        received_at=at, timezone="UTC", jurisdiction=draw(PLACES), suspensions=tuple(spans), extended=draw(st.booleans()),
        right=draw(st.sampled_from(Right)),
    )  # fmt: skip


@given(DAYS, st.integers(0, 15))
def test_t04_t05_months_agree_with_an_independent_library(day: date, months: int) -> None:
    assert add_months(day, months) == day + relativedelta(months=months)


@settings(deadline=None)
@given(requests())
def test_t07_a_due_date_is_a_working_day_and_never_before_the_bare_period(asking: ClockInput) -> None:
    found = due_dates(asking)
    assert found.due_on is not None
    assert found.first_month_due_on is not None
    assert Calendar(asking.jurisdiction).is_working_day(found.due_on)
    assert found.due_on >= add_months(found.received_on, 3 if asking.extended else 1)
    assert found.received_on < found.first_month_due_on <= found.due_on
    assert found.act_by_on is not None
    assert found.act_by_on <= found.due_on
    assert found.explanation[0] == Line(ClockCode.RECEIVED, {"on": found.received_on})
    assert Line(ClockCode.DUE, {"on": found.due_on}) in found.explanation


@settings(deadline=None)
@given(requests(), st.integers(1, 20))
def test_t12_a_longer_pause_never_brings_the_date_forward(asking: ClockInput, more: int) -> None:
    spans = tuple(replace(s, end=s.end + timedelta(days=more)) for s in asking.suspensions if s.end)
    before, after = due_dates(asking).due_on, due_dates(replace(asking, suspensions=spans)).due_on
    assert before is not None
    assert after is not None
    assert after >= before


@settings(deadline=None)
@given(requests())
def test_t12_the_order_in_which_questions_are_listed_does_not_matter(asking: ClockInput) -> None:
    assert due_dates(asking).due_on == due_dates(replace(asking, suspensions=asking.suspensions[::-1])).due_on


@given(requests(), st.integers(1, 90))
def test_t01_a_later_receipt_is_never_due_earlier(asking: ClockInput, later: int) -> None:
    first = replace(asking, suspensions=())
    second = replace(first, received_at=first.received_at + timedelta(days=later))
    one, two = due_dates(first), due_dates(second)

    assert one.due_on is not None
    assert two.due_on is not None
    assert one.due_on <= two.due_on


@given(st.dates(date(2025, 1, 1), date(2035, 12, 31)), st.sampled_from(sorted(REGIME_PLACES)), st.integers(1, 60))
def test_1_6_a_later_receipt_is_never_due_earlier_within_a_regime(day: date, code: str, later: int) -> None:
    def due(received_on: date) -> date | None:
        row = regime(code, received_on)
        at = datetime.combine(received_on, time(12), UTC)
        return due_dates(
            ClockInput(received_at=at, timezone="UTC", jurisdiction=REGIME_PLACES[code], regime=row.code)
        ).due_on

    one, two = due(day), due(day + timedelta(days=later))

    assert one is not None
    assert two is not None
    assert one <= two


@given(requests(), st.integers(0, 20), st.integers(0, 40))
def test_t12_k_suspended_days_move_the_unrolled_date_by_k(asking: ClockInput, start: int, k: int) -> None:
    received_on = asking.received_at.date()
    pause = Suspension(
        received_on + timedelta(days=start), received_on + timedelta(days=start + k), SuspensionKind.IDENTITY
    )
    bare = replace(asking, suspensions=(), right=Right.ACCESS, extended=False)
    paused = replace(bare, suspensions=(pause,))

    before, after = due_dates(bare).notice_by_on, due_dates(paused).notice_by_on

    assert before is not None
    assert after == before + timedelta(days=k)


@given(requests(), st.integers(0, 20))
def test_idea_2_the_last_line_of_the_explanation_names_the_date(asking: ClockInput, buffer: int) -> None:
    found = due_dates(replace(asking, buffer_days=buffer))

    assert found.explanation[-1].code == ClockCode.DUE
    assert found.explanation[-1].params == {"on": found.due_on}


@given(DAYS, st.times())
def test_t09_the_wall_clock_of_the_controller_decides(day: date, clock: time) -> None:
    at = datetime.combine(day, clock, ZoneInfo("Pacific/Kiritimati"))
    found = due_dates(ClockInput(received_at=at.astimezone(UTC), timezone="Pacific/Kiritimati", jurisdiction="DE"))
    assert found.received_on == day


def test_idea_2_the_clock_prints_its_arithmetic() -> None:
    found = due_dates(received("2026-05-04", "18:30", jurisdiction="DE-BY"))
    assert found.due_on == date(2026, 6, 5)
    assert [(line.code, *line.params.values()) for line in found.explanation] == [
        (ClockCode.RECEIVED, date(2026, 5, 4)),
        (ClockCode.MONTHS, 1, date(2026, 6, 4)),
        (ClockCode.HOLIDAY, date(2026, 6, 4), "DE-BY", "Corpus Christi"),
        (ClockCode.NEXT_WORKING_DAY, date(2026, 6, 5)),
        (ClockCode.DUE, date(2026, 6, 5)),
    ]


def test_t05_a_day_the_month_does_not_have_is_explained() -> None:
    lines = due_dates(received("2026-08-31")).explanation
    assert Line(ClockCode.NO_SUCH_DAY, {"day": 31, "on": date(2026, 9, 30)}) in lines


def test_t12_act_by_is_the_earlier_of_both_methods_minus_the_buffer() -> None:
    """March has 31 days: the 30-day method ends on 14 April, one day before the shift."""
    asking = received("2026-03-05", suspensions=asked("2026-03-09", "2026-03-19"))
    assert due_dates(asking).act_by_on == date(2026, 4, 14)
    assert due_dates(replace(asking, buffer_days=5)).act_by_on == date(2026, 4, 9)
    assert due_dates(replace(asking, buffer_days=5)).due_on == date(2026, 4, 15)


def test_t10_an_open_question_pauses_and_an_answer_resumes() -> None:
    paused = due_dates(received("2026-03-05", suspensions=asked("2026-03-09", None)))
    assert (paused.paused, paused.due_on, paused.first_month_due_on, paused.act_by_on) == (True, None, None, None)
    assert paused.explanation[-1].code == ClockCode.PAUSED
    answered = if_answered_on(received("2026-03-05", suspensions=asked("2026-03-09", None)), date(2026, 3, 19))
    assert answered == due_dates(received("2026-03-05", suspensions=asked("2026-03-09", "2026-03-19")))


def test_t13_an_unanswered_question_after_the_end_does_not_hide_that_the_answer_is_overdue() -> None:
    found = due_dates(received("2026-03-02", suspensions=asked("2026-04-10", None)))
    assert found.due_on == date(2026, 4, 2)
    assert [w.code for w in found.warnings] == [WarningCode.QUERY_AFTER_END]


@pytest.mark.parametrize(
    ("start", "code"),
    [("2026-03-05", None), ("2026-03-06", WarningCode.QUERY_LATE), ("2026-03-12", WarningCode.QUERY_RISKY)],
)
def test_t13_the_later_the_question_the_louder_the_warning(start: str, code: WarningCode | None) -> None:
    """Monday 2 March: three working days end on Thursday 5 March, day ten is the 12th."""
    found = due_dates(received("2026-03-02", suspensions=asked(start, start)))
    assert [w.code for w in found.warnings] == ([code] if code else [])
    assert found.query_by_on == date(2026, 3, 5)


def test_t24_letters_are_posted_four_working_days_earlier() -> None:
    """Due Tuesday 7 April 2026 after Easter: Thu 2 April is the first working day before, Mon 30 March the fourth."""
    found = due_dates(received("2026-03-05"))
    assert (found.due_on, found.post_by_on) == (date(2026, 4, 7), date(2026, 3, 30))


def test_t22_notices_leave_by_the_bare_date() -> None:
    assert due_dates(received("2026-01-31")).notice_by_on == date(2026, 2, 28)


def test_1_6_california_acknowledges_in_ten_business_days() -> None:
    asking = received("2026-03-02", jurisdiction="US-CA", regime="US_CCPA", timezone="America/Los_Angeles")
    assert due_dates(asking).ack_by_on == date(2026, 3, 16)


def test_1_6_switzerland_names_its_own_date() -> None:
    asking = received("2026-03-02", jurisdiction="CH-ZH", regime="CH_FADP", timezone="Europe/Zurich", extended=True)
    with pytest.raises(ClockError, match="names the date"):
        due_dates(asking)
    found = due_dates(replace(asking, extended_to=date(2026, 6, 30)))
    assert (found.first_month_due_on, found.due_on) == (date(2026, 4, 1), date(2026, 6, 30))


def test_a4_local_holidays_and_a_commune_without_assumption() -> None:
    augsburg = received("2025-07-08", jurisdiction="DE-BY", extra_holidays=(date(2025, 8, 8),))
    assert due_dates(augsburg).due_on == date(2025, 8, 11)
    protestant = received("2025-07-15", jurisdiction="DE-BY", removed_holidays=(date(2025, 8, 15),))
    assert due_dates(protestant).due_on == date(2025, 8, 15)


def test_a5_a_disputed_day_and_a4_a_regional_one_carry_a_doubt() -> None:
    dutch = due_dates(received("2026-04-05", jurisdiction="NL", timezone="Europe/Amsterdam"))
    assert [w.code for w in dutch.warnings] == [WarningCode.DISPUTED_DAY]
    bavarian = due_dates(received("2026-05-04", jurisdiction="DE-BY"))
    assert bavarian.warnings == (Line(WarningCode.REGIONAL_HOLIDAY, {"other": date(2026, 6, 4)}),)
    assert due_dates(received("2026-05-04", jurisdiction="DE-BY", scope=Scope.NATIONAL)).warnings == ()


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"timezone": "Mars/Base"}, ClockError, "time zone"),
        ({"timezone": "../etc"}, ClockError, "time zone"),
        ({"received_at": datetime(2026, 3, 2, 10)}, ClockError, "needs a time zone"),  # noqa: DTZ001 -- the point
        ({"jurisdiction": "ZZ"}, UnknownPlaceError, "not a known place"),
        ({"jurisdiction": "DE-XX"}, UnknownPlaceError, "DE knows BB, BE"),
        ({"regime": "MOON"}, UnknownRegimeError, "known are BR_LGPD"),
        ({"regime": "BR_LGPD", "jurisdiction": "BR", "extended": True}, ClockError, "no extension"),
        (
            {"regime": "CH_FADP", "jurisdiction": "CH", "received_at": datetime(2021, 1, 1, tzinfo=UTC)},
            UnknownRegimeError,
            "not in force",
        ),
        ({"suspensions": asked("2026-03-01", "2026-03-05")}, ClockError, "cannot precede the receipt"),
        ({"suspensions": asked("2026-03-05", "2026-03-04")}, ClockError, "cannot precede its question"),
        ({"suspensions": asked("2026-03-05", "2299-03-04")}, DateOutOfRangeError, "2018 to 2098"),
        ({"received_at": datetime(9999, 12, 1, tzinfo=UTC)}, DateOutOfRangeError, "2018 to 2098"),
        ({"buffer_days": -1}, ClockError, "buffer"),
        ({"buffer_days": 10**12}, ClockError, "buffer"),
    ],
)
def test_nonsense_is_refused_in_words(changes: dict[str, Any], error: type[ValueError], words: str) -> None:
    with pytest.raises(error, match=words):
        due_dates(replace(received("2026-03-02"), **changes))


def test_an_unknown_kind_of_question_is_refused_in_words() -> None:
    with pytest.raises(ClockError, match="known are identity"):
        Suspension(date(2026, 3, 2), None, "curiosity")  # type: ignore[arg-type]


@settings(deadline=None)
@given(requests())
def test_lines_survive_json(asking: ClockInput) -> None:
    found = due_dates(asking)
    for line in (*found.explanation, *found.warnings):
        assert Line.from_json(json.loads(json.dumps(line.as_json()))) == line


def test_versions_say_by_which_law_and_which_calendar() -> None:
    found = due_dates(received("2026-03-02"))
    assert found.regime_version == "EU_GDPR@2018-05-25"
    assert found.calendar_version.startswith("holidays ")
