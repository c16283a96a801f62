"""The files of a case: documents of the answer, and what each store gave, as tables to check."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dsr.cases.scope import stores_of
from dsr.desk import case_page, datasets
from dsr.desk.access import DeskRequest, Sight, case_for, insist_sight, sees, staff_required
from dsr.desk.guidance import to_read
from dsr.desk.sent_files import sent_context
from dsr.desk.shell import page
from dsr.desk.tasks_view import store_label
from dsr.desk.views.attachments import FEW, attachments_context
from dsr.fulfil.attachments import KINDS
from dsr.fulfil.gather import batches
from dsr.fulfil.spool import read_artifact
from dsr.models import Artifact
from exporters.contract import Batch, CellNote, DatasetInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.desk.forms.uploads import AddFilesForm
    from dsr.models import Case, RowId

ROWS: Final = 50
# What a reviewer may open in the browser. The package itself leaves through the portal only.
READABLE: Final = (Artifact.Kind.LETTER, Artifact.Kind.REPORT, Artifact.Kind.CERTIFICATE)
LONG_CELL: Final = 300
# What staff works on, and what is shown on pages of its own.
WORKING: Final = frozenset(
    {Artifact.Kind.COLLECTED, Artifact.Kind.WRITTEN, Artifact.Kind.REDACTION, Artifact.Kind.EVIDENCE}
)


@staff_required
@require_safe
def files(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Everything that was made or collected, with sizes and hashes; what is gone says when it went."""
    return files_page(request, case_for(request, case_id))


def files_page(request: DeskRequest, case: Case, *, add_form: AddFilesForm | None = None) -> HttpResponse:
    """The page; `add_form` is the form that came back with errors."""
    rows = case.artifacts.filter(superseded_at__isnull=True).order_by("created_at")
    made = [row for row in rows if row.kind not in {*WORKING, *KINDS}]
    context = case_page.case_context(request, case, "files", now=timezone.now())
    context |= {
        "documents": [
            {"row": row, "label": _kind(row), "readable": row.kind in READABLE and bool(row.storage_name)}
            for row in made
        ],
        "attachments": attachments_context(request, case, most=FEW),
        "stores": [_collected(request, row) for row in rows if row.kind == Artifact.Kind.COLLECTED],
        "sees_data": sees(request.actor, Sight.DATA),
        "to_read": to_read(case, request.actor),
        **sent_context(request, case, add_form),
    }
    return page(request, "files", context, status=422 if add_form else 200)


def _kind(row: Artifact) -> str:
    return {
        Artifact.Kind.PACKAGE: _("Package"),
        Artifact.Kind.LETTER: _("Letter"),
        Artifact.Kind.REPORT: _("Report"),
        Artifact.Kind.CERTIFICATE: _("Certificate"),
    }.get(Artifact.Kind(row.kind), row.file_name)


def _collected(request: DeskRequest, row: Artifact) -> dict[str, Any]:
    infos = datasets.described(request.controller, row.store)
    found = [
        {"name": name, "label": datasets.label(infos.get(name), request.LANGUAGE_CODE, name), "rows": count}
        for name, count in row.details.get("datasets", {}).items()
    ]
    label = store_label(stores_of(request.controller), row.store, request.LANGUAGE_CODE)
    return {"row": row, "label": label, "datasets": found, "gone": not row.storage_name}


@staff_required
@require_safe
def preview(request: DeskRequest, case_id: RowId, artifact_id: RowId) -> HttpResponseBase:
    """The letter or the report as it would leave, from the vault to the browser, never to a disk."""
    insist_sight(request.actor, Sight.DATA)
    case = case_for(request, case_id)
    rows = Artifact.objects.of(request.controller).filter(case=case, kind__in=READABLE).exclude(storage_name="")
    artifact: Artifact = get_object_or_404(rows, pk=artifact_id)
    response = StreamingHttpResponse(read_artifact(artifact), content_type=artifact.media_type)
    response.headers["Content-Length"] = str(artifact.size)
    name = f"{case.request.reference}-{artifact.file_name}"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or ""
    return response


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as text, and what was done to it."""

    text: str
    note: str = ""


@staff_required
@require_safe
def data(request: DeskRequest, case_id: RowId, store: str, dataset: str) -> HttpResponse:
    """What one store gave of one dataset, 50 rows a page, read in a stream: only the page is ever in memory."""
    insist_sight(request.actor, Sight.DATA)
    case = case_for(request, case_id)
    artifact = _spool(case, store)
    count = int(artifact.details.get("datasets", {}).get(dataset, 0)) if artifact else 0
    if artifact is None or not count:
        raise Http404
    found = Paginator(range(count), ROWS).get_page(request.GET.get("page"))
    columns, rows = _window(artifact, dataset, start=found.start_index() - 1)
    info = datasets.described(request.controller, store).get(dataset)
    language = request.LANGUAGE_CODE
    context = case_page.case_context(request, case, "files", now=timezone.now()) | {
        "store": store_label(stores_of(request.controller), store, language),
        "dataset": datasets.label(info, language, dataset),
        "columns": [_column(info, name, language) for name in columns],
        "rows": rows,
        "page_obj": found,
    }
    return page(request, "data", context)


def _spool(case: Case, store: str) -> Artifact | None:
    rows = Artifact.objects.of(case.controller).filter(
        case=case, kind=Artifact.Kind.COLLECTED, store=store, superseded_at__isnull=True
    )
    found: Artifact | None = rows.exclude(storage_name="").first()
    return found


def _window(artifact: Artifact, dataset: str, *, start: int) -> tuple[tuple[str, ...], list[list[Cell]]]:
    columns: tuple[str, ...] = ()

    def rows() -> Iterator[list[Cell]]:
        nonlocal columns
        for batch in batches(artifact, dataset):
            columns = columns or batch.columns
            yield from _cells(batch)

    page_of_rows = list(islice(rows(), start, start + ROWS))
    return columns, page_of_rows


def _cells(batch: Batch) -> Iterator[list[Cell]]:
    notes = {(note.row, note.column): _note(note.code) for note in batch.notes}
    for number, row in enumerate(batch.rows):
        yield [
            Cell(_value(value), notes.get((number, column), ""))
            for column, value in zip(batch.columns, row, strict=True)
        ]


def _value(value: object) -> str:
    if value is None:
        return "–"
    text = str(value)
    return text if len(text) <= LONG_CELL else f"{text[:LONG_CELL]}…"


def _note(code: CellNote) -> str:
    return {
        CellNote.ZERO_DATE: _("no date in the store"),
        CellNote.OUT_OF_RANGE: _("given as text"),
        CellNote.NUL_REMOVED: _("an invisible character was removed"),
        CellNote.NOT_UTF8: _("unreadable characters were replaced"),
        CellNote.BASE64: _("binary, as Base64"),
        CellNote.TOO_LARGE: _("too large, left out: hand it over separately"),
        CellNote.BIG_INTEGER: _("given as text"),
        CellNote.WITHHELD: _("withheld"),
        CellNote.PART_WITHHELD: _("partly withheld"),
        CellNote.REDACTED: _("blacked out"),
    }[code]


def _column(info: DatasetInfo | None, name: str, language: str) -> dict[str, str]:
    field = next((field for field in info.fields if field.name == name), None) if info else None
    if field is None:
        return {"name": name, "label": name, "disclosure": ""}
    label = field.label.get(language.partition("-")[0]) or field.label.get("en") or name
    return {
        "name": name,
        "label": label,
        "disclosure": "" if field.disclosure == "exported" else field.disclosure.value,
    }
