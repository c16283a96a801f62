"""The rows of the table of stores with what each opens: its log, and the department that works on it by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dsr.desk.hand_page import rows_of
from dsr.desk.store_log import Logs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from dsr.desk.hand_page import HandRow
    from dsr.desk.tasks_view import Progress, TaskRow
    from dsr.models import Case


def opened(progress: Progress, case: Case, *, language: str, today: date, names: Mapping[str, str]) -> Progress:
    """The same progress, each row of a task with its log and its department; `names` are colleagues by account id."""
    if not any(row.task for row in progress.rows):
        return progress
    logs = Logs(case, language=language, names=names)
    return replace(progress, rows=tuple(_opened(progress.rows, rows_of(case, today=today), logs)))


def _opened(rows: Iterable[TaskRow], hands: Mapping[Any, HandRow], logs: Logs) -> Iterator[TaskRow]:
    for row in rows:
        if row.task is None or not row.task.store:
            yield row
            continue
        hand = hands.get(row.task.pk)
        told = hand is not None and bool(hand.status)
        yield replace(
            row,
            hand=hand,
            log=logs.of(row.task),
            status=hand.status if hand and told else row.status,
            kind=hand.kind if hand and told else row.kind,
            can_retry=row.can_retry and not (hand and hand.waits),
        )


def latest(progress: Progress) -> TaskRow | None:
    """The row whose department is latest with its answer; None when nobody is late."""
    late = [row for row in progress.rows if row.hand is not None and row.hand.late_days]
    return max(late, key=lambda row: row.hand.late_days if row.hand else 0, default=None)
