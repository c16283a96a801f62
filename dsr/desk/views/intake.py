"""Registering a request for a person who called, wrote or came by (4.2 no. 1, T-02, T-03, SC-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import closeness, uploads
from dsr.cases.intake import InvalidRequestError, open_request
from dsr.desk import intake_look
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.intake import IntakeForm
from dsr.desk.shell import page
from dsr.law.closeness import Bond
from dsr.law.workflow import State
from dsr.models import Channel
from dsr.uploads.errors import UploadRefusedError
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import Request


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """The form; when it is saved, the first case of the new request. The due date is said at once.

    `look` in what was sent asks for the due date and for earlier requests only; `use` fills in the contact of one of them.
    """
    refused = duty_refusal(request.actor, Duty.REGISTER)
    if refused is not None:
        context = {"title": _("New request"), "why_not": wording.refusal(refused)}
        return page(request, "refused", context, status=409)
    now = timezone.now()
    if request.method == "POST" and ("look" in request.POST or "use" in request.POST):
        typed = intake_look.typed(request.POST, controller=request.controller)
        return _form_page(request, IntakeForm(initial=typed, controller=request.controller, now=now), now, typed)
    form = IntakeForm(request.POST or None, request.FILES or None, controller=request.controller, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            opened = _save(request, form, now)
        except InvalidRequestError as error:
            form.add_error(None, wording.refusal(error.refusal))
        else:
            _keep_files(request, form, opened, now)
            _say(request, opened)
            _declare(request, form, opened, now)
            return redirect("desk:case", case_id=opened.cases.order_by("right").values_list("pk", flat=True)[0])
    typed = intake_look.typed(request.POST, controller=request.controller)
    return _form_page(request, form, now, typed)


def _form_page(request: DeskRequest, form: IntakeForm, now: datetime, typed: dict[str, Any]) -> HttpResponse:
    looked = intake_look.look(request.controller, typed, now=now)
    return page(request, "intake", {"form": form, "looked": looked})


@staff_required
@require_POST
def look(request: DeskRequest) -> HttpResponse:
    """The due date and earlier requests for what is typed so far, as a piece of the page. A POST, so that no name is in an address."""
    if duty_refusal(request.actor, Duty.REGISTER) is not None:
        return render(request, "desk/_intake_look.html", {"looked": None}, status=409)
    typed = intake_look.typed(request.POST, controller=request.controller)
    looked = intake_look.look(request.controller, typed, now=timezone.now())
    return render(request, "desk/_intake_look.html", {"looked": looked})


def _save(request: DeskRequest, form: IntakeForm, now: datetime) -> Request:
    return open_request(
        controller=request.controller,
        rights=form.rights_asked,
        channel=form.cleaned_data["channel"],
        told=form.told(),
        language=form.cleaned_data["language"],
        received_at=form.received_at,
        actor=request.actor,
        now=now,
        submission_key=form.cleaned_data["submission_key"],
    )


def _keep_files(request: DeskRequest, form: IntakeForm, opened: Request, now: datetime) -> None:
    """Files go through the pipeline of files from strangers, after the request is there: one that is refused loses nothing else."""
    purpose = form.cleaned_data.get("files_for") or "evidence"
    # What came with her letter or mail or over the counter is hers; nothing comes by telephone but notes of our own.
    hers = form.cleaned_data["channel"] != Channel.PHONE
    for file in form.cleaned_data.get("scans", []):
        try:
            uploads.receive(
                controller=request.controller,
                file=file,
                purpose=purpose,
                now=now,
                request=opened,
                actor=request.actor,
                from_person=hers,
            )
        except UploadRefusedError as error:
            messages.warning(request, error.words)
        except (Temporary, Permanent, OSError):
            messages.warning(
                request, _("A file could not be kept, because our storage does not answer. Add it again under “Files”.")
            )


def _declare(request: DeskRequest, form: IntakeForm, opened: Request, now: datetime) -> None:
    """Whoever took it in and is too close to the person says so at once, after all else is done (rules 4.3)."""
    if not form.cleaned_data.get("bond"):
        return
    case_id = opened.cases.order_by("right").values_list("pk", flat=True)[0]
    bond = Bond(form.cleaned_data["bond"])
    outcome = attempt(
        lambda: closeness.declare(case_id=case_id, user=request.staff, bond=bond, why="", actor=request.actor, now=now)
    )
    if outcome.done:
        messages.success(request, _("Noted. The request goes to somebody else, and the privacy leads have a mail."))
    else:  # the same form sent once more says what is known
        messages.warning(request, outcome.why_not)


def _say(request: DeskRequest, opened: Request) -> None:
    cases = list(opened.cases.all())
    due = min((case.due_on for case in cases if case.due_on), default=None)
    words = {"reference": opened.reference, "day": wording.day_with_weekday(due) if due else ""}
    said = _("%(reference)s is registered. Due %(day)s.") if due else _("%(reference)s is registered.")
    messages.success(request, said % words)
    if any(case.state == State.EXECUTING for case in cases):
        messages.success(request, _("Marketing is stopped from now on."))
    if not opened.content().get("contact_email"):
        messages.info(request, _("There is no e-mail address. Print the confirmation of receipt under “Letters”."))
