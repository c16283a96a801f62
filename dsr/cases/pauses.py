"""Pauses of the clock: opened with a question, closed with its answer, and the new last day that the person is told (T-10, T-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from dsr.cases import clock, messages
from dsr.cases.perform import ConflictError
from dsr.models import Suspension

if TYPE_CHECKING:
    from datetime import date, datetime

    from dsr.models import Case


def begin(*, case: Case, kind: str, now: datetime) -> dict[str, Any]:
    """Open a pause today, in the controller's days; the case's new columns, for the step that asks.

    ConflictError: somebody else opened one in the same moment (one may be open, the database says).
    """
    try:
        with transaction.atomic():
            Suspension.objects.create(
                controller=case.controller,
                case=case,
                kind=kind,
                started_at=now,
                started_on=clock.local_date(case.controller, now),
            )
    except IntegrityError:
        raise ConflictError from None
    return clock.recomputed(case, now=now)


def end(*, case: Case, now: datetime) -> None:
    """Close the open pause, if there is one; the day the answer arrives runs again (T-11)."""
    case.suspensions.filter(ended_at__isnull=True).update(ended_at=now, ended_on=clock.local_date(case.controller, now))


def resume(*, case: Case, now: datetime) -> dict[str, Any]:
    """Close the pause; the case's new columns, the due date as one that the person is told (`tell` does)."""
    end(case=case, now=now)
    changes = clock.recomputed(case, now=now)
    changes["told_due_on"] = changes["due_on"]
    return changes


def tell(*, case: Case, kind: str, due_on: date | None, now: datetime) -> None:
    """After a pause the last day is another one: the person hears which, by the mail of this kind (rules 1.3)."""
    to = messages.contact_of(case.request)
    if to and due_on:
        context = {"name": str(case.request.content().get("name", "")), "due_on": due_on}
        messages.queue_mail(request=case.request, kind=kind, to=to, now=now, context=context)
