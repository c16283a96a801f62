"""Who has a case open, and guided work: the next case, passing one over with a reason, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dsr import wording
from dsr.cases.assigning import share_out
from dsr.cases.perform import RefusedError
from dsr.desk import guided
from dsr.desk import presence as here
from dsr.desk.access import DeskRequest, case_for, staff_required
from dsr.desk.forms.queue import SkipForm
from dsr.desk.views.queue import back_to_queue
from dsr.sessions import by_itself

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import RowId


@by_itself
@staff_required
@require_POST
def presence(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """A beat of an open page; the answer says who else has the case open."""
    case, now = case_for(request, case_id), timezone.now()
    here.beat(case=case, user=request.staff, mode=request.POST.get("mode", ""), now=now)
    found = here.who_is_here(case, now, but=request.staff)
    return render(request, "desk/_presence.html", {"case": case, "also_here": found, "beaten": True})


@staff_required
@require_POST
def start(request: DeskRequest) -> HttpResponse:
    """Open the most urgent case that nobody has open and whose next act this colleague may do."""
    return _next(request)


def _next(request: DeskRequest) -> HttpResponse:
    found = guided.next_case(user=request.staff, actor=request.actor, now=timezone.now())
    if found is None:
        request.session.pop(guided.SESSION, None)
        messages.info(
            request, _("There is nothing left that you could do now. Others have the rest open, or it waits.")
        )
        return redirect("desk:queue")
    request.session[guided.SESSION] = str(found.pk)
    return redirect("desk:case", case_id=found.pk)


@staff_required
@require_POST
def skip(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Pass a case over, with a reason, and go on to the next."""
    case, form = case_for(request, case_id), SkipForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose why you skip this case."))
        return redirect("desk:case", case_id=case.pk)
    try:
        guided.skip(
            case=case,
            user=request.staff,
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
            actor=request.actor,
            now=timezone.now(),
        )
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
        return redirect("desk:case", case_id=case.pk)
    if form.cleaned_data["reason"] == guided.TOO_CLOSE:
        messages.info(request, _("Say here how close you are: then the request goes to somebody else for good."))
        return redirect("desk:closeness", case_id=case.pk)
    return _next(request)


@staff_required
@require_POST
def end(request: DeskRequest) -> HttpResponse:
    """End guided work; the case that is open is free for others at once."""
    last = request.session.pop(guided.SESSION, None)
    if last:
        here.leave(case_id=last, user=request.staff)
    return redirect("desk:queue")


@staff_required
@require_POST
def share(request: DeskRequest) -> HttpResponse:
    """Share out what nobody has, by the controller's rule."""
    try:
        done = share_out(controller=request.controller, actor=request.actor, now=timezone.now())
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
        return redirect(back_to_queue(request))
    if done.nobody:
        messages.warning(
            request,
            _("Shared out: %(given)s. For %(nobody)s nobody is here who works in the language and belongs to the team.")
            % {"given": done.given, "nobody": done.nobody},
        )
    else:
        messages.success(request, _("Shared out: %(given)s.") % {"given": done.given})
    return redirect(back_to_queue(request))
