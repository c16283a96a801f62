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
from dsr.desk.views.delivery import Sent, act, answer_of, download, posted_to
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

    def run(sent: Sent) -> None:
        delivery.prepare_copy(case_id=case_id, actor=request.actor, now=sent.now, seen_version=sent.seen)

    def then(sent: Sent) -> HttpResponse:
        carried.keep(request, sent.case, sent.form.cleaned_data["address"], now=sent.now)
        return redirect("desk:delivery", case_id=sent.case.pk)

    return act(request, case_id, "carrier", run, then)


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
    return download(pdf, f"{case.request.reference}-password.pdf")


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
    headers = {"Content-Disposition": f'attachment; filename="{_name(case)}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(chunks, content_type="application/zip", headers=headers)
