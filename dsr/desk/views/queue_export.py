"""The queue as a table for a spreadsheet: every page of the view, streamed, with a note in the chain of who took it and how much."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dsr import wording
from dsr.cases import queue as reads
from dsr.cases.clock import local_date
from dsr.cases.perform import RefusedError
from dsr.cases.setup import record_setup
from dsr.desk import bulk, search
from dsr.desk.access import DeskRequest, Duty, Sight, insist, sees, staff_required
from dsr.desk.case_page import colleagues, staff_name
from dsr.desk.forms.intake import CHANNELS
from dsr.desk.queue_rows import Row, reader_of, row, with_marks
from dsr.desk.shell import DEFAULT_VIEW, VIEWS
from dsr.desk.views.queue import back_to_queue, filter_form
from dsr.models import Case, Channel, Tag
from dsr.output.cells import to_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.http.response import HttpResponseBase

    from dsr.law.workflow import Actor
    from dsr.models import CaseQuerySet, User

CHUNK: Final = 500


@staff_required
@require_POST
def export(request: DeskRequest) -> HttpResponseBase:
    """All cases of the view that the address names, or the ticked ones; names only for roles that see persons."""
    try:
        insist(request.actor, Duty.EXPORT_QUEUE)
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
        return redirect(back_to_queue(request))
    now = timezone.now()
    today = local_date(request.controller, now)
    view = request.GET.get("view", DEFAULT_VIEW)
    view = view if view in VIEWS else DEFAULT_VIEW
    cases, chosen = _cases(request, view, today)
    shown = sees(request.actor, Sight.PERSON)
    record_setup(
        controller=request.controller,
        kind="queue_exported",
        actor=request.actor,
        now=now,
        data={"view": view, "filters": chosen, "cases": cases.count(), "names": shown},
    )
    # Read again below for every chunk: the answer may take longer than a transaction should.
    lines = _lines(
        with_marks(cases, controller=request.controller, view="export"),
        today,
        actor=request.actor,
        user=request.staff,
        language=request.LANGUAGE_CODE,
    )
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{request.controller.slug}-{view}-{today.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _cases(request: DeskRequest, view: str, today: date) -> tuple[CaseQuerySet, list[str]]:
    """What is exported, and the names of the filters that narrowed it (not what was searched for)."""
    ticked = [one for one in request.POST.getlist("case") if bulk.is_id(one)]
    form = filter_form(request, staff=colleagues(request), known=list(Tag.objects.of(request.controller)))
    asked = search.asked(request)
    cases = reads.cases(
        controller=request.controller,
        view=view,
        user=request.staff,
        today=today,
        filters=form.filters,
        search=asked.words,
        persons=asked.persons,
    )
    chosen = [*form.chosen, *(["search"] if asked.words else [])]
    if ticked:
        return cases.filter(pk__in=ticked), [*chosen, "ticked"]
    return cases, chosen


class _Line:
    """What the csv writer writes to: the line comes straight back."""

    def write(self, line: str) -> str:
        return line


def _lines(cases: CaseQuerySet, today: date, *, actor: Actor, user: User, language: str) -> Iterator[str]:
    shown = sees(actor, Sight.PERSON)
    writer: Any = csv.writer(_Line())
    heads = [
        _("Reference"),
        _("Right"),
        _("State"),
        _("Received"),
        _("Due"),
        _("Would be due"),
        _("Extended"),
        _("Clock stopped since"),
        _("Channel"),
        _("Language"),
        _("Assigned"),
        _("Next action"),
        _("Tags"),
        *([_("Person")] if shown else []),
    ]
    yield "\ufeff" + writer.writerow(heads)
    found = cases.iterator(chunk_size=CHUNK)
    while some := list(islice(found, CHUNK)):
        reader = reader_of(some, actor=actor, user=user)
        for case in some:
            cells = _cells(row(case, today, reader=reader, language=language), shown=shown)
            yield writer.writerow([to_csv(cell) for cell in cells])


def _cells(one: Row, *, shown: bool) -> list[str]:
    case: Case = one.case
    cells = [
        case.request.reference,
        one.right,
        wording.state(case.state),
        case.received_on.isoformat(),
        case.due_on.isoformat() if case.due_on else "",
        case.sort_on.isoformat(),
        _("yes") if case.extended else "",
        one.case.paused_on.isoformat() if one.case.paused_on else "",
        str(CHANNELS[Channel(case.request.channel)]),
        case.request.language,
        staff_name(case.assignee),
        one.next.words,
        ", ".join(one.tags),
    ]
    return [*cells, one.person] if shown else cells
