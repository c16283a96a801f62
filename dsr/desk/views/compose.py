"""The letter composer: choose a letter the case may send, write it beside its preview, hand it over or send it (ux.md 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from dsr import wording
from dsr.cases import composing, letters
from dsr.cases.free_letters import MARK
from dsr.desk import case_page, steps, writing
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, insisted, reopened
from dsr.desk.shell import page
from dsr.desk.views.steps import plain_fields
from dsr.fulfil.letters import written
from dsr.law.letters import LetterCode
from dsr.models import Letter
from dsr.output.inputs import OutputError
from dsr.output.letters import letter_text

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.desk.doing import Doing
    from dsr.desk.forms.steps import CaseForm
    from dsr.models import Case, RowId

_NOTHING_TRIED = Outcome(done=False)


@staff_required
@require_safe
def choose(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """The letters this case may send now; a letter that is not possible says why."""
    insist_sight(request.actor, Sight.PERSON)
    case, now = case_for(request, case_id), timezone.now()
    context = case_page.case_context(request, case, "letters", now=now)
    return page(request, "compose_choose", context | {"rows": writing.writables(case, request.actor, now=now)})


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: DeskRequest, case_id: RowId, code: str) -> HttpResponse:
    """Write one letter. What is typed is kept; `look` shows the letter as it is now, `draft` lays it out to be sent."""
    insist_sight(request.actor, Sight.PERSON)
    case, now = case_for(request, case_id), timezone.now()
    letter, action, doing = _wanted(request, case, code)
    if request.method != "POST":
        typed = _typed(case, letter, request.GET.get("draft", "")) or composing.kept(
            case=case, user=request.staff, code=letter
        )
        form = form_of(doing.form, request, case, now=now, bound=False, initial=typed)
        return _show(request, case, letter, action, form, _NOTHING_TRIED)
    form = form_of(doing.form, request, case, now=now, bound=True)
    if "draft" not in request.POST:
        if duty_refusal(request.actor, Duty.DRAFT) is None:
            composing.keep(case=case, user=request.staff, code=letter, typed=_raw(form), now=now)
        return _look(request, case, letter, action, form)
    if not form.is_valid():
        return _show(request, case, letter, action, form, _NOTHING_TRIED)
    seen, made = insisted(case, int(form.cleaned_data["version"])), []
    outcome = attempt(lambda: made.append(_draft(request, case, action, doing, form, now, seen)))
    if made:
        composing.forget(case=case, user=request.staff, code=letter)
        return redirect("desk:letter", case_id=case.pk, letter_id=made[0].pk)
    fresh = case_for(request, case_id)
    return _show(request, fresh, letter, action, reopened(doing.form, request, fresh, now=now), outcome)


def _wanted(request: DeskRequest, case: Case, code: str) -> tuple[LetterCode, str, Doing]:
    try:
        letter = LetterCode(code)
    except ValueError:
        raise Http404 from None
    action = writing.action_for(case, letter, request.GET.get("step", "") or request.POST.get("step", ""))
    doing = writing.doing_of(action, case.right) if action else None
    if action is None or doing is None:
        raise Http404
    return letter, action, doing


def _typed(case: Case, code: LetterCode, draft: str) -> dict[str, Any]:
    """What was typed into the draft that is to be changed."""
    if not draft:
        return {}
    try:
        rows = Letter.objects.of(case.controller).filter(case=case, code=code.value, pk=draft)
        row = rows.select_related("case__request").first()
    except ValidationError:
        raise Http404 from None
    return dict(row.content().get("fields", {})) if row else {}


def _raw(form: CaseForm) -> dict[str, Any]:
    """What stands in the form, complete or not, as its fields read it again."""
    form.is_valid()
    names = [name for name in form.fields if name != "version"]
    return plain_fields({name: form[name].value() for name in names})


def _draft(  # noqa: PLR0917 -- private, one caller
    request: DeskRequest, case: Case, action: str, doing: Doing, form: CaseForm, now: datetime, seen: int
) -> Letter:
    return letters.prepare(
        case_id=case.pk,
        action=action,
        fields=plain_fields({name: value for name, value in form.cleaned_data.items() if name != "version"}),
        run=lambda by: doing.run(case=case, form=form, actor=by, now=now, seen=seen),
        actor=request.actor,
        now=now,
    )


def _said(request: DeskRequest, case: Case, doing: Doing, form: CaseForm) -> tuple[dict[str, Any] | None, str]:
    """What the letter would say now, or why it cannot be said yet."""
    if not form.is_bound or not form.is_valid():
        return None, ""
    made: list[dict[str, Any]] = []
    now, seen = timezone.now(), insisted(case, int(form.cleaned_data["version"]))
    outcome = attempt(
        lambda: made.append(
            letters.rehearse(
                case_id=case.pk,
                run=lambda by: doing.run(case=case, form=form, actor=by, now=now, seen=seen),
                actor=request.actor,
            )
        )
    )
    return (made[0], "") if made else (None, outcome.why_not)


def _looked(request: DeskRequest, case: Case, code: LetterCode, doing: Doing, form: CaseForm) -> dict[str, Any]:
    said, why_not = _said(request, case, doing, form)
    try:
        text = letter_text(written(said)) if said else ""
    except OutputError as error:
        text, why_not = "", error.code
    lacking = [str(form.fields[name].label) for name in form.errors if name in form.fields] if form.is_bound else []
    return {
        "case": case,
        "preview": text,
        "preview_language": said["head"]["language"] if said else case.request.language,
        "blocks": writing.blocks(case, code, said, now=timezone.now()),
        "lacking": lacking,
        "preview_why": why_not,
    }


def _look(request: DeskRequest, case: Case, code: LetterCode, action: str, form: CaseForm) -> HttpResponse:
    doing = writing.doing_of(action, case.right)
    assert doing is not None  # noqa: S101 -- _wanted has looked
    if request.headers.get("HX-Request"):
        return render(request, "desk/_composed.html", _looked(request, case, code, doing, form))
    return _show(request, case, code, action, form, _NOTHING_TRIED)


def _show(  # noqa: PLR0917 -- private, one shape
    request: DeskRequest, case: Case, code: LetterCode, action: str, form: CaseForm, outcome: Outcome
) -> HttpResponse:
    now, doing = timezone.now(), writing.doing_of(action, case.right)
    assert doing is not None  # noqa: S101 -- _wanted has looked
    refused = writing.refusal_of(case, action, request.actor, now=now)
    drafts = steps.may_draft(doing, refused, request.actor)
    why_not = outcome.why_not or (wording.refusal(refused) if refused and not drafts else "")
    context: dict[str, Any] = case_page.case_context(request, case, "letters", now=now) | {
        "form": form,
        "code": code.value,
        "title": wording.letter(code),
        "chooses_language": "letter_language" in form.fields,
        "step": "" if action.startswith(MARK) else action,
        "explains": doing.explains,
        "chips": writing.chips(case),
        "may_write": (refused is None or drafts) and duty_refusal(request.actor, Duty.DRAFT) is None,
        "second": drafts,
        "why_not": why_not,
        "conflict": outcome.conflict,
        "fix_url": outcome.fix_url,
        "news": [],
        **_looked(request, case, code, doing, form),
    }
    blocked = outcome.conflict or bool(why_not)
    return page(request, "compose", context, status=409 if blocked else 200)
