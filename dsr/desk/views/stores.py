"""The stores of the controller, their check, and the health of what works in the background."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import tasks
from dsr.cases.perform import RefusedError
from dsr.cases.scope import stores_of
from dsr.desk.access import DeskRequest, Duty, duty_refusal, insist, staff_required
from dsr.desk.shell import page
from dsr.desk.tasks_view import store_label, task_label
from dsr.desk.troubles import trouble
from dsr.fulfil.stores import check_store, label_of, open_by_name
from dsr.models import Message, Pulse, Task
from dsr.work import wake
from exporters.contract import Checks, Collects, Locates, Severity, StoreError
from exporters.registry import ConfigError, capable

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import Controller

KEPT_SECONDS: Final = 30 * 24 * 3600
TICK_LATE_SECONDS: Final = 300
SHOWN: Final = 100


@staff_required
@require_safe
def stores(request: DeskRequest) -> HttpResponse:
    """Every configured store: system, owner, what it can do, and what its last check found."""
    refused = duty_refusal(request.actor, Duty.CHECK_STORE)
    rows = [_store(request, name) for name in stores_of(request.controller)]
    context = {"stores": rows, "why_not": wording.refusal(refused) if refused else ""}
    return page(request, "stores", context, current="stores")


def _store(request: DeskRequest, name: str) -> dict[str, Any]:
    config = stores_of(request.controller)[name]
    can: dict[str, bool] = {}
    broken = ""
    try:
        exporter = open_by_name(request.controller, name)
        can = {
            _("find a person"): capable(exporter, Locates),
            _("give out data"): capable(exporter, Collects),
            _("check its map"): capable(exporter, Checks),
        }
    except (ConfigError, StoreError) as error:
        broken = str(error) if isinstance(error, ConfigError) else trouble(error.code)
    return {
        "name": name,
        "label": label_of(config, request.LANGUAGE_CODE),
        "system": config.system,
        "owner": config.owner,
        "can": can,
        "broken": broken,
        "check": _last_check(request.controller, name),
    }


def _last_check(controller: Controller, name: str) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = cache.get(_key(controller, name))
    if kept and kept["trouble"]:
        words = (
            _("The configuration of this store is wrong.") if kept["trouble"] == "config" else trouble(kept["trouble"])
        )
        kept |= {"words": words}
    return kept


def _key(controller: Controller, store: str) -> str:
    return f"desk-store-check:{controller.pk}:{store}"


@staff_required
@require_POST
def check(request: DeskRequest, store: str) -> HttpResponse:
    """Compare a store with its data map now; the result is kept for thirty days and holds names of tables and columns only."""
    if store not in stores_of(request.controller):
        raise Http404
    try:
        insist(request.actor, Duty.CHECK_STORE)
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
        return redirect("desk:stores")
    cache.set(_key(request.controller, store), _checked(request.controller, store, timezone.now()), KEPT_SECONDS)
    name = store_label(stores_of(request.controller), store, request.LANGUAGE_CODE)
    messages.success(request, _("%(store)s has been checked.") % {"store": name})
    return redirect("desk:stores")


def _checked(controller: Controller, store: str, now: datetime) -> dict[str, Any]:
    try:
        found = check_store(controller, store)
    except StoreError as error:
        return {"at": now, "trouble": error.code, "place": error.place, "problems": [], "counts": {}}
    except ConfigError as error:
        return {"at": now, "trouble": "config", "place": str(error), "problems": [], "counts": {}}
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    rows = sorted(found, key=lambda problem: (order[problem.severity], problem.place))
    return {
        "at": now,
        "trouble": "",
        "place": "",
        "problems": [{"severity": p.severity.value, "place": p.place, "detail": p.detail} for p in rows[:SHOWN]],
        "counts": dict(Counter(problem.severity.value for problem in rows)),
    }


@staff_required
@require_safe
def health(request: DeskRequest) -> HttpResponse:
    """What could make us miss a deadline: a silent tick, a queue that grows, tasks that wait for a person, mail that bounces."""
    now = timezone.now()
    pulse = Pulse.objects.filter(name="tick").first()
    age = int((now - pulse.at).total_seconds()) if pulse else None
    mine = Task.objects.of(request.controller)
    manual = mine.filter(status=Task.Status.MANUAL).select_related("case__request").order_by("created_at")
    configs = stores_of(request.controller)
    context = {
        "age": age,
        "age_late": age is None or age > TICK_LATE_SECONDS,
        "queue": wake.state(),
        "due": tasks.due(now).filter(controller=request.controller).count(),
        "waiting": mine.filter(status=Task.Status.QUEUED, not_before__gt=now).count(),
        "running": mine.filter(status=Task.Status.RUNNING, leased_until__gte=now).count(),
        "manual_count": manual.count(),
        "manual": [
            {
                "task": task,
                "store": task_label(task, configs, request.LANGUAGE_CODE),
                "trouble": trouble(task.error_code or "internal"),
            }
            for task in manual[:SHOWN]
        ],
        "mails_waiting": Message.objects.of(request.controller).filter(status=Message.Status.QUEUED).count(),
        "mails_failed": Message.objects.of(request.controller).filter(status=Message.Status.FAILED).count(),
    }
    return page(request, "health", context, current="health")
