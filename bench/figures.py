"""The dashboard over many cases on PostgreSQL: a look follows the open cases, whatever was closed; the day is reckoned in a job."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import world
from bench.measure import Board, seconds
from bench.tick import multiply, settle

OPEN_FEW, OPEN_MANY = 2_000, 20_000
CLOSED = 200_000
NOW = datetime(2026, 6, 30, 9, tzinfo=UTC)
ROUNDS = 5


def patterns() -> list[Any]:
    """Cases at several stages, received on different days."""
    from tests.factories import make_case, make_staff  # noqa: PLC0415

    make_staff("mara")
    make_staff("otto", "lead")
    return [make_case(at=NOW - timedelta(days=days), identified=days % 2 == 0) for days in range(1, 25)]


def close(patterns_of: list[Any], count: int) -> None:
    """`count` cases that ended in the last twelve months, copied inside the database from forty of them."""
    from dsr.models import Case  # noqa: PLC0415

    known = set(Case.objects.values_list("pk", flat=True))
    for part in range(20):
        received, ended = NOW - timedelta(days=15 * part + 25), NOW - timedelta(days=15 * part + 1)
        state = ("completed", "partly_completed", "refused", "archived")[part % 4]
        days = {"received_on": received.date(), "due_on": received.date() + timedelta(days=31 if part % 5 else 20)}
        world.multiply(patterns_of[part : part + 2], 2, state=state, closed_at=ended, assignee=None, **days)
    ended_ones = list(Case.objects.exclude(pk__in=known))
    multiply(ended_ones, count // len(ended_ones) - 1)


def look() -> None:
    """What a look at the dashboard counts."""
    from dsr.cases import live_figures  # noqa: PLC0415
    from dsr.models import User  # noqa: PLC0415

    otto = User.objects.select_related("controller").get(roles=["lead"])
    live_figures.count(controller=otto.controller, user=otto, today=NOW.date(), people=True)


def best(work: Any) -> float:
    """The quickest of some rounds: what the machine does besides is not ours."""
    return min(seconds(work) for _ in range(ROUNDS))


def main(closed: int = CLOSED, many: int = OPEN_MANY) -> None:
    """Measure."""
    board = Board()
    few = many // 10
    with world.postgresql():
        made = patterns()
        multiply(made, few // len(made) - 1)
        settle()
        small = best(look)
        close(made, closed)
        settle()
        after = best(look)
        board.most(f"figures: a look with {few:,} open cases, {closed:,} closed ones over none", after / small, 3, " x")
        reckon(board, made[0].controller, closed)
        multiply(made, (many - few) // len(made))
        settle()
        board.most(f"figures: a look with {many:,} open cases over {few:,}", best(look) / after, 12, " x")
    board.leave()


def reckon(board: Board, controller: Any, closed: int) -> None:
    """The job of the day: seconds in a worker, and a look at a page that reads one row of it."""
    from dsr.cases import daily  # noqa: PLC0415

    taken = seconds(lambda: daily.make_day(controller=controller, now=NOW))
    board.most(f"figures: the day reckoned, {closed:,} closed cases", taken, 90, " s")
    read = best(lambda: daily.newest(controller))
    board.most("figures: the row of the day read, over a look", read / best(look), 1, " x")


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:3]))
