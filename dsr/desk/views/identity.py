"""Who is asking: confirming an identity that was established outside the portal (I-02, I-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import wording
from dsr.carriers import post
from dsr.cases import identity as verbs
from dsr.cases import identity_checks, tasks
from dsr.cases.clock import local_date
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, check_version, form_of, reopened
from dsr.desk.forms.identity import ConfirmIdentityForm
from dsr.desk.guidance import is_known
from dsr.desk.shell import page
from dsr.desk.tasks_view import NOBODY
from dsr.law.rights import SEARCHES_FIRST, Right
from dsr.models import IdentityCheck, OneTimeCode, Task
from dsr.wording.identity import CALL_TIMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from django.http import HttpResponse

    from dsr.models import Case, RowId

LATELY: Final = 20


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """How the identity was checked and which customer number was found; the case goes on by itself when it is enough."""
    insist_sight(request.actor, Sight.PERSON)
    case, now = case_for(request, case_id), timezone.now()
    refused = duty_refusal(request.actor, Duty.IDENTIFY)
    outcome = Outcome(done=False, why_not=_why_not(case, wording.refusal(refused) if refused else ""))
    possible = not outcome.why_not
    # Who comes back to add a number chooses what was checked, not again how.
    form = form_of(
        ConfirmIdentityForm,
        request,
        case,
        now=now,
        bound=request.method == "POST",
        initial={"method": case.request.identity_method},
    )
    if request.method == "POST" and possible and form.is_valid():

        def run() -> None:
            check_version(case, int(form.cleaned_data["version"]))
            verbs.confirm(
                request=case.request,
                method=str(form.cleaned_data["method"]),
                seen=str(form.cleaned_data["seen"]),
                checked_at=form.checked_at(),
                known=form.known(),
                actor=request.actor,
                now=now,
            )
            if form.known():
                _search_again(request, case, now)

        outcome = attempt(run)
        if outcome.done:
            messages.success(request, _("Identity confirmed."))
            if Right(case.right) in SEARCHES_FIRST and not is_known(case.request):
                messages.info(
                    request, _("Without a customer number no store can be searched. Add it before you go on.")
                )
            return redirect("desk:case", case_id=case.pk)
        case = case_for(request, case_id)
        form = reopened(ConfirmIdentityForm, request, case, now=now)
    context = case_page.case_context(request, case, "", now=now) | {
        "form": form,
        "label": _("Confirm identity"),
        "explains": _("Only how, by whom and when it was checked is kept. Never copy or scan a document."),
        "why_not": outcome.why_not,
        "possible": possible,
        "conflict": outcome.conflict,
        "identity": case_page.identity_card(case, request.actor, request.LANGUAGE_CODE),
        "claims": _claims(case),
    }
    return page(request, "identity", context, status=409 if outcome.conflict or outcome.why_not else 200)


def _search_again(request: DeskRequest, case: Case, now: datetime) -> None:
    """A search that waited for a customer number goes on with it, in every case of the request."""
    waiting = Task.objects.of(case.controller).filter(
        case__request=case.request, operation="locate", status=Task.Status.MANUAL, error_code=NOBODY
    )
    for task in waiting:
        tasks.retry(task_id=task.pk, actor=request.actor, now=now)


def _why_not(case: Case, refused: str) -> str:
    if refused:
        return refused
    return "" if case.is_open else _("This case is closed.")


_CLAIMS: Final = {
    "name": gettext_lazy("Name"),
    "birth_date": gettext_lazy("Date of birth"),
    "address": gettext_lazy("Address"),
    "email": gettext_lazy("E-mail, verified by the service"),
    "phone": gettext_lazy("Telephone, verified by the service"),
    "customer_number": gettext_lazy("Customer number"),
}


def _claims(case: Case) -> list[tuple[str, str]]:
    """What an electronic identity said, while the comparison is open; gone with the decision (I-04)."""
    check = case.request.checks.filter(kind=IdentityCheck.Kind.COMPARE, closed_at__isnull=True).first()
    told = check.content() if check is not None else {}
    return [(str(label), str(told[name])) for name, label in _CLAIMS.items() if told.get(name)]


@staff_required
@require_safe
def checks(request: DeskRequest) -> HttpResponse:
    """What is to be done so that it is known who asks: calls, comparisons, letters for the post room."""
    insist_sight(request.actor, Sight.PERSON)
    today = local_date(request.controller, timezone.now())
    rows = identity_checks.open_in(request.controller).order_by("due_on", "created_at")
    lines = [_line(row, today) for row in rows.select_related("request").prefetch_related("request__cases")]
    lying = OneTimeCode.objects.of(request.controller).filter(
        way=OneTimeCode.Way.POST, printed_at__isnull=False, purpose=OneTimeCode.Purpose.PROVE
    )
    refused = duty_refusal(request.actor, Duty.IDENTIFY)
    context = {
        "calls": [line for line in lines if line["row"].kind == IdentityCheck.Kind.CALLBACK],
        "comparisons": [line for line in lines if line["row"].kind == IdentityCheck.Kind.COMPARE],
        "waiting": lying.filter(posted_at__isnull=True).select_related("request").order_by("printed_at"),
        "posted": lying.filter(posted_at__isnull=False).select_related("request").order_by("-posted_at")[:LATELY],
        "most": identity_checks.MOST_CALLS,
        "why_not": wording.refusal(refused) if refused else "",
        "folder": post.folder() is not None,
        "reachable": post.reachable(),
    }
    return page(request, "identity_checks", context, current="identity-checks")


def _line(row: IdentityCheck, today: date) -> dict[str, Any]:
    case = next((one for one in row.request.cases.all() if one.is_open), None)
    return {"row": row, "case": case, "time": CALL_TIMES.get(row.detail, row.detail), "late": row.due_on < today}


@staff_required
@require_POST
def not_reached(request: DeskRequest, check_id: RowId) -> HttpResponse:
    """A call that nobody answered."""
    return _settle(request, check_id, identity_checks.not_reached, _("Noted: nobody answered."))


@staff_required
@require_POST
def differs(request: DeskRequest, check_id: RowId) -> HttpResponse:
    """What an electronic identity said is not what the store holds."""
    done = _("Noted: it is somebody else. What the service said is deleted.")
    return _settle(request, check_id, identity_checks.differs, done)


def _settle(request: DeskRequest, check_id: RowId, verb: Callable[..., object], done: str) -> HttpResponse:
    check = get_object_or_404(IdentityCheck.objects.of(request.controller), pk=check_id)
    outcome = attempt(lambda: verb(check_id=check.pk, actor=request.actor, now=timezone.now()))
    if outcome.done:
        messages.success(request, done)
    else:
        messages.error(request, outcome.why_not or _("Somebody else was quicker. Look at the list again."))
    return redirect("desk:identity-checks")
