"""A task that a department does by hand: ask, remind, take the links back, or do it here in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import hand_answers, hand_tasks
from dsr.cases.hand_answers import Said
from dsr.cases.hand_links import WITH_OWNER
from dsr.desk import case_page, hand_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt
from dsr.desk.forms.hand import AskForm, TakeBackForm
from dsr.desk.shell import page
from dsr.desk.troubles import trouble
from dsr.fulfil import hand as files_of
from dsr.fulfil.hand_asked import label_of_task
from dsr.hand_forms import answer_form
from dsr.models import HandTask, Task
from dsr.uploads.errors import UploadRefusedError
from dsr.wording import hand as words
from dsr.wording import uploads as upload_words
from exporters.contract import Permanent, Temporary
from exporters.owner import Owner

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Case, RowId


def _task(request: DeskRequest, case_id: RowId, task_id: RowId) -> tuple[Case, Task]:
    """The case and its task, for who may read about the person; 404 for a task that no hand can do."""
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    rows = Task.objects.of(request.controller).select_related("case__controller", "case__request", "controller")
    task: Task = get_object_or_404(rows.filter(case=case), pk=task_id)
    if not hand_tasks.may_ask(task) and not HandTask.objects.filter(task=task).exists():
        raise Http404
    return case, task


def _hand(task: Task) -> HandTask | None:
    rows = HandTask.objects.select_related("task__case__controller", "task__case__request")
    return rows.filter(task=task).first()


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """Everything about the task; a POST is the answer, given by somebody at the desk."""
    case, task = _task(request, case_id, task_id)
    form = answer_form(task.operation, request.POST if request.method == "POST" else None)
    outcome = Outcome(done=False)
    if request.method == "POST" and form.is_valid():
        said = Said(form.cleaned_data["outcome"], form.cleaned_data["name"], form.cleaned_data["note"])
        try:
            outcome = attempt(lambda: _answer(request, task, said))
        except (Temporary, Permanent, OSError):
            words_for_it = _("We could not keep the answer just now. Nothing is lost: try again in a few minutes.")
            outcome = Outcome(done=False, why_not=words_for_it)
        if outcome.done:
            messages.success(request, _("Noted. The case goes on."))
            return redirect("desk:case", case_id=case.pk)
    return _page(request, case, task, outcome, answer=form)


def _answer(request: DeskRequest, task: Task, said: Said) -> None:
    now = timezone.now()
    row = hand_answers.hand_of(task_id=task.pk, now=now)
    files_of.answer(hand=row, said=said, actor=request.actor, now=now)


def _page(request: DeskRequest, case: Case, task: Task, outcome: Outcome, **forms: Any) -> HttpResponse:
    now, row = timezone.now(), _hand(task)
    asked = row.content() if row else {}
    configured = hand_tasks.department_of(task)
    first = {
        "name": asked.get("name") or configured.name,
        "email": asked.get("email") or configured.email,
        "language": asked.get("language") or configured.language,
        "escalation": asked.get("escalation") or configured.escalation,
        "days": row.days if row else configured.days,
    }
    chase, hand_in = duty_refusal(request.actor, Duty.CHASE), duty_refusal(request.actor, Duty.HAND_IN)
    open_now = hand_tasks.may_ask(task)
    failed = bool(outcome.why_not or outcome.conflict) or any(form.errors for form in forms.values())
    context = case_page.case_context(request, case, "", now=now) | {
        "task": task,
        "hand": row,
        "asked": asked,
        "system": label_of_task(task, request.LANGUAGE_CODE),
        "outcome_words": words.outcome(row.outcome) if row else "",
        "trouble": trouble(task.error_code) if open_now else "",
        "with_owner": open_now and task.error_code == WITH_OWNER,
        "next_rung": hand_page.next_rung(row) if open_now else "",
        "links": hand_page.links_of(row, now=now),
        "mails": hand_page.mails_of(row),
        "files": _files(row),
        "collects": task.operation == "collect",
        "possible": open_now,
        "why_no_chase": wording.refusal(chase) if chase else "",
        "why_no_hand_in": wording.refusal(hand_in) if hand_in else "",
        "answer_form": forms.get("answer") or answer_form(task.operation),
        "ask_form": forms.get("ask") or AskForm(initial=first, prefix="ask"),
        "back_form": forms.get("back") or TakeBackForm(prefix="back"),
        "form": next((form for form in forms.values() if form.errors), None),
        "why_not": outcome.why_not,
        "conflict": outcome.conflict,
    }
    return page(request, "hand", context, status=409 if failed else 200)


def _files(row: HandTask | None) -> list[dict[str, Any]]:
    return [
        {"id": one.pk, "name": one.content()["name"], "size": upload_words.size(one.artifact.size), "rows": one.rows}
        for one in (files_of.pending(row) if row else ())
    ]


@staff_required
@require_POST
def ask(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """Ask the department, or somebody else; every earlier link ends."""
    case, task = _task(request, case_id, task_id)
    form = AskForm(request.POST, prefix="ask")
    outcome = Outcome(done=False)
    if form.is_valid():
        owner = Owner(**form.cleaned_data)
        outcome = attempt(lambda: hand_tasks.ask(task_id=task.pk, actor=request.actor, now=timezone.now(), to=owner))
        if outcome.done:
            messages.success(request, _("Asked. The link is on its way."))
            return redirect("desk:hand", case_id=case.pk, task_id=task.pk)
    return _page(request, case, task, outcome, ask=form)


@staff_required
@require_POST
def remind(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """Send a reminder with a fresh link now."""
    case, task = _task(request, case_id, task_id)
    outcome = attempt(lambda: hand_tasks.remind(task_id=task.pk, actor=request.actor, now=timezone.now()))
    if outcome.done:
        messages.success(request, _("The reminder is on its way."))
        return redirect("desk:case", case_id=case.pk)
    return _page(request, case, task, outcome)


@staff_required
@require_POST
def take_back(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """End every link of the task."""
    case, task = _task(request, case_id, task_id)
    form = TakeBackForm(request.POST, prefix="back")
    outcome = Outcome(done=False)
    if form.is_valid():
        reason = str(form.cleaned_data["reason"])
        outcome = attempt(
            lambda: hand_tasks.take_back(task_id=task.pk, reason=reason, actor=request.actor, now=timezone.now())
        )
        if outcome.done:
            messages.success(request, _("Taken back. No link of this task opens anything any more."))
            return redirect("desk:hand", case_id=case.pk, task_id=task.pk)
    return _page(request, case, task, outcome, back=form)


@staff_required
@require_POST
def add_files(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """Add files that reached the desk another way; they count with the answer."""
    case, task = _task(request, case_id, task_id)
    kept = 0
    for file in request.FILES.getlist("files"):
        outcome, why = Outcome(done=False), ""
        try:
            outcome = attempt(lambda one=file: _add(request, task, one))  # type: ignore[misc]
            why = outcome.why_not
        except UploadRefusedError as error:
            why = upload_words.refusal(error.code, name=error.name, most=files_of.MOST_FILES)
        except (Temporary, Permanent, OSError):
            why = _("A file could not be kept just now. Try again in a few minutes.")
        kept += outcome.done
        if why:
            messages.error(request, why)
    if kept:
        told = ngettext("%(n)s file added. Now send your answer.", "%(n)s files added. Now send your answer.", kept)
        messages.success(request, told % {"n": kept})
    elif not request.FILES:
        messages.error(request, _("Choose a file first."))
    return redirect("desk:hand", case_id=case.pk, task_id=task.pk)


def _add(request: DeskRequest, task: Task, file: Any) -> None:
    now = timezone.now()
    row = hand_answers.hand_of(task_id=task.pk, now=now)
    files_of.add_file(hand=row, file=file, actor=request.actor, now=now)


@staff_required
@require_POST
def remove_file(request: DeskRequest, case_id: RowId, task_id: RowId, file_id: RowId) -> HttpResponse:
    """Take a file out again that was not handed in yet."""
    case, task = _task(request, case_id, task_id)
    row = _hand(task)
    if row is None:
        raise Http404
    outcome = attempt(
        lambda: files_of.remove_file(hand=row, file_id=str(file_id), actor=request.actor, now=timezone.now())
    )
    if outcome.done:
        messages.success(request, _("The file is deleted."))
    else:
        messages.error(request, outcome.why_not or _("Something changed meanwhile. Look at the page again."))
    return redirect("desk:hand", case_id=case.pk, task_id=task.pk)
