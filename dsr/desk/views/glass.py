"""Breaking the glass, seeing who broke it, and reviewing it afterwards (rules 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import glass
from dsr.cases.duties import Duty, duty_refusal
from dsr.cases.perform import RefusedError
from dsr.desk.access import DeskRequest, staff_required
from dsr.desk.doors import ask_again
from dsr.desk.forms.people import ReasonForm
from dsr.desk.shell import glass_concerns, page
from dsr.models import BreakGlass, Event

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from dsr.models import RowId

LISTED = 50


def _ask(data: Any = None) -> ReasonForm:
    hint = _("What happened, and what you have to look at. The data protection officer and the privacy leads read it.")
    return ReasonForm(data, label=_("Reason"), hint=hint)


def _finding(data: Any = None) -> ReasonForm:
    return ReasonForm(data, label=_("What you found"), hint=_("What it was for, and whether that was right."))


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def glasses(request: DeskRequest) -> HttpResponseBase:
    """What was opened, by whom, why, how many pages; and for a deputy the form to do it."""
    if not glass_concerns(request.actor):
        raise PermissionDenied
    may_break, now = duty_refusal(request.actor, Duty.BREAK_GLASS) is None, timezone.now()
    form = _ask(request.POST or None)
    if may_break and (again := ask_again(request, where=reverse("desk:glasses"))):
        return again
    if request.method == "POST" and not may_break:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        try:
            glass.open_glass(user=request.staff, reason=form.cleaned_data["reason"], actor=request.actor, now=now)
        except RefusedError as error:
            form.add_error("reason", wording.refusal(error.refusal))
        else:
            words = _("Case files are open to you for 60 minutes. Every page you open is noted on its case.")
            messages.warning(request, words)
            return redirect("desk:glasses")
    context = {"rows": _rows(request, now), "form": form, "may_break": may_break}
    return page(request, "glasses", context, current="glasses")


def _rows(request: DeskRequest, now: Any) -> list[dict[str, Any]]:
    reviews = duty_refusal(request.actor, Duty.REVIEW_GLASS) is None
    found = BreakGlass.objects.of(request.controller).select_related("user", "reviewed_by").order_by("-opened_at")
    if not reviews:
        found = found.filter(user=request.staff)
    rows = []
    for row in found[:LISTED]:
        live, content = row.closed_at is None and row.expires_at > now, row.content()
        rows.append(
            {
                "row": row,
                "live": live,
                "reason": content.get("reason", ""),
                "review": content.get("review", ""),
                "may_review": reviews and not live and row.reviewed_at is None and row.user_id != request.staff.pk,
                "may_close": live and (reviews or row.user_id == request.staff.pk),
            }
        )
    return rows


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: DeskRequest, glass_id: RowId) -> HttpResponseBase:
    """One of them: which pages of which cases were opened, and what the reviewer found."""
    if duty_refusal(request.actor, Duty.REVIEW_GLASS) is not None:
        raise PermissionDenied
    row = get_object_or_404(BreakGlass.objects.of(request.controller).select_related("user"), pk=glass_id)
    form = _finding(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            glass.review(glass_id=row.pk, finding=form.cleaned_data["reason"], actor=request.actor, now=timezone.now())
        except RefusedError as error:
            form.add_error("reason", wording.refusal(error.refusal))
        else:
            messages.success(request, _("The review is on file."))
            return redirect("desk:glasses")
    read = (
        Event.objects.of(request.controller)
        .filter(action="glass_read", at__gte=row.opened_at, at__lte=row.expires_at, actor_id=str(row.user_id))
        .select_related("case__request")
        .order_by("at")
    )
    context = {"row": row, "reason": row.content().get("reason", ""), "form": form, "read": read[:500]}
    return page(request, "glass", context, current="glasses")


@staff_required
@require_POST
def close(request: DeskRequest, glass_id: RowId) -> HttpResponseBase:
    """End it before its time."""
    row = get_object_or_404(BreakGlass.objects.of(request.controller), pk=glass_id)
    try:
        glass.close_glass(glass_id=row.pk, actor=request.actor, now=timezone.now())
        messages.success(request, _("The files are closed again."))
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
    return redirect("desk:glasses")
