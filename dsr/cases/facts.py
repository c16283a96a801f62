"""The facts the workflow's guards read, gathered from rows in one place and handed over frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count

from dsr.cases.clock import local_date
from dsr.cases.scope import stores_of
from dsr.law.regimes import regime
from dsr.law.rights import Right
from dsr.law.workflow import Facts, State
from dsr.models import Artifact, Case, Task

if TYPE_CHECKING:
    from datetime import datetime

UNFINISHED = (Task.Status.QUEUED, Task.Status.RUNNING)


def facts_of(case: Case, *, now: datetime, **extra: Any) -> Facts:
    """A snapshot of everything the guards may ask; `extra` are facts not yet in a row (a reason just typed)."""
    counts = dict(case.tasks.values_list("status").annotate(n=Count("id")))
    kinds = set(case.artifacts.filter(superseded_at__isnull=True).values_list("kind", flat=True))
    gathered: dict[str, Any] = {
        "state": State(case.state),
        "right": Right(case.right),
        "today": local_date(case.controller, now),
        "received_on": case.received_on,
        "due_on": case.due_on,
        "first_month_due_on": case.first_month_due_on,
        "told_due_on": case.told_due_on,
        "extended": case.extended,
        "extension_allowed": regime(case.regime, case.received_on).extendable,
        "late_refusal": case.late_refusal,
        "legal_hold": case.legal_hold,
        "handler_id": _id(case.handler_id),
        "preparer_id": _id(case.preparer_id),
        "first_reviewer_id": _id(case.first_reviewer_id),
        "identity_level": case.request.identity_level,
        "scope_complete": bool(stores_of(case.controller)),
        "tasks_open": sum(counts.get(status, 0) for status in UNFINISHED),
        "tasks_manual": counts.get(Task.Status.MANUAL, 0),
        "package_ready": Artifact.Kind.PACKAGE in kinds,
        "letter_ready": Artifact.Kind.LETTER in kinds,
        "manifest_sha256": case.manifest_sha256,
        "approved_sha256": case.approved_sha256,
        "ground": case.ground,
        "suspension_open": case.suspensions.filter(ended_at__isnull=True).exists(),
    }
    return Facts(**{**gathered, **extra})


def _id(value: object) -> str:
    return str(value) if value else ""
