"""Receiving controllers, and where one person's data go: who is on file, who is chosen, what became of it (P-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import receivers as verbs
from dsr.cases.clock import local_date
from dsr.cases.perform import RefusedError
from dsr.cases.sending import OPERATION, transmission_of
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Sight, case_for, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, reopened
from dsr.desk.forms.receivers import FIELD_OF, ReceiverForm, TransmissionForm, VerifyForm
from dsr.desk.shell import page
from dsr.fulfil.portable import handover_of
from dsr.law.rights import Right
from dsr.law.terms import Role
from dsr.law.workflow import State
from dsr.models import Receiver, Task
from dsr.wording.portability import NO_TRANSMISSION

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import Case, RowId


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def receivers(request: DeskRequest) -> HttpResponse:
    """Who can get data from us, why not where not, and the form that adds or changes one."""
    now = timezone.now()
    form = ReceiverForm(request.POST or None, initial=_initial(request))
    if request.method == "POST" and form.is_valid() and _kept(request, form, now):
        messages.success(request, _("Kept. Before anything is sent, somebody has to compare both keys."))
        return redirect("desk:receivers")
    return page(request, "receivers", _listing(request, now) | {"form": form}, current="receivers")


def _initial(request: DeskRequest) -> dict[str, Any]:
    """What is on file about the receiver whose change was asked for."""
    asked = request.GET.get("change", "")
    row = next((one for one in Receiver.objects.of(request.controller) if str(one.pk) == asked), None)
    return {name: getattr(row, name) for name in ReceiverForm.base_fields} if row else {}


def _kept(request: DeskRequest, form: ReceiverForm, now: datetime) -> bool:
    try:
        verbs.keep(controller=request.controller, details=form.details(), actor=request.actor, now=now)
    except RefusedError as error:
        form.add_error(FIELD_OF.get(error.refusal.code), wording.refusal(error.refusal))
        return False
    return True


def _listing(request: DeskRequest, now: datetime) -> dict[str, Any]:
    today = local_date(request.controller, now)
    rows = []
    for row in Receiver.objects.of(request.controller).order_by("name"):
        reason = verbs.refusal_of(row, today=today)
        rows.append(
            {
                "receiver": row,
                "mine": verbs.entered_by(row, request.actor),
                "why_not": NO_TRANSMISSION[reason] if reason else "",
                "form": VerifyForm(initial={"seen": verbs.seen_of(row)}, auto_id=f"id_{row.pk}_%s"),
            }
        )
    return {"rows": rows, "keeps": bool(verbs.KEEPERS & request.actor.effective)}


@staff_required
@require_POST
def verify(request: DeskRequest, receiver_id: RowId) -> HttpResponse:
    """Note that both keys were compared with the other controller."""
    row = get_object_or_404(Receiver.objects.of(request.controller), pk=receiver_id)
    form, now = VerifyForm(request.POST), timezone.now()
    if not form.is_valid():
        context = _listing(request, now) | {"form": ReceiverForm(), "verify_form": form, "verifying": row.pk}
        for line in context["rows"]:
            if line["receiver"].pk == row.pk:
                line["form"] = form
        return page(request, "receivers", context, current="receivers", status=400)
    outcome = attempt(lambda: verbs.verify(receiver=row, actor=request.actor, now=now, **form.cleaned_data))
    _say(request, outcome, _("Noted. Data can be sent to this controller now."))
    return redirect("desk:receivers")


@staff_required
@require_POST
def end(request: DeskRequest, receiver_id: RowId) -> HttpResponse:
    """Send nothing to this receiver any more."""
    row = get_object_or_404(Receiver.objects.of(request.controller), pk=receiver_id)
    outcome = attempt(lambda: verbs.end(receiver=row, actor=request.actor, now=timezone.now()))
    _say(request, outcome, _("Nothing is sent to this controller any more."))
    return redirect("desk:receivers")


def _say(request: DeskRequest, outcome: Outcome, done: str) -> None:
    if outcome.done:
        messages.success(request, done)
    else:
        messages.error(request, outcome.why_not or _("Somebody changed this receiver meanwhile. Look at it again."))


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def transmission(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """What the person wishes, what was decided, and the receipt; choosing and declining while the answer is drafted."""
    insist_sight(request.actor, Sight.DATA)
    case, now = case_for(request, case_id), timezone.now()
    if case.right != Right.PORTABILITY:
        raise Http404
    form, outcome = _form(request, case, now), Outcome(done=False)
    if request.method == "POST" and form.is_valid():
        outcome = attempt(lambda: _decide(request, case, form, now))
        if outcome.done:
            messages.success(request, _("Decided. The answer has to be drafted anew."))
            return redirect("desk:draft", case_id=case.pk)
        case = case_for(request, case_id)
        form = _form(request, case, now, again=True)
    task = case.tasks.filter(operation=OPERATION).first()
    row = transmission_of(case)
    context = case_page.case_context(request, case, "", now=now) | {
        "form": form,
        "possible": case.state == State.DRAFTING,
        "why_not": outcome.why_not,
        "conflict": outcome.conflict,
        "wished": verbs.wants_transmission(case),
        "wish": str(case.request.content().get("words", "")),
        "row": row,
        "handover": handover_of(row, ZoneInfo(case.controller.timezone)) if row else None,
        "declined": NO_TRANSMISSION.get(row.reason) if row and row.reason else "",  # type: ignore[call-overload]
        "waits": bool(task and task.status == Task.Status.MANUAL and Role.LEAD in request.actor.roles),
    }
    return page(request, "transmission", context, status=409 if outcome.conflict or outcome.why_not else 200)


def _form(request: DeskRequest, case: Case, now: datetime, *, again: bool = False) -> TransmissionForm:
    if again:
        form = reopened(TransmissionForm, request, case, now=now)
    else:
        form = form_of(TransmissionForm, request, case, now=now, bound=request.method == "POST")
    today = local_date(case.controller, now)
    able = [row for row in Receiver.objects.of(case.controller) if verbs.refusal_of(row, today=today) is None]
    form.offer(sorted(able, key=lambda row: row.name))
    if again:
        form.full_clean()  # what was chosen is one of the choices only now
    return form


def _decide(request: DeskRequest, case: Case, form: TransmissionForm, now: datetime) -> object:
    common: dict[str, Any] = {
        "case_id": case.pk,
        "actor": request.actor,
        "now": now,
        "seen_version": int(form.cleaned_data["version"]),
    }
    if form.declined is not None:
        return verbs.decline(reason=form.declined, **common)
    return verbs.choose(receiver_id=str(form.cleaned_data["decision"]), **common)


@staff_required
@require_POST
def give_up(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """A lead ends a transmission that failed for good."""
    case = case_for(request, case_id)
    outcome = attempt(lambda: verbs.give_up(case_id=case.pk, actor=request.actor, now=timezone.now()))
    _say(request, outcome, _("Given up. The letter is written anew and says why."))
    return redirect("desk:transmission", case_id=case.pk)
