"""The pages of one case: overview, messages, history; and who works on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import wording
from dsr.audit import verify_case
from dsr.cases import linking, messages, notes, uploads
from dsr.cases.perform import RefusedError, assign
from dsr.desk import case_page, presence
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist, insist_sight, sees, staff_required
from dsr.desk.attempt import Outcome, attempt
from dsr.desk.behalf import flags_of
from dsr.desk.clock_card import clock_card
from dsr.desk.contesting import with_offers
from dsr.desk.conversation import conversation
from dsr.desk.dossier import dossier_of
from dsr.desk.escalations import escalations_of
from dsr.desk.forms.case import LinkForm, NoteForm
from dsr.desk.forms.steps import MessageForm
from dsr.desk.guidance import hints
from dsr.desk.history import NOTES, SUBJECT, SYSTEM, entries
from dsr.desk.history import shown as shown_events
from dsr.desk.opened_rows import latest
from dsr.desk.shell import page
from dsr.desk.sign_offs import decision_of
from dsr.inbox import Inbox
from dsr.models import Upload
from dsr.wording import asked

if TYPE_CHECKING:
    from dsr.models import Case, RowId


EVENTS = 50
"""Events on one page of the history."""
NEWEST = 4
"""Events on the overview."""


@staff_required
@require_safe
def overview(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Everything somebody needs to decide what to do next with a case."""
    now = timezone.now()
    case = case_for(request, case_id)
    context = case_page.case_context(request, case, "case", now=now)
    known = dossier_of(request, case, now=now)
    shown = sees(request.actor, Sight.PERSON)
    told = case.request.content() if shown else {}
    context |= {
        "clock": clock_card(case, today=context["today"]),
        "identity": case_page.identity_card(case, request.actor, request.LANGUAGE_CODE),
        "next": case_page.next_card(case, request.actor, known=known, now=now),
        "hints": hints(case, context["progress"], now=now),
        "answer": case_page.answer_card(case),
        "told": told,
        "chosen": asked.lines(asked.of_right(told, case.right)),
        "flags": flags_of(told, case.right),
        "may_forward": case.is_open and duty_refusal(request.actor, Duty.FORWARD) is None,
        "identifiers": _identifiers(told),
        "people": known.colleagues,
        "may_work": duty_refusal(request.actor, Duty.DRAFT) is None,
        "may_assign": duty_refusal(request.actor, Duty.ASSIGN) is None,
        "live": case_page.is_live(case, context["progress"]),
        "escalations": escalations_of(case, today=context["today"]),
        "recent": entries(
            case, shown_events(case, "")[:NEWEST], language=request.LANGUAGE_CODE, with_notes=False, names=known.names
        ),
        "related": linking.related(case.request, known.links) if shown else [],
        "may_link": duty_refusal(request.actor, Duty.LINK) is None,
        "link_form": LinkForm(prefix="link"),
        "chase": latest(context["progress"]),
        "may_chase": duty_refusal(request.actor, Duty.CHASE) is None,
        "too_close": [
            case_page.staff_name(row.user) for row in case.request.closeness.all() if row.withdrawn_at is None
        ],
        "here": presence.listed(known.here, but=request.staff),
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
    form = MessageForm(*((request.POST, request.FILES) if request.method == "POST" and refused is None else ()))
    now = timezone.now()
    form.open_inbox(Inbox(controller=request.controller, request=case.request, now=now, actor=request.actor))
    if request.method == "POST" and refused is None and form.is_valid():
        text, ids = form.cleaned_data["text"], set(form.cleaned_data["attached"])
        files = [one for one in uploads.loose(case.request, Upload.Purpose.ENCLOSURE) if str(one.pk) in ids]
        messages.from_office(request=case.request, text=text, author=request.staff, now=now, files=files)
        flash.success(request, _("Sent. The person gets a mail that says that it is there."))
        return redirect("desk:messages", case_id=case.pk)
    context = case_page.case_context(request, case, "messages", now=timezone.now())
    context |= {
        "lines": with_offers(case, conversation(case.request), request.actor, now=now),
        "form": form,
        "why_not": wording.refusal(refused) if refused else "",
    }
    return page(request, "messages", context, status=409 if refused and request.method == "POST" else 200)


@staff_required
@require_safe
def history(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """The events of the chain, newest first, a page at a time and filtered, with the result of checking all of it."""
    case, now = case_for(request, case_id), timezone.now()
    context = case_page.case_context(request, case, "history", now=now)
    names = dossier_of(request, case, now=now).names
    notes = sees(request.actor, Sight.PERSON)
    show = request.GET.get("show", "")
    found = Paginator(shown_events(case, show), EVENTS).get_page(request.GET.get("page"))
    context |= {
        "entries": entries(case, list(found), language=request.LANGUAGE_CODE, with_notes=notes, names=names),
        "page_obj": found,
        "filters": [{"name": name, "label": label, "current": name == show} for name, label in _filters().items()],
        "count": case.version,
        "faults": verify_case(case),
    }
    return page(request, "history", context)


def _filters() -> dict[str, str]:
    return {"": _("All"), SUBJECT: _("What the person sees"), SYSTEM: _("The system"), NOTES: _("Notes")}


@staff_required
@require_safe
def decision(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Who prepared and who approved what, on what ground, under which hash."""
    case, now = case_for(request, case_id), timezone.now()
    context = case_page.case_context(request, case, "decision", now=now)
    names = dossier_of(request, case, now=now).names
    notes = sees(request.actor, Sight.PERSON)
    context |= {
        "answer": case_page.answer_card(case),
        "decision": decision_of(case, language=request.LANGUAGE_CODE, with_notes=notes, names=names),
    }
    return page(request, "decision", context)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def notes_page(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Notes for colleagues; each is an event whose text is sealed beside it."""
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    refused = duty_refusal(request.actor, Duty.NOTE)
    form = NoteForm(request.POST or None)
    outcome = Outcome(done=False, why_not=wording.refusal(refused) if refused and request.method == "POST" else "")
    if request.method == "POST" and refused is None and form.is_valid():
        text = form.cleaned_data["text"]
        outcome = attempt(lambda: notes.add(case_id=case.pk, text=text, actor=request.actor, now=timezone.now()))
        if outcome.done:
            flash.success(request, _("Kept."))
            return redirect("desk:notes", case_id=case.pk)
    now = timezone.now()
    context = case_page.case_context(request, case, "notes", now=now)
    names = dossier_of(request, case, now=now).names
    rows = shown_events(case, NOTES)
    context |= {
        "entries": entries(case, rows, language=request.LANGUAGE_CODE, with_notes=True, names=names),
        "form": form,
        "possible": refused is None,
        "why_no_note": wording.refusal(refused) if refused else "",
        "why_not": outcome.why_not,
        "conflict": outcome.conflict,
    }
    return page(request, "notes", context, status=409 if outcome.why_not or outcome.conflict else 200)


@staff_required
@require_POST
def link(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Show another request as one of the same person, or no longer."""
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    form = LinkForm(request.POST, prefix="link")
    linked = request.POST.get("act") != "unlink"
    if not form.is_valid():
        for errors in form.errors.values():
            flash.error(request, " ".join(str(error) for error in errors))
        return redirect("desk:case", case_id=case.pk)
    said = form.cleaned_data
    outcome = attempt(
        lambda: linking.decide(
            case_id=case.pk,
            reference=said["reference"],
            linked=linked,
            reason=said["reason"],
            actor=request.actor,
            now=timezone.now(),
        )
    )
    if outcome.done:
        flash.success(request, _("Noted in both histories."))
    else:
        flash.error(request, outcome.why_not or _("Somebody else changed this case meanwhile. Try again."))
    return redirect("desk:case", case_id=case.pk)


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
