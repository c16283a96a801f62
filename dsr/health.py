"""The pages `/healthz`, `/readyz` and `/metrics`: whether anything is wrong that would make us miss a deadline.

Everybody may read the one word; the details go to who shows DSR_HEALTH_TOKEN. A caller on this machine is nobody special:
behind a proxy on the same machine the whole world would be one (decision 053). `manage.py health` needs no token.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dsr import alarms, metrics, vitals
from dsr.models import Pulse

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from dsr.vitals import Vitals

FAILING, DEGRADED, OK = "failing", "degraded", "ok"


def report(*, now: datetime) -> dict[str, Any]:
    """The health of everything as codes, ages in seconds, bytes and counts; `status` is ok, degraded or failing."""
    try:
        read = vitals.gather(now=now)
    except DatabaseError:
        return {"status": FAILING, "database": "down", "alarms": [_alarm(alarms.Alarm("database_down"), now)]}
    found = alarms.of(read)
    status = FAILING if any(alarm.urgent for alarm in found) else DEGRADED if found else OK
    return {"status": status, "database": "ok", "alarms": [_alarm(one, now) for one in found], **_details(read)}


def _alarm(alarm: alarms.Alarm, now: datetime) -> dict[str, Any]:
    line: dict[str, Any] = {"code": alarm.code, "urgent": alarm.urgent}
    if alarm.where:
        line["where"] = alarm.where
    if alarm.since:
        line["for_seconds"] = int((now - alarm.since).total_seconds())
    if alarm.detail:
        line["detail"] = alarm.detail
    return line


def _details(read: Vitals) -> dict[str, Any]:
    tick_at = read.background.tick_at
    return {
        "tick_age_seconds": int((read.at - tick_at).total_seconds()) if tick_at else None,
        "passes": {one.name.partition(":")[2]: one.error_code or "ok" for one in read.background.passes},
        "workers": read.background.workers,
        "queue": "down" if read.depths is None else "ok",
        "queue_depth": read.depths or {},
        "oldest_due_seconds": {
            q: int(read.oldest_due(q).total_seconds()) for q in sorted({t.queue for t in read.tasks})
        },
        "mails": {"waiting": read.mails_waiting, "failed": read.mails_failed},
        "stores": {
            f"{row.controller.slug}/{row.store}": {
                "status": "ok" if row.ok else row.code,
                "age_seconds": int((read.at - row.checked_at).total_seconds()),
                "problems": row.problems,
            }
            for row in read.stores
        },
        "disk_free_bytes": {disk.place: disk.free for disk in read.disks},
    }


def trusted(request: HttpRequest) -> bool:
    """Whether the caller shows the token; nobody does when none is set."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.DSR_HEALTH_TOKEN
    # As bytes: compare_digest refuses text that is not ASCII, and a stranger chooses what stands there.
    return bool(expected) and scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), expected.encode())


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while work goes on, 503 when somebody must be woken; the details for who shows the token."""
    found = report(now=timezone.now())
    shown = found if trusted(request) else {"status": found["status"]}
    return JsonResponse(shown, status=503 if found["status"] == FAILING else 200)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this process can answer: the database is there and has our tables."""
    try:
        Pulse.objects.first()
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)
    return JsonResponse({"database": "ok"})


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """The metrics in Prometheus's text format, for who shows the token; 503 while the database is down."""
    if not trusted(request):
        answer = HttpResponse("The token of DSR_HEALTH_TOKEN is needed.\n", status=401, content_type="text/plain")
        answer["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return answer
    try:
        return HttpResponse(metrics.text(now=timezone.now()), content_type=metrics.CONTENT_TYPE)
    except DatabaseError:
        return HttpResponse("The database is down.\n", status=503, content_type="text/plain")
