"""Which open cases are likely to be late, and how much is answered in the coming weeks (ux.md 2.4). Pure: rows in, numbers out.

Method, as the dashboard states it. For each open case the days it still takes are drawn from what cases of the same right
took from the same stage in the last twelve months, given the days it has been there already. The team works in the order
of the queue: no case ends before the team has had the hours for it and for everything before it. New requests do not
count, because they are due after all that is open today. Fewer than MIN_CLOSED closed cases say too little: then every
stage has a fixed length, and the page says so.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from dsr.law.terms import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DRAWS: Final = 500
WEEKS: Final = 8
MIN_CLOSED: Final = 30
MIN_SAMPLES: Final = 5
"""Below this many cases of a right in a stage, those of every right in that stage are asked."""
LOW, HIGH = 0.1, 0.9
"""The band holds eight of ten draws."""

# POLICY: calendar days from entering a stage to the answer, and the share of a case's work that is still to do there.
FIXED: Final[Mapping[State, tuple[int, float]]] = {
    State.RECEIVED: (21, 1.0),
    State.ID_PENDING: (24, 0.95),
    State.CLARIFY_PENDING: (24, 0.95),
    State.FEE_PENDING: (24, 0.9),
    State.ASSESSING: (17, 0.9),
    State.COLLECTING: (14, 0.6),
    State.DRAFTING: (10, 0.5),
    State.REVIEW: (5, 0.2),
    State.APPROVED: (4, 0.1),
    State.EXECUTING: (3, 0.1),
    State.NOTIFYING: (2, 0.1),
    State.CONTESTED: (21, 0.8),
}


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One open case, given in the order of the queue. `in_stage`: calendar days since it entered the stage.

    `left`: calendar days to the due date (0: today, negative: over); None while the clock is paused, and nobody is late then.
    """

    id: str
    right: str
    stage: State
    in_stage: int
    left: int | None


@dataclass(slots=True)
class History:
    """Calendar days from entering a stage to the end of the case, of `closed` cases."""

    closed: int = 0
    days: dict[tuple[str, State], list[int]] = field(default_factory=dict)

    def add(self, right: str, entered: Iterable[tuple[State, int]]) -> None:
        """Count one closed case: each stage it entered, and the days from there to its end."""
        self.closed += 1
        for stage, days in entered:
            for key in ((right, stage), ("", stage)):
                self.days.setdefault(key, []).append(max(0, days))

    @property
    def is_enough(self) -> bool:
        """Whether the forecast may rest on it."""
        return self.closed >= MIN_CLOSED


@dataclass(frozen=True, slots=True)
class Week:
    """A calendar week from Monday, the first one from today: what falls due, what is answered and becomes late, with bands."""

    due: int
    answered: int
    answered_low: int
    answered_high: int
    late: int
    late_low: int
    late_high: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """`risk`: chance of being late in per cent by case id; 100 for what is late already, none for what is paused."""

    risk: dict[str, int]
    weeks: tuple[Week, ...]
    from_history: bool
    closed: int


def forecast(
    cases: Sequence[OpenCase],
    history: History,
    *,
    hours: Sequence[float],
    hours_per_case: float,
    weekday: int,
    seed: int,
    draws: int = DRAWS,
    weeks: int = WEEKS,
) -> Forecast:
    """Reckon it. `hours` the team has on each calendar day from today on (empty: not known, so no limit); `weekday` of today
    (Monday 0). The same arguments give the same numbers. ValueError for no draws.
    """
    if draws < 1:
        raise ValueError("a forecast needs at least one draw")
    rng = random.Random(seed)  # noqa: S311 -- a simulation, nothing secret
    floors = _floors(cases, hours, hours_per_case)
    pools = _Pools(history)
    answered = [[0] * draws for _ in range(weeks)]
    late = [[0] * draws for _ in range(weeks)]
    due = [0] * weeks
    risk: dict[str, int] = {}
    for case, floor in zip(cases, floors, strict=True):
        ends = [max(floor, day) for day in rng.choices(pools.of(case), k=draws)]
        for draw, day in enumerate(ends):
            week = (day + weekday) // 7
            if week < weeks:
                answered[week][draw] += 1
        if case.left is None:
            continue
        left = case.left
        risk[case.id] = 100 if left < 0 else round(100 * sum(day > left for day in ends) / draws)
        week = (left + weekday) // 7
        if left >= 0 and week < weeks:
            due[week] += 1
            row = late[week]
            for draw, day in enumerate(ends):
                row[draw] += day > left
    made = tuple(Week(due[week], *_band(answered[week]), *_band(late[week])) for week in range(weeks))
    return Forecast(risk, made, history.is_enough, history.closed)


def _floors(cases: Sequence[OpenCase], hours: Sequence[float], hours_per_case: float) -> list[int]:
    """The first day on which the team has had the hours for each case and for all before it; the day after the last if never."""
    if not hours:
        return [0] * len(cases)
    had = list(accumulate(hours))
    needed = accumulate(FIXED[case.stage][1] * hours_per_case for case in cases)
    return [bisect_left(had, work - 1e-9) for work in needed]


class _Pools:
    """The days to draw from, by right, stage and days spent there; made once each."""

    def __init__(self, history: History) -> None:
        self._enough = history.is_enough
        self._days = {key: sorted(days) for key, days in history.days.items()}
        self._made: dict[tuple[str, State, int], Sequence[int]] = {}

    def of(self, case: OpenCase) -> Sequence[int]:
        key = (case.right, case.stage, case.in_stage)
        if key not in self._made:
            self._made[key] = self._pool(case)
        return self._made[key]

    def _pool(self, case: OpenCase) -> Sequence[int]:
        fixed = (max(1, FIXED[case.stage][0] - case.in_stage),)
        if not self._enough:
            return fixed
        for right in (case.right, ""):
            days = self._days.get((right, case.stage), [])
            if len(days) >= MIN_SAMPLES:
                # What took less than this case has taken already says nothing about it. Longer than any before: begin again.
                rest = [day - case.in_stage for day in days[bisect_left(days, case.in_stage) :]]
                return rest or days
        return fixed


def _band(counts: list[int]) -> tuple[int, int, int]:
    """Median, and the two ends of the band."""
    counts = sorted(counts)
    return share(counts, 0.5), share(counts, LOW), share(counts, HIGH)


def share(ordered: Sequence[int], part: float) -> int:
    """The smallest value that at least `part` of the ordered values do not exceed. IndexError for none."""
    return ordered[max(0, -(-int(part * 1000) * len(ordered) // 1000) - 1)]
