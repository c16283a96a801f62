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

from dsr.cases import clock
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, perform, record, staff_id
from dsr.law.codes import RefusalCode
from dsr.law.workflow import Action, Actor, Refusal, State
from dsr.models import Message, Request, Suspicion
from dsr.work import wake

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.models import Controller

# Filings held within this time of each other are one wave: staff look at it as one thing.
WAVE_GAP: Final = timedelta(hours=1)


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


def dismissed(request: Request) -> bool:
    """Whether it was closed as part of a flood, and nobody has taken it up again."""
    return Suspicion.objects.filter(request=request, outcome=Suspicion.Outcome.DISMISSED).exists()


def alive(*, request: Request, now: datetime) -> None:
    """The sender came back to a held request: it is looked at by itself from now on, never closed with others."""
    Suspicion.objects.filter(request=request, settled_at__isnull=True, alive_at__isnull=True).update(alive_at=now)


@transaction.atomic
def let_through(*, request: Request, actor: Actor, now: datetime) -> Suspicion:
    """A held request is one like any other after all: it joins the queue, and its mails leave now.

    RefusedError for a role that does not handle requests, or when it is not held any more.
    """
    insist(actor, Duty.SETTLE_HELD)
    return _release(request, actor, now)


def _release(request: Request, actor: Actor, now: datetime) -> Suspicion:
    row = _settle(request, Suspicion.Outcome.RELEASED, actor, now)
    for case_id in request.cases.values_list("pk", flat=True):
        record(case_id=case_id, kind="let_through", actor=actor, now=now)
    _send_held(request, now)
    return row


def proved(*, request: Request, now: datetime) -> None:
    """Who proves to be somebody is no flood: a held request goes on by itself, inside the caller's transaction."""
    if Suspicion.objects.filter(request=request, settled_at__isnull=True).exists():
        _release(request, SYSTEM, now)


@transaction.atomic
def dismiss(*, request: Request, reason: str, actor: Actor, now: datetime) -> None:
    """Close a held request as part of a flood, with a reason that stays on file; no letter goes to an unproven address.

    Nobody can be told apart by such a filing (Art. 11(2)), so it ends as not identified. Who follows the reference reads why, where to
    complain (12(4)), and takes it up again by one press. RefusedError: no reason, not held, role.
    """
    cases = list(request.cases.filter(state=State.RECEIVED.value).values_list("pk", flat=True))
    if not cases:
        raise RefusedError(Refusal(RefusalCode.NOT_HELD))
    for case_id in cases:
        perform(
            case_id=case_id,
            action=Action.DISMISS,
            actor=actor,
            now=now,
            changes={"decider_id": staff_id(actor)},
            note=reason.strip(),
            extra_facts={"reason_given": bool(reason.strip())},
        )
    _settle(request, Suspicion.Outcome.DISMISSED, actor, now)


@transaction.atomic
def take_up(*, request: Request, actor: Actor, now: datetime) -> None:
    """What was closed as part of a flood is real: it goes on as received on the day it came in (T-02), its mails leave now.

    For the sender and for staff. RefusedError when it was not closed that way.
    """
    cases = list(request.cases.filter(state=State.NOT_IDENTIFIED.value).select_related("controller", "request"))
    if not cases:
        raise RefusedError(Refusal(RefusalCode.NOT_DISMISSED))
    for case in cases:
        dates = clock.recomputed(case, now=now)
        perform(
            case_id=case.pk,
            action=Action.TAKE_UP,
            actor=actor,
            now=now,
            changes={**clock.never_later_than_told(case, dates), "decider_id": None},
            data=clock.dates_data(dates),
        )
    mine = Suspicion.objects.filter(request=request, outcome=Suspicion.Outcome.DISMISSED)
    if not mine.update(outcome=Suspicion.Outcome.TAKEN_UP, settled_at=now, settled_by_id=staff_id(actor)):
        raise ConflictError
    _send_held(request, now)


def _settle(request: Request, outcome: Suspicion.Outcome, actor: Actor, now: datetime) -> Suspicion:
    mine = Suspicion.objects.filter(request=request, settled_at__isnull=True)
    if not mine.update(outcome=outcome, settled_at=now, settled_by_id=staff_id(actor)):
        raise RefusedError(Refusal(RefusalCode.NOT_HELD))
    row: Suspicion = Suspicion.objects.get(request=request)
    return row


def _send_held(request: Request, now: datetime) -> None:
    waiting = Message.objects.filter(request=request, status=Message.Status.HELD)
    for pk in list(waiting.values_list("pk", flat=True)):
        if Message.objects.filter(pk=pk, status=Message.Status.HELD).update(
            status=Message.Status.QUEUED, not_before=now
        ):
            wake.nudge("dsr.work.jobs.send_message", str(pk))
