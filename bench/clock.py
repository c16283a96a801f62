"""Due dates a second on one core, explanation included; and how long a changed calendar takes over 20,000 open cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bench import world
from bench.measure import Board, seconds
from dsr.law.clock import ClockInput, Suspension, SuspensionKind, due_dates

COUNT = 20_000
PLACES = ("DE-BY", "NL", "FR-57", "PL", "ES-CT", "GB-SCT")


def inputs() -> list[ClockInput]:
    """Requests of a year, one in five with a pause, one in seven extended."""
    made = []
    for number in range(COUNT):
        place = PLACES[number % len(PLACES)]
        at = datetime(2026, 2, 10, 9, tzinfo=UTC) + timedelta(hours=7 * number % 8000)
        start = at.date() + timedelta(days=2)
        pause = (Suspension(start, start + timedelta(days=8), SuspensionKind.IDENTITY),) if number % 5 == 0 else ()
        made.append(
            ClockInput(
                received_at=at,
                timezone="Europe/London" if place.startswith("GB") else "Europe/Berlin",
                jurisdiction=place,
                regime="UK_GDPR" if place.startswith("GB") else "EU_GDPR",
                suspensions=pause,
                extended=number % 7 == 0,
                buffer_days=5,
            )
        )
    return made


def due_dates_a_second(board: Board) -> None:
    """Warm calendars: a process reads each of them once."""
    asked = inputs()
    assert sum(len(due_dates(one).explanation) for one in asked) > 3 * COUNT
    best = min(seconds(lambda: [due_dates(one) for one in asked]) for _ in range(3))
    board.least("clock: due dates a second, explanation included", COUNT / best, 20_000)


def changed_calendar(board: Board) -> None:
    """A holiday appears on a day on which some of the cases are due; nobody was told a date, so these move."""
    from dsr.cases import actors, calendar  # noqa: PLC0415 -- needs the database of `world`
    from dsr.models import Case, Event  # noqa: PLC0415
    from tests.factories import make_controller, make_request, make_staff  # noqa: PLC0415

    first = datetime(2026, 6, 1, 9, tzinfo=UTC)
    patterns = [make_request(at=first + timedelta(days=day)).cases.get() for day in range(20)]
    Case.objects.update(told_due_on=None)
    for pattern in patterns:
        pattern.refresh_from_db()
    world.multiply(patterns, COUNT - len(patterns))
    controller, officer = make_controller(), actors.staff(make_staff("dora", "dpo"))
    now = first + timedelta(days=21)
    calendar.set_day(
        controller=controller, day=patterns[0].due_on or first.date(), holiday=True, actor=officer, now=now
    )
    taken = seconds(lambda: calendar.recompute(controller=controller, now=now, limit=COUNT))
    moved = Event.objects.filter(action="dates_recomputed").count()
    assert moved >= COUNT // len(patterns)
    board.most(f"clock: a changed calendar over {COUNT:,} open cases, {moved:,} of them moved", taken, 30, " s")


def main() -> None:
    """Both measurements."""
    board = Board()
    due_dates_a_second(board)
    with world.sqlite():
        changed_calendar(board)
    board.leave()


if __name__ == "__main__":
    main()
