"""Files that go along with the draft of a letter: added, copied from the case, taken off again (rules 4.2, 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages as flash
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dsr.cases import enclosures
from dsr.cases.perform import RefusedError, insist_not_close
from dsr.cases.uploads import UploadRefusedError
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, insist, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt
from dsr.desk.forms.enclosures import EncloseForm
from dsr.desk.views.letters import letter_of, letter_page
from dsr.fulfil.spool import read_artifact
from dsr.inbox import Inbox
from dsr.law.workflow import Refusal
from dsr.wording import uploads as words

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import Case, Letter, RowId


def inbox_of(request: DeskRequest, case: Case, *, now: datetime) -> Inbox:
    """Where new files go: into the request of the case, on their way to a letter or message."""
    return Inbox(controller=request.controller, request=case.request, now=now, actor=request.actor)


@staff_required
@require_POST
def add(request: DeskRequest, case_id: RowId, letter_id: RowId) -> HttpResponse:
    """Have files go along with a draft; nothing is kept of them for a role that drafts no letters."""
    insist_sight(request.actor, Sight.PERSON)
    case, now = case_for(request, case_id), timezone.now()
    letter = letter_of(case, letter_id)
    outcome = attempt(lambda: _insist(request, case, letter))
    if not outcome.done:
        return letter_page(request, case, letter, outcome)
    form = EncloseForm(request.POST, request.FILES, case=case)
    form.open_inbox(inbox_of(request, case, now=now))
    if not form.is_valid():
        return letter_page(request, case, letter, Outcome(done=False), enclose_form=form)
    outcome = attempt(lambda: _enclose(request, case, letter, form, now))
    if form.errors or not outcome.done:
        return letter_page(request, case, letter_of(case, letter_id), outcome, enclose_form=form)
    flash.success(request, _("It goes along with this letter."))
    return redirect("desk:letter", case_id=case.pk, letter_id=letter.pk)


def _insist(request: DeskRequest, case: Case, letter: Letter) -> None:
    insist(request.actor, Duty.DRAFT)
    insist_not_close(request.actor, case.request_id)
    if not enclosures.possible(letter):
        raise RefusedError(Refusal("letter_settled", {}))


def _enclose(request: DeskRequest, case: Case, letter: Letter, form: EncloseForm, now: datetime) -> None:
    ids = list(form.cleaned_data["added"])
    for key in form.cleaned_data.get("chosen", []):
        try:
            made = enclosures.copy(case=case, key=key, read=read_artifact, actor=request.actor, now=now)
        except UploadRefusedError as error:
            form.add_error("chosen", words.refusal(error.code, name=error.name, most=enclosures.MOST))
            return
        ids.append(str(made.pk))
    enclosures.enclose(letter_id=letter.pk, upload_ids=ids, actor=request.actor, now=now)


@staff_required
@require_POST
def remove(request: DeskRequest, case_id: RowId, letter_id: RowId, upload_id: RowId) -> HttpResponse:
    """Take a file off a draft; it is deleted."""
    insist_sight(request.actor, Sight.PERSON)
    case, now = case_for(request, case_id), timezone.now()
    letter = letter_of(case, letter_id)
    outcome = attempt(
        lambda: enclosures.take_off(letter_id=letter.pk, upload_id=upload_id, actor=request.actor, now=now)
    )
    if not outcome.done:
        return letter_page(request, case, letter, outcome)
    flash.success(request, _("Taken off. The file was deleted."))
    return redirect("desk:letter", case_id=case.pk, letter_id=letter.pk)
