"""The pages "Calendar", "Escalation" and "Retention" of the set-up: the tables of the law, and what the controller adds to them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages as flash
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import absences, calendar, own_rules_setup
from dsr.cases.clock import local_date
from dsr.cases.own_rules import calendar_of, ladder_of
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.setup_rules import BOUNDS, RUNGS, STARTS, LadderForm, OwnDayForm, RetentionForm
from dsr.desk.shell import page
from dsr.law.calendars import OVERRIDES
from dsr.law.ladder import LADDER, Anchor
from dsr.law.retention import ROWS, Bound, DocumentClass, Mark, StartRule
from dsr.law.terms import RUNNING, Role
from dsr.models import CalendarDay, Case, LadderRow, RetentionRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpResponse
    from django.utils.functional import _StrPromise

    from dsr.law.calendars import Calendar
    from dsr.law.ladder import Rung
    from dsr.models import RowId

_MARKS: Final[Mapping[Mark, tuple[_StrPromise, str]]] = {
    Mark.VERIFIED: (gettext_lazy("checked in its source"), "ok"),
    Mark.CORE_VERIFIED: (gettext_lazy("a detail needs the DPO's word"), "warn"),
    Mark.KNOWLEDGE: (gettext_lazy("needs the DPO's word"), "warn"),
}
_WHEN: Final[Mapping[Anchor, _StrPromise]] = {
    Anchor.RECEIPT: gettext_lazy("on the day of receipt"),
    Anchor.QUERY_LIMIT: gettext_lazy("three working days after receipt"),
    Anchor.HALF: gettext_lazy("half way to the day to act by"),
    Anchor.ACT_BY: gettext_lazy("on the day to act by"),
    Anchor.DUE: gettext_lazy("on the last day"),
}


def _why_not(request: DeskRequest, duty: Duty) -> str:
    refused = duty_refusal(request.actor, duty)
    return wording.refusal(refused) if refused else ""


def _status(request: DeskRequest, why_not: str, form: Any) -> int:
    return 409 if why_not and request.method == "POST" else 422 if form.errors else 200


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def days(request: DeskRequest) -> HttpResponse:
    """The holidays that count, the corrections of ours, and the days of the controller's own (A4, no. 26)."""
    why_not, now = _why_not(request, Duty.CALENDAR), timezone.now()
    form = OwnDayForm(request.POST or None)
    if request.method == "POST" and not why_not and form.is_valid():
        data, waiting = form.cleaned_data, [0]
        outcome = attempt(
            lambda: waiting.append(
                calendar.set_day(
                    controller=request.controller,
                    day=data["day"],
                    holiday={"holiday": True, "workday": False, "clear": None}[data["kind"]],
                    name=data["name"],
                    reason=data["reason"],
                    actor=request.actor,
                    now=now,
                )
            )
        )
        if outcome.done:
            n = waiting[-1]
            words = ngettext("Saved. %(n)s open case is counted anew.", "Saved. %(n)s open cases are counted anew.", n)
            flash.success(request, words % {"n": n})
            return redirect("desk:setup-calendar")
        form.add_error("day", outcome.why_not)
    found, today = calendar_of(request.controller), local_date(request.controller, now)
    country, language = request.controller.country, request.LANGUAGE_CODE
    own = list(CalendarDay.objects.of(request.controller).order_by("day"))
    names = {one.day: one.name for one in own}
    context = {
        "form": form,
        "why_not": why_not,
        "years": [(year, list(_holidays(found, year, language, names))) for year in (today.year, today.year + 1)],
        "own": own,
        "overrides": [one for one in OVERRIDES if one.place.partition("-")[0] == country],
        "version": found.version,
        "place": found.place,
        "open": Case.objects.of(request.controller).open().count(),
    }
    return page(request, "setup_calendar", context, current="setup", status=_status(request, why_not, form))


def _holidays(found: Calendar, year: int, language: str, names: Mapping[date, str]) -> Iterator[dict[str, Any]]:
    """The holidays of one year, those on weekends included; a nameless one is a day of the controller's own."""
    day = date(year, 1, 1)
    while day.year == year:
        name = found.holiday_name(day, language=language)
        if name is not None:
            yield {"day": day, "name": name or names.get(day, ""), "own": day in found.extra}
        day += timedelta(days=1)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def ladder(request: DeskRequest) -> HttpResponse:
    """Who hears of a case when (rules 1.7), who is away and who stands in; days and roles of what is policy."""
    why_not, now = _why_not(request, Duty.LADDER), timezone.now()
    rungs = ladder_of(request.controller)
    form = LadderForm(request.POST or None, ladder=rungs)
    if request.method == "POST" and not why_not and ("standard" in request.POST or form.is_valid()):
        standard = "standard" in request.POST
        outcome = attempt(
            lambda: own_rules_setup.set_ladder(
                controller=request.controller,
                days={} if standard else form.days(),
                roles={} if standard else form.roles(),
                actor=request.actor,
                now=now,
            )
        )
        if outcome.done:
            flash.success(request, _("Saved. The next tick looks at every open case with these steps."))
            return redirect("desk:setup-ladder")
        form.add_error(None, outcome.why_not)
    context = {
        "form": form,
        "why_not": why_not,
        "rungs": [_rung(one) for one in rungs],
        "own": LadderRow.objects.of(request.controller).exists(),
        "away": absences.coming(request.staff, now=now)[:20],
        "today": local_date(request.controller, now),
    }
    return page(request, "setup_ladder", context, current="setup", status=_status(request, why_not, form))


def _rung(rung: Rung) -> dict[str, Any]:
    states = [] if rung.states == RUNNING else sorted(wording.state(state) for state in rung.states)
    return {
        "name": RUNGS[rung.code],
        "when": _when(rung),
        "who": ", ".join(wording.say(role) for role in rung.roles),
        "states": ", ".join(states),
        "letter": rung.letter.value if rung.letter else "",
        "fixed": Role.SYSTEM in rung.roles,
        "same": rung in LADDER,
    }


def _when(rung: Rung) -> str:
    if not rung.days:
        return str(_WHEN[rung.anchor])
    if rung.days > 0:
        return ngettext("%(n)s day after the last day", "%(n)s days after the last day", rung.days) % {"n": rung.days}
    words = ngettext("%(n)s day before the day to act by", "%(n)s days before the day to act by", -rung.days)
    return words % {"n": -rung.days}


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: DeskRequest) -> HttpResponse:
    """How long the law keeps what (rules 3.4.4, 3.4.5), with statute and mark; the controller's own rows go before it."""
    why_not = _why_not(request, Duty.RETENTION)
    form = RetentionForm(request.POST or None, initial={"country": request.controller.country})
    if request.method == "POST" and not why_not and form.is_valid():
        outcome = attempt(
            lambda: own_rules_setup.add_retention(
                controller=request.controller, values=form.values(), actor=request.actor, now=timezone.now()
            )
        )
        if outcome.done:
            flash.success(request, _("Saved. Plans that are made from now on go by this row."))
            return redirect("desk:setup-retention")
        form.add_error(None, outcome.why_not)
    countries = sorted({row.country for row in ROWS})
    country = request.GET.get("country", request.controller.country)
    own = RetentionRow.objects.of(request.controller).order_by("country", "document_class", "valid_from")
    context = {
        "form": form,
        "why_not": why_not,
        "countries": [(one, one == country) for one in countries],
        "country": country if country in countries else "",
        "own": [_row(row) for row in own],
        "rows": [_row(row) for row in ROWS if row.country == country],
    }
    return page(request, "setup_retention", context, current="setup", status=_status(request, why_not, form))


def _row(row: Any) -> dict[str, Any]:
    words, kind = _MARKS[Mark(row.mark)]
    return {
        "id": getattr(row, "pk", None),
        "country": row.country,
        "what": wording.say(DocumentClass(row.document_class)),
        "how_long": _months(row.months),
        "bound": BOUNDS[Bound(row.bound)] if row.months is not None else "",
        "start": STARTS[StartRule(row.start)],
        "statute": row.statute,
        "mark": words,
        "kind": kind,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def _months(months: int | None) -> str:
    if months is None:
        return _("until the event the law names")
    years, rest = divmod(months, 12)
    if years and not rest:
        return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}
    return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}


@staff_required
@require_POST
def retention_remove(request: DeskRequest, row_id: RowId) -> HttpResponse:
    """Take an own row back."""
    outcome = attempt(
        lambda: own_rules_setup.remove_retention(
            controller=request.controller, row_id=row_id, actor=request.actor, now=timezone.now()
        )
    )
    if outcome.done:
        flash.success(request, _("Removed. The row of the law counts again."))
    else:
        flash.error(request, outcome.why_not)
    return redirect("desk:setup-retention")
