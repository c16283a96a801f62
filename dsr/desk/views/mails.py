"""Every mail that left or should have: what was sent to whom, what came back, and what a person does about it.

Roles that may not read about persons see reference, kind, times and state of a mail (4.3), never address or text; whoever keeps
mails going reads those to colleagues. Nobody reads the link of an invitation. The text of a mail to a person holds less than the messages of the case, which the same roles read, so opening it is not an event of the case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import wording
from dsr.cases import outbox
from dsr.cases.perform import RefusedError
from dsr.desk import mails
from dsr.desk import written as mailboxes
from dsr.desk.access import DeskRequest, Duty, Sight, duty_refusal, insist_sight, sees, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.mails import AgainForm
from dsr.desk.shell import page
from dsr.models import Message, Notice
from dsr.vault import MissingKeyError, TamperedError
from dsr.wording.mails import kind, trouble

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import RowId

PER_PAGE: Final = 50


@staff_required
@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Mails to persons or to staff, filtered by how they stand; 50 a page, a constant number of queries."""
    staff = request.GET.get("to") == "staff"
    stands = request.GET.get("stands", "")
    stands = stands if stands in mails.STANDS else ""
    found = Paginator(mails.rows(request.controller, staff=staff, stands=stands), PER_PAGE).get_page(
        request.GET.get("page")
    )
    persons = sees(request.actor, Sight.PERSON)
    shown = staff or persons
    context = {
        "lines": [mails.line(row, shown=persons) for row in found],
        "page_obj": found,
        "staff": staff,
        "stands": stands,
        "filters": mails.STANDS.items(),
        "stuck": mails.rows(request.controller, staff=staff, stands="undelivered").count(),
        "shown": shown,
        "mailboxes": mailboxes.possible() and persons,
    }
    return page(request, "mails", context, current="mails")


@staff_required
@require_safe
def written(request: DeskRequest) -> HttpResponse:
    """The demo's mailboxes: every mail as it was written to a file, codes too; 404 anywhere else."""
    if not mailboxes.possible():
        raise Http404
    insist_sight(request.actor, Sight.PERSON)
    return page(request, "written", {"mails": mailboxes.newest(request.controller)}, current="mails")


def _mail(request: DeskRequest, mail_id: RowId) -> Message | Notice:
    """A mail of this controller, or 404."""
    message = Message.objects.of(request.controller).filter(pk=mail_id, by_mail=True)
    row: Message | Notice | None = message.select_related("request", "controller").first()
    row = row or Notice.objects.of(request.controller).filter(pk=mail_id).select_related("user", "controller").first()
    if row is None:
        raise Http404
    return row


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: DeskRequest, mail_id: RowId) -> HttpResponse:
    """One mail: its state, for those who may read it address and text, and sending it again with a look at the address."""
    row = _mail(request, mail_id)
    content = _content(row) if _reads(request, row) else {}
    refused = duty_refusal(request.actor, outbox.duty_of(row))
    stuck = row.status in Message.UNDELIVERED
    form = AgainForm(request.POST or None, initial={"to": content.get("to", "")})
    why_not = wording.refusal(refused) if refused else ""
    if request.method == "POST" and not why_not and form.is_valid():
        outcome = attempt(
            lambda: outbox.again(row=row, to=form.cleaned_data["to"], actor=request.actor, now=timezone.now())
        )
        if outcome.done:
            flash.success(request, _("The mail is sent once more."))
            return redirect("desk:mail", mail_id=row.pk)
        why_not, stuck = outcome.why_not, False
    context = {
        "mail": row,
        "line": mails.line(row, shown=bool(content)),
        "kind": kind(row.kind),
        "trouble": trouble(row.error_code),
        "content": content,
        "secret": row.kind == outbox.INVITED,
        "form": form,
        "stuck": stuck,
        "why_not": why_not,
        "to_person": isinstance(row, Message),
        "cases": _cases(row),
    }
    return page(request, "mail", context, current="mails", status=409 if why_not and request.method == "POST" else 200)


def _reads(request: DeskRequest, row: Message | Notice) -> bool:
    """Whether address and text are shown: of a mail to staff also to whoever keeps mails going; the auditor reads none (4.3)."""
    to_staff = isinstance(row, Notice) and row.user.is_staff_member
    return sees(request.actor, Sight.PERSON) or (to_staff and duty_refusal(request.actor, Duty.RETRY) is None)


def _content(row: Message | Notice) -> dict[str, Any]:
    """Address and text; never the text of an invitation, whose link makes whoever opens it a member of staff."""
    try:
        content = row.content()
    except (MissingKeyError, TamperedError):
        return {}
    return {**content, "body": ""} if row.kind == outbox.INVITED else content


def _cases(row: Message | Notice) -> list[dict[str, str]]:
    if isinstance(row, Notice):
        return []
    found = row.request.cases.order_by("right")
    return [{"url": reverse("desk:case", args=[case.pk]), "label": wording.right(case.right)} for case in found]


@staff_required
@require_POST
def letter(request: DeskRequest, mail_id: RowId) -> HttpResponse:
    """Note that a letter was posted instead."""
    row = _mail(request, mail_id)
    if not isinstance(row, Message):
        raise Http404
    try:
        outbox.by_letter(row=row, actor=request.actor, now=timezone.now())
        flash.success(request, _("Noted: a letter was posted."))
    except RefusedError as error:
        flash.error(request, wording.refusal(error.refusal))
    return redirect("desk:mail", mail_id=row.pk)
