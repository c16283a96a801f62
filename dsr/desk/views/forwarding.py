"""Not us, or not us alone: passing a request on, and the register of partners (Art. 26, 28)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import forwarding as verbs
from dsr.cases.perform import ConflictError, RefusedError
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import attempt, form_of, reopened
from dsr.desk.forms.forwarding import BONDS, ForwardForm, PartnerForm
from dsr.desk.shell import page
from dsr.models import Partner

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Case, RowId


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def forward(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Pass a request on to a partner; the case ends, or goes on."""
    insist_sight(request.actor, Sight.PERSON)
    case, now = case_for(request, case_id), timezone.now()
    refused = duty_refusal(request.actor, Duty.FORWARD)
    if refused is not None:
        context = {"title": _("Not us, or not us alone"), "why_not": wording.refusal(refused)}
        return page(request, "refused", context, status=409)
    partners = verbs.partners(request.controller)
    form = form_of(ForwardForm, request, case, now=now, bound=request.method == "POST", partners=partners)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, case, form)
    told = form.cleaned_data
    outcome = attempt(
        lambda: verbs.forward(
            case_id=case.pk,
            partner_id=told["partner"],
            means=told["means"],
            reason=told["reason"],
            closes=told["closes"] == "yes",
            actor=request.actor,
            now=now,
            seen_version=told["version"],
        )
    )
    if outcome.done:
        messages.success(request, _("Passed on. The person has been told."))
        return redirect("desk:case", case_id=case.pk)
    why_not = outcome.why_not or _("Somebody else changed the case meanwhile. Look at it and press again.")
    case = case_for(request, case_id)
    return _shown(request, case, reopened(ForwardForm, request, case, now=now, partners=partners), why_not, status=409)


def _shown(
    request: DeskRequest, case: Case, form: ForwardForm, why_not: str = "", *, status: int = 200
) -> HttpResponse:
    may = duty_refusal(request.actor, Duty.PARTNERS) is None
    context = {"case": case, "form": form, "why_not": why_not, "may_enter": may}
    return page(request, "forward", context, status=status)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def partners(request: DeskRequest) -> HttpResponse:
    """The register, and the form that enters or changes a partner."""
    refused = duty_refusal(request.actor, Duty.PARTNERS)
    row = _asked(request)
    initial: dict[str, Any] = {name: getattr(row, name) for name in PartnerForm.base_fields} if row else {}
    form = PartnerForm(request.POST or None, initial=initial)
    if request.method == "POST" and refused is None and form.is_valid():
        try:
            verbs.keep_partner(
                controller=request.controller,
                partner_id=row.pk if row else None,
                actor=request.actor,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except RefusedError as error:
            form.add_error("name", wording.refusal(error.refusal))
        except ConflictError:
            form.add_error(None, _("Somebody else has ended this partner meanwhile."))
        else:
            messages.success(request, _("Kept."))
            return redirect("desk:partners")
    context = {
        "rows": [(one, BONDS[one.bond]) for one in verbs.partners(request.controller)],
        "form": form if refused is None else None,
        "changed": row,
        "why_not": wording.refusal(refused) if refused else "",
    }
    status = 409 if refused is not None and request.method == "POST" else 200
    return page(request, "partners", context, current="partners", status=status)


def _asked(request: DeskRequest) -> Partner | None:
    asked = request.GET.get("change", "")
    return next((one for one in verbs.partners(request.controller) if str(one.pk) == asked), None)


@staff_required
@require_POST
def end(request: DeskRequest, partner_id: RowId) -> HttpResponse:
    """Nothing is passed on to this partner any more."""
    partner = get_object_or_404(Partner.objects.of(request.controller), pk=partner_id)
    outcome = attempt(lambda: verbs.end_partner(partner=partner, actor=request.actor, now=timezone.now()))
    if outcome.done:
        messages.success(request, _("Ended. What was passed on stays in the histories."))
    else:
        messages.error(request, outcome.why_not or _("Somebody else has ended this partner meanwhile."))
    return redirect("desk:partners")
