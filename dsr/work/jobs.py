"""What a worker runs: claim, verb, finish. Arguments are row ids; a job may be lost, late or doubled and nothing happens twice."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone

from dsr.cases import daily, outbox, recipient_mails, recipient_notices, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.perform import ConflictError
from dsr.cases.plans import StoppedError
from dsr.fulfil import (
    eid,
    evidence,
    inbound,
    leftovers,
    monthly,
    operations,
    recipient_calls,
    restriction_checks,
    store_health,
)
from dsr.fulfil.contact import contact_on_file
from dsr.models import Controller, Message, Notice, OwnerMail, RecipientMail, Task
from dsr.vault import MissingKeyError, TamperedError
from dsr.work import code_out, pulses
from dsr.work.heartbeat import Heartbeat, OvertakenError
from dsr.work.limits import OverLimitError, limits_of
from dsr.work.mailer import Trouble, hand_over
from dsr.work.shutdown import ShutdownError
from dsr.work.verdict import verdict_on
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from dsr.work.verdict import Verdict

log = logging.getLogger(__name__)


def _fresh_connection() -> None:
    """Drop a connection that the database closed while the worker was idle; never one with a transaction open."""
    if not connection.in_atomic_block:
        close_old_connections()


def run_task(task_id: str) -> None:
    """Claim a task and carry its operation out; its outcome is a row, never an exception in the queue."""
    _fresh_connection()
    try:
        task = tasks.claim(task_id=task_id, now=timezone.now())
    except (DatabaseError, ConflictError) as error:
        log.warning("task %s could not be claimed (%s); the tick finds it", task_id, type(error).__name__)
        return
    if task is None:
        return
    seconds = limits_of(tasks.queue_of(task.operation)).seconds
    began = time.monotonic()
    try:
        with Heartbeat(task, seconds=seconds) as heartbeat:
            result, effect = operations.run(task, heartbeat.check, now=timezone.now())
        _finish(task, result, effect)
        if task.operation == "collect":
            store_health.searched(controller_id=task.controller_id, store=task.store, seconds=time.monotonic() - began)
    except OvertakenError:
        log.info("task %s was overtaken", task.pk)
    except ShutdownError:
        tasks.release(task=task, now=timezone.now())
    except StoppedError:
        tasks.cancel(task=task, actor=SYSTEM, now=timezone.now())
        leftovers.sweep(task.case_id)
    except (Exception, OverLimitError) as error:  # noqa: BLE001 -- verdict_on logs what nobody expected
        _fail(task, verdict_on(error, task))


def _fail(task: Task, verdict: Verdict) -> None:
    """Write down why; when even that cannot be written, the lease runs out and the next attempt says more."""
    code, place, temporary = verdict.code, verdict.place, verdict.temporary
    try:
        tasks.fail(task=task, code=code, place=place, temporary=temporary, actor=SYSTEM, now=timezone.now())
    except (DatabaseError, ConflictError) as error:
        log.warning("task %s: %s could not be written (%s)", task.pk, code, type(error).__name__)


def _finish(task: Task, result: dict[str, Any], effect: Callable[[], None]) -> None:
    """Write what the operation made and mark the task done, in one transaction, if both are still ours and wanted."""
    now = timezone.now()
    with transaction.atomic():
        # What a store has committed has happened, whoever changed the case meanwhile: it is always written down.
        if task.operation not in operations.WRITING and not operations.wanted(task):
            tasks.cancel(task=task, actor=SYSTEM, now=now)
        elif tasks.finish(task=task, result=result, actor=SYSTEM, now=now):
            effect()
    leftovers.sweep(task.case_id)
    operations.after(task.case_id, now=now)


def after_task(task_id: str) -> None:
    """Look again whether the case can go on, after a person waived or decided something."""
    operations.after(Task.objects.values_list("case_id", flat=True).get(pk=task_id), now=timezone.now())


def check_store(controller_id: str, store: str) -> None:
    """Compare a store with its data map and keep what was found."""
    _fresh_connection()
    store_health.check(controller_id=controller_id, store=store, now=timezone.now())


def make_day_figures(controller_id: str) -> None:
    """Reckon the figures and the forecast of a controller's day (docs/reports.md)."""
    _fresh_connection()
    daily.make_day(controller=Controller.objects.get(pk=controller_id), now=timezone.now())


def check_restriction(restriction_id: str) -> None:
    """Look whether the stores still hold what a restriction set (docs/restriction.md)."""
    _fresh_connection()
    restriction_checks.check(restriction_id=restriction_id, now=timezone.now())


def make_report(report_id: str) -> None:
    """Make a monthly report that was ordered."""
    _fresh_connection()
    monthly.make(report_id=report_id, now=timezone.now())


def make_evidence(pack_id: str) -> None:
    """Make an evidence pack that was ordered for a supervisory authority."""
    _fresh_connection()
    evidence.make(pack_id=pack_id, now=timezone.now())


def send_message(message_id: str) -> None:
    """Send a queued mail to a subject: at most once per claim, under a Message-ID that stays the same."""
    _fresh_connection()
    _send(Message.objects.select_related("request", "controller"), message_id)


def send_notice(notice_id: str) -> None:
    """Send a queued mail to a member of staff, in the same way."""
    _fresh_connection()
    _send(Notice.objects.select_related("user", "controller"), notice_id)


def send_owner_mail(mail_id: str) -> None:
    """Send a queued mail to a department that is asked to work by hand, in the same way."""
    _fresh_connection()
    _send(OwnerMail.objects.select_related("hand__task__case", "controller"), mail_id)


def send_recipient_mail(mail_id: str) -> None:
    """Send a queued mail or call to a recipient of personal data, in the same way, and note that it was told (Art. 19)."""
    _fresh_connection()
    if not _send(RecipientMail.objects.select_related("notice__case", "notice__recipient", "controller"), mail_id):
        return  # a late or doubled job says nothing about what became of the notice since
    row = RecipientMail.objects.filter(pk=mail_id).first()
    if row is None:
        return
    # The tick does the same for whatever a worker that died here left behind.
    if row.status == RecipientMail.Status.SENT:
        recipient_notices.sent(notice_id=row.notice_id, now=timezone.now())
    elif row.status == RecipientMail.Status.FAILED:
        reminder = row.kind == recipient_mails.REMINDED
        recipient_notices.failed(notice_id=row.notice_id, code=row.error_code, now=timezone.now(), reminder=reminder)


def _send(rows: QuerySet[Any], row_id: str) -> bool:
    """Take one row and hand it over; whether this call was the one that took it."""
    now = timezone.now()
    if not outbox.take(rows, row_id, now=now):
        return False
    row = rows.get(pk=row_id)
    try:
        found = _hand_over(row)
    except NobodyOnFileError:
        row.delete()  # a mail to a contact on file of which there is none; the page said the same (I-01)
        return True
    # A worker killed between these two lines leaves a claim that runs out: sent again under the same Message-ID (decision 052).
    if found is None:
        outbox.sent(row, now=timezone.now())
    else:
        outbox.failed(row, found.code, now=timezone.now(), final=found.final)
    return True


def _hand_over(row: Message | Notice | OwnerMail | RecipientMail) -> Trouble | None:
    if isinstance(row, RecipientMail) and row.notice.recipient.ended_at is not None:
        return Trouble("recipient_ended", final=True)
    try:
        content = row.content()
        if content.get("on_file") and not content["to"]:
            content["to"] = _found_on_file(row, content)
        if "endpoint" in content:
            answer = recipient_calls.call(content)
            return Trouble(answer.code, final=answer.final) if answer.code else None
        to, subject, body = content["to"], content["subject"], content["body"]
    except (MissingKeyError, TamperedError, KeyError) as error:
        return Trouble(type(error).__name__, final=True)  # shredded meanwhile, or never whole: nothing to send, ever
    except Temporary as error:
        return Trouble(error.code, final=False)
    return hand_over(controller=row.controller, to=to, subject=subject, body=body, message_id=row.message_id)


class NobodyOnFileError(Exception):
    """The store holds no address for the number, or the number is not ours."""


def _found_on_file(row: Message | Notice | OwnerMail | RecipientMail, content: dict[str, Any]) -> str:
    """The address on file of a customer number, kept in the row, so that a second try goes to the same place."""
    store, number = content["on_file"]
    try:
        to = contact_on_file(row.controller, store, number)
    except Permanent as error:
        log.warning("message %s: %s at %s", row.pk, error.code, error.place)
        to = ""
    if not to:
        raise NobodyOnFileError
    row.put(content | {"to": to})
    type(row).objects.filter(pk=row.pk).update(sealed=row.sealed)
    return to


def send_code(code_id: str) -> None:
    """Look up where a one-time code goes, draw its digits and hand them over; never to anywhere but the contact on file."""
    _fresh_connection()
    code_out.send(code_id, now=timezone.now())


def weigh_claims(check_id: str, store: str) -> None:
    """See whether what an electronic identity said settles who somebody is; a store that is down leaves it to a person."""
    _fresh_connection()
    try:
        eid.weigh(check_id, store=store, now=timezone.now())
    except (Temporary, Permanent) as error:
        log.warning("identity check %s waits for a person: %s at %s", check_id, error.code, error.place)


def fetch_inbox(controller_id: str) -> None:
    """Look into the mailbox of a controller and keep what is new; how it went is a pulse, which the desk shows."""
    _fresh_connection()
    controller = Controller.objects.get(pk=controller_id)
    code = ""
    try:
        inbound.fetch(controller=controller, now=timezone.now())
    except (Temporary, Permanent) as error:
        code = error.code
    except OSError as error:
        code = type(error).__name__
    if code:
        log.warning("the mailbox of %s: %s", controller.slug, code)
    pulses.keep({pulses.of_inbox(controller.slug): code}, now=timezone.now())


def take_mail(mail_id: str) -> None:
    """Make something of a mail that was kept; when our storage is away, later."""
    _fresh_connection()
    try:
        inbound.take(mail_id=mail_id, now=timezone.now())
    except (Temporary, Permanent, OSError, ConflictError) as error:
        log.warning("mail %s waits (%s)", mail_id, type(error).__name__)
