"""What a worker runs: claim, verb, finish. Arguments are row ids; a job may be lost, late or doubled and nothing happens twice."""

from __future__ import annotations

import logging
from email.utils import make_msgid
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone, translation

from dsr.cases import codes, outbox, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.mail_text import subject_and_body
from dsr.cases.perform import ConflictError
from dsr.cases.plans import StoppedError
from dsr.fulfil import leftovers, operations, store_health
from dsr.fulfil.contact import contact_on_file
from dsr.models import Message, Notice, OneTimeCode, Task
from dsr.vault import MissingKeyError, TamperedError
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
    try:
        with Heartbeat(task, seconds=seconds) as heartbeat:
            result, effect = operations.run(task, heartbeat.check, now=timezone.now())
        _finish(task, result, effect)
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


def send_message(message_id: str) -> None:
    """Send a queued mail to a subject: at most once per claim, under a Message-ID that stays the same."""
    _fresh_connection()
    _send(Message.objects.select_related("request", "controller"), message_id)


def send_notice(notice_id: str) -> None:
    """Send a queued mail to a member of staff, in the same way."""
    _fresh_connection()
    _send(Notice.objects.select_related("user", "controller"), notice_id)


def _send(rows: QuerySet[Any], row_id: str) -> None:
    now = timezone.now()
    if not outbox.take(rows, row_id, now=now):
        return
    row = rows.get(pk=row_id)
    found = _hand_over(row)
    # A worker killed between these two lines leaves a claim that runs out: sent again under the same Message-ID (decision 052).
    if found is None:
        outbox.sent(row, now=timezone.now())
    else:
        outbox.failed(row, found.code, now=timezone.now(), final=found.final)


def _hand_over(row: Message | Notice) -> Trouble | None:
    try:
        content = row.content()
        to, subject, body = content["to"], content["subject"], content["body"]
    except (MissingKeyError, TamperedError, KeyError) as error:
        return Trouble(type(error).__name__, final=True)  # shredded meanwhile, or never whole: nothing to send, ever
    return hand_over(controller=row.controller, to=to, subject=subject, body=body, message_id=row.message_id)


def send_code(code_id: str) -> None:
    """Look up where a one-time code goes, draw its digits and mail them. Nothing is sent to anywhere but the contact on file."""
    _fresh_connection()
    now = timezone.now()
    if not codes.unsent(now).filter(pk=code_id).update(sent_at=now):
        return
    code = OneTimeCode.objects.select_related("controller", "user", "request").get(pk=code_id)
    try:
        to = _address(code)
        if not to:
            return  # the page says the same whether or not the number is ours
        language = (code.request.language if code.request else code.user.language if code.user else "") or "en"
        with translation.override(language):
            context = {"code": codes.grouped(codes.draw(code=code)), "controller": code.controller, "minutes": 30}
            subject, body = subject_and_body("code", context)
        # Another Message-ID each time: the digits are new as well, and a mailbox that knows the id would drop the newer mail.
        message_id = make_msgid(domain=code.controller.privacy_email.rpartition("@")[2])
        found = hand_over(controller=code.controller, to=to, subject=subject, body=body, message_id=message_id)
        if found is not None:
            _not_sent(code, found)
    except Temporary as error:
        _not_sent(code, Trouble(error.code, final=False))
    except Permanent as error:
        log.warning("code %s cannot be sent: %s at %s", code.pk, error.code, error.place)
    except Exception as error:  # noqa: BLE001 -- what was being read is somebody's contact
        log.warning("code %s cannot be sent: %s", code.pk, type(error).__name__)


def _not_sent(code: OneTimeCode, found: Trouble) -> None:
    """Leave it to the next tick while the code is still good for something; an answer for good is for nobody but the log."""
    log.warning("code %s could not be sent (%s)%s", code.pk, found.code, "" if found.final else ", yet")
    if not found.final:
        OneTimeCode.objects.filter(pk=code.pk).update(sent_at=None)


def _address(code: OneTimeCode) -> str:
    content = code.content()
    if "to" not in content:
        content["to"] = contact_on_file(code.controller, content["store"], content["customer_number"])
        code.put(content)
        OneTimeCode.objects.filter(pk=code.pk).update(sealed=code.sealed)
    return str(content["to"])
