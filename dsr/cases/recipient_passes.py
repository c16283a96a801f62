"""Passes of the tick over notices to recipients: those that were never made, mails that went out or came back, reminders."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from dsr.cases import recipient_mails
from dsr.cases.actors import SYSTEM
from dsr.cases.perform import record
from dsr.cases.recipient_notices import (
    CHANGES,
    Change,
    Status,
    failed,
    locked,
    make,
    note,
    open_notices,
    sent,
    with_case,
)
from dsr.law.workflow import State
from dsr.models import Case, Event, Recipient, RecipientMail, RecipientNotice, Restriction, SetupEvent

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import RowId

SECOND_REMINDER, THEN_A_PERSON = timedelta(days=14), timedelta(days=7)
"""After the first reminder (so on day 21), and how long the second is left alone."""
REMINDERS: Final = 2
LOOKED: Final = "recipients_none"
"""The event of a case that changed nothing any recipient of the register gets."""


def catch_up(*, now: datetime, limit: int) -> int:
    """Notices of cases whose worker died in between, and of restrictions that have ended since (Q-07). Returns how many."""
    waiting = Case.objects.filter(
        state=State.NOTIFYING, right__in=list(CHANGES), recipient_notices__isnull=True
    ).filter(controller__in=Recipient.objects.filter(ended_at=None).values("controller"))
    # A case in which nobody was concerned is opened again only after somebody changed the register.
    kept = SetupEvent.objects.filter(controller=OuterRef("case__controller"), kind="recipient_kept")
    looked = Event.objects.filter(case=OuterRef("pk"), action=LOOKED).exclude(
        Exists(kept.filter(at__gt=OuterRef("at")))
    )
    waiting = waiting.exclude(Exists(looked))
    done = 0
    for pk in list(waiting.order_by("received_on", "pk").values_list("pk", flat=True)[:limit]):
        made = make(case_id=pk, now=now)
        if not made:
            record(case_id=pk, kind=LOOKED, actor=SYSTEM, now=now, data={"recipients": 0})
        done += made
    told = RecipientNotice.objects.filter(change=Change.RESTRICTED, told_at__isnull=False)
    ended = Restriction.objects.filter(ended_at__isnull=False, case__in=told.values("case")).exclude(
        case__in=RecipientNotice.objects.filter(change=Change.ENDED).values("case")
    )
    # Of a case whose file was shredded nobody can say any more whom it was about.
    ended = ended.exclude(case__wrapped_key="")
    for pk in list(ended.order_by("ended_at", "pk").values_list("case_id", flat=True)[:limit]):
        with transaction.atomic():
            case = locked(pk)
            hearers = [row.recipient for row in told.filter(case=case).select_related("recipient").order_by("pk")]
            stores = frozenset(one.store for one in case.tasks.exclude(store=""))
            done += open_notices(case, Change.ENDED, hearers, now, stores=stores)
    return done


def remind_due(*, now: datetime, limit: int) -> int:
    """A reminder after 7 days and one after 21; a week later the line waits for a person. Two ticks remind once. How many."""
    rows = RecipientNotice.objects.filter(next_at__lte=now, status=Status.TOLD)
    return sum(_remind(pk, now) for pk in list(rows.order_by("next_at", "pk").values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _remind(pk: RowId, now: datetime) -> int:
    notice = with_case(pk)
    mine = RecipientNotice.objects.filter(pk=pk, status=Status.TOLD, reminders=notice.reminders, next_at=notice.next_at)
    if notice.recipient.ended_at is not None:
        mine.update(next_at=None)
        return 0
    if not recipient_mails.known(notice):
        # The register finds the record by another kind now: the value we have would go out under a wrong name.
        failed(notice_id=pk, code="identifier_missing", now=now, reminder=True)
        return 0
    if notice.reminders >= REMINDERS:
        if mine.update(next_at=None, error_code="silent"):
            note(notice, "recipient_silent", actor=SYSTEM, now=now)
        return 0
    after = SECOND_REMINDER if notice.reminders == 0 else THEN_A_PERSON
    if not mine.update(reminders=F("reminders") + 1, next_at=now + after):
        return 0
    recipient_mails.queue(notice=notice, kind=recipient_mails.REMINDED, now=now)
    note(notice, "recipient_reminded", actor=SYSTEM, now=now, number=notice.reminders + 1)
    return 1


def settle_mails(*, now: datetime, limit: int) -> int:
    """Carry what became of mails over to their notices: a worker died in between, or a mail came back later. How many."""
    open_ = Q(notice__status=Status.OPEN)
    taken = RecipientMail.objects.filter(open_, status=RecipientMail.Status.SENT)
    lost = RecipientMail.objects.filter(status__in=RecipientMail.UNDELIVERED).filter(
        open_ | Q(notice__status=Status.TOLD, notice__error_code="")
    )
    done = 0
    for row in taken.order_by("created_at", "pk")[:limit]:
        if row.created_at >= _last_round(row):
            sent(notice_id=row.notice_id, now=now)
            done += 1
    for row in lost.order_by("created_at", "pk")[:limit]:
        if row.created_at >= _last_round(row):
            reminder = row.kind == recipient_mails.REMINDED
            failed(notice_id=row.notice_id, code=row.error_code or "unreached", now=now, reminder=reminder)
            done += 1
    return done


def _last_round(row: RecipientMail) -> datetime:
    """When the newest mail of this notice was written: an earlier one says nothing about it any more."""
    newest = RecipientMail.objects.filter(notice_id=row.notice_id).order_by("-created_at").first()
    return newest.created_at if newest else row.created_at
