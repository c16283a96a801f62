"""What one look of the monitoring costs with 20,000 open cases, their tasks and their mails in our database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bench import world
from bench.measure import Board, seconds

COUNT = 20_000
TASKS = 60_000


def fill() -> None:
    """Open cases over twenty days; three tasks each, of which one in a hundred is unfinished."""
    from dsr.models import Case, Task  # noqa: PLC0415 -- needs the database of `world`
    from tests.factories import make_request  # noqa: PLC0415

    first = datetime(2026, 6, 1, 9, tzinfo=UTC)
    patterns = [make_request(at=first + timedelta(days=day)).cases.get() for day in range(20)]
    world.multiply(patterns, COUNT - len(patterns))
    cases = list(Case.objects.values_list("pk", "controller_id"))
    rows = (
        Task(
            case_id=case,
            controller_id=controller,
            store=f"store{number}",
            operation="collect",
            status="queued" if (place + number) % 100 == 0 else "done",
            not_before=first,
            created_at=first,
        )
        for place, (case, controller) in enumerate(cases)
        for number in range(TASKS // COUNT)
    )
    Task.objects.bulk_create(rows, batch_size=2000)


def main() -> None:
    """On SQLite, the embedded default; the queue is not asked, only our database."""
    board = Board()
    with world.sqlite():
        from dsr import metrics, vitals  # noqa: PLC0415

        fill()
        now = datetime(2026, 6, 25, 9, tzinfo=UTC)
        numbers = min(seconds(lambda: metrics.case_numbers(now=now)) for _ in range(5))
        board.most("metrics: counting 20,000 open cases", numbers * 1000, 100, " ms")
        whole = min(seconds(lambda: metrics.text(now=now)) for _ in range(5))
        board.most("metrics: the page, the question to Redis included", whole * 1000, 100, " ms")
        desk = min(seconds(lambda: vitals.background(now=now)) for _ in range(5))
        board.most("desk: what every page reads for its banner", desk * 1000, 5, " ms")
    board.leave()


if __name__ == "__main__":
    main()
