"""Passes of the tick that find what is due and wake a worker for it: tasks, mails, mailboxes, stores, figures, packs.

They read rows and put ids into queues; nothing is lost when a queue is, because the next tick finds the same rows again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from dsr.cases import codes, daily, evidence, monthly, outbox, restriction_drift, tasks
from dsr.fulfil import inbound, store_health
from dsr.models import Controller, Message, Notice, OwnerMail, Pulse, RecipientMail
from dsr.work import pulses, wake

if TYPE_CHECKING:
    from datetime import datetime

CHUNK = 200
CHECK_EVERY = timedelta(minutes=15)
STORE_CHECKS = "store_checks"
"""The pulse that says when the stores were last asked for."""


def due_tasks(now: datetime) -> int:
    """Wake a worker for every task that is due: lost jobs, dead workers, a flushed queue, back-off that ended."""
    found = 0
    for queue in ("stores", "pdf"):
        rows = list(
            tasks.due(now).filter(tasks.done_in(queue)).order_by("not_before").values_list("pk", flat=True)[:CHUNK]
        )
        found += len(rows)
        if wake.has_room(queue, rows=len(rows)):
            for pk in rows:
                wake.nudge("dsr.work.jobs.run_task", str(pk), queue=queue)
    return found


def due_messages(now: datetime) -> int:
    """Wake a worker for every mail that is due, and for codes not sent yet."""
    messages = list(outbox.due(Message.objects.all(), now).order_by("not_before").values_list("pk", flat=True)[:CHUNK])
    notices = list(outbox.due(Notice.objects.all(), now).order_by("not_before").values_list("pk", flat=True)[:CHUNK])
    waiting = list(codes.unsent(now).order_by("expires_at", "pk").values_list("pk", flat=True)[:CHUNK])
    owners = list(outbox.due(OwnerMail.objects.all(), now).order_by("not_before").values_list("pk", flat=True)[:CHUNK])
    others = list(
        outbox.due(RecipientMail.objects.all(), now).order_by("not_before").values_list("pk", flat=True)[:CHUNK]
    )
    found = len(messages) + len(notices) + len(waiting) + len(owners) + len(others)
    if wake.has_room("default", rows=found):
        jobs = (
            ("send_message", messages),
            ("send_notice", notices),
            ("send_code", waiting),
            ("send_owner_mail", owners),
            ("send_recipient_mail", others),
        )
        for job, rows in jobs:
            for pk in rows:
                wake.nudge(f"dsr.work.jobs.{job}", str(pk))
    return found


def inbound_mail(now: datetime) -> int:
    """Have mailboxes looked into and kept mails taken apart; let go of mails whose time is over (4.5). Talks to no server."""
    for controller in Controller.objects.filter(slug__in=list(settings.DSR_INBOX)).order_by("slug"):
        name = f"{pulses.of_inbox(controller.slug)[:37]}:at"
        last = Pulse.objects.filter(name=name).first()
        if last is None or not timedelta() <= now - last.at < timedelta(seconds=settings.DSR_INBOX_EVERY):
            pulses.keep({name: ""}, now=now)
            wake.nudge("dsr.work.jobs.fetch_inbox", str(controller.pk))
    waiting = inbound.due(now=now, limit=CHUNK)
    if wake.has_room("default", rows=len(waiting)):
        for pk in waiting:
            wake.nudge("dsr.work.jobs.take_mail", str(pk))
    return len(waiting) + inbound.remove_due(now=now, limit=CHUNK)


def store_checks(now: datetime) -> int:
    """Have every store compared with its data map, at most every fifteen minutes; forget stores nobody configures now."""
    last = Pulse.objects.filter(name=STORE_CHECKS).first()
    if last and timedelta() <= now - last.at < CHECK_EVERY:
        return 0
    pulses.keep({STORE_CHECKS: ""}, now=now)
    named = store_health.configured()
    store_health.forget_others(named)
    for controller_id, store in named:
        wake.nudge("dsr.work.jobs.check_store", controller_id, store, queue="stores")
    return len(named)


def restricted_data(now: datetime) -> int:
    """Have restrictions that stand looked at in the stores, each once a day (rules Q-04, docs/restriction.md)."""
    waiting = [
        pk
        for controller in Controller.objects.order_by("slug")
        for pk in restriction_drift.due(controller=controller, now=now, limit=CHUNK)
    ]
    if wake.has_room("stores", rows=len(waiting)):
        for pk in waiting:
            wake.nudge("dsr.work.jobs.check_restriction", str(pk), queue="stores")
    return len(waiting)


def day_figures(now: datetime) -> int:
    """Have the figures and the forecast of the day reckoned for every controller that has none yet (docs/reports.md)."""
    waiting = daily.without(now)
    if wake.has_room("pdf", rows=len(waiting)):
        for controller in waiting:
            wake.nudge("dsr.work.jobs.make_day_figures", str(controller.pk), queue="pdf")
    return len(waiting)


def monthly_reports(now: datetime) -> int:
    """Order the reports of the month that is over, have those made that wait, delete those whose time is over (rules 4.6)."""
    ordered = monthly.order_due(now=now)
    waiting = monthly.waiting(now=now, limit=CHUNK)
    if wake.has_room("pdf", rows=len(waiting)):
        for pk in waiting:
            wake.nudge("dsr.work.jobs.make_report", str(pk), queue="pdf")
    return ordered + monthly.remove_over(now=now)


def evidence_packs(now: datetime) -> int:
    """Wake a worker for evidence packs that were ordered and are not made: their job was lost, or failed a while ago (rules 4.6)."""
    waiting = evidence.waiting(now=now, limit=CHUNK)
    if wake.has_room("pdf", rows=len(waiting)):
        for pk in waiting:
            wake.nudge(evidence.JOB, str(pk), queue="pdf")
    return len(waiting)
