"""The register of recipients, and who was told in one case (Art. 19, 17(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import wording
from dsr.cases import recipient_mails, recipient_notices
from dsr.cases import recipients as verbs
from dsr.cases.facts import recipients_left
from dsr.cases.perform import ConflictError, RefusedError
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.recipients import EXEMPT, FIELD_OF, NATURES, WAYS, NoticeForm, RecipientForm, choices
from dsr.desk.shell import page
from dsr.fulfil.recipients_named import named_in_maps
from dsr.models import Recipient, RecipientNotice
from dsr.wording.recipients import CHANGES, STATUSES, trouble

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Case, RowId


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: DeskRequest) -> HttpResponse:
    """Who gets data and how each is told, whom the data maps name beside them, and the form that enters or changes one."""
    refused = duty_refusal(request.actor, Duty.RECIPIENTS)
    rows = verbs.register(request.controller)
    named = named_in_maps(request.controller)
    changed = next((row for row in rows if str(row.pk) == request.GET.get("change", "")), None)
    form = RecipientForm(request.POST or None, initial=_initial(changed, request.GET.get("name", ""), named))
    if request.method == "POST" and refused is None and form.is_valid() and _kept(request, form, changed):
        messages.success(request, _("Kept."))
        return redirect("desk:recipients")
    known = {row.name for row in rows}
    context = {
        "rows": [
            {
                "row": row,
                "nature": NATURES[row.nature],
                "way": WAYS[row.way],
                "identifier": recipient_mails.IDENTIFIER_WORDS[row.identifier],
                "datasets": sorted({*row.datasets, *named.get(row.name, ())}),
            }
            for row in rows
        ],
        "unknown": [(name, datasets) for name, datasets in named.items() if name not in known],
        "form": form if refused is None else None,
        "changed": changed,
        "why_not": wording.refusal(refused) if refused else "",
    }
    status = 409 if refused is not None and request.method == "POST" else 200
    return page(request, "recipients", context, current="recipients", status=status)


def _initial(changed: Recipient | None, name: str, named: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """What is on file about the one to change, or what the data maps say about the one to enter."""
    if changed is None:
        return {"name": name, "datasets": "\n".join(named[name])} if name in named else {}
    found = {field: getattr(changed, field) for field in RecipientForm.base_fields}
    return found | {"datasets": "\n".join(changed.datasets)}


def _kept(request: DeskRequest, form: RecipientForm, changed: Recipient | None) -> bool:
    try:
        verbs.keep(
            controller=request.controller,
            details=form.details(),
            recipient_id=changed.pk if changed else None,
            actor=request.actor,
            now=timezone.now(),
        )
    except RefusedError as error:
        form.add_error(FIELD_OF.get(error.refusal.code), wording.refusal(error.refusal))
        return False
    except ConflictError:
        form.add_error(None, _("Somebody else has ended this recipient meanwhile."))
        return False
    return True


@staff_required
@require_POST
def end(request: DeskRequest, recipient_id: RowId) -> HttpResponse:
    """Nothing is told to this recipient any more."""
    row = get_object_or_404(Recipient.objects.of(request.controller), pk=recipient_id)
    outcome = attempt(lambda: verbs.end(recipient=row, actor=request.actor, now=timezone.now()))
    if outcome.done:
        messages.success(request, _("Ended. What it was told stays in the cases."))
    else:
        messages.error(request, outcome.why_not or _("Somebody else has ended this recipient meanwhile."))
    return redirect("desk:recipients")


def _case(request: DeskRequest, case_id: RowId) -> Case:
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    if case.right not in recipient_notices.CHANGES:
        raise Http404
    return case


@staff_required
@require_safe
def told(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Who was told of what this case changed, who confirmed, who still has to be told."""
    return _page(request, _case(request, case_id))


def _page(
    request: DeskRequest,
    case: Case,
    *,
    form: NoticeForm | None = None,
    at: str = "",
    why_not: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = RecipientNotice.objects.of(request.controller).filter(case=case).select_related("recipient", "case")
    may = duty_refusal(request.actor, Duty.TELL_RECIPIENTS) is None
    found = []
    for row in rows.order_by("recipient__name", "created_at", "pk"):
        own = form if form is not None and str(row.pk) == at else None
        offered = choices(row.status, by_hand=_by_hand(row))
        found.append(
            {
                "row": row,
                "change": CHANGES[row.change],
                "status": STATUSES[row.status],
                "kind": _kind(row),
                "why": EXEMPT.get(row.error_code) or trouble(row.error_code),
                "form": own or (_form(row) if may and offered else None),
                "open": own is not None,
            }
        )
    noted = {row.recipient.name for row in rows}
    settled = dict(case.content().get("recipients", {})) if case.wrapped_key else {}
    context = case_page.case_context(request, case, "case-recipients", now=timezone.now()) | {
        "rows": found,
        "others": [(name, why) for name, why in sorted(settled.items()) if name not in noted],
        "left": [name for name in recipients_left(case) if name not in noted],
        "why_not": why_not,
        "form": form,
    }
    return page(request, "case_recipients", context, status=status)


def _kind(row: RecipientNotice) -> str:
    if row.status == RecipientNotice.Status.FAILED:
        return "bad"
    return {"open": "warn", "exempt": "info"}.get(row.status, "ok")


def _by_hand(row: RecipientNotice) -> bool:
    return recipient_mails.way_for(row) == Recipient.Way.HAND


def _form(row: RecipientNotice, data: Any = None) -> NoticeForm:
    missing = row.status == RecipientNotice.Status.FAILED and not recipient_mails.known(row)
    unknown = recipient_mails.IDENTIFIER_WORDS[row.recipient.identifier] if missing else ""
    return NoticeForm(data, status=row.status, by_hand=_by_hand(row), unknown=unknown, auto_id=f"id_{row.pk}_%s")


@staff_required
@require_POST
def note(request: DeskRequest, case_id: RowId, notice_id: RowId) -> HttpResponse:
    """Note what became of one notice, or send it again."""
    case = _case(request, case_id)
    rows = RecipientNotice.objects.of(request.controller).select_related("recipient", "case")
    row = get_object_or_404(rows, pk=notice_id, case=case)
    form = _form(row, request.POST)
    if not form.is_valid():
        return _page(request, case, form=form, at=str(row.pk), status=422)
    outcome = attempt(lambda: _done(request, row, form.cleaned_data))
    if outcome.done:
        messages.success(request, _("Noted."))
        return redirect("desk:case-recipients", case_id=case.pk)
    why_not = outcome.why_not or _("Somebody else changed the case meanwhile. Look at it and press again.")
    return _page(request, case_for(request, case_id), at=str(row.pk), why_not=why_not, status=409)


def _done(request: DeskRequest, row: RecipientNotice, said: dict[str, Any]) -> None:
    what, words = said["what"], said["words"]
    to: dict[str, Any] = {"notice_id": row.pk, "actor": request.actor, "now": timezone.now()}
    if what == "again":
        recipient_notices.again(**to, identifier=said.get("identifier", ""))
    elif what == "told":
        recipient_notices.told_by_hand(**to, how=words)
    elif what == "acknowledged":
        recipient_notices.acknowledge(**to, how=words)
    else:
        recipient_notices.exempt(**to, ground=what, reason=words)
