"""`/healthz` and `/readyz`: is anything wrong that would make us miss a deadline? Codes and ages only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.utils import timezone

from dsr.models import Pulse
from dsr.work import wake

if TYPE_CHECKING:
    from django.http import HttpRequest

TICK_LATE = timedelta(minutes=5)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


def _tick_age_seconds() -> int | None:
    pulse = Pulse.objects.filter(name="tick").first()
    return int((timezone.now() - pulse.at).total_seconds()) if pulse else None


def healthz(request: HttpRequest) -> JsonResponse:
    """Database, queue and the age of the tick (seconds); 503 when the database is down or the tick is late."""
    report: dict[str, Any] = {"database": _database(), "queue": wake.state()}
    if report["database"] == "ok":
        age = _tick_age_seconds()
        report["tick_age_seconds"] = age
        report["tick"] = "ok" if age is not None and age < TICK_LATE.total_seconds() else "late"
    healthy = report["database"] == "ok" and report.get("tick") == "ok"
    report["status"] = "ok" if healthy and report["queue"] == "ok" else "degraded" if healthy else "failing"
    return JsonResponse(report, status=200 if healthy else 503)


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this process can answer: the database is there."""
    database = _database()
    return JsonResponse({"database": database}, status=200 if database == "ok" else 503)
