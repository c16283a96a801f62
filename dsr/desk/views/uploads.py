"""A file that was sent to us: opened as a download that no browser runs, a proof seen and deleted, files added by the office."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dsr.cases import uploads
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist, insist_sight, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.uploads import AddFilesForm
from dsr.desk.views.files import files_page
from dsr.inbox import Inbox
from dsr.models import Upload
from dsr.vault import MissingKeyError, TamperedError
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.models import Case, RowId


def _upload_of(case: Case, upload_id: RowId) -> Upload:
    """A file of this case's request that is there, or 404."""
    rows = Upload.objects.of(case.controller).filter(request=case.request_id, deleted_at=None).exclude(storage_name="")
    found: Upload = get_object_or_404(rows.select_related("request"), pk=upload_id)
    return found


@staff_required
@require_safe
def one(request: DeskRequest, case_id: RowId, upload_id: RowId) -> HttpResponseBase:
    """The file, straight from the vault, never shown or run by the browser; who opened it stands in the history."""
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    upload = _upload_of(case, upload_id)
    if upload.purpose == Upload.Purpose.MATTER and duty_refusal(request.actor, Duty.AUTHORITY) is not None:
        raise PermissionDenied
    chunks = uploads.read(upload)
    try:
        first = next(chunks, b"")
    except (MissingKeyError, TamperedError, Temporary, Permanent, OSError):
        raise Http404 from None
    if request.method == "GET":
        uploads.note_opened(upload=upload, case_id=case.pk, actor=request.actor, now=timezone.now())
    response = StreamingHttpResponse(chain((first,), chunks), content_type="application/octet-stream")
    response.headers["Content-Length"] = str(upload.size)
    name = uploads.name_of(upload)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@staff_required
@require_POST
def seen(request: DeskRequest, case_id: RowId, upload_id: RowId) -> HttpResponse:
    """Somebody looked at a proof: it goes at once, and who saw what when stays (I-04)."""
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    upload = _upload_of(case, upload_id)
    if upload.purpose not in uploads.PROOFS:
        raise Http404
    outcome = attempt(lambda: uploads.seen(upload=upload, actor=request.actor, now=timezone.now()))
    if outcome.done:
        messages.success(request, _("Deleted. The history says who looked at it and when."))
    else:
        messages.error(request, outcome.why_not or _("Somebody else was faster. Look at the list again."))
    return _to_files(case)


@staff_required
@require_POST
def add(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Keep files that reached the office another way."""
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    outcome = attempt(lambda: insist(request.actor, Duty.REGISTER))
    if not outcome.done:
        messages.error(request, outcome.why_not)
        return _to_files(case)
    form = AddFilesForm(request.POST, request.FILES)
    inbox = Inbox(
        controller=request.controller,
        request=case.request,
        now=timezone.now(),
        actor=request.actor,
        fresh=True,
        from_person=bool(request.POST.get("from_person")),
    )
    form.open_inbox(inbox)
    if not form.is_valid():
        return files_page(request, case, add_form=form)
    count = len(form.cleaned_data["added"])
    messages.success(request, ngettext("One file was added.", "%(count)s files were added.", count) % {"count": count})
    return _to_files(case)


def _to_files(case: Case) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk:files", args=[case.pk]) + "#sent-files")
