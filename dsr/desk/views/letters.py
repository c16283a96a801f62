"""Letters of a case: the list, the preview of a draft, and approving it, which is sending exactly what was on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import enclosures, letters, uploads
from dsr.cases.free_letters import MARK
from dsr.desk import case_page, writing
from dsr.desk import letters as shown
from dsr.desk.access import RELEASES, DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, insisted, seen_version
from dsr.desk.doors import ask_again
from dsr.desk.forms.enclosures import EncloseForm
from dsr.desk.shell import page
from dsr.desk.troubles import trouble
from dsr.fulfil.letters import IN_PACKAGE, pdf_of, text_of
from dsr.inbox import Inbox
from dsr.law.letters import LetterCode
from dsr.models import Letter
from dsr.output.inputs import OutputError
from dsr.vault import MissingKeyError

if TYPE_CHECKING:
    from datetime import datetime

    from django.http.response import HttpResponseBase

    from dsr.desk.doing import Doing
    from dsr.desk.forms.steps import CaseForm
    from dsr.models import Case, RowId

_NOTHING_TRIED = Outcome(done=False)


@staff_required
@require_safe
def index(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """All letters of a case: date, kind, language, who, hash; the words for those who may read them."""
    case = case_for(request, case_id)
    context = case_page.case_context(request, case, "letters", now=timezone.now())
    return page(request, "letters", context | {"rows": shown.rows_of(case, request.actor)})


def letter_of(case: Case, letter_id: RowId) -> Letter:
    """A letter of this case, or 404."""
    rows = Letter.objects.of(case.controller).filter(case=case).select_related("artifact", "drafted_by", "approved_by")
    found: Letter = get_object_or_404(rows, pk=letter_id)
    found.case = case
    return found


@staff_required
@require_safe
def show(request: DeskRequest, case_id: RowId, letter_id: RowId) -> HttpResponse:
    """One letter in full; a draft with the button that approves and sends it, or with the reason why not.

    The page asks again every few seconds while the PDF is laid out, and is loaded anew when that is over.
    """
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    letter = letter_of(case, letter_id)
    if request.headers.get("HX-Request"):
        return _whether_laid_out(letter)
    return letter_page(request, case, letter, _NOTHING_TRIED)


def _whether_laid_out(letter: Letter) -> HttpResponse:
    """204: nothing new; with HX-Refresh once there is a PDF, or a reason why there is none."""
    response = HttpResponse(status=204)
    task = letter.tasks.first()
    if letter.pdf_sha256 or (task and task.error_code):
        response.headers["HX-Refresh"] = "true"
    return response


def letter_page(
    request: DeskRequest, case: Case, letter: Letter, outcome: Outcome, *, enclose_form: EncloseForm | None = None
) -> HttpResponse:
    """The page of a letter with what came of the last press of a button."""
    if LetterCode(letter.code) in IN_PACKAGE:
        raise Http404  # a part of the package, and read with it
    now = timezone.now()
    draft = letter.status == Letter.Status.DRAFT
    refused = writing.refusal_of(case, letter.action, request.actor, now=now) if draft else None
    why_not = outcome.why_not or (wording.refusal(refused) if refused else "")
    task = letter.tasks.first()
    may_enclose = draft and enclosures.possible(letter) and duty_refusal(request.actor, Duty.DRAFT) is None
    context: dict[str, Any] = case_page.case_context(request, case, "letters", now=now) | {
        "letter": letter,
        "row": shown.row_of(letter, case, request.actor),
        "rule": shown.rule_of(letter.code),
        "text": _text(letter),
        "draft": draft,
        "label": writing.label_of(case, letter.action) if draft else "",
        "change_url": writing.change_url(letter) if draft else "",
        "takes_step": not letter.action.startswith(MARK),
        "why_not": why_not,
        "possible": draft and refused is None and bool(letter.pdf_sha256),
        "may_discard": draft and duty_refusal(request.actor, Duty.DRAFT) is None,
        "conflict": outcome.conflict,
        "fix_url": outcome.fix_url,
        "news": [],
        "enclosed": uploads.shown(enclosures.of_letter(letter)),
        "enclosed_sha256": enclosures.digest(letter),
        "enclose_form": _enclose_form(request, case, now=now, given=enclose_form) if may_enclose else None,
        "form": enclose_form,
        "trouble": trouble(task.error_code) if task and task.error_code else "",
    }
    blocked = outcome.conflict or bool(outcome.why_not)
    bad = 409 if blocked else 422 if enclose_form is not None and enclose_form.errors else 200
    return page(request, "letter", context, status=bad)


def _enclose_form(request: DeskRequest, case: Case, *, now: datetime, given: EncloseForm | None) -> EncloseForm:
    form = given or EncloseForm(case=case)
    if given is None:
        form.open_inbox(Inbox(controller=request.controller, request=case.request, now=now, actor=request.actor))
    return form


def _text(letter: Letter) -> str:
    try:
        return text_of(letter)
    except MissingKeyError:
        return _("The words of this letter have been deleted. Its hash stays.")
    except OutputError as error:
        return trouble(error.code)


@staff_required
@require_safe
def pdf(request: DeskRequest, case_id: RowId, letter_id: RowId) -> HttpResponseBase:
    """The file as it would leave, or as it left: the same bytes."""
    case = case_for(request, case_id)
    letter = letter_of(case, letter_id)
    insist_sight(request.actor, Sight.DATA if LetterCode(letter.code) in IN_PACKAGE else Sight.PERSON)
    try:
        response = StreamingHttpResponse(pdf_of(letter), content_type="application/pdf")
    except FileNotFoundError:
        raise Http404 from None
    assert letter.artifact is not None  # noqa: S101 -- pdf_of has looked
    response.headers["Content-Length"] = str(letter.artifact.size)
    name = letter.artifact.file_name
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or ""
    return response


@staff_required
@require_POST
def send(request: DeskRequest, case_id: RowId, letter_id: RowId) -> HttpResponseBase:
    """Approve what was on the screen and take the step that sends it; anything else than those words is refused (409).

    A letter that is the answer takes a sign-in as fresh as the step itself does (SURELY in `dsr.desk.access`).
    """
    insist_sight(request.actor, Sight.PERSON)
    case, now = case_for(request, case_id), timezone.now()
    letter = letter_of(case, letter_id)
    if letter.action in RELEASES:
        again = ask_again(request, where=reverse("desk:letter", args=[case.pk, letter.pk]))
        if again is not None:
            return again
    if letter.status != Letter.Status.DRAFT:
        return letter_page(request, case, letter, attempt(lambda: _dispatch(request, letter, lambda: None, now)))
    doing = _doing(case, letter)
    form = _filled(case, letter, now=now, language=request.LANGUAGE_CODE, seen=seen_version(request))
    if not form.is_valid():
        words = _("What was typed does not fit the case any more. Change the draft.")
        return letter_page(request, case, letter, Outcome(done=False, why_not=words))
    seen = insisted(case, int(form.cleaned_data["version"]))
    outcome = attempt(
        lambda: _dispatch(
            request,
            letter,
            lambda: doing.run(case=case, form=form, actor=request.actor, now=now, seen=seen),
            now,
        )
    )
    if outcome.done:
        flash.success(request, str(doing.done))
        return redirect("desk:case", case_id=case.pk)
    case = case_for(request, case_id)
    return letter_page(request, case, letter_of(case, letter_id), outcome)


def _dispatch(request: DeskRequest, letter: Letter, run: Any, now: datetime) -> Letter:
    return letters.dispatch(
        letter_id=letter.pk,
        content_sha256=request.POST.get("content_sha256", ""),
        pdf_sha256=request.POST.get("pdf_sha256", ""),
        enclosed=request.POST.get("enclosed", ""),
        run=run,
        actor=request.actor,
        now=now,
    )


def _doing(case: Case, letter: Letter) -> Doing:
    doing = writing.doing_of(letter.action, case.right)
    if doing is None:
        raise Http404
    return doing


def _filled(case: Case, letter: Letter, *, now: datetime, language: str, seen: int) -> CaseForm:
    """The form of the step with what was typed when the draft was made."""
    data = {name: value for name, value in letter.content()["fields"].items() if value is not False}
    doing = _doing(case, letter)
    return doing.form({**data, "version": seen}, case=case, now=now, language=language)


@staff_required
@require_POST
def discard(request: DeskRequest, case_id: RowId, letter_id: RowId) -> HttpResponse:
    """Give a draft up."""
    case = case_for(request, case_id)
    letter = letter_of(case, letter_id)
    outcome = attempt(lambda: letters.discard(letter_id=letter.pk, actor=request.actor, now=timezone.now()))
    if outcome.done:
        flash.success(request, _("The draft was given up."))
    else:
        flash.error(request, outcome.why_not or _("Somebody else was faster. Look again."))
    return redirect("desk:letters", case_id=case.pk)
