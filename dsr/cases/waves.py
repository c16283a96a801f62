"""Held requests wave by wave: what staff see and hear of a flood, and how a lead closes what is left of one.

The ladder does not climb for a held case one by one: a thousand mails would be a flood of their own. Leads get one line a
day for all of them, with the first due date, as long as anything is held.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Max, OuterRef, Q

from dsr.addresses import base_url
from dsr.cases import flood, notices
from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.people import directory
from dsr.cases.perform import ConflictError, RefusedError, insist
from dsr.law.codes import RefusalCode
from dsr.law.workflow import Refusal, Role, State
from dsr.models import Case, Controller, Message, Notice, Suspicion, User

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor

# How many one press closes: each is a step of its own with an event of its own, and a page answers within seconds.
AT_A_TIME: Final = 250
NOTICE: Final = "flood"


@dataclass(slots=True)
class Wave:
    """One wave: since when, until when, how many are held, from how many networks, why, and how many of them are alive."""

    since: datetime
    until: datetime
    number: int = 0
    networks: set[str] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    alive: int = 0


def waves(controller: Controller) -> list[Wave]:
    """The waves that wait for somebody, the newest first."""
    found: dict[datetime, Wave] = {}
    # Counted by the database: in a flood there are more rows than a page may load.
    kinds = with_life(flood.held(controller)).order_by().values_list("wave", "network", "reasons")
    counted = kinds.annotate(number=Count("pk"), last=Max("marked_at"), alive=Count("pk", filter=Q(lives=True)))
    for since, network, reasons, number, last, alive in counted:
        wave = found.setdefault(since, Wave(since, last))
        wave.until = max(wave.until, last)
        wave.number += number
        wave.networks |= {network} - {""}
        wave.reasons.update(dict.fromkeys(reasons, number))
        wave.alive += alive
    return sorted(found.values(), key=lambda wave: wave.since, reverse=True)


def with_life(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Whether a person stands behind a held request: proved who she is, wrote, or came back to its page."""
    wrote = Exists(Message.objects.filter(request=OuterRef("request"), inbound=True))
    known = Q(alive_at__isnull=False) | Q(request__identity_level__gt=0) | Q(request__account__isnull=False)
    found: QuerySet[Any] = rows.annotate(lives=ExpressionWrapper(known | Q(wrote), BooleanField()))
    return found


def lifeless(controller: Controller, since: datetime) -> QuerySet[Any]:
    """What of a wave may be closed together: nobody has proved anything, written anything or looked after it.

    A marketing stop among them has worked already (4.0.2); it is let through by itself.
    """
    new = Case.objects.filter(request=OuterRef("request"), state=State.RECEIVED.value)
    return with_life(flood.held(controller).filter(Exists(new), wave=since)).filter(lives=False)


def dismiss_wave(
    *, controller: Controller, since: datetime, reason: str, actor: Actor, now: datetime, most: int = AT_A_TIME
) -> int:
    """Close up to `most` of a wave with one reason; each case has its own step and event. Returns how many were closed.

    For a lead only. What somebody settles or proves in the same moment is left out. RefusedError: role, no reason.
    """
    insist(actor, Duty.DISMISS_WAVE)
    if not reason.strip():
        raise RefusedError(Refusal(RefusalCode.REASON_MISSING))
    done = 0
    for row in lifeless(controller, since).select_related("request").order_by("marked_at", "pk")[:most]:
        try:
            _dismiss_one(row, reason, actor, now)
        except (ConflictError, RefusedError):
            continue
        done += 1
    return done


@transaction.atomic
def _dismiss_one(row: Suspicion, reason: str, actor: Actor, now: datetime) -> None:
    flood.dismiss(request=row.request, reason=reason, actor=actor, now=now)
    if with_life(Suspicion.objects.filter(pk=row.pk)).filter(lives=True).exists():
        raise ConflictError  # she wrote or proved something since we looked


def look_after(*, now: datetime) -> int:
    """For the tick: who proved who she is goes on by herself, and leads hear once a day of what is held. How many of both."""
    proven = Suspicion.objects.filter(settled_at__isnull=True, request__identity_level__gt=0).select_related("request")
    done = 0
    for row in proven.order_by("marked_at", "pk")[:AT_A_TIME]:
        flood.proved(request=row.request, now=now)
        done += 1
    holding = Suspicion.objects.filter(settled_at__isnull=True).values("controller")
    return done + sum(_tell(one, now) for one in Controller.objects.filter(pk__in=holding).order_by("slug"))


@transaction.atomic
def _tell(controller: Controller, now: datetime) -> int:
    """One mail a day to each lead, or who stands in for her; the lock on the controller makes two ticks take turns."""
    Controller.objects.select_for_update().get(pk=controller.pk)
    today = local_date(controller, now)
    cases = (
        Case.objects.of(controller)
        .filter(request__in=flood.held(controller).values("request"))
        .order_by("sort_on", "pk")
    )
    first = cases.first()
    if first is None:
        return 0
    context = {
        "count": flood.held(controller).count(),
        "due_on": first.due_on,
        "since": flood.held(controller).order_by("marked_at").values_list("marked_at", flat=True)[0],
        "link": f"{base_url(controller)}/desk/held/",
    }
    told = 0
    for hearer in directory(controller, today).hearers(first, [Role.LEAD]):
        user = User.objects.get(pk=hearer.user_id)
        last = Notice.objects.filter(user=user, kind=NOTICE).order_by("-created_at").first()
        if last is None or local_date(controller, last.created_at) != today:
            notices.to_staff(user=user, kind=NOTICE, now=now, context=context)
            told += 1
    return told
