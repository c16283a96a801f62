"""Who is away and who stands in: everybody enters her own days, a lead or an administrator those of others (rules 1.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import absences as verbs
from dsr.cases.clock import local_date
from dsr.cases.perform import RefusedError
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, staff_required
from dsr.desk.forms.absences import FIELD_OF, AbsenceForm
from dsr.desk.shell import page
from dsr.models import Absence

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import RowId


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: DeskRequest) -> HttpResponse:
    """The absences that are not over, the earliest first, and the form for another one."""
    now, others = timezone.now(), verbs.may_for_others(request.actor)
    people = case_page.colleagues(request)
    form = AbsenceForm(request.POST or None, me=request.staff, people=people, others=others)
    if request.method == "POST" and form.is_valid() and _enter(request, form, now):
        messages.success(
            request, _("Entered. The stand-in hears from the first day on.") if form.stands_in else _done()
        )
        return redirect("desk:absences")
    rows = [
        {"absence": row, "mine": others or row.user_id == request.staff.pk}
        for row in verbs.coming(request.staff, now=now)
    ]
    context = {"form": form, "rows": rows, "today": local_date(request.controller, now)}
    return page(request, "absences", context, current="absences")


def _done() -> str:
    return _("Entered. Nobody stands in: what comes up goes a step up.")


def _enter(request: DeskRequest, form: AbsenceForm, now: datetime) -> bool:
    """Enter it; a refusal stands at the field it is about."""
    try:
        verbs.enter(
            user=form.away,
            first_on=form.cleaned_data["first_on"],
            last_on=form.cleaned_data["last_on"],
            stand_in=form.stands_in,
            actor=request.actor,
            now=now,
        )
    except RefusedError as error:
        form.add_error(FIELD_OF.get(error.refusal.code), wording.refusal(error.refusal))
        return False
    return True


@staff_required
@require_POST
def remove(request: DeskRequest, absence_id: RowId) -> HttpResponse:
    """Take an absence back."""
    absence = get_object_or_404(Absence.objects.of(request.controller), pk=absence_id)
    try:
        verbs.remove(absence=absence, actor=request.actor, now=timezone.now())
        messages.success(request, _("Removed."))
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
    return redirect("desk:absences")
