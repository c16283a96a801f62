"""The person does not agree with our answer (4.2 no. 20): one page, her own words, files if she likes, a date in return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dsr import limits, wording
from dsr.cases import contests, uploads
from dsr.cases.perform import ConflictError, RefusedError
from dsr.limits import limited
from portal import access, progress, status
from portal.forms.talk import ContestForm

if TYPE_CHECKING:
    from dsr.models import Request


@require_http_methods(["GET", "HEAD", "POST"])
@limited(limits.new_request, methods=("POST",))
@access.own
def contest(http: Any, asked: Request) -> HttpResponse:
    """Ask what is wrong, and have somebody else look at it. A second click finds that it is being looked at already."""
    now, page = timezone.now(), reverse("portal:request", args=[asked.reference])
    parts = [part for part in progress.parts_of(asked, now=now) if part.contestable]
    if not parts:
        flash.info(http, _("There is no answer that you could contest now. You can send us a message."))
        return HttpResponseRedirect(page)
    bound = (http.POST, http.FILES) if http.method == "POST" else (None, None)
    form = ContestForm(*bound, parts=parts, initial={"right": http.GET.get("right", "")})
    form.open_inbox(status.inbox_of(http, asked))
    if http.method == "POST" and form.is_valid():
        problem = _contest(http, asked, form)
        if not problem:
            flash.success(http, _("Thank you. Somebody who did not decide the first time looks at it now."))
            return HttpResponseRedirect(page)
        form.add_error(None, problem)
    context = {"nav": "requests", "asked": asked, "form": form, "parts": parts}
    return render(http, "portal/contest.html", context, status=422 if form.errors else 200)


def _contest(http: Any, asked: Request, form: ContestForm) -> str:
    """Do it; a sentence that says why not, or nothing."""
    ids = set(form.cleaned_data["attached"])
    try:
        contests.contest(
            case_id=asked.cases.get(right=form.chosen).pk,
            reason=form.cleaned_data["reason"],
            files=[upload for upload in uploads.loose(asked, "message") if str(upload.pk) in ids],
            actor=status.actor_of(http),
            now=timezone.now(),
        )
    except RefusedError as refused:
        return wording.refusal(refused.refusal)
    except ConflictError:
        return _("Something changed at the same moment. Please try again.")
    return ""
