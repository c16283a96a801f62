"""The reconciler: one list of idempotent, level-triggered passes. Two at once are harmless; a missed one is caught up.

Later passes register here; a pass exists only with its verb (house.md idea 4).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dsr.cases import anchors, calendar, codes, escalate, notices, outbox, plans, silence, tasks
from dsr.fulfil import expiry, operations
from dsr.models import Controller, Message, Notice, Pulse
from dsr.work import wake

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

log = logging.getLogger(__name__)
CHUNK = 200
RECOMPUTE = 5000


def due_tasks(now: datetime) -> int:
    """Wake a worker for every task that is due: lost jobs, dead workers, a flushed queue, back-off that ended."""
    rows = list(tasks.due(now).order_by("not_before").values_list("pk", "operation")[:CHUNK])
    for pk, operation in rows:
        wake.nudge("dsr.work.jobs.run_task", str(pk), queue=tasks.QUEUES.get(operation, "stores"))
    return len(rows)


def due_messages(now: datetime) -> int:
    """Wake a worker for every mail that is due, and for codes not sent yet."""
    messages = list(outbox.due(Message.objects.all(), now).order_by("not_before").values_list("pk", flat=True)[:CHUNK])
    notices = list(outbox.due(Notice.objects.all(), now).order_by("not_before").values_list("pk", flat=True)[:CHUNK])
    waiting = list(codes.unsent(now).values_list("pk", flat=True)[:CHUNK])
    for job, rows in (("send_message", messages), ("send_notice", notices), ("send_code", waiting)):
        for pk in rows:
            wake.nudge(f"dsr.work.jobs.{job}", str(pk))
    return len(messages) + len(notices) + len(waiting)


def stuck_cases(now: datetime) -> int:
    """Move on cases whose last task finished while the worker died before saying so."""
    return operations.resume(now=now, limit=CHUNK)


def approved_plans(now: datetime) -> int:
    """Start approved plans whose cooling time is over, return expired approvals to their drafters (4.2 no. 14)."""
    return plans.start_due(now=now, limit=CHUNK)


def expired_packages(now: datetime) -> int:
    """Delete the content of packages whose time is over (4.5); hash and index stay."""
    return expiry.remove_expired(now=now, limit=CHUNK)


def calendar_changes(now: datetime) -> int:
    """Recompute open cases whose calendar is another one today (rules 1.3, no. 26)."""
    return sum(
        calendar.recompute(controller=controller, now=now, limit=RECOMPUTE)
        for controller in Controller.objects.order_by("slug")
    )


def ladder_rungs(now: datetime) -> int:
    """Escalate what is about to be late or is (rules 1.7, no. 23)."""
    return sum(escalate.climb(controller=one, now=now) for one in Controller.objects.order_by("slug"))


def silent_subjects(now: datetime) -> int:
    """Remind persons who have not answered a question; after that the lead decides (T-15, no. 4)."""
    return silence.remind(now=now, limit=CHUNK)


def digests(now: datetime) -> int:
    """One mail to everybody who is to hear of an escalation, after all of this run's are written."""
    return notices.digests(now=now)


def audit_anchor(now: datetime) -> int:
    """Fix the heads of all chains once a day (4.4)."""
    return anchors.anchor_due(now=now)


PASSES: tuple[Callable[[datetime], int], ...] = (
    approved_plans,
    due_tasks,
    due_messages,
    stuck_cases,
    calendar_changes,
    ladder_rungs,
    silent_subjects,
    digests,
    expired_packages,
    audit_anchor,
)


def tick(now: datetime) -> dict[str, int]:
    """Run every pass once; one that fails does not stop the others. Returns what each did."""
    done: dict[str, int] = {}
    for run in PASSES:
        try:
            done[run.__name__] = run(now)
        except Exception:
            log.exception("tick pass %s failed", run.__name__)
            done[run.__name__] = -1
    if -1 not in done.values():
        Pulse.objects.update_or_create(name="tick", defaults={"at": now})
    return done
