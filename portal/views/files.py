"""Files of a request that its person may have again: what she sent, and what we gave along with a letter or message.

What she sent opens to whoever the request opens to, as her words do; a proof of identity is not handed out again (I-04). What
we gave may say what stores hold, so it opens to her who proved who she is, as the answer does (I-02).
"""

from __future__ import annotations

import logging
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from dsr import limits
from dsr.cases import letter_reading, proofs, uploads
from dsr.law.rights import IdentityLevel
from dsr.limits import limited
from dsr.models import Letter, Message, Upload
from dsr.vault import MissingKeyError, TamperedError
from exporters.contract import StoreError
from portal import access, status

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.models import Request, RowId

AFTER_CODE: Final = "after_code"
"""In the session: the page she came from when she was asked for a code."""
log = logging.getLogger(__name__)


def sent_by_her(asked: Request) -> list[uploads.Shown]:
    """What she sent beside her messages, the oldest first; proofs are listed while they are kept, and not opened.

    What staff added of its own is the controller's: a colleague's note, or what somebody else wrote (Art. 15(4)).
    """
    rows = asked.uploads.filter(from_person=True, message=None, letter=None, deleted_at=None).exclude(
        purpose__in=[Upload.Purpose.ENCLOSURE, Upload.Purpose.MESSAGE]
    )
    return uploads.shown(rows.order_by("created_at", "pk"))


def enclosed(row: Letter) -> list[uploads.Shown]:
    """What went along with a letter, as long as it is kept."""
    return uploads.shown(row.enclosures.filter(deleted_at=None).order_by("created_at", "pk"))


def opens(http: Any, asked: Request, *, now: datetime) -> bool:
    """Whether what we gave along opens to whoever is here: somebody we know, who proved it a moment ago or by her account."""
    return asked.identity_level >= IdentityLevel.KNOWN and access.sees_found(http, asked, now=now)


@require_safe
@limited(limits.paper, methods=("GET",))
@access.own_part
def one(http: Any, asked: Request, upload_id: RowId) -> HttpResponseBase:
    """One file as a download that no browser runs."""
    upload = _find(asked, upload_id)
    if upload is None:
        return access.unknown(http)
    now = timezone.now()
    given = upload.purpose == Upload.Purpose.ENCLOSURE
    if given and not opens(http, asked, now=now):
        return _closed(http, asked, upload)
    chunks = uploads.read(upload)
    try:
        first = next(chunks, b"")
    except (MissingKeyError, TamperedError, StoreError, OSError) as error:
        log.warning("upload %s cannot be opened (%s)", upload.pk, type(error).__name__)
        return render(http, "portal/no_paper.html", {"nav": "requests", "asked": asked}, status=503)
    if given and http.method == "GET":
        letter_reading.record_file(upload=upload, actor=status.actor_of(http), now=now)
    response = StreamingHttpResponse(chain((first,), chunks), content_type="application/octet-stream")
    response.headers["Content-Length"] = str(upload.size)
    name = content_disposition_header(as_attachment=True, filename=uploads.name_of(upload))
    response.headers["Content-Disposition"] = name or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response


def _closed(http: Any, asked: Request, upload: Upload) -> HttpResponse:
    """Why it does not open yet, and the way there: a code to the contact on file, or showing who she is."""
    letter = upload.letter_id
    back = reverse("portal:letter", args=[asked.reference, letter]) if letter else _messages(asked)
    http.session[AFTER_CODE] = back
    context = {
        "nav": "requests",
        "asked": asked,
        "back": back,
        "can_prove": bool(proofs.proven_numbers(asked)),
        "known": asked.identity_level >= IdentityLevel.KNOWN,
    }
    return render(http, "portal/file_closed.html", context, status=403)


def back_to(http: Any, asked: Request) -> str:
    """The page of this request from which a file was asked for before its code; empty for none."""
    back = str(http.session.get(AFTER_CODE, ""))
    return back if back.startswith(reverse("portal:request", args=[asked.reference])) else ""


def _messages(asked: Request) -> str:
    return reverse("portal:request", args=[asked.reference]) + "#messages"


def any_given(asked: Request) -> bool:
    """Whether something was given along with a letter or message of this request."""
    rows = asked.uploads.filter(purpose=Upload.Purpose.ENCLOSURE, deleted_at=None)
    return rows.filter(Q(message__isnull=False) | Q(letter__status=Letter.Status.SENT)).exists()


def _find(asked: Request, upload_id: RowId) -> Upload | None:
    """A file of this request that may be handed out: hers, or what was given; what waits on a draft has not been given yet."""
    rows: QuerySet[Upload] = Upload.objects.of(asked.controller).filter(request=asked, pk=upload_id, deleted_at=None)
    rows = (
        rows.exclude(storage_name="").exclude(purpose__in=uploads.PROOFS).select_related("letter", "message", "request")
    )
    found = rows.filter(Q(from_person=True) | Q(purpose=Upload.Purpose.ENCLOSURE)).first()
    if found is not None and found.purpose == Upload.Purpose.ENCLOSURE and not given(found):
        return None
    return found


def given(upload: Upload) -> bool:
    """Whether an enclosure has left: with a letter that was sent, or with a message."""
    letter: Letter | None = upload.letter
    message: Message | None = upload.message
    return message is not None or (letter is not None and letter.status == Letter.Status.SENT)
