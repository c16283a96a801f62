"""What a member of staff has to do so that it is known who asks: call back, or compare what an electronic identity said.

Neither asks for a copy (I-04). A call goes to the number on file, never to one that was typed; claims of an eID are sealed,
shown to whoever decides, and gone with the decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef

from dsr.cases import clock, messages
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.facts import identified
from dsr.cases.own_rules import calendar_of
from dsr.cases.perform import ConflictError, RefusedError, insist, record
from dsr.law.identity import CALL_TIMES
from dsr.law.workflow import Actor, Refusal
from dsr.models import Case, IdentityCheck, Request, RowId, User

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.models import Controller

Kind = IdentityCheck.Kind
MOST_CALLS = 3
"""After so many calls that nobody answered the wish ends, and the person is told to choose another way."""
_KIND_OF = {"callback": Kind.CALLBACK, "eid": Kind.COMPARE}


def ask_callback(*, request: Request, time: str, now: datetime) -> IdentityCheck:
    """The person wants to be called on the number on file, in a part of the day (law.identity.CALL_TIMES).

    Due on the next working day. Asking again changes the time of the wish that is open.
    """
    if time not in CALL_TIMES:
        raise RefusedError(Refusal("call_time_unknown", {}))
    return _open(request, Kind.CALLBACK, time, {}, now)


def ask_comparison(*, request: Request, service: str, claims: dict[str, str], now: datetime) -> IdentityCheck:
    """An electronic identity vouched for a name, but for nothing that a store has as well: a person compares (I-04)."""
    return _open(request, Kind.COMPARE, service, claims, now)


@transaction.atomic
def _open(request: Request, kind: str, detail: str, content: dict[str, str], now: datetime) -> IdentityCheck:
    today = clock.local_date(request.controller, now)
    due_on = calendar_of(request.controller).shift(today, 1)
    rows = IdentityCheck.objects.of(request.controller).filter(request=request, kind=kind, closed_at__isnull=True)
    check: IdentityCheck = rows.first() or IdentityCheck(
        controller=request.controller, request=request, kind=kind, created_at=now, due_on=due_on
    )
    check.detail = detail[:40]
    check.put(dict(content))
    try:
        with transaction.atomic():
            check.save()
    except IntegrityError:
        raise ConflictError from None  # a second click was quicker
    _note(request, "identity_way", {"way": kind, "detail": check.detail, "due_on": due_on}, now)
    return check


def _note(request: Request, kind: str, data: dict[str, Any], now: datetime, actor: Actor = SYSTEM) -> None:
    for case in request.cases.all():
        if case.is_open:
            record(case_id=case.pk, kind=kind, actor=actor, now=now, data=data)


@transaction.atomic
def not_reached(*, check_id: RowId, actor: Actor, now: datetime) -> IdentityCheck:
    """Nobody answered: tried again on the next working day, three times in all; then the person hears of it.

    RefusedError for a role that identifies nobody, ConflictError when somebody else closed it meanwhile.
    """
    insist(actor, Duty.IDENTIFY)
    check = _claim(check_id, Kind.CALLBACK)
    check.tries += 1
    over = check.tries >= MOST_CALLS
    today = clock.local_date(check.controller, now)
    columns: dict[str, Any] = {"tries": F("tries") + 1, "due_on": calendar_of(check.controller).shift(today, 1)}
    if over:
        columns |= _closing("not_reached", actor, now)
    _update(check, **columns)
    _note(check.request, "identity_failed", {"method": "callback", "result": "not_reached"}, now, actor)
    to = messages.contact_of(check.request)
    if over and to:
        name = str(check.request.content().get("name", ""))
        messages.queue_mail(request=check.request, kind="callback_missed", to=to, now=now, context={"name": name})
    return check


@transaction.atomic
def differs(*, check_id: RowId, actor: Actor, now: datetime) -> None:
    """What the electronic identity said is not what the store holds: nothing is proved, the claims go."""
    insist(actor, Duty.IDENTIFY)
    check = _claim(check_id, Kind.COMPARE)
    _update(check, **_closing("different", actor, now))
    _note(check.request, "identity_failed", {"method": "eid", "result": "different"}, now, actor)


def done(*, request: Request, kind: str, actor: Actor, now: datetime) -> None:
    """Close what was open of this kind, because the person was identified by it (called by identity.confirm)."""
    rows = IdentityCheck.objects.of(request.controller).filter(
        request=request, kind=_KIND_OF.get(kind, ""), closed_at__isnull=True
    )
    rows.update(**_closing("confirmed", actor, now))
    drop(request=request, now=now)


def open_in(controller: Controller) -> QuerySet[IdentityCheck]:
    """What is to be done at the desk: checks of requests that still owe something."""
    owing = Case.objects.of(controller).open().filter(request=OuterRef("request"))
    return IdentityCheck.objects.of(controller).filter(Exists(owing), closed_at__isnull=True)


def drop(*, request: Request, now: datetime) -> None:
    """Close what nobody needs any more, because the person is identified for all she asked; claims go with it (I-04)."""
    if not all(identified(case) for case in request.cases.all()):
        return
    rows = IdentityCheck.objects.of(request.controller).filter(request=request, closed_at__isnull=True)
    rows.update(**_closing("not_needed", SYSTEM, now))


def drop_over(*, now: datetime, limit: int) -> int:
    """Close the checks of requests that are over; returns how many. Claims are not kept until the file is archived."""
    owing = Case.objects.open().filter(request=OuterRef("request"))
    over = IdentityCheck.objects.filter(~Exists(owing), closed_at__isnull=True).values_list("pk", flat=True)[:limit]
    return IdentityCheck.objects.filter(pk__in=list(over)).update(**_closing("not_needed", SYSTEM, now))


def _closing(outcome: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """The columns of a check that is over; without its key the claims cannot be read by anybody."""
    who = User.objects.filter(pk=actor.id).first() if actor.kind == "staff" else None
    return {"closed_at": now, "closed_by": who, "outcome": outcome, "sealed": b"", "wrapped_key": ""}


def _claim(check_id: RowId, kind: str) -> IdentityCheck:
    rows = IdentityCheck.objects.select_related("request__account", "request__controller", "controller")
    check: IdentityCheck | None = rows.filter(pk=check_id, kind=kind, closed_at__isnull=True).first()
    if check is None:
        raise ConflictError
    return check


def _update(check: IdentityCheck, **columns: Any) -> None:
    rows = IdentityCheck.objects.filter(pk=check.pk, closed_at__isnull=True, tries=check.tries - ("tries" in columns))
    if not rows.update(**columns):
        raise ConflictError
