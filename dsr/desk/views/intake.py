"""Registering a request for a person who called, wrote or came by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dsr import wording
from dsr.cases.intake import InvalidRequestError, open_request
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.forms.intake import IntakeForm
from dsr.desk.shell import page
from dsr.law.rights import Right

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import Request


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """The form, and the first case of the new request once it is saved; the due date is said at once."""
    refused = duty_refusal(request.actor, Duty.REGISTER)
    if refused is not None:
        context = {"title": _("New request"), "why_not": wording.refusal(refused)}
        return page(request, "refused", context, status=409)
    now = timezone.now()
    form = IntakeForm(request.POST or None, controller=request.controller, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            opened = _save(request, form, now)
        except InvalidRequestError as error:
            form.add_error(None, wording.refusal(error.refusal))
        else:
            messages.success(request, _said(opened))
            return redirect("desk:case", case_id=opened.cases.order_by("right").values_list("pk", flat=True)[0])
    return page(request, "intake", {"form": form})


def _save(request: DeskRequest, form: IntakeForm, now: datetime) -> Request:
    return open_request(
        controller=request.controller,
        rights=[Right(value) for value in form.cleaned_data["rights"]],
        channel=form.cleaned_data["channel"],
        told=form.told(),
        language=form.cleaned_data["language"],
        received_at=form.received_at,
        actor=request.actor,
        now=now,
        submission_key=form.cleaned_data["submission_key"],
    )


def _said(opened: Request) -> str:
    due = min((case.due_on for case in opened.cases.all() if case.due_on), default=None)
    words = {"reference": opened.reference, "day": wording.day_with_weekday(due) if due else ""}
    return _("%(reference)s is registered. Due %(day)s.") % words if due else _("%(reference)s is registered.") % words
