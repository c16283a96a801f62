"""What worked at once under a standing policy, to be looked at afterwards (4.0.2), and entries of the list that are due (4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import at_once, suppression
from dsr.desk.access import DeskRequest, Duty, case_for, duty_refusal, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.shell import page
from dsr.law.policies import POLICIES

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Case, RowId

PER_PAGE: Final = 50


@staff_required
@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The cases nobody has looked at yet, with what was changed in which store; counts only."""
    found = Paginator(at_once.to_review(request.controller), PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    context = {
        "lines": [_line(case) for case in found],
        "page_obj": found,
        "policies": list(POLICIES.values()),
        "may": duty_refusal(request.actor, Duty.DRAFT) is None,
        "entries_due": suppression.review_due(controller=request.controller, now=now).count(),
    }
    return page(request, "at_once", context, current="at-once")


def _line(case: Case) -> dict[str, Any]:
    plans = [plan for plan in case.plans.all() if plan.policy]
    changed = [line for plan in plans for line in plan.summary]
    return {
        "case": case,
        "url": reverse("desk:case", args=[case.pk]),
        "right": wording.right_plain(case.right),
        "policies": sorted({f"{plan.policy} ({plan.policy_sha256[:12]})" for plan in plans}),
        "stores": [
            ngettext(
                "%(store)s, %(dataset)s: %(count)d record", "%(store)s, %(dataset)s: %(count)d records", line["count"]
            )
            % {"store": line["store"], "dataset": line["dataset"], "count": line["count"]}
            for line in changed
        ],
    }


@staff_required
@require_POST
def seen(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Somebody has looked at it; an event of the case says who."""
    case = case_for(request, case_id)
    outcome = attempt(lambda: at_once.seen(case_id=case.pk, actor=request.actor, now=timezone.now()))
    if outcome.done:
        flash.success(request, _("Noted that you have looked at it."))
    else:
        flash.error(request, outcome.why_not or _("Somebody else has looked at it meanwhile."))
    return redirect("desk:at-once")


@staff_required
@require_POST
def keep(request: DeskRequest) -> HttpResponse:
    """The controller still markets, so the due entries of the suppression list stay for three more years."""
    outcome = attempt(
        lambda: suppression.reviewed(controller=request.controller, actor=request.actor, now=timezone.now())
    )
    if outcome.done:
        flash.success(request, _("The entries stay for three more years."))
    else:
        flash.error(request, outcome.why_not)
    return redirect("desk:at-once")
