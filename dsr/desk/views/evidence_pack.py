"""Evidence for a supervisory authority: order it, see it being made, fetch it, check it (rules 4.6).

The page about Art. 12(5) is another one (dsr.desk.views.evidence).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from dsr import wording
from dsr.cases import evidence
from dsr.cases.perform import RefusedError
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, case_for, duty_refusal, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, reopened
from dsr.desk.forms.evidence_pack import EvidencePackForm
from dsr.desk.shell import page
from dsr.fulfil.evidence import MEDIA_TYPE, extent_words
from dsr.fulfil.signing import keys_page
from dsr.fulfil.spool import read_artifact
from dsr.sessions import by_itself

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.models import Case, EvidencePack, RowId


def _case(request: DeskRequest, case_id: RowId) -> Case:
    if duty_refusal(request.actor, Duty.EVIDENCE_PACK) is not None:
        raise PermissionDenied
    return case_for(request, case_id)


@staff_required
@require_safe
def show(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """What was ordered for this case and how it stands, and the form for another order."""
    return _show(request, _case(request, case_id))


@by_itself
@staff_required
@require_safe
def live(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """The same page, asked for by itself while a pack is being made."""
    return _show(request, _case(request, case_id))


@staff_required
@require_POST
def order(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Have a pack made in the background."""
    case, now = _case(request, case_id), timezone.now()
    form = form_of(EvidencePackForm, request, case, now=now, bound=True, actor=request.actor)
    if not form.is_valid():
        return _show(request, case, form=form)
    typed = form.cleaned_data
    outcome = attempt(
        lambda: evidence.order(
            case_id=case.pk,
            extent=evidence.Extent(typed["extent"]),
            authority=str(typed["authority"]),
            reference=str(typed["reference"]),
            language=str(typed["written_in"]),
            actor=request.actor,
            now=now,
        )
    )
    if outcome.done:
        flash.success(request, _("The evidence is being put together. It appears below in a moment."))
        return redirect("desk:evidence-packs", case_id=case.pk)
    fresh = case_for(request, case_id)
    form = reopened(EvidencePackForm, request, fresh, now=now, actor=request.actor)
    return _show(request, fresh, form=form, outcome=outcome)


def _show(
    request: DeskRequest, case: Case, *, form: EvidencePackForm | None = None, outcome: Outcome | None = None
) -> HttpResponse:
    now = timezone.now()
    empty = EvidencePackForm(case=case, now=now, language=request.LANGUAGE_CODE, actor=request.actor)
    packs = [_row(request, pack, now=now) for pack in evidence.packs_of(case)[:50]]
    context: dict[str, Any] = case_page.case_context(request, case, "evidence-packs", now=now) | {
        "form": form,
        "order_form": form or empty,
        "packs": packs,
        "waits": any(pack["making"] for pack in packs),
        "keys_url": keys_page(case.controller),
        "conflict": bool(outcome and outcome.conflict),
        "why_not": outcome.why_not if outcome else "",
        "news": [],
    }
    blocked = bool(outcome and (outcome.conflict or outcome.why_not))
    bad = 409 if blocked else 422 if form is not None and form.errors else 200
    return page(request, "evidence_packs", context, status=bad)


def _row(request: DeskRequest, pack: EvidencePack, *, now: Any) -> dict[str, Any]:
    refused = duty_refusal(request.actor, evidence.NEEDED[evidence.Extent(pack.extent)])
    # For whom it was is a note about the person's affair with the authority: shown to those who read words.
    said = pack.content() if duty_refusal(request.actor, Duty.EVIDENCE_FILE) is None else {}
    failed = pack.made_at is None and pack.attempts >= evidence.ATTEMPTS
    return {
        "pack": pack,
        "extent": extent_words(pack.extent),
        "authority": said.get("authority", ""),
        "reference": said.get("reference", ""),
        "making": pack.made_at is None and not failed,
        "failed": failed,
        "there": evidence.is_there(pack, now=now),
        "why_not": wording.refusal(refused) if refused else "",
    }


@staff_required
@require_GET
def download(request: DeskRequest, case_id: RowId, pack_id: RowId) -> HttpResponseBase:
    """The sealed archive, after a fresh sign-in (SURELY in dsr.desk.access); who fetched it is an event."""
    case = _case(request, case_id)
    pack = get_object_or_404(evidence.packs_of(case), pk=pack_id)
    try:
        artifact = evidence.take(pack=pack, actor=request.actor, now=timezone.now())
    except RefusedError as error:
        if error.refusal.code == "role":
            raise PermissionDenied from None
        raise Http404 from None
    response = StreamingHttpResponse(read_artifact(artifact), content_type=MEDIA_TYPE)
    name = content_disposition_header(as_attachment=True, filename=artifact.file_name) or ""
    response.headers["Content-Disposition"] = name
    response.headers["Content-Length"] = str(artifact.size)
    response.headers["Cache-Control"] = "private, no-store"
    return response
