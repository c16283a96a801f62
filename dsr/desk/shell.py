"""The frame of every desk page: the views with their counts, and how a page is rendered in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import alarms, vitals
from dsr.cases import queue
from dsr.desk import side
from dsr.desk.access import Duty, Sight, duty_refusal, sees
from dsr.desk.overview import Overview, reads
from dsr.law.workflow import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse
    from django.utils.functional import _StrPromise

    from dsr.alarms import Alarm
    from dsr.desk.access import DeskRequest
    from dsr.law.workflow import Actor
    from dsr.models import BreakGlass

VIEWS: Final[Mapping[str, _StrPromise]] = {
    "mine": gettext_lazy("My cases"),
    "sort": gettext_lazy("To sort"),
    "unassigned": gettext_lazy("Unassigned"),
    "due7": gettext_lazy("Due in 7 days"),
    "overdue": gettext_lazy("Overdue"),
    "waiting": gettext_lazy("Waiting for the person"),
    "second": gettext_lazy("Second approval"),
    "manual": gettext_lazy("Needs somebody"),
    "open": gettext_lazy("All open"),
    "closed": gettext_lazy("Closed"),
}
DEFAULT_VIEW: Final = "open"
# Who can do something about a machine that stands still; everybody else is told that it does, and whom to tell.
REPAIRS: Final = frozenset({Role.LEAD, Role.ADMINISTRATOR})


def _sidebar(request: DeskRequest, current: str) -> list[dict[str, Any]]:
    known = side.rows_of(request)
    numbers = known.views
    base = reverse("desk:queue")
    views: list[dict[str, Any]] = [
        {"url": f"{base}?view={view}", "label": label, "count": numbers.get(view), "current": view == current}
        for view, label in VIEWS.items()
    ]
    if numbers[queue.HELD] or current == queue.HELD:
        views.append(
            {
                "url": reverse("desk:held"),
                "label": _("Held, a flood"),
                "count": numbers[queue.HELD],
                "current": current == queue.HELD,
            }
        )
    views += [
        {"url": reverse(f"desk:{name}"), "label": label, "count": number, "current": name == current}
        for name, label, number in (
            ("identity-checks", _("Identity"), known.checks),
            ("inbox", _("Inbox"), known.mails),
        )
    ]
    pages = (
        ("setup", _("Set up")),
        ("at-once", _("Worked at once")),
        ("sharing", _("Sharing out")),
        ("absences", _("Absences")),
        ("stores", _("Stores")),
        ("partners", _("Partners")),
        ("recipients", _("Recipients")),
        ("people", _("People")),
        *([("holds", _("Legal holds"))] if duty_refusal(request.actor, Duty.HOLD) is None else []),
        *([("glasses", _("Break-glass"))] if glass_concerns(request.actor) else []),
        ("mails", _("Mails")),
        ("health", _("Health")),
    )
    set_up = [
        {"url": reverse(f"desk:{name}"), "label": label, "count": None, "current": name == current}
        for name, label in pages
    ]
    plan = _plan(request, current)
    return [
        {"title": _("Views"), "links": views},
        *([{"title": _("Plan"), "links": plan}] if plan else []),
        {"title": _("Set up"), "links": set_up},
    ]


def _plan(request: DeskRequest, current: str) -> list[dict[str, Any]]:
    """Dashboard, calendar and reports, for the roles that may read them."""
    pages = (
        ("dashboard", _("Dashboard"), Overview.FIGURES),
        ("calendar", _("Calendar"), Overview.FIGURES),
        ("reports", _("Reports"), Overview.REPORTS),
    )
    return [
        {"url": reverse(f"desk:{name}"), "label": label, "count": None, "current": name == current}
        for name, label, what in pages
        if reads(request.actor, what)
    ]


def glass_concerns(actor: Actor) -> bool:
    """Whether the actor may break the glass, or watches over it (4.3)."""
    return any(duty_refusal(actor, duty) is None for duty in (Duty.BREAK_GLASS, Duty.REVIEW_GLASS))


def _standing_still(request: DeskRequest) -> list[Alarm]:
    """What the pulses say is wrong and urgent: a late tick, a clock, no worker. Nothing is asked of Redis."""
    now = timezone.now()
    background = vitals.background_of(side.rows_of(request).pulses, now=now)
    return [alarm for alarm in alarms.of_background(background, now=now) if alarm.urgent]


def _glass_open(request: DeskRequest) -> list[BreakGlass]:
    """Who reads beyond her role right now; for those it concerns, on every page of theirs."""
    if not glass_concerns(request.actor):
        return []
    watches = duty_refusal(request.actor, Duty.REVIEW_GLASS) is None
    return [row for row in side.rows_of(request).glasses if watches or row.user_id == request.staff.pk]


def page(
    request: DeskRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    current: str = "",
    status: int = 200,
    query: str = "",
) -> HttpResponse:
    """Render a desk page; `current` is the view or the section that the side bar marks."""
    frame = {
        "sidebar": side.groups(request, _sidebar(request, current), query=query, current=current),
        "may_register": duty_refusal(request.actor, Duty.REGISTER) is None,
        "sees_person": sees(request.actor, Sight.PERSON),
        "sees_data": sees(request.actor, Sight.DATA),
        "standing_still": _standing_still(request),
        "repairs": bool(request.actor.roles & REPAIRS),
        **side.frame(request, context),
        "glass_open": _glass_open(request),
    }
    return render(request, f"desk/{template}.html", {**frame, **context}, status=status)
