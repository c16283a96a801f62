"""Floods of filings (ux.md 1.6, no CAPTCHA): what looks like one is held beside the queue, never refused and never lost.

A held request is a request: it has its reference, its clock runs from receipt (T-02), and whoever follows it sees it.
Only its mails wait, because the address on it may be that of somebody who never asked. A person lets it through or closes
it as part of the flood; a closed one is taken up again by one press of the sender (Art. 11(2), 12(2)).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction

from dsr.cases.actors import SYSTEM
from dsr.cases.perform import record
from dsr.models import Message, Request, Suspicion

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.models import Controller

# Filings held within this time of each other are one wave: staff look at it as one thing.
WAVE_GAP: Final = timedelta(hours=1)
# How far back the same content and the same contact are counted.
LOOK_BACK: Final = timedelta(hours=1)
# The same filing word by word; a template letter that many people send carries other names and contacts.
SAME_FILINGS: Final = 3
# Filings that name one e-mail address: more would make us send somebody a heap of mails she never asked for.
SAME_CONTACT: Final = 5
CONTENT: Final = "content"


class Mark(StrEnum):
    """Why a filing looks like one of a flood; dsr.wording.flood has the words."""

    HONEYPOT = "honeypot"
    TOO_QUICK = "too_quick"
    NETWORK = "network"
    CONTROLLER = "controller"
    SAME_CONTENT = "same_content"
    SAME_CONTACT = "same_contact"


@transaction.atomic
def mark(*, request: Request, reason: str, now: datetime, network: str = "") -> Suspicion:
    """Hold a request for `reason` (a Mark): its mails wait, its cases leave the queue, each notes the event once.

    A second reason is added to the first. What a person has settled stays settled. ValueError for an unknown reason.
    """
    code = Mark(reason).value
    found = Suspicion.objects.select_for_update().filter(request=request).first()
    if found is not None:
        return _also(found, code)
    row = Suspicion(
        controller=request.controller,
        request=request,
        reasons=[code],
        network=network,
        marked_at=now,
        wave=_wave(request.controller, now),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # marked by somebody else in the same moment
        return _also(Suspicion.objects.get(request=request), code)
    Message.objects.filter(request=request, by_mail=True, status=Message.Status.QUEUED).update(
        status=Message.Status.HELD
    )
    for case_id in request.cases.values_list("pk", flat=True):
        record(case_id=case_id, kind="held", actor=SYSTEM, now=now, data={"reason": code})
    return row


def _also(row: Suspicion, code: str) -> Suspicion:
    if code not in row.reasons:
        row.reasons = [*row.reasons, code]
        Suspicion.objects.filter(pk=row.pk).update(reasons=row.reasons)
    return row


def _wave(controller: Controller, now: datetime) -> datetime:
    """The wave that is going on, or a new one."""
    last = held(controller).order_by("-wave", "-marked_at").values_list("wave", "marked_at").first()
    return last[0] if last and last[1] >= now - WAVE_GAP else now


def held(controller: Controller) -> QuerySet[Suspicion]:
    """What is held now and waits for a person."""
    rows: QuerySet[Suspicion] = Suspicion.objects.of(controller).filter(settled_at__isnull=True)
    return rows
