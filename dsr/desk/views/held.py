"""Requests that are held as part of a flood: wave by wave, each of them one press away, and what is left of a wave closed together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import flood, queue, waves
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, sees, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.triage import WaveForm
from dsr.desk.shell import page
from dsr.wording.flood import MARKS

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import Case, RowId, Suspicion

PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One held request: its first case, who it says it is from, why it is held, and whether a person stands behind it."""

    case: Case
    person: str
    why: str
    since: datetime
    lives: bool


@staff_required
@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The waves with their counts, and the requests of all of them, the latest first."""
    return _show(request, WaveForm(), since="")


def _show(request: DeskRequest, form: WaveForm, *, since: str, why_not: str = "", status: int = 200) -> HttpResponse:
    rows = (
        waves.with_life(flood.held(request.controller)).select_related("request__account").order_by("-marked_at", "pk")
    )
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    refused = duty_refusal(request.actor, Duty.DISMISS_WAVE)
    one_by_one = duty_refusal(request.actor, Duty.SETTLE_HELD)
    context = {
        "waves": [_card(wave) for wave in waves.waves(request.controller)],
        "rows": [_row(one, shown=sees(request.actor, Sight.PERSON)) for one in found],
        "page_obj": found,
        "form": form,
        "since": since,
        "why_not": why_not,
        "wave_refused": wording.refusal(refused) if refused else "",
        "may_settle": one_by_one is None,
        "at_a_time": waves.AT_A_TIME,
    }
    return page(request, "held", context, current=queue.HELD, status=status)


def _card(wave: waves.Wave) -> dict[str, Any]:
    return {
        "since": wave.since,
        "until": wave.until,
        "key": wave.since.isoformat(),
        "number": wave.number,
        "networks": len(wave.networks),
        "alive": wave.alive,
        "lifeless": wave.number - wave.alive,
        "reasons": [(str(MARKS[code]), number) for code, number in wave.reasons.most_common()],
    }


def _row(held: Suspicion, *, shown: bool) -> Row:
    name = str(held.request.content().get("name", ""))
    return Row(
        case=held.request.cases.order_by("right").select_related("request")[0],
        person=(name or _("No name given")) if shown else _("Not shown to your role"),
        why=". ".join(str(MARKS[code]) for code in held.reasons) + ".",
        since=held.marked_at,
        lives=bool(getattr(held, "lives", False)),
    )


@staff_required
@require_POST
def let_through(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """One request is normal after all."""
    case = case_for(request, case_id)
    outcome = attempt(lambda: flood.let_through(request=case.request, actor=request.actor, now=timezone.now()))
    if outcome.done:
        flash.success(request, _("It is in the queue now, and the person has her receipt."))
        return redirect("desk:case", case_id=case.pk)
    flash.error(request, outcome.why_not or _("Somebody else changed it in the same moment. Look again."))
    return redirect("desk:held")


@staff_required
@require_POST
def wave(request: DeskRequest) -> HttpResponse:
    """Close what is left of a wave; whoever proved something, wrote or looked after the request is left out."""
    form = WaveForm(request.POST)
    if not form.is_valid():
        return _show(request, form, since=request.POST.get("since", ""), status=422)
    done: list[int] = []
    since, reason = form.cleaned_data["since"], form.cleaned_data["reason"]
    outcome = attempt(
        lambda: done.append(
            waves.dismiss_wave(
                controller=request.controller, since=since, reason=reason, actor=request.actor, now=timezone.now()
            )
        )
    )
    if not outcome.done:
        return _show(request, form, since=request.POST["since"], why_not=outcome.why_not, status=409)
    left = waves.lifeless(request.controller, since).count()
    words = ngettext("%(n)s request is closed.", "%(n)s requests are closed.", done[0]) % {"n": done[0]}
    if left:
        words += " " + ngettext("%(n)s of the wave is left.", "%(n)s of the wave are left.", left) % {"n": left}
    flash.success(request, words)
    return redirect("desk:held")
