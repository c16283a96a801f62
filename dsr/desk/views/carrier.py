"""An answer on a data carrier: a protected copy of the package, and its password in a letter of its own (A-16)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dsr.cases import delivery
from dsr.desk import carried
from dsr.desk.access import DeskRequest, Duty, insist, staff_required
from dsr.desk.attempt import attempt, form_of, seen_version
from dsr.desk.forms.delivery import CarrierForm
from dsr.desk.views.delivery import answer_of, delivery_page, posted_to
from dsr.fulfil.gather import head_of, sender_of
from dsr.fulfil.spool import read_artifact
from dsr.output.code_letter import PasswordLetter, password_letter
from dsr.output.locked import locked
from dsr.output.pdf import render_pdf

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from dsr.models import Artifact, Case, RowId


def _name(case: Case) -> str:
    return f"{case.request.reference}-protected.zip"


@staff_required
@require_POST
def prepare(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Draw a password for a copy; letter and file can then be had for half an hour."""
    case, artifact = answer_of(request, case_id)
    now = timezone.now()
    form = form_of(CarrierForm, request, case, now=now, bound=True)
    if not form.is_valid():
        return delivery_page(request, case, artifact, sent="carrier", form=form)
    seen = seen_version(request)
    outcome = attempt(lambda: delivery.prepare_copy(case_id=case.pk, actor=request.actor, now=now, seen_version=seen))
    if not outcome.done:
        case, artifact = answer_of(request, case_id)
        return delivery_page(request, case, artifact, sent="carrier", form=form, outcome=outcome)
    carried.keep(request, case, form.cleaned_data["address"], now=now)
    return redirect("desk:delivery", case_id=case.pk)


def _ready(request: DeskRequest, case_id: RowId) -> tuple[Case, Artifact, dict[str, Any]]:
    """What was prepared, or 404: after half an hour, in another session, for an answer taken back."""
    case, artifact = answer_of(request, case_id)
    found = carried.kept(request, case, now=timezone.now())
    if found is None or not artifact.storage_name or artifact.revoked_at is not None:
        raise Http404
    insist(request.actor, Duty.OFFER_AGAIN)
    return case, artifact, found


@staff_required
@require_safe
def letter(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """The letter with the password, for an envelope of its own."""
    case, _artifact, found = _ready(request, case_id)
    order = PasswordLetter(
        sender=sender_of(case.controller),
        addressee=posted_to(case, found["address"]),
        head=head_of(case, written_at=datetime.fromisoformat(str(found["at"]))),
        password=str(found["password"]),
        file_name=_name(case),
    )
    pdf = render_pdf([password_letter(order)])[0]
    return HttpResponse(pdf, content_type="application/pdf", headers=_headers(f"{case.request.reference}-password.pdf"))


@staff_required
@require_safe
def copy(request: DeskRequest, case_id: RowId) -> HttpResponseBase:
    """The protected copy, made while it is sent: the plain package lies on no disk of ours."""
    case, artifact, found = _ready(request, case_id)
    chunks = locked(
        read_artifact(artifact),
        file_name=artifact.file_name,
        password=str(found["password"]),
        written_at=artifact.created_at,
    )
    return StreamingHttpResponse(chunks, content_type="application/zip", headers=_headers(_name(case)))


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
