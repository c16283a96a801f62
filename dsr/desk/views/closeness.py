"""Too close to a person to work on her request: saying so, of oneself or of a colleague, and lifting it (rules 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import closeness
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, sees, staff_required
from dsr.desk.attempt import Outcome, attempt
from dsr.desk.forms.closeness import BONDS, ClosenessForm, LiftForm
from dsr.desk.shell import page
from dsr.law.closeness import Bond

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Case, Closeness, RowId, User

_NOTHING_TRIED = Outcome(done=False)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Who may not work on this request, and the form that says it of oneself; leads name a colleague as well."""
    case = case_for(request, case_id)
    others = _others(request)
    form = ClosenessForm(request.POST or None, others=others, cases=_offered(request, case))
    if request.method != "POST" or not form.is_valid():
        return _show(request, case, form, _NOTHING_TRIED)
    known = {str(user.pk): user for user in others}
    user = known.get(str(form.cleaned_data.get("who") or ""), request.staff)
    wanted = [str(case.pk), *form.cleaned_data.get("also", [])]
    outcome = attempt(lambda: _declare(request, form, user, wanted))
    if outcome.done:
        messages.success(request, _("Noted. The request goes to somebody else, and the privacy leads have a mail."))
        return redirect("desk:closeness", case_id=case.pk)
    return _show(request, case, form, outcome)


@transaction.atomic
def _declare(request: DeskRequest, form: ClosenessForm, user: User, cases: list[str]) -> None:
    """For this request and those that were ticked, or for none of them."""
    bond, why = Bond(form.cleaned_data["bond"]), str(form.cleaned_data["why"])
    for case_id in cases:
        closeness.declare(case_id=case_id, user=user, bond=bond, why=why, actor=request.actor, now=timezone.now())


def _offered(request: DeskRequest, case: Case) -> list[tuple[str, str]]:
    """Other requests that are proven to be of the same person, to tick; about whom it is said is known when it is sent."""
    rows = closeness.others_of_person(case.request, request.staff)
    return [(str(one.pk), f"{one.request.reference}, {wording.right(one.right)}") for one in rows]


def _others(request: DeskRequest) -> list[User]:
    if duty_refusal(request.actor, Duty.DECLARE_FOR_OTHERS) is not None:
        return []
    return [user for user in case_page.colleagues(request) if user.pk != request.staff.pk]


@staff_required
@require_POST
def lift(request: DeskRequest, case_id: RowId, closeness_id: RowId) -> HttpResponse:
    """It was a mistake: the colleague may work on the request again."""
    case, form = case_for(request, case_id), LiftForm(request.POST)
    if not closeness.standing(case.request).filter(pk=closeness_id).exists():
        raise Http404
    if not form.is_valid():
        return _show(request, case, None, _NOTHING_TRIED, lifting=form, which=closeness_id)
    outcome = attempt(
        lambda: closeness.withdraw(
            case_id=case.pk,
            closeness_id=closeness_id,
            reason=str(form.cleaned_data["reason"]),
            actor=request.actor,
            now=timezone.now(),
        )
    )
    if outcome.done:
        messages.success(request, _("Lifted. The colleague may work on the request again."))
        return redirect("desk:closeness", case_id=case.pk)
    return _show(request, case, None, outcome, lifting=form, which=closeness_id)


def _show(
    request: DeskRequest,
    case: Case,
    form: ClosenessForm | None,
    outcome: Outcome,
    *,
    lifting: LiftForm | None = None,
    which: RowId = "",
) -> HttpResponse:
    now = timezone.now()
    may_lift = duty_refusal(request.actor, Duty.DECLARE_FOR_OTHERS) is None
    rows = [_row(request, row, may_lift, lifting if str(row.pk) == str(which) else None) for row in _standing(case)]
    context: dict[str, Any] = case_page.case_context(request, case, "", now=now) | {
        "rows": rows,
        "hers": any(row["hers"] for row in rows),
        "form": form or ClosenessForm(others=_others(request), cases=_offered(request, case)),
        "sent": form if form is not None and form.is_bound else lifting,
        "others": bool(_others(request)),
        "why_not": outcome.why_not,
        "conflict": outcome.conflict,
        "news": [],
    }
    return page(request, "closeness", context, status=409 if outcome.why_not or outcome.conflict else 200)


def _standing(case: Case) -> list[Closeness]:
    return list(closeness.standing(case.request))


def _row(request: DeskRequest, row: Closeness, may_lift: bool, sent: LiftForm | None) -> dict[str, Any]:
    """One line; how close and why only for those who may read about the person."""
    content = row.content() if sees(request.actor, Sight.PERSON) else {}
    hers = row.user_id == request.staff.pk
    return {
        "id": row.pk,
        "name": case_page.staff_name(row.user),
        "hers": hers,
        "bond": str(BONDS[Bond(content["bond"])]) if content else "",
        "why": content.get("why", ""),
        "source": row.source,
        "at": row.declared_at,
        "form": (sent or LiftForm(auto_id=f"lift{row.pk}_%s")) if may_lift and not hers else None,
    }
