"""The calendar of the desk, and its secret address for calendar programs (ux.md 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from dsr.addresses import base_url
from dsr.cases import actors, feeds
from dsr.cases.clock import local_date
from dsr.desk import calendar_page, ics
from dsr.desk.access import DeskRequest, staff_required
from dsr.desk.overview import Overview, insist_reads, reads
from dsr.desk.shell import page

if TYPE_CHECKING:
    from django.http import HttpRequest


@staff_required
@require_safe
def month(request: DeskRequest) -> HttpResponse:
    """A month as table and agenda; `?mine=1` shows one's own cases only."""
    insist_reads(request.actor, Overview.FIGURES)
    today = local_date(request.controller, timezone.now())
    mine = request.GET.get("mine") == "1"
    context = calendar_page.month_context(
        request.controller,
        calendar_page.chosen(request.GET.get("month", ""), today),
        today=today,
        of=request.staff if mine else None,
        language=request.LANGUAGE_CODE,
    )
    return page(request, "calendar", {**context, "mine": mine}, current="calendar")


@staff_required
def subscribe(request: DeskRequest) -> HttpResponse:
    """What a subscribed calendar holds; a POST makes a new secret address and shows it this once."""
    insist_reads(request.actor, Overview.FIGURES)
    address = ""
    if request.method == "POST":
        secret = feeds.begin(user=request.staff, actor=request.actor, now=timezone.now())
        address = base_url(request.controller) + reverse("calendar-feed", args=[secret])
    context = {
        "address": address,
        "feed": feeds.of(request.staff),
        "every": bool(calendar_page.ALL_CASES & request.actor.roles),
    }
    response = page(request, "calendar_subscribe", context, current="calendar")
    response.headers["Cache-Control"] = "no-store"
    return response


@staff_required
@require_POST
def unsubscribe(request: DeskRequest) -> HttpResponse:
    """Make the address worthless."""
    insist_reads(request.actor, Overview.FIGURES)
    feeds.end(user=request.staff, actor=request.actor, now=timezone.now())
    messages.success(request, _("The address of your calendar does not work any more."))
    return redirect("desk:calendar-subscribe")


@require_GET
def feed(http: HttpRequest, secret: str) -> HttpResponse:
    """The calendar under its secret address. 404 for one that does not work, whoever asks."""
    controller = http.controller  # type: ignore[attr-defined]  # dsr.tenancy sets it
    user = feeds.owner(controller, secret)
    if user is None or not reads(actors.staff(user), Overview.FIGURES):
        raise Http404
    now = timezone.now()
    with translation.override(user.language or "en"):
        name, entries, at = calendar_page.entries(controller, user, today=local_date(controller, now), now=now)
    response = HttpResponse(ics.calendar(name, entries, now=at), content_type=ics.TYPE)
    response.headers["Cache-Control"] = "private, max-age=900"
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response
