"""The answer of an access request: drafting it, looking at it, and the second person's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dsr import wording
from dsr.cases import answer as verbs
from dsr.cases import receivers
from dsr.cases.clock import local_date
from dsr.cases.headway import UNFINISHED
from dsr.cases.scope import stores_of
from dsr.desk import case_page, datasets, steps
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, reopened
from dsr.desk.forms.steps import ApproveForm, CaseForm, DraftForm, ReturnForm
from dsr.desk.guidance import to_read
from dsr.desk.review_checks import checks, ticks
from dsr.desk.shell import page
from dsr.desk.tasks_view import package_task, store_label
from dsr.desk.troubles import trouble
from dsr.desk.version_page import diff
from dsr.desk.views.attachments import FEW, attachments_context
from dsr.fulfil.locate import COPIES
from dsr.fulfil.package import package_of
from dsr.law.rights import Right
from dsr.law.workflow import Action, Refusal, State
from dsr.models import Task

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import Artifact, Case, RowId


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Have letter, report and data built, with a paragraph of one's own; look at them; hand them to a second person."""
    insist_sight(request.actor, Sight.DATA)
    case, now = case_for(request, case_id), timezone.now()
    if Right(case.right) not in COPIES:
        raise Http404
    outcome = Outcome(done=False, why_not=_why_no_draft(request, case))
    possible = not outcome.why_not
    initial = {"paragraph": str(case.content().get("paragraph", ""))}
    form = form_of(DraftForm, request, case, now=now, bound=request.method == "POST", initial=initial)
    if request.method == "POST" and possible and form.is_valid():
        words, seen = str(form.cleaned_data["paragraph"]), int(form.cleaned_data["version"])
        outcome = attempt(
            lambda: verbs.draft(case_id=case.pk, paragraph=words, actor=request.actor, now=now, seen_version=seen)
        )
        if outcome.done:
            messages.success(request, _("The answer is being built."))
            return redirect("desk:draft", case_id=case.pk)
        case = case_for(request, case_id)
        form = reopened(DraftForm, request, case, now=now)
    context = case_page.case_context(request, case, "", now=now) | {
        "form": form,
        "why_not": outcome.why_not,
        "possible": possible,
        "conflict": outcome.conflict,
        "answer": case_page.answer_card(case),
        "to_read": to_read(case, request.actor),
        "submit": next(
            (b for b in steps.buttons(case, request.actor, now=now) if b.action is Action.SUBMIT_FOR_REVIEW), None
        ),
        "checks": checks(case, Action.SUBMIT_FOR_REVIEW, request.actor, now=now),
        "may_ask": duty_refusal(request.actor, Duty.ASK_DPO) is None,
        **_building(case),
    }
    return page(request, "draft", context, status=409 if outcome.conflict or outcome.why_not else 200)


def _why_no_draft(request: DeskRequest, case: Case) -> str:
    refused = duty_refusal(request.actor, Duty.DRAFT)
    if refused is not None:
        return wording.refusal(refused)
    return "" if case.state == State.DRAFTING else wording.refusal(Refusal("not_drafting"))


def _building(case: Case) -> dict[str, Any]:
    """Whether the answer is being built, and what went wrong if it was not."""
    task = package_task(case)
    if task is None or case.state != State.DRAFTING:
        return {"building": False, "trouble": "", "task": None}
    failed = bool(task.error_code) and task.status in {Task.Status.MANUAL, Task.Status.QUEUED}
    return {
        "building": task.status in UNFINISHED,
        "trouble": trouble(task.error_code) if failed else "",
        "place": task.error_place,
        "task": task,
    }


@staff_required
@require_safe
def review(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Everything the second person decides on: documents, manifest, counts, checks; and the two buttons."""
    insist_sight(request.actor, Sight.DATA)
    case, now = case_for(request, case_id), timezone.now()
    if package_of(case) is None:
        raise Http404
    context = case_page.case_context(request, case, "", now=now) | review_context(request, case, now=now)
    return page(request, "review", context)


def review_context(
    request: DeskRequest, case: Case, *, now: datetime, form: CaseForm | None = None, action: Action | None = None
) -> dict[str, Any]:
    """What the review page shows; `form` is the one that was just sent for `action`, with its errors and words."""
    package = package_of(case)
    found = {button.action: button for button in steps.buttons(case, request.actor, now=now)}
    # Nothing is typed to approve, and an old hash must not be offered again: the approval is always of what is shown.
    sent = form if action is Action.RETURN_TO_DRAFTING else None
    manifest = {"manifest_sha256": case.manifest_sha256}
    return {
        "package": package,
        "sent_to": receivers.bound_facts(case),
        "answer": case_page.answer_card(case),
        "files": package.details.get("files", []) if package else [],
        "attachments": attachments_context(request, case, most=FEW),
        "counts": _counts(request, package),
        "checks": checks(case, Action.APPROVE, request.actor, now=now),
        "ticks": ticks(case, today=local_date(case.controller, now)),
        "may_ask": duty_refusal(request.actor, Duty.ASK_DPO) is None,
        "diff": diff(case, language=request.LANGUAGE_CODE),
        "approve_sent": form if action is Action.APPROVE and form is not None and form.errors else None,
        "approve": found.get(Action.APPROVE),
        "return_": found.get(Action.RETURN_TO_DRAFTING),
        "approve_form": form_of(ApproveForm, request, case, now=now, bound=False, initial=manifest),
        "return_form": sent or form_of(ReturnForm, request, case, now=now, bound=False),
        "paragraph": str(case.content().get("paragraph", "")),
    }


def _counts(request: DeskRequest, package: Artifact | None) -> list[dict[str, Any]]:
    """Records per store and dataset, as the manifest counts them."""
    counts = package.details.get("counts", {}) if package else {}
    stores, language = stores_of(request.controller), request.LANGUAGE_CODE
    rows = []
    for store, found in counts.items():
        infos = datasets.described(request.controller, store)
        name = store_label(stores, store, language)
        for dataset, number in found.items():
            rows.append(
                {"store": name, "dataset": datasets.label(infos.get(dataset), language, dataset), "rows": number}
            )
    return rows
