"""Sending an approved portable copy to another controller, as rows: what is to be sent, and that it was not (P-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.cases import tasks
from dsr.cases.perform import record
from dsr.models import Case, Transmission

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.portability import NoTransmission
    from dsr.law.workflow import Actor

OPERATION = "transmit"


def transmission_of(case: Case) -> Transmission | None:
    """What was decided about sending, or None while nobody has decided."""
    found: Transmission | None = Transmission.objects.select_related("receiver").filter(case=case).first()
    return found


def waits(case: Case) -> bool:
    """Whether something was chosen to be sent and has not been."""
    waiting = [Transmission.Status.CHOSEN, Transmission.Status.SENDING]
    return bool(Transmission.objects.filter(case=case, status__in=waiting).exists())


def start(*, case: Case, now: datetime) -> None:
    """Queue the transmission of an approved case."""
    tasks.ensure(case=case, operation=OPERATION, now=now, again=True)


def declined(*, case: Case, reason: NoTransmission, actor: Actor, now: datetime) -> None:
    """Write down that nothing was sent after all, and have the letter say so. Call it in a transaction."""
    left = Transmission.objects.filter(case=case).exclude(status=Transmission.Status.SENT)
    if left.update(status=Transmission.Status.DECLINED, reason=reason.value):
        record(case_id=case.pk, kind="transmission_declined", actor=actor, now=now, data={"reason": reason.value})
        tasks.ensure(case=case, operation="close", now=now, again=True)
