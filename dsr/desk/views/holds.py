"""Legal holds: the list by matter, placing one and lifting one. Nothing is erased while a hold stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from dsr.cases import held_persons, legal_holds
from dsr.cases.clock import local_date
from dsr.cases.scope import stores_of
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.attempt import Outcome, attempt
from dsr.desk.forms.holds import PERSON_KINDS, HoldForm, WhyForm
from dsr.desk.shell import page
from dsr.fulfil.stores import label_of
from dsr.models import Case, Hold

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import RowId

LIFTED = 50


def _may(request: DeskRequest, duty: Duty) -> bool:
    return duty_refusal(request.actor, duty) is None


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: DeskRequest) -> HttpResponse:
    """What is held, for which matter, until when somebody looks again; and the form that places a hold."""
    if not _may(request, Duty.HOLD):
        raise PermissionDenied
    language = request.LANGUAGE_CODE
    stores = [(name, label_of(config, language)) for name, config in stores_of(request.controller).items()]
    form = HoldForm(request.POST or None, stores=stores)
    if request.method == "POST" and form.is_valid():
        outcome = _placed(request, form)
        if outcome.done:
            flash.success(request, _("The hold stands. Nothing of it is erased until it is lifted."))
            if form.cleaned_data["scope"] == Hold.Scope.PERSON:
                _say_how_many(request)
            return redirect("desk:holds")
        if outcome.why_not:
            form.add_error(None, outcome.why_not)
    standing = legal_holds.readable(list(legal_holds.of(request.controller)), request.staff)
    lifted = legal_holds.readable(list(legal_holds.of(request.controller, lifted=True)[:LIFTED]), request.staff)
    context = {
        "rows": _rows(request, standing, dict(stores), bind=True),
        "over": _rows(request, lifted, dict(stores)),
        "form": form,
        "may_lift": _may(request, Duty.LIFT_HOLD),
    }
    return page(request, "holds", context, current="holds")


def _placed(request: DeskRequest, form: HoldForm) -> Outcome:
    said = form.cleaned_data
    scope: dict[str, Any] = {}
    if said["scope"] == Hold.Scope.CASE:
        cases = Case.objects.of(request.controller).filter(request__reference=said["reference"].strip().upper())
        case = cases.select_related("controller", "request").order_by("right", "pk").first()
        if case is None:
            return Outcome(done=False, why_not=_("No request has this reference."))
        scope["case"] = case
    elif said["scope"] == Hold.Scope.PERSON:
        scope["person"] = (said["person_kind"], said["person_value"])
    else:
        scope["store"] = said["store"]
    return attempt(
        lambda: legal_holds.place(
            controller=request.controller,
            matter=legal_holds.Matter(said["matter"], said["authority"], said["reason"]),
            review_on=said["review_on"],
            actor=request.actor,
            now=timezone.now(),
            **scope,
        )
    )


def _say_how_many(request: DeskRequest) -> None:
    """How many requests the hold on a person that was just placed binds: none is a sign that she is written otherwise."""
    rows = Hold.objects.of(request.controller).filter(scope=Hold.Scope.PERSON, placed_by=request.staff)
    newest = legal_holds.readable(
        list(rows.select_related("controller", "case").order_by("-placed_at", "-pk")[:1]), request.staff
    )
    for match in held_persons.matches(newest).values():
        count = len(match.bound)
        if not count:
            flash.warning(
                request, _("It binds no request so far. Look whether the person is named as your systems know her.")
            )
        else:
            flash.success(
                request,
                ngettext("It binds %(count)s request.", "It binds %(count)s requests.", count) % {"count": count},
            )


def _rows(
    request: DeskRequest, holds: list[Hold], stores: dict[str, str], *, bind: bool = False
) -> list[dict[str, Any]]:
    """Why and who: for those who may lift it, and for whoever placed it. The others see that, where and since when.

    `bind`: with the requests of each person, which only those who may lift read.
    """
    today = local_date(request.controller, timezone.now())
    lifts = _may(request, Duty.LIFT_HOLD)
    matches = held_persons.matches(holds) if bind and lifts else {}
    found = []
    for hold in holds:
        open_words = lifts or hold.placed_by_id == request.staff.pk
        found.append(_row(hold, stores, today, open_words=open_words) | {"match": matches.get(hold.pk)})
    return found


def _row(hold: Hold, stores: dict[str, str], today: Any, *, open_words: bool) -> dict[str, Any]:
    said = hold.content() if open_words else {}
    kinds = dict(PERSON_KINDS)
    return {
        "hold": hold,
        "open": open_words,
        "matter": said.get("matter", "") or _("A legal matter"),
        "authority": said.get("authority", ""),
        "reason": said.get("reason", ""),
        "person": _named(kinds.get(hold.kind, hold.kind), said) if hold.token else "",
        "store": stores.get(hold.store, hold.store),
        "due": bool(hold.review_on and hold.review_on <= today),
    }


def _named(kind: Any, said: dict[str, Any]) -> str:
    return f"{kind}: {said['value']}" if said.get("value") else _("A person")


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: DeskRequest, hold_id: RowId) -> HttpResponse:
    """Lift one hold, with a reason; what waited for it goes on by itself."""
    if not _may(request, Duty.LIFT_HOLD):
        raise PermissionDenied
    rows = Hold.objects.of(request.controller).select_related("controller", "case__request", "placed_by", "lifted_by")
    hold = get_object_or_404(rows, pk=hold_id)
    if not legal_holds.readable([hold], request.staff):
        raise PermissionDenied
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = attempt(
            lambda: legal_holds.lift(
                hold_id=hold.pk, reason=form.cleaned_data["reason"], actor=request.actor, now=timezone.now()
            )
        )
        if outcome.done:
            flash.success(request, _("The hold is lifted. What waited for it goes on by itself."))
            return redirect("desk:holds")
        form.add_error(None, outcome.why_not or _("Somebody else was faster. Look at the list."))
    stores = {name: label_of(config, request.LANGUAGE_CODE) for name, config in stores_of(request.controller).items()}
    one = _rows(request, [hold], stores)[0]
    return page(request, "hold", {"one": one, "form": form}, current="holds")
