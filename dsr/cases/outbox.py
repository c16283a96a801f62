"""Rows that wait to be sent: taken for a limited time, put back when the mail server is away, never silently dropped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q

from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.mail_text import nameless
from dsr.cases.perform import RefusedError, insist, record
from dsr.law.workflow import Refusal
from dsr.models import IndexToken, Message, Outgoing
from dsr.vault import blind
from dsr.work import wake

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import Notice, Request

# How many answers of a mail server one hand-over may wait for: greeting, EHLO twice, STARTTLS, four of a log-in, MAIL, RCPT,
# DATA, the final dot, with some to spare.
ANSWERS = 15
# Between two tries; a mail server that is away for a day loses nothing.
WAITS = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 3600, 3600, 3600, 3 * 3600, 6 * 3600, 12 * 3600))


INVITED = "invited"
"""The kind of the one mail to staff whose text opens an account."""


def lease() -> timedelta:
    """How long a claimed row is left alone: longer than a hand-over can take, so that no two workers send it at once."""
    return timedelta(seconds=ANSWERS * settings.EMAIL_TIMEOUT)


def due(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    """What may be sent: queued and not before now, or taken by a worker that died."""
    waiting = Q(status=Outgoing.Status.QUEUED, not_before__lte=now)
    orphaned = Q(status=Outgoing.Status.SENDING, leased_until__lt=now)
    return rows.filter(waiting | orphaned)


def take(rows: QuerySet[Any], row_id: str, *, now: datetime) -> bool:
    """Claim one row for sending; False when it is sent, taken or not due."""
    mine = due(rows.model.objects.all(), now).filter(pk=row_id)
    return bool(mine.update(status=Outgoing.Status.SENDING, leased_until=now + lease(), attempts=F("attempts") + 1))


def sent(row: Outgoing, *, now: datetime) -> None:
    """The mail server has taken it."""
    _mine(row).update(status=Outgoing.Status.SENT, sent_at=now, leased_until=None, error_code="")


def failed(row: Outgoing, code: str, *, now: datetime, final: bool) -> bool:
    """Put it back with a growing wait; an answer for good, or the last try, leaves it failed and noted on its cases.

    Returns whether it is failed now. `code` is what the mail server said, as a code.
    """
    failed_now = final or row.attempts > len(WAITS)
    with transaction.atomic():
        mine = _mine(row).update(
            status=Outgoing.Status.FAILED if failed_now else Outgoing.Status.QUEUED,
            not_before=now + WAITS[min(row.attempts, len(WAITS)) - 1],
            leased_until=None,
            error_code=code[:40],
        )
        if mine and failed_now:
            note(row, "mail_failed", actor=SYSTEM, now=now, status=code[:40])
    return bool(mine and failed_now)


def _mine(row: Outgoing) -> QuerySet[Any]:
    return type(row).objects.filter(pk=row.pk, attempts=row.attempts, status=Outgoing.Status.SENDING)


def came_back(row: Outgoing, code: str, *, now: datetime) -> bool:
    """The other side gave it back: bounced, and noted on its cases. False when it is not out any more (settled, sent again)."""
    with transaction.atomic():
        # `sending`: the worker died after the hand-over, or the answer was quicker than its row. It is not sent again.
        out = [Outgoing.Status.SENT, Outgoing.Status.SENDING, Outgoing.Status.QUEUED]
        mine = type(row).objects.filter(pk=row.pk, round=row.round, status__in=out, attempts__gt=0)
        if not mine.update(status=Outgoing.Status.BOUNCED, leased_until=None, error_code=code[:40]):
            return False
        note(row, "mail_bounced", actor=SYSTEM, now=now, status=code[:40])
    return True


def delayed(row: Outgoing, code: str) -> bool:
    """The other side is still trying (a 4.y.z report): kept beside `sent`; nobody has to do anything."""
    mine = type(row).objects.filter(pk=row.pk, round=row.round, status=Outgoing.Status.SENT)
    return bool(mine.update(error_code=code[:40]))


def duty_of(row: Message | Notice) -> Duty:
    """Whose it is to send this mail again: an invitation opens an account, so it is sent by whoever may invite."""
    if isinstance(row, Message):
        return Duty.SEND_AGAIN
    return Duty.PEOPLE if row.kind == INVITED else Duty.RETRY


@transaction.atomic
def again(*, row: Message | Notice, to: str, actor: Actor, now: datetime) -> None:
    """A person has an undelivered mail sent once more, to the same address or a corrected one, as a new round.

    A corrected address was only given: the greeting loses its name (see messages.queue_mail). It is the contact of the
    request from now on. RefusedError when the mail does not wait for anybody any more, or the address is none.
    """
    insist(actor, duty_of(row))
    content = row.content()
    address = to.strip() or str(content["to"])
    if not _is_address(address):
        raise RefusedError(Refusal("address_unusable"))
    corrected = address != content["to"]
    if corrected:
        content["to"] = address
        if isinstance(row, Message):
            content["body"] = nameless(str(content["body"]), row.request.language)
            _use_from_now_on(row.request, address)
        row.put(content)
    columns = {"round": F("round") + 1, "attempts": 0, "not_before": now, "error_code": "", "sealed": row.sealed}
    _settle(row, Outgoing.Status.QUEUED, **columns)
    note(row, "mail_sent_again", actor=actor, now=now, corrected=corrected)
    job = "dsr.work.jobs.send_message" if isinstance(row, Message) else "dsr.work.jobs.send_notice"
    wake.nudge(job, str(row.pk))


@transaction.atomic
def by_letter(*, row: Message, actor: Actor, now: datetime) -> None:
    """A person has posted a letter instead. RefusedError when the mail does not wait for anybody any more."""
    insist(actor, Duty.SEND_AGAIN)
    _settle(row, Outgoing.Status.POSTED)
    note(row, "mail_posted", actor=actor, now=now)


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _use_from_now_on(request: Request, address: str) -> None:
    """The contact of the request, sealed and found by the desk's search; what it opens is one's own words and messages only."""
    request.put(request.content() | {"contact_email": address})
    type(request).objects.filter(pk=request.pk).update(sealed=request.sealed)
    token = blind.token(request.controller.slug, "email", address)
    IndexToken.objects.get_or_create(request=request, kind="email", token=token, controller=request.controller)


def _settle(row: Outgoing, status: Outgoing.Status, **columns: Any) -> None:
    stuck = type(row).objects.filter(pk=row.pk, round=row.round, status__in=Outgoing.UNDELIVERED)
    if not stuck.update(status=status, **columns):
        raise RefusedError(Refusal("mail_settled"))


def note(row: Outgoing, kind: str, *, actor: Actor, now: datetime, **data: Any) -> None:
    """An event on every case of the request: which mail, what happened, codes only. Mails to staff belong to no case."""
    if isinstance(row, Message):
        for case_id in row.request.cases.order_by("right").values_list("pk", flat=True):
            facts = {"message": str(row.pk), "mail": row.kind, **data}
            record(case_id=case_id, kind=kind, actor=actor, now=now, data=facts)
