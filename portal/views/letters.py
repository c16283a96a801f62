"""The letters of a request: to read on a page and to save as PDF, both from the same words; what is opened is noted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dsr import limits, wording
from dsr.cases import actors, letter_reading
from dsr.cases.letters import TO_OTHERS
from dsr.fulfil import letters as laid_out
from dsr.law.letters import LetterCode
from dsr.limits import limited
from dsr.models import Letter
from dsr.output.inputs import OutputError
from dsr.output.pdf import RenderError
from dsr.vault import MissingKeyError, TamperedError
from portal import access, download
from portal.views import files

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.models import Request, RowId

log = logging.getLogger(__name__)


def letters_of(asked: Request) -> list[dict[str, Any]]:
    """The letters that were sent and still stand, the newest first; those inside a package lead to its page."""
    rows = Letter.objects.of(asked.controller).filter(
        case__request=asked, status=Letter.Status.SENT, superseded_at__isnull=True
    )
    rows = rows.exclude(code__in=TO_OTHERS)
    several = asked.cases.count() > 1
    return [
        {
            "row": row,
            "title": wording.letter(row.code),
            "right": wording.right_plain(row.case.right) if several else "",
            "in_package": LetterCode(row.code) in laid_out.IN_PACKAGE,
            "has_pdf": bool(row.artifact_id) or row.code == LetterCode.ACKNOWLEDGEMENT.value,
        }
        for row in rows.select_related("case").order_by("-sent_at", "-created_at")
    ]


def _find(asked: Request, letter_id: RowId) -> Letter | None:
    rows = Letter.objects.of(asked.controller).filter(case__request=asked, status=Letter.Status.SENT)
    outside = [code.value for code in LetterCode if code not in laid_out.IN_PACKAGE | TO_OTHERS]
    found: Letter | None = (
        rows.filter(pk=letter_id, code__in=outside)
        .select_related("case__request__account", "case__controller", "artifact", "controller")
        .first()
    )
    return found


def _actor(request: Any) -> Any:
    user = access.subscriber(request)
    return actors.subject(str(user.pk) if user else "")


@require_safe
@access.own_part
def show(request: Any, asked: Request, letter_id: RowId) -> HttpResponse:
    """One letter as text, in its language, at once; the PDF beside it when it is laid out."""
    row = _find(asked, letter_id)
    if row is None:
        return access.unknown(request)
    try:
        text = laid_out.text_of(row)
    except (OutputError, MissingKeyError) as error:
        log.warning("letter %s cannot be shown (%s)", row.pk, type(error).__name__)
        return render(request, "portal/no_paper.html", {"nav": "requests", "asked": asked}, status=503)
    letter_reading.record_read(letter=row, actor=_actor(request), now=timezone.now())
    context = {
        "nav": "requests",
        "asked": asked,
        "row": row,
        "title": wording.letter(row.code),
        "text": text,
        "has_pdf": bool(row.artifact_id) or row.code == LetterCode.ACKNOWLEDGEMENT.value,
        "files": files.enclosed(row),
    }
    return render(request, "portal/letter.html", context)


@require_safe
@limited(limits.paper, methods=("GET",))
@access.own_part
def pdf(request: Any, asked: Request, letter_id: RowId) -> HttpResponseBase:
    """The letter as PDF: the bytes that were approved and sent."""
    row = _find(asked, letter_id)
    if row is None:
        return access.unknown(request)
    return serve(request, asked, row, now=timezone.now())


def serve(request: Any, asked: Request, row: Letter, *, now: datetime) -> HttpResponseBase:
    """The PDF of a letter as a download, noted; a receipt nobody asked for yet is laid out on the way."""
    try:
        if row.artifact is None and row.code != LetterCode.ACKNOWLEDGEMENT.value:
            raise FileNotFoundError  # its worker is still at it
        response = download.respond(request, laid_out.at_once(row, now=now))
    except (OutputError, RenderError, OSError, MissingKeyError, TamperedError) as error:
        log.warning("letter %s cannot be opened (%s)", row.pk, type(error).__name__)
        return render(request, "portal/no_paper.html", {"nav": "requests", "asked": asked}, status=503)
    if request.method == "GET":
        letter_reading.record_download(letter=row, actor=_actor(request), now=now)
    return response
