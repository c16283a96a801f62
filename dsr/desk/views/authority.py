"""Supervisory authorities' matters about one case: what is asked, by when, what was answered, how it ended (Art. 31, 58, 77)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dsr.cases import authority, uploads
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, case_for, duty_refusal, staff_required
from dsr.desk.attempt import Outcome, attempt, check_version, form_of, insisted, reopened
from dsr.desk.forms.authority import AnsweredForm, CloseForm, DayMovedForm, OpenForm
from dsr.desk.shell import page
from dsr.inbox import Inbox
from dsr.models import AuthorityCase
from dsr.wording import event
from dsr.wording.filed import AUTHORITY_OUTCOMES, AUTHORITY_STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpResponse
    from django.utils.functional import _StrPromise

    from dsr.desk.forms.steps import CaseForm
    from dsr.models import Case, RowId

State = AuthorityCase.State
_NOTHING_TRIED: Final = Outcome(done=False)
# An act on a matter: the states in which it is possible, its form, its verb, its button, and what is said afterwards.
ACTS: Final[
    Mapping[str, tuple[frozenset[AuthorityCase.State], type[CaseForm], Callable[..., object], _StrPromise, _StrPromise]]
] = {
    "answered": (
        frozenset({State.OPEN}),
        AnsweredForm,
        authority.answered,
        gettext_lazy("Note our answer"),
        gettext_lazy("Noted. Nobody is reminded of this day any more."),
    ),
    "day": (
        frozenset({State.OPEN}),
        DayMovedForm,
        authority.move_day,
        gettext_lazy("Another day"),
        gettext_lazy("Noted. Reminders follow the new day."),
    ),
    "again": (
        frozenset({State.ANSWERED}),
        DayMovedForm,
        authority.ask_again,
        gettext_lazy("The authority asks again"),
        gettext_lazy("Open again, with the new day."),
    ),
    "close": (
        frozenset({State.OPEN, State.ANSWERED}),
        CloseForm,
        authority.close,
        gettext_lazy("Close it"),
        gettext_lazy("Closed, with its outcome."),
    ),
}


def _case(request: DeskRequest, case_id: RowId) -> Case:
    if duty_refusal(request.actor, Duty.AUTHORITY) is not None:
        raise PermissionDenied
    return case_for(request, case_id)


@staff_required
@require_safe
def show(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """The matters of the case, and the form that opens another."""
    return _show(request, _case(request, case_id), None, _NOTHING_TRIED)


@staff_required
@require_POST
def open_new(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """A letter of an authority about this case reached us."""

    def verb(case: Case, typed: Mapping[str, Any]) -> object:
        return authority.open_case(case_id=case.pk, **typed, actor=request.actor, now=timezone.now())

    return _run(
        request, case_id, OpenForm, verb, _("Noted. Leads and the data protection officer are reminded of the day.")
    )


@staff_required
@require_POST
def act_on(request: DeskRequest, case_id: RowId, row_id: RowId, act: str) -> HttpResponse:
    """Another day, our answer, a second question, the end."""
    case = _case(request, case_id)
    row = get_object_or_404(authority.of_case(case), pk=row_id)
    if act not in ACTS:
        raise Http404
    _states, kind, verb, _label, done = ACTS[act]

    def run(case: Case, typed: Mapping[str, Any]) -> object:
        return verb(row_id=row.pk, **typed, actor=request.actor, now=timezone.now())

    return _run(request, case_id, kind, run, str(done), at=(str(row.pk), act))


def _run(
    request: DeskRequest,
    case_id: RowId,
    kind: type[CaseForm],
    verb: Callable[[Case, Mapping[str, Any]], object],
    words: str,
    *,
    at: tuple[str, str] = ("", ""),
) -> HttpResponse:
    case, now = _case(request, case_id), timezone.now()
    inbox = Inbox(controller=request.controller, request=case.request, now=now, actor=request.actor)
    sent = {**_ids(*at), "inbox": inbox}
    form = form_of(kind, request, case, now=now, bound=True, files=request.FILES, **sent)
    if not form.is_valid():
        return _show(request, case, form, _NOTHING_TRIED, at=at)
    typed = {name: value for name, value in form.cleaned_data.items() if name != "version"}

    def checked() -> object:
        check_version(case, insisted(case, int(form.cleaned_data["version"])))
        return verb(case, typed)

    outcome = attempt(checked)
    if outcome.done:
        flash.success(request, words)
        return redirect("desk:authority", case_id=case.pk)
    fresh = case_for(request, case_id)
    return _show(request, fresh, reopened(kind, request, fresh, now=now, **sent), outcome, at=at)


def _ids(row: str, act: str) -> dict[str, Any]:
    """Several forms stand on the page: each field has an id of its own."""
    return {"auto_id": f"{act}{row}_%s" if act else "id_%s"}


def _show(
    request: DeskRequest, case: Case, form: CaseForm | None, outcome: Outcome, *, at: tuple[str, str] = ("", "")
) -> HttpResponse:
    now = timezone.now()
    empty = OpenForm(case=case, now=now, language=request.LANGUAGE_CODE)
    context: dict[str, Any] = case_page.case_context(request, case, "authority", now=now) | {
        "form": form,
        "open_form": form if isinstance(form, OpenForm) else empty,
        "rows": [
            _row(request, case, row, form if at[0] == str(row.pk) else None, at[1])
            for row in authority.of_case(case).prefetch_related("files")
        ],
        "why_not": outcome.why_not,
        "conflict": outcome.conflict,
        "news": [],
    }
    blocked = outcome.conflict or bool(outcome.why_not)
    return page(
        request, "authority", context, status=409 if blocked else 422 if form is not None and form.errors else 200
    )


def _row(request: DeskRequest, case: Case, row: AuthorityCase, form: CaseForm | None, act: str) -> dict[str, Any]:
    row.case = case
    said, state = row.content(), State(row.state)
    files = {one.id: one for one in uploads.shown(row.files.all()) if not one.upload.deleted_at}

    def one(name: str, kind: type[CaseForm]) -> CaseForm:
        if form is not None and name == act:
            return form
        return kind(case=case, now=timezone.now(), language=request.LANGUAGE_CODE, **_ids(str(row.pk), name))

    return {
        "row": row,
        "authority": said["authority"],
        "reference": said["reference"],
        "notes": [
            (
                event(note["kind"]),
                note["at"],
                note["text"],
                [files[one] for one in note.get("files", ()) if one in files],
            )
            for note in said["notes"]
        ],
        "state": AUTHORITY_STATES[state],
        "outcome": AUTHORITY_OUTCOMES[row.outcome] if row.outcome else "",
        "acts": [
            {"name": name, "label": label, "form": one(name, kind), "opened": form is not None and name == act}
            for name, (states, kind, _verb, label, _done) in ACTS.items()
            if state in states
        ],
    }
