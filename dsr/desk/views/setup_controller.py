"""The pages "Controller" of the set-up: four forms, each with what it is for; what moves dates says first how many cases follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dsr import wording
from dsr.cases import controller_setup
from dsr.cases.controller_setup import SECTIONS, Section, Touched
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.setup import FORMS
from dsr.desk.shell import page
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.statements import record_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse
    from django.utils.functional import _StrPromise

TITLES: Final[Mapping[Section, _StrPromise]] = {
    Section.FACTS: gettext_lazy("Who answers"),
    Section.PERIODS: gettext_lazy("Periods"),
    Section.PLACE: gettext_lazy("Place and time zone"),
    Section.STATEMENTS: gettext_lazy("Statements"),
}


def insist_setup(request: DeskRequest) -> None:
    """403 unless one of the roles sees the set-up: administrator, lead, data protection officer (4.3)."""
    if duty_refusal(request.actor, Duty.SEE_SETUP) is not None:
        raise PermissionDenied


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: DeskRequest, section: str = Section.FACTS.value) -> HttpResponse:
    """One section: look, or save; a change that moves dates is shown with its effect and saved with a second press."""
    if section not in set(Section):
        raise Http404
    insist_setup(request)
    chosen = Section(section)
    refused = duty_refusal(request.actor, SECTIONS[chosen].duty)
    elsewhere = _stated_elsewhere(request) if chosen is Section.STATEMENTS else ""
    form = FORMS[chosen].of(request.controller, request.POST or None)
    effect: Touched | None = None
    if request.method == "POST" and refused is None and form.is_valid():
        effect = _touched(request, chosen, form)
        if form.is_valid() and (effect is None or not effect.open or "confirm" in request.POST):
            saved = _save(request, chosen, form)
            if saved is not None:
                return saved
            effect = None
    if refused is not None:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "form": form,
        "title": TITLES[chosen],
        "tabs": [
            {"url": reverse("desk:setup-controller", args=[one.value]), "label": words, "current": one is chosen}
            for one, words in TITLES.items()
        ],
        "why_not": wording.refusal(refused) if refused else "",
        "elsewhere": elsewhere,
        "effect": effect,
        "place": chosen is Section.PLACE,
        "regime": request.controller.regime,
        "statements": chosen is Section.STATEMENTS,
    }
    status = 409 if refused and request.method == "POST" else 422 if form.errors else 200
    return page(request, "setup_controller", context, current="setup", status=status)


def _touched(request: DeskRequest, section: Section, form: Any) -> Touched | None:
    """What saving would do to the dates of open cases; None, with the refusal in the form, where the values cannot be."""
    if not SECTIONS[section].dates:
        return None
    found: list[Touched] = []
    outcome = attempt(
        lambda: found.append(
            controller_setup.touched(controller=request.controller, values=form.values(), now=timezone.now())
        )
    )
    if outcome.done:
        return found[0]
    form.add_error(None, outcome.why_not)
    return None


def _save(request: DeskRequest, section: Section, form: Any) -> HttpResponse | None:
    """Save and go back to the page; None with the refusal in the form."""
    made: list[Any] = []
    outcome = attempt(
        lambda: made.append(
            controller_setup.change(
                controller=request.controller,
                section=section,
                values=form.values(),
                actor=request.actor,
                now=timezone.now(),
                note=form.note,
            )
        )
    )
    if not outcome.done:
        form.add_error(None, outcome.why_not or _("Somebody else changed it in the same moment. Look again."))
        return None
    flash.success(request, _("Saved.") if made[0] else _("Nothing was different, so nothing was changed."))
    return redirect("desk:setup-controller", section=section.value)


def _stated_elsewhere(request: DeskRequest) -> str:
    """Why the statements here are not used: the record of processing makes them."""
    try:
        record = record_of(request.controller)
    except NeedsPersonError:
        return _(
            "The record of processing beside the store file cannot be read; it would make the first two statements."
        )
    if record is None:
        return ""
    return _(
        "The record of processing beside the store file makes the first two statements. What stands here is not used."
    )
