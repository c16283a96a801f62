"""Telling recipients what became of the data they got: a row for each, from what was really changed (Art. 19, 17(2), R-06, Q-07).

The rows are made when the stores are changed and read again; told means that the mail or the call was taken. No answer is
waited for (rules 4.0.3): an acknowledgement is noted when it comes, two reminders go out, and after that a person looks.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import recipient_forget, recipient_mails, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.facts import recipients_left
from dsr.cases.perform import ConflictError, RefusedError, insist, record
from dsr.cases.recipient_concerned import changed_by, changed_in
from dsr.cases.recipients import ENDED_MEANWHILE, register
from dsr.law.letters import LetterCode
from dsr.law.rights import Right
from dsr.law.workflow import Refusal, State
from dsr.models import Case, Plan, Recipient, RecipientMail, RecipientNotice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId

Change = RecipientNotice.Change
Status = RecipientNotice.Status
CHANGES: Final[Mapping[str, Change]] = {
    Right.RECTIFICATION.value: Change.RECTIFIED,
    Right.ERASURE.value: Change.ERASED,
    Right.RESTRICTION.value: Change.RESTRICTED,
}
"""What a case of each right tells; Art. 19 knows no other."""
FIRST_REMINDER: Final = timedelta(days=7)
"""After the notice; the second, and what follows, are in dsr.cases.recipient_passes."""
EXEMPTIONS: Final = frozenset({"impossible", "disproportionate"})
"""Why somebody is not told (Art. 19 sentence 1)."""
_DUE: Final = "recipients_due"


@transaction.atomic
def make(*, case_id: RowId, now: datetime) -> int:
    """Make a notice for every recipient of the datasets that the case has changed; once, whoever asks twice. Returns how many.

    No store is asked: the plans and the confirmations of people say what was changed.
    """
    case = locked(case_id)
    change = CHANGES.get(case.right)
    if change is None or case.state != State.NOTIFYING:
        return 0
    known, changed = register(case.controller), changed_in(case)
    return open_notices(case, change, changed.of(known), now, stores=changed.stores)


@transaction.atomic
def after_answer(*, plan: Plan, now: datetime) -> int:
    """Notices of what a plan after the answer has erased: at the end of a period, or found by a later search. Returns how many.

    Whoever heard of this case's erasure has been asked to erase all of it and hears nothing twice; a restored backup gave
    nobody anything, so its replay concerns nobody.
    """
    if plan.occasion not in {Plan.Occasion.KEPT, Plan.Occasion.RESIDUE}:
        return 0
    case, changed = locked(plan.case_id), changed_by(plan.summary)
    return open_notices(case, Change.ERASED, changed.of(register(case.controller)), now, stores=changed.stores)


def open_notices(
    case: Case, change: Change, recipients: list[Recipient], now: datetime, *, stores: frozenset[str] = frozenset()
) -> int:
    """Rows and mails for those of the recipients that have none for this change; part of the caller's transaction.

    `stores`: those that were changed, whose identifiers of her are sent where she has several.
    """
    had = set(RecipientNotice.objects.filter(case=case, change=change).values_list("recipient_id", flat=True))
    fresh = [row for row in recipients if row.pk not in had]
    if not fresh:
        return 0
    due = [*case.content().get(_DUE, []), *(row.name for row in fresh)]
    case.put(case.content() | {_DUE: list(dict.fromkeys(due))})
    data = {"change": change.value, "recipients": len(fresh)}
    case = record(
        case_id=case.pk, kind="recipients_found", actor=SYSTEM, now=now, changes={"sealed": case.sealed}, data=data
    )
    for recipient in fresh:
        notice = RecipientNotice(
            controller=case.controller,
            case=case,
            recipient=recipient,
            change=change,
            letter=_letter(recipient, change).value,
            created_at=now,
        )
        found = recipient_mails.identifiers_of(case, recipient.identifier, stores=stores)
        values = recipient_mails.values_for(case, recipient) if change == Change.RECTIFIED else []
        told: dict[str, Any] = {"name": recipient.name, "kind": recipient.identifier, "identifiers": found}
        notice.put(told | {"values": values})
        if recipient.ended_at is not None:
            notice.status, notice.error_code = Status.FAILED, ENDED_MEANWHILE
        elif not found:
            notice.status, notice.error_code = Status.FAILED, "identifier_missing"
        elif recipient_mails.way_for(notice) == Recipient.Way.HAND:
            notice.status, notice.error_code = Status.FAILED, "by_hand"
        notice.save(force_insert=True)
        if notice.status == Status.OPEN:
            recipient_mails.queue(notice=notice, kind=recipient_mails.TOLD, now=now)
    return len(fresh)


def _letter(recipient: Recipient, change: Change) -> LetterCode:
    """L-22 to whoever shows the data to everybody, when they are erased (17(2), C-129/21); L-21 to all others."""
    public = recipient.nature in Recipient.PUBLIC and change == Change.ERASED
    return LetterCode.PUBLIC_NOTICE if public else LetterCode.RECIPIENT_NOTICE


def locked(case_id: RowId) -> Case:
    """The case, held until the transaction ends: what is settled stands in one sealed blob that several workers add to."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("controller", "request")
    found: Case = rows.get(pk=case_id)
    return found


# --- what becomes of a notice ---------------------------------------------------------------------------------------------


@transaction.atomic
def sent(*, notice_id: RowId, now: datetime, acknowledged: bool = False) -> None:
    """The mail was taken, or the call answered rightly: the recipient is told; a reminder counts when it went out."""
    notice = with_case(notice_id)
    first = RecipientNotice.objects.filter(pk=notice.pk, status__in=RecipientNotice.WAITING)
    if first.update(status=Status.TOLD, told_at=now, next_at=now + FIRST_REMINDER, error_code=""):
        _settle(notice, "", actor=SYSTEM, now=now, kind="recipient_told")
    if acknowledged:
        acknowledge(notice_id=notice.pk, actor=SYSTEM, now=now)


@transaction.atomic
def failed(*, notice_id: RowId, code: str, now: datetime, reminder: bool = False) -> None:
    """The mail or call went nowhere for good, or was answered with nonsense: a person looks. `code` is kept, never its text.

    A notice that came back after it had left was not told after all; one whose `reminder` did stays told.
    """
    notice = with_case(notice_id)
    rows = RecipientNotice.objects.filter(pk=notice.pk, status__in=[Status.OPEN, Status.TOLD])
    columns = {"error_code": code[:40], "next_at": None}
    if not rows.update(**columns if reminder else {**columns, "status": Status.FAILED, "told_at": None}):
        return
    case = locked(notice.case_id)
    settled = dict(case.content().get("recipients", {}))
    changes: dict[str, Any] = {}
    lost = not reminder and not _told_before(notice)
    if lost and settled.pop(notice.content()["name"], None) is not None:
        case.put(case.content() | {"recipients": settled})
        changes = {"sealed": case.sealed}
    data = {"notice": str(notice.pk), "change": notice.change, "letter": notice.letter, "status": code[:40]}
    record(case_id=case.pk, kind="recipient_unreached", actor=SYSTEM, now=now, changes=changes, data=data)


@transaction.atomic
def acknowledge(*, notice_id: RowId, actor: Actor, now: datetime, how: str = "") -> None:
    """Note that the recipient confirmed. RefusedError for a notice that was not told. `how` is kept sealed in the history."""
    notice = _insist(notice_id, actor)
    mine = RecipientNotice.objects.filter(pk=notice.pk, status=Status.TOLD)
    if not mine.update(status=Status.ACKNOWLEDGED, acknowledged_at=now, next_at=None, error_code=""):
        raise RefusedError(Refusal("recipient_settled"))
    note(notice, "recipient_acknowledged", actor=actor, now=now, words=how)


@transaction.atomic
def exempt(*, notice_id: RowId, ground: str, reason: str, actor: Actor, now: datetime) -> None:
    """Leave a recipient out because telling it is impossible or out of proportion, with the reason (Art. 19 sentence 1).

    RefusedError: the role, an unknown ground, no reason, a notice that is settled.
    """
    notice = _insist(notice_id, actor)
    if ground not in EXEMPTIONS or not reason.strip():
        raise RefusedError(Refusal("reason_missing"))
    mine = RecipientNotice.objects.filter(pk=notice.pk, status__in=RecipientNotice.WAITING)
    if not mine.update(status=Status.EXEMPT, error_code=ground, next_at=None):
        raise RefusedError(Refusal("recipient_settled"))
    _cancel_mails(notice)
    _settle(notice, reason.strip(), actor=actor, now=now, kind="recipient_exempt", ground=ground)


@transaction.atomic
def told_by_hand(*, notice_id: RowId, how: str, actor: Actor, now: datetime) -> None:
    """Note that a person told the recipient herself: by letter, by phone, in its portal. RefusedError as above."""
    notice = _insist(notice_id, actor)
    if not how.strip():
        raise RefusedError(Refusal("reason_missing"))
    mine = RecipientNotice.objects.filter(pk=notice.pk, status__in=RecipientNotice.WAITING)
    # Nothing reminds it by itself: the program does not know the way.
    if not mine.update(status=Status.TOLD, told_at=now, next_at=None, error_code=""):
        raise RefusedError(Refusal("recipient_settled"))
    _cancel_mails(notice)
    _settle(notice, "", actor=actor, now=now, kind="recipient_told", words=how.strip(), by_hand=True)


@transaction.atomic
def again(*, notice_id: RowId, actor: Actor, now: datetime, identifier: str = "") -> None:
    """Send it once more, by the way and to the address the register has now.

    `identifier` is what a person typed; it counts only where the file knows none of the kind the register names, and only
    if it is one: no sentence ever goes out as an identifier, and none takes the place of what the stores know.
    RefusedError: the role, a notice that does not wait, no way but by hand, no identifier or none of its kind.
    """
    notice = _insist(notice_id, actor)
    if notice.status != Status.FAILED:
        raise RefusedError(Refusal("recipient_settled"))
    if notice.recipient.ended_at is not None:
        raise RefusedError(Refusal(ENDED_MEANWHILE))
    content, kind = notice.content(), notice.recipient.identifier
    found = recipient_mails.known(notice) or [recipient_mails.typed_identifier(kind, identifier)]
    if not all(found):
        raise RefusedError(Refusal("recipient_identifier_missing"))
    if recipient_mails.way_for(notice) == Recipient.Way.HAND:
        raise RefusedError(Refusal("recipient_by_hand"))
    notice.put(content | {"kind": kind, "identifiers": found})
    mine = RecipientNotice.objects.filter(pk=notice.pk, status=Status.FAILED)
    if not mine.update(status=Status.OPEN, error_code="", sealed=notice.sealed):
        raise ConflictError
    note(notice, "recipient_sent_again", actor=actor, now=now)
    recipient_mails.queue(notice=notice, kind=recipient_mails.TOLD, now=now)


def _insist(notice_id: RowId, actor: Actor) -> RecipientNotice:
    if actor != SYSTEM:
        insist(actor, Duty.TELL_RECIPIENTS)
    return with_case(notice_id)


def with_case(notice_id: RowId) -> RecipientNotice:
    """A notice with all that a mail or an event about it reads."""
    rows = RecipientNotice.objects.select_related("case__controller", "case__request", "recipient", "controller")
    found: RecipientNotice = rows.get(pk=notice_id)
    return found


def _told_before(notice: RecipientNotice) -> bool:
    """Whether it was told of another change of this case: the list of the case goes by name, and that stays true of it."""
    others = RecipientNotice.objects.filter(case=notice.case, told_at__isnull=False).exclude(pk=notice.pk)
    name = notice.content()["name"]
    return any(other.content()["name"] == name for other in others.select_related("case"))


def _cancel_mails(notice: RecipientNotice) -> None:
    """What waits to be sent is not sent any more; what a worker has taken goes its way and changes nothing."""
    RecipientMail.objects.filter(notice=notice, status=RecipientMail.Status.QUEUED).delete()


def note(notice: RecipientNotice, kind: str, *, actor: Actor, now: datetime, words: str = "", **data: Any) -> None:
    """An event on the case: which notice, of what, codes only; `words` are sealed."""
    said = {"notice": str(notice.pk), "change": notice.change, "letter": notice.letter, **data}
    record(case_id=notice.case_id, kind=kind, actor=actor, now=now, data=said, note=words)


def _settle(
    notice: RecipientNotice, why: str, *, actor: Actor, now: datetime, kind: str, words: str = "", **data: Any
) -> None:
    """Keep in the case that this recipient was told, or why not; when it was the last one the answer is made (4.0.3)."""
    case = locked(notice.case_id)
    if not why or not _told_before(notice):
        settled = dict(case.content().get("recipients", {})) | {notice.content()["name"]: why}
        case.put(case.content() | {"recipients": settled})
    said = {"notice": str(notice.pk), "change": notice.change, "letter": notice.letter, **data}
    case = record(
        case_id=case.pk, kind=kind, actor=actor, now=now, changes={"sealed": case.sealed}, data=said, note=words or why
    )
    if case.state == State.ARCHIVED:
        recipient_forget.forget(notice)  # the archive is behind it
    if case.state == State.NOTIFYING and case.right == Right.ERASURE and not recipients_left(case):
        tasks.ensure(case=case, operation="close", now=now, again=True)
