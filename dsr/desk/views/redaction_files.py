"""Files of the answer as redaction shows them: a page as a picture, before and after, and the finished file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from dsr.desk.access import DeskRequest, Sight, case_for, insist_sight, staff_required
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.redact_read import finished_file, sheet_picture
from dsr.models import RedactionItem

if TYPE_CHECKING:
    from dsr.models import RowId

_ORIGINAL, _RESULT = "original", "result"


@staff_required
@require_safe
def sheet(request: DeskRequest, case_id: RowId, item_id: RowId, sheet: int, side: str) -> HttpResponse:
    """A page of a picture or PDF, drawn anew to look at: `original` as it is, `result` with its boxes."""
    insist_sight(request.actor, Sight.DATA)
    case = case_for(request, case_id)
    row = RedactionItem.objects.filter(case=case, kind=RedactionItem.Kind.FILE, present=True, pk=item_id).first()
    if row is None or side not in {_ORIGINAL, _RESULT}:
        raise Http404
    made = sheet_picture(case, row, sheet, result=side == _RESULT)
    if made is None:
        raise Http404
    response = HttpResponse(made, content_type="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@staff_required
@require_safe
def file(request: DeskRequest, case_id: RowId, item_id: RowId) -> HttpResponse:
    """The finished file as a download: what the subscriber gets, made from the original and the accepted marks."""
    insist_sight(request.actor, Sight.DATA)
    case = case_for(request, case_id)
    row = RedactionItem.objects.filter(case=case, kind=RedactionItem.Kind.FILE, present=True, pk=item_id).first()
    if row is None:
        raise Http404
    try:
        made = finished_file(case, row)
    except NeedsPersonError:
        raise Http404 from None
    if made is None:
        raise Http404
    response = HttpResponse(made.data, content_type="application/octet-stream")
    name = f"{case.request.reference}-redacted{made.ending}"
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
