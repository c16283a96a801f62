"""The pages of one case: overview, messages, history; and who works on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import wording
from dsr.audit import verify_case
from dsr.cases import messages
from dsr.cases.perform import RefusedError, assign
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist, insist_sight, sees, staff_required
from dsr.desk.behalf import flags_of
from dsr.desk.conversation import conversation
from dsr.desk.escalations import escalations_of
from dsr.desk.forms.steps import MessageForm
from dsr.desk.history import history as history_of
from dsr.desk.shell import page
from dsr.wording import asked

if TYPE_CHECKING:
    from dsr.models import Case, RowId


@staff_required
@require_safe
def overview(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Everything somebody needs to decide what to do next with a case."""
    now = timezone.now()
    case = case_for(request, case_id)
    context = case_page.case_context(request, case, "case", now=now)
    shown = sees(request.actor, Sight.PERSON)
    told = case.request.content() if shown else {}
    context |= {
        "clock": case_page.clock_card(case),
        "identity": case_page.identity_card(case, request.actor, request.LANGUAGE_CODE),
        "next": case_page.next_card(case, request.actor, now=now),
        "answer": case_page.answer_card(case),
        "told": told,
        "chosen": asked.lines(asked.of_right(told, case.right)),
        "flags": flags_of(told, case.right),
        "identifiers": _identifiers(told),
        "people": case_page.colleagues(request),
        "may_assign": duty_refusal(request.actor, Duty.ASSIGN) is None,
        "live": case_page.is_live(case, context["progress"]),
        "escalations": escalations_of(case, today=context["today"]),
        "recent": history_of(case, language=request.LANGUAGE_CODE, with_notes=False, newest=4),
    }
    return page(request, "case", context)


def _identifiers(told: dict[str, Any]) -> list[tuple[str, str]]:
    """What the person gave to be found by, with names for the kinds."""
    kinds = {
        "customer_number": _("Customer number"),
        "email": _("E-mail address"),
        "phone": _("Telephone"),
        "username": _("User name"),
        "address": _("Address"),
    }
    rows = [(kinds.get(kind, kind), value) for kind, value in told.get("identifiers", [])]
    contacts = [(_("E-mail for the answer"), "contact_email"), (_("Post for the answer"), "contact_post")]
    return [*((label, str(told[key])) for label, key in contacts if told.get(key)), *rows]


@staff_required
@require_safe
def live(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """The table of stores alone, asked for every few seconds while something runs; says when the whole page is out of date."""
    case = case_for(request, case_id)
    context = case_page.case_context(request, case, "case", now=timezone.now())
    context["live"] = case_page.is_live(case, context["progress"])
    if request.GET.get("state") != case.state or not context["live"]:
        response = HttpResponse(status=204)
        response.headers["HX-Refresh"] = "true"
        return response
    return page(request, "_stores", context)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """The conversation about a request; an answer goes into the portal and is announced by mail."""
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    refused = duty_refusal(request.actor, Duty.MESSAGE)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and refused is None and form.is_valid():
        text = form.cleaned_data["text"]
        messages.from_office(request=case.request, text=text, author=request.staff, now=timezone.now())
        flash.success(request, _("Sent. The person gets a mail that says that it is there."))
        return redirect("desk:messages", case_id=case.pk)
    context = case_page.case_context(request, case, "messages", now=timezone.now())
    context |= {
        "lines": conversation(case.request),
        "form": form,
        "why_not": wording.refusal(refused) if refused else "",
    }
    return page(request, "messages", context, status=409 if refused and request.method == "POST" else 200)


@staff_required
@require_safe
def history(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Every event of the chain, newest first, with the result of checking the chain."""
    case = case_for(request, case_id)
    context = case_page.case_context(request, case, "history", now=timezone.now())
    notes = sees(request.actor, Sight.PERSON)
    context |= {
        "entries": history_of(case, language=request.LANGUAGE_CODE, with_notes=notes),
        "faults": verify_case(case),
    }
    return page(request, "history", context)


@staff_required
@require_POST
def give(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Assign the case to a colleague, or to nobody."""
    case: Case = case_for(request, case_id)
    wanted = request.POST.get("assignee", "")
    people = {str(user.pk): user for user in case_page.colleagues(request)}
    try:
        insist(request.actor, Duty.ASSIGN)
        if wanted and wanted not in people:
            flash.error(request, _("Choose a member of staff of this controller."))
        else:
            assign(case_id=case.pk, to=people.get(wanted), actor=request.actor, now=timezone.now())
            name = case_page.staff_name(people.get(wanted))
            flash.success(request, _("Assigned to %(name)s.") % {"name": name} if name else _("Assigned to nobody."))
    except RefusedError as error:
        flash.error(request, wording.refusal(error.refusal))
    return redirect("desk:case", case_id=case.pk)
