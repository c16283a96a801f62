"""What the person says when the office misread her words, or took her request for part of a flood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import limits, wording
from dsr.cases import flood, triage
from dsr.cases.perform import ConflictError, RefusedError
from dsr.limits import limited
from portal import access, progress, status
from portal.forms.talk import MeantForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsr.models import Request


@require_http_methods(["GET", "HEAD", "POST"])
@limited(limits.new_request, methods=("POST",))
@access.own
def meant(http: Any, asked: Request) -> HttpResponse:
    """She says once that she meant something else; her request waits to be sorted again, with the same date (4.1)."""
    now, page = timezone.now(), reverse("portal:request", args=[asked.reference])
    if not triage.may_be_misread(asked, status.actor_of(http), now=now):
        flash.info(http, _("This cannot be sorted anew any more. Write us a message instead."))
        return HttpResponseRedirect(page)
    form = MeantForm(http.POST if http.method == "POST" else None)
    if http.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        problem = _tried(lambda: triage.not_meant(request=asked, text=text, actor=status.actor_of(http), now=now))
        if not problem:
            flash.success(http, _("Thank you. We look at it again. The date stays the same."))
            return HttpResponseRedirect(page)
        form.add_error(None, problem)
    understood = [wording.right_asked(part.case.right) for part in progress.parts_of(asked, now=now) if part.is_open]
    context = {"nav": "requests", "asked": asked, "form": form, "understood": understood}
    return render(http, "portal/meant.html", context, status=422 if form.errors else 200)


@require_POST
@limited(limits.new_request)
@access.own
def take_up(http: Any, asked: Request) -> HttpResponse:
    """What was closed as part of a flood is real: it goes on, counted from the day it came in (Art. 11(2), T-02)."""
    problem = _tried(lambda: flood.take_up(request=asked, actor=status.actor_of(http), now=timezone.now()))
    if problem:
        flash.error(http, problem)
    else:
        flash.success(http, _("Your request goes on. It counts from the day it reached us."))
    return HttpResponseRedirect(reverse("portal:request", args=[asked.reference]))


def _tried(run: Callable[[], object]) -> str:
    """A sentence that says why not, or nothing."""
    try:
        run()
    except RefusedError as refused:
        return wording.refusal(refused.refusal)
    except ConflictError:
        return _("Something changed at the same moment. Please try again.")
    return ""
