"""The reconciler over 200,000 open cases on PostgreSQL: a run with nothing to do, and the morning after Easter.

From the evening of Maundy Thursday to Tuesday nobody looked: 5,000 rungs wait, some hundred of them cases that became
overdue. Each of these runs is a process of its own, whose peak memory is compared with that of a run over 500.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import world
from bench.measure import Board, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

FEW, MANY = 2_000, 200_000
SMALL, LARGE, OVERDUE = 500, 5_000, 300
# Most people asked on 1 April 2026; the next day nothing falls, and the third working day is only Wednesday the 8th.
RECEIVED = datetime(2026, 4, 1, 7, tzinfo=UTC)
QUIET = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
EVENING, MORNING = datetime(2026, 4, 2, 18, tzinfo=UTC), datetime(2026, 4, 7, 4, tzinfo=UTC)
# Due on Monday 13 April, so the lead hears on Good Friday and the officer on Easter Monday; due on Maundy Thursday.
TWO_RUNGS, LATE = datetime(2026, 3, 13, 9, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def tick(now: datetime) -> dict[str, int]:
    """A whole run; a pass that failed ends the bench."""
    from dsr.work.tick import tick as run  # noqa: PLC0415 -- needs the database of `world`

    done = run(now)
    if -1 in done.values():
        raise RuntimeError(f"a pass failed: {done}")
    return done


def queries(work: Callable[[], object]) -> int:
    """How many statements a call sends."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as sent:
        work()
    return len(sent)


def settle() -> None:
    """What a database that has run for a while has done by itself."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def patterns() -> list[Any]:
    """Cases as the verbs leave them: received, identified, being collected, waiting for an answer; looked at once."""
    from dsr.cases import actors, identity, tasks  # noqa: PLC0415
    from dsr.cases.perform import perform  # noqa: PLC0415
    from dsr.law.workflow import Action  # noqa: PLC0415
    from dsr.models import Case, Task  # noqa: PLC0415
    from tests.factories import make_case, make_staff  # noqa: PLC0415

    make_staff("otto", "lead")
    make_staff("dora", "dpo")
    mara = make_staff("mara")
    _, _, collecting, asked = [make_case(identified=which in {1, 2}, at=RECEIVED) for which in range(4)]
    by = actors.staff(mara)
    identity.ask(case_id=asked.pk, doubt="two people", seen_version=None, actor=by, now=RECEIVED + HOUR)
    facts = {"scope_complete": True}
    perform(case_id=collecting.pk, action=Action.START_COLLECTION, actor=by, now=RECEIVED + HOUR, extra_facts=facts)
    tasks.ensure(case=collecting, operation="collect", store="billing", now=RECEIVED)
    Task.objects.update(status=Task.Status.MANUAL)
    Case.objects.update(assignee=mara)
    tick(QUIET)
    return list(Case.objects.select_related("request"))


def multiply(made: list[Any], each: int) -> None:
    """`each` copies of every case with its request, question and tasks, made inside the database; nothing sealed is copied."""
    from django.db import connection, transaction  # noqa: PLC0415

    from dsr.models import Case, Request, Suspension, Task  # noqa: PLC0415

    case = {"id": "new_case", "request_id": "new_request", "sealed": "''", "wrapped_key": "''"}
    reference = "'B-' || left(new_request::text, 18)"
    request = {
        "id": "new_request",
        "reference": reference,
        "submission_key": "NULL",
        "sealed": "''",
        "wrapped_key": "''",
    }
    own = {"id": "gen_random_uuid()", "case_id": "new_case"}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE copies ON COMMIT DROP AS SELECT id AS old_case, request_id AS old_request,"
            " gen_random_uuid() AS new_case, gen_random_uuid() AS new_request"
            " FROM dsr_case, generate_series(1, %s) WHERE id = ANY(%s)",
            [each, [one.pk for one in made]],
        )
        for model, joined, changed in (
            (Request, "old.id = old_request", request),
            (Case, "old.id = old_case", case),
            (Suspension, "old.case_id = old_case", own),
            (Task, "old.case_id = old_case", own),
        ):
            names = [str(field.column) for field in model._meta.concrete_fields]  # noqa: SLF001
            values = ", ".join(changed.get(name, f'old."{name}"') for name in names)
            columns = ", ".join(f'"{name}"' for name in names)
            table = model._meta.db_table  # noqa: SLF001
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM copies JOIN {table} old ON {joined}"  # noqa: S608
            )


def nothing_due(board: Board, made: list[Any]) -> None:
    """The same statements and no noticeable time, however many cases are open."""
    from dsr.models import Case  # noqa: PLC0415

    sent = {}
    for rows in (FEW, MANY):
        multiply(made, (rows - Case.objects.count()) // len(made))
        settle()
        tick(QUIET)
        sent[rows] = queries(lambda: tick(QUIET))
    taken = min(seconds(lambda: tick(QUIET)) for _ in range(3))
    board.most(f"tick: nothing due, {MANY:,} open cases", taken, 0.5, " s")
    board.most(f"tick: statements with {MANY:,} open cases, as with {FEW:,}", sent[MANY], sent[FEW])


def make_due(rungs: int, overdue: int) -> None:
    """Cases of which `rungs` fall over the holidays, two a case; `overdue` others, made by the verbs, are late by then."""
    from dsr.models import Case, User  # noqa: PLC0415
    from tests.factories import make_case  # noqa: PLC0415

    handler = User.objects.get(roles=["handler"])
    late = [make_case(at=LATE) for _ in range(overdue)]
    first = make_case(at=TWO_RUNGS)
    Case.objects.filter(pk__in=[case.pk for case in (*late, first)]).update(assignee=handler)
    multiply([first], rungs // 2 - 1)


def morning() -> None:
    """In a process of its own: the run, with what it took and did, as JSON."""
    import django  # noqa: PLC0415

    django.setup()
    tick(EVENING)  # what a long-lived process has loaded already; everything of that evening has been done
    before = peak()
    taken = seconds(lambda: tick(MORNING))
    print(json.dumps({"seconds": taken, "peak": peak(), "before": before}))


def peak() -> float:
    """The most memory this process ever had, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def the_morning_after(board: Board) -> None:
    """500 rungs, then 5,000 on another Easter as it were: the same days, another database would say the same."""
    from dsr.models import Anchor, Escalation, Incident, Notice, Told  # noqa: PLC0415

    runs = {}
    for rungs in (SMALL, LARGE):
        make_due(rungs - OVERDUE // (LARGE // rungs), OVERDUE // (LARGE // rungs))
        Anchor.objects.all().delete()  # so that both make the anchor of the day as well
        tick(EVENING)
        settle()
        known = Escalation.objects.count()
        child = subprocess.run(
            [sys.executable, "-m", "bench.tick", "morning"], check=True, capture_output=True, text=True
        )
        runs[rungs] = json.loads(child.stdout.splitlines()[-1])
        board.least(f"tick: rungs climbed, {rungs:,} due", Escalation.objects.count() - known, rungs)
    large = runs[LARGE]
    board.most(
        f"tick: the morning after Easter, {LARGE:,} rungs, {OVERDUE} of them overdue", large["seconds"], 40, " s"
    )
    growth = large["peak"] - runs[SMALL]["peak"]
    board.most(f"tick: peak memory of {LARGE:,} rungs over that of {SMALL}", growth, 50, " MiB")
    board.most("tick: cases reported as overdue more than once", Incident.objects.count() - OVERDUE - OVERDUE // 10, 0)
    last = Notice.objects.filter(kind="digest", created_at=MORNING)
    board.most("tick: digests of two such mornings to two people", last.count(), 4)
    board.most("tick: people who were not told", Told.objects.filter(notice__isnull=True).count(), 0)


def main() -> None:
    """Both measurements."""
    board = Board()
    with world.postgresql():
        made = patterns()
        nothing_due(board, made)
        the_morning_after(board)
    board.leave()


if __name__ == "__main__":
    morning() if sys.argv[1:] == ["morning"] else main()
