"""Taking a step of the workflow: one page and one address per step, whichever it is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dsr import wording
from dsr.cases import clock, contests, letters
from dsr.desk import case_page, steps
from dsr.desk.access import DeskRequest, Sight, case_for, sees, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, insisted, reopened, seen_version
from dsr.desk.forms.steps import CaseForm, ExtendForm
from dsr.desk.history import history
from dsr.desk.shell import page
from dsr.desk.views.answer import review_context
from dsr.fulfil.locate import COPIES
from dsr.law.rights import Right
from dsr.law.workflow import Action, State
from dsr.models import Letter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.desk.doing import Doing
    from dsr.law.workflow import Actor
    from dsr.models import Case, RowId

_BY_HER_WORDS = frozenset({Action.CLASSIFY, Action.ANSWER_QUESTION, Action.DISMISS})
_AGAINST = frozenset({Action.REASSESS, Action.UPHOLD})
_NOTHING_TRIED = Outcome(done=False)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: DeskRequest, case_id: RowId, action: str) -> HttpResponse:
    """Show what a step asks for, or take it. A step that is not possible says why, and changes nothing (409)."""
    case = case_for(request, case_id)
    doing = _doing(case, action)
    now, wanted = timezone.now(), Action(action)
    if request.method != "POST":
        typed = _typed(case, action, request.GET.get("draft", ""))
        form = form_of(doing.form, request, case, now=now, bound=False, initial=typed)
        return _show(request, case, wanted, form, _NOTHING_TRIED)
    form = form_of(doing.form, request, case, now=now, bound=True)
    if not form.is_valid():
        return _show(request, case, wanted, form, _NOTHING_TRIED)
    seen = insisted(case, int(form.cleaned_data["version"]))
    if doing.letter and "preview" in request.POST:
        made: list[Letter] = []
        outcome = attempt(lambda: made.append(_draft(case, wanted, form, request.actor, now, seen)))
        if made:
            return redirect("desk:letter", case_id=case.pk, letter_id=made[0].pk)
        fresh = case_for(request, case_id)
        return _show(request, fresh, wanted, reopened(doing.form, request, fresh, now=now), outcome)
    outcome = attempt(lambda: doing.run(case=case, form=form, actor=request.actor, now=now, seen=seen))
    if outcome.done:
        messages.success(request, str(doing.done))
        return redirect("desk:case", case_id=case.pk)
    fresh = case_for(request, case_id)
    return _show(request, fresh, wanted, reopened(doing.form, request, fresh, now=now), outcome)


def _draft(case: Case, action: Action, form: CaseForm, actor: Actor, now: datetime, seen: int) -> Letter:  # noqa: PLR0917
    """The letter of the step as a draft, with what was typed."""
    fields = plain_fields({name: value for name, value in form.cleaned_data.items() if name != "version"})
    run = _doing(case, action).run
    return letters.prepare(
        case_id=case.pk,
        action=action.value,
        fields=fields,
        run=lambda by: run(case=case, form=form, actor=by, now=now, seen=seen),
        actor=actor,
        now=now,
    )


def plain_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a form as JSON keeps them, and as the form reads them again."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _typed(case: Case, action: str, draft: str) -> dict[str, Any]:
    """What was typed into the draft that is to be changed; nothing for any other address."""
    if not draft:
        return {}
    try:
        row = (
            Letter.objects.of(case.controller)
            .filter(case=case, action=action, pk=draft)
            .select_related("case__request")
            .first()
        )
    except ValidationError:
        raise Http404 from None
    return dict(row.content()["fields"]) if row else {}


def _doing(case: Case, action: str) -> Doing:
    try:
        doing = steps.doing_of(Action(action), case.right)
    except ValueError:
        raise Http404 from None
    if doing is None:
        raise Http404
    return doing


def _show(request: DeskRequest, case: Case, action: Action, form: CaseForm, outcome: Outcome) -> HttpResponse:
    """The form, with what stands in the way; 409 when it is the case that does, 200 when only words are missing."""
    now, doing = timezone.now(), _doing(case, action.value)
    refused = steps.step_refusal(case, action, request.actor, now=now)
    why_not = outcome.why_not or (wording.refusal(refused) if refused else "")
    context: dict[str, Any] = case_page.case_context(request, case, "", now=now) | {
        "form": form,
        "action": action.value,
        "label": steps.label_of(action, case.right),
        "explains": doing.explains,
        "why_not": why_not,
        "possible": refused is None,
        "letter": doing.letter,
        "may_draft": steps.may_draft(doing, refused, request.actor),
        "conflict": outcome.conflict,
        "fix_url": outcome.fix_url,
        "news": _news(request, case) if outcome.conflict else [],
        "words": _words(request, case, action),
        "extended_to": _extended_to(case) if isinstance(form, ExtendForm) and refused is None else None,
    }
    blocked = bool(refused) or outcome.conflict or bool(outcome.why_not)
    if _on_review_page(request, case, action):
        context |= review_context(request, case, now=now, form=form, action=action)
        return page(request, "review", context, status=409 if blocked else 200)
    return page(request, "step", context, status=409 if blocked else 200)


def _on_review_page(request: DeskRequest, case: Case, action: Action) -> bool:
    """The decisions on a package are taken on the page that shows it, by who may see it."""
    deciding = action in {Action.APPROVE, Action.RETURN_TO_DRAFTING}
    return deciding and Right(case.right) in COPIES and sees(request.actor, Sight.DATA)


def _news(request: DeskRequest, case: Case) -> list[Any]:
    """What happened since the form was opened."""
    notes = sees(request.actor, Sight.PERSON)
    return history(case, language=request.LANGUAGE_CODE, with_notes=notes, after=seen_version(request))


def _words(request: DeskRequest, case: Case, action: Action) -> str:
    """What the person wrote, beside the form that says what it means, or that answers what she says against the outcome."""
    if not sees(request.actor, Sight.PERSON):
        return ""
    if action in _AGAINST and case.state == State.CONTESTED:
        return contests.words_of(case)
    return str(case.request.content().get("words", "")) if action in _BY_HER_WORDS else ""


def _extended_to(case: Case) -> Any:
    """The due date that an extension would give, from the same clock as everywhere."""
    was, case.extended = case.extended, True
    try:
        return clock.recomputed(case, now=timezone.now())["due_on"]
    finally:
        case.extended = was
