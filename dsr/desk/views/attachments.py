"""Files of the person that the stores handed out: the list with size and kind, and one of them to look at."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from dsr.cases.scope import stores_of
from dsr.desk import case_page, datasets
from dsr.desk.access import DeskRequest, Sight, case_for, insist_sight, sees, staff_required
from dsr.desk.shell import page
from dsr.desk.tasks_view import store_label
from dsr.fulfil.attached import Listed, lists_of, note_opened, one_of
from dsr.output.attached import KINDS, LIES
from dsr.vault import MissingKeyError, TamperedError
from exporters.contract import Permanent
from exporters.files.content import ACTIVE
from exporters.files.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.fulfil.pieces import Piece
    from dsr.models import Case, RowId

ROWS: Final = 100
FEW: Final = 20
"""How many a page shows that is about something else."""


@dataclass(frozen=True, slots=True)
class Row:
    """One file as the desk lists it; `active`: it does something when it is opened."""

    store: str
    number: int
    where: str
    name: str
    kind: str
    size: int
    date: str
    note: str
    active: bool


def attachments_context(request: DeskRequest, case: Case, *, most: int) -> dict[str, Any] | None:
    """The first files of a case with their number and size in all; None when there are none, or not for these eyes."""
    if not sees(request.actor, Sight.DATA):
        return None
    lists = lists_of(case)
    pieces = [piece for listed in lists for piece in listed.pieces]
    held_back = sum(item.count for listed in lists for item in listed.held_back)
    if not pieces and not held_back:
        return None
    return {
        "rows": _rows(request, lists)[:most],
        "count": len(pieces),
        "size": sum(piece.size for piece in pieces),
        "held_back": held_back,
    }


def _rows(request: DeskRequest, lists: tuple[Listed, ...]) -> list[Row]:
    stores, language = stores_of(request.controller), request.LANGUAGE_CODE
    found: list[Row] = []
    for listed in lists:
        infos = datasets.described(request.controller, listed.store)
        label = store_label(stores, listed.store, language)
        for number, piece in enumerate(listed.pieces):
            where = f"{label}: {datasets.label(infos.get(piece.dataset), language, piece.dataset)}"
            found.append(_row(listed.store, number, where, piece))
    return found


def _row(store: str, number: int, where: str, piece: Piece) -> Row:
    content = piece.content
    return Row(
        store=store,
        number=number,
        where=where,
        name=file_name(piece.name),
        kind=str(KINDS[content.kind]),
        size=piece.size,
        date=piece.date,
        note=str(LIES.get(content.claimed, "")) if content.claimed else "",
        active=content.kind in ACTIVE,
    )


@staff_required
@require_safe
def index(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Every file, a hundred a page."""
    insist_sight(request.actor, Sight.DATA)
    case = case_for(request, case_id)
    found = attachments_context(request, case, most=-1)
    if found is None:
        raise Http404
    shown = Paginator(_rows(request, lists_of(case)), ROWS).get_page(request.GET.get("page"))
    context = case_page.case_context(request, case, "files", now=timezone.now()) | {
        "attachments": {**found, "rows": shown.object_list},
        "page_obj": shown,
    }
    return page(request, "attachments", context)


@staff_required
@require_safe
def one(request: DeskRequest, case_id: RowId, store: str, number: int) -> HttpResponseBase:
    """One file as a download that no browser shows or runs, straight from the vault; who opened it stands in the history."""
    insist_sight(request.actor, Sight.DATA)
    case = case_for(request, case_id)
    found = one_of(case, store=store, number=number)
    if found is None:
        raise Http404
    piece, chunks = found
    try:
        first = next(chunks, b"")
    except (MissingKeyError, TamperedError, Permanent, OSError):
        raise Http404 from None
    if request.method == "GET":
        note_opened(case=case, store=store, number=number, actor=request.actor, now=timezone.now())
    response = StreamingHttpResponse(_joined(first, chunks), content_type="application/octet-stream")
    response.headers["Content-Length"] = str(piece.size)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=file_name(piece.name)) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    return chain((first,), rest)
