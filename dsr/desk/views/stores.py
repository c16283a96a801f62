"""The stores of the controller, their check, and the health of what works in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import alarms, vitals, wording
from dsr.cases import tasks
from dsr.cases.perform import RefusedError
from dsr.cases.scope import stores_of
from dsr.cases.setup import record_setup
from dsr.desk import stores_page
from dsr.desk.access import DeskRequest, Duty, duty_refusal, insist, staff_required
from dsr.desk.shell import page
from dsr.desk.tasks_view import store_label, task_label
from dsr.desk.troubles import trouble
from dsr.fulfil import store_health
from dsr.models import Message, Task
from dsr.models.together import together
from dsr.work import pulses, wake

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Pulse

SHOWN: Final = 100


@staff_required
@require_safe
def stores(request: DeskRequest) -> HttpResponse:
    """Every configured store: system, owner, what it can do, what its map covers, and what its last check found."""
    refused = duty_refusal(request.actor, Duty.CHECK_STORE)
    rows = stores_page.rows(request.controller, language=request.LANGUAGE_CODE, now=timezone.now())
    context = {"stores": rows, "why_not": wording.refusal(refused) if refused else ""}
    return page(request, "stores", context, current="stores")


@staff_required
@require_POST
def check(request: DeskRequest, store: str) -> HttpResponse:
    """Have a worker compare a store with its data map now; the page never waits for a store."""
    if store not in stores_of(request.controller):
        raise Http404
    try:
        insist(request.actor, Duty.CHECK_STORE)
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
        return redirect("desk:stores")
    with transaction.atomic():
        record_setup(
            controller=request.controller,
            kind="store_check_asked",
            actor=request.actor,
            now=timezone.now(),
            data={"store": store},
        )
        wake.nudge("dsr.work.jobs.check_store", str(request.controller.pk), store, queue="stores")
    store_health.asked(request.controller, store, now=timezone.now())
    name = store_label(stores_of(request.controller), store, request.LANGUAGE_CODE)
    messages.success(
        request,
        _("%(store)s is being checked. This page shows what was found as soon as it is there.") % {"store": name},
    )
    return redirect("desk:stores")


def _of_this_company(found: list[alarms.Alarm], slug: str) -> list[alarms.Alarm]:
    """Without the stores and the mails of another brand: those are counted below, for this one alone."""
    mine = [one for one in found if one.code != "mails_failed"]
    return [one for one in mine if not one.code.startswith("store_") or one.where.startswith(f"{slug}/")]


def _pass(row: Pulse) -> dict[str, Any]:
    return {
        "name": row.name.partition(":")[2],
        "at": row.at,
        "ran": row.at != pulses.NEVER,
        "failing_since": row.failing_since,
        "error_code": row.error_code,
    }


@staff_required
@require_safe
def health(request: DeskRequest) -> HttpResponse:
    """What could make us miss a deadline: a silent tick, a queue that grows, tasks that wait for a person, mail that bounces."""
    now = timezone.now()
    read = vitals.gather(now=now)
    at = read.background.tick_at
    age = int((now - at).total_seconds()) if at else None
    mine = Task.objects.of(request.controller)
    manual = mine.filter(status=Task.Status.MANUAL).select_related("case__request").order_by("created_at")
    mails = Message.objects.of(request.controller)
    configs = stores_of(request.controller)
    _, counts = together(
        {},
        {
            "due": tasks.due(now).filter(controller=request.controller),
            "waiting": mine.filter(status=Task.Status.QUEUED, not_before__gt=now),
            "running": mine.filter(status=Task.Status.RUNNING, leased_until__gte=now),
            "manual_count": mine.filter(status=Task.Status.MANUAL),
            "mails_waiting": mails.filter(status=Message.Status.QUEUED),
            "mails_failed": mails.filter(status=Message.Status.FAILED),
        },
    )
    context = counts | {
        "age": age,
        "age_late": age is None or age >= alarms.TICK_LATE.total_seconds() or age < -alarms.CLOCK_AHEAD.total_seconds(),
        "found": _of_this_company(alarms.of(read), request.controller.slug),
        "workers": read.background.workers,
        "passes": [_pass(one) for one in read.background.passes],
        "queue": "down" if read.depths is None else "ok",
        "manual": [
            {
                "task": task,
                "store": task_label(task, configs, request.LANGUAGE_CODE),
                "trouble": trouble(task.error_code or "internal"),
            }
            for task in manual[:SHOWN]
        ],
    }
    return page(request, "health", context, current="health")
