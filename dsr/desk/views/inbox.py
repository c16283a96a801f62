"""The inbox: what came by mail, what was made of it, and what a person has to decide (4.2 no. 1).

Roles that read about nobody see kind, size and times (4.3). A mail is shown as text; as it came it is a download that no
browser opens, and who fetched it is an event.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import inbound as verbs
from dsr.cases.inbound_words import noted
from dsr.cases.perform import ConflictError, RefusedError
from dsr.desk import inbox_page, side
from dsr.desk.access import DeskRequest, Duty, Sight, duty_refusal, insist_sight, sees, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.inbox import AddToForm, DismissForm
from dsr.desk.inbox_words import trouble
from dsr.desk.shell import page
from dsr.fulfil import inbound
from dsr.models import InboundMail
from dsr.vault import MissingKeyError, TamperedError
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.models import Request, RowId

PER_PAGE: Final = 50
Kind = InboundMail.Kind


@staff_required
@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Mails of one kind, 50 a page, in a constant number of queries; first those somebody has to decide about."""
    chosen = request.GET.get("show", "decide")
    chosen = chosen if chosen in inbox_page.FILTERS else "decide"
    now, shown = timezone.now(), sees(request.actor, Sight.PERSON)
    found = Paginator(inbox_page.rows(request.controller, chosen), PER_PAGE).get_page(request.GET.get("page"))
    state = inbox_page.mailbox_state(request.controller)
    context = {
        "lines": inbox_page.lines(found, request.controller, now=now, shown=shown),
        "page_obj": found,
        "chosen": chosen,
        "filters": [(name, label) for name, (label, _kinds) in inbox_page.FILTERS.items()],
        "undecided": side.rows_of(request).mails,
        "shown": shown,
        "configured": inbox_page.configured(request.controller),
        "state": state,
        "trouble": trouble(state.error_code) if state and state.failing_since else "",
    }
    return page(request, "inbox", context, current="inbox")


def _mail(request: DeskRequest, mail_id: RowId) -> InboundMail:
    """A mail of this controller, or 404."""
    rows = InboundMail.objects.of(request.controller).select_related("request", "controller", "decided_by")
    found: InboundMail = get_object_or_404(rows, pk=mail_id)
    return found


@staff_required
@require_safe
def show(request: DeskRequest, mail_id: RowId) -> HttpResponse:
    """One mail as text, and the decision when one is open."""
    insist_sight(request.actor, Sight.PERSON)
    return _shown(request, _mail(request, mail_id))


def _shown(request: DeskRequest, mail: InboundMail, *, status: int = 200, **extra: Any) -> HttpResponse:
    refused = duty_refusal(request.actor, Duty.SETTLE_MAIL)
    waiting = mail.kind == Kind.UNDECIDED
    case = mail.request.cases.order_by("right").first() if mail.request else None
    context = {
        "line": inbox_page.one(mail, now=timezone.now(), shown=True),
        "case": case,
        "waiting": waiting,
        "noted": noted(mail),
        "why_not": wording.refusal(refused) if refused and waiting else "",
        "likely": inbox_page.likely(mail) if waiting else [],
        "add_form": AddToForm(auto_id="id_add_%s"),
        "dismiss_form": DismissForm(auto_id="id_dismiss_%s"),
        "problem": "",
        "downloads": bool(mail.storage_name and not mail.deleted_at),
        **extra,
    }
    return page(request, "inbox_mail", context, current="inbox", status=status)


def _overtaken(request: DeskRequest, mail: InboundMail) -> HttpResponse:
    messages.error(request, _("Somebody else has decided about this mail meanwhile."))
    return redirect("desk:inbox-mail", mail_id=mail.pk)


def _to_case(request: DeskRequest, found: Request, said: str) -> HttpResponse:
    messages.success(request, said % {"reference": found.reference})
    return redirect("desk:case", case_id=found.cases.order_by("right").values_list("pk", flat=True)[0])


@staff_required
@require_POST
def make(request: DeskRequest, mail_id: RowId) -> HttpResponse:
    """The mail is a request of its own."""
    insist_sight(request.actor, Sight.PERSON)
    mail = _mail(request, mail_id)
    try:
        found = verbs.make_request(mail_id=mail.pk, actor=request.actor, now=timezone.now())
    except RefusedError as error:
        return _shown(request, mail, status=409, problem=wording.refusal(error.refusal))
    except ConflictError:
        return _overtaken(request, mail)
    return _to_case(request, found, _("%(reference)s is registered. Say which right it is about."))


@staff_required
@require_POST
def add(request: DeskRequest, mail_id: RowId) -> HttpResponse:
    """The mail belongs to a request."""
    insist_sight(request.actor, Sight.PERSON)
    mail, form = _mail(request, mail_id), AddToForm(request.POST, auto_id="id_add_%s")
    if not form.is_valid():
        return _shown(request, mail, add_form=form)
    try:
        found = verbs.add_to(
            mail_id=mail.pk, reference=form.cleaned_data["reference"], actor=request.actor, now=timezone.now()
        )
    except RefusedError as error:
        form.add_error("reference", wording.refusal(error.refusal))
        return _shown(request, mail, add_form=form)
    except ConflictError:
        return _overtaken(request, mail)
    mail.refresh_from_db()
    if noted(mail):
        return _to_case(request, found, _("The mail is a note on %(reference)s now. Only staff reads it."))
    return _to_case(request, found, _("The mail is a message of %(reference)s now."))


@staff_required
@require_POST
def dismiss(request: DeskRequest, mail_id: RowId) -> HttpResponse:
    """The mail is no request, for a reason."""
    insist_sight(request.actor, Sight.PERSON)
    mail, form = _mail(request, mail_id), DismissForm(request.POST, auto_id="id_dismiss_%s")
    if not form.is_valid():
        return _shown(request, mail, dismiss_form=form)
    reason = form.cleaned_data["reason"]
    outcome = attempt(lambda: verbs.dismiss(mail_id=mail.pk, reason=reason, actor=request.actor, now=timezone.now()))
    if outcome.conflict:
        return _overtaken(request, mail)
    if not outcome.done:
        return _shown(request, mail, status=409, problem=outcome.why_not)
    messages.success(request, _("Noted: not a request."))
    return redirect("desk:inbox")


@staff_required
@require_POST
def original(request: DeskRequest, mail_id: RowId) -> HttpResponseBase:
    """The mail as it came, as a file that the browser keeps and does not open; who fetched it is an event."""
    insist_sight(request.actor, Sight.PERSON)
    mail = _mail(request, mail_id)
    refused = duty_refusal(request.actor, Duty.SETTLE_MAIL)
    if refused is not None:
        return _shown(request, mail, status=409, problem=wording.refusal(refused))
    if not mail.storage_name or mail.deleted_at:
        raise Http404
    chunks = inbound.original(mail)
    try:
        first = next(chunks, b"")
    except (MissingKeyError, TamperedError, Temporary, Permanent, OSError):
        raise Http404 from None
    verbs.note_fetched(mail=mail, actor=request.actor, now=timezone.now())
    response = StreamingHttpResponse(chain((first,), chunks), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="mail-{mail.pk}.eml"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
