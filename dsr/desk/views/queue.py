"""The queue: filters from the address, rows in legal order, and taking cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import queue as reads
from dsr.cases.clock import local_date
from dsr.cases.perform import RefusedError, assign
from dsr.cases.purge import purged
from dsr.cases.queue_filters import Filters
from dsr.cases.scope import stores_of
from dsr.desk import search
from dsr.desk.access import DeskRequest, Duty, Sight, duty_refusal, insist, sees, staff_required
from dsr.desk.forms.queue import FilterForm, SearchForm
from dsr.desk.next_step import Next, next_step
from dsr.desk.shell import DEFAULT_VIEW, VIEWS, page
from dsr.desk.tasks_view import task_label
from dsr.desk.troubles import trouble
from dsr.models import Case, Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.http import HttpResponse

PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the queue."""

    case: Case
    person: str
    right: str
    next: Next
    note: str
    late: bool
    to_do: tuple[str, ...] = ()


@staff_required
@require_safe
def queue(request: DeskRequest) -> HttpResponse:
    """The cases of one view, filtered by right and state, or found by a sealed search; 50 a page, a constant number of queries."""
    today = local_date(request.controller, timezone.now())
    if request.GET.get("q"):
        return redirect(_found_url(request, request.GET["q"], request.GET.get("view", "")))
    view = request.GET.get("view", DEFAULT_VIEW)
    view = view if view in VIEWS else DEFAULT_VIEW
    filters = FilterForm(request.GET)
    filters.full_clean()
    words = search.opened(request.controller, request.GET.get("find", ""))
    cases = reads.cases(
        controller=request.controller,
        view=view,
        user=request.staff,
        today=today,
        filters=Filters(right=filters.cleaned_data.get("right", ""), state=filters.cleaned_data.get("state", "")),
        search=words,
    ).select_related("request__account")
    if view == "manual":
        waiting = Task.objects.of(request.controller).filter(status=Task.Status.MANUAL).order_by("operation", "store")
        cases = cases.prefetch_related(Prefetch("tasks", waiting, to_attr="waiting"))
    if view == "closed":
        cases = cases.order_by("-closed_at", "pk")
    found = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    shown = sees(request.actor, Sight.PERSON)
    context = {
        "title": VIEWS[view],
        "view": view,
        "rows": [_row(case, today, shown=shown, language=request.LANGUAGE_CODE) for case in found],
        "page_obj": found,
        "today": today,
        "filters": filters,
        "filtered": bool(words or any(filters.cleaned_data.values())),
        "searched": words,
        "purged": bool(words) and purged(request.controller, words),
        "may_take": duty_refusal(request.actor, Duty.ASSIGN) is None,
        "here": request.get_full_path(),
    }
    return page(request, "queue", context, current=view)


def _row(case: Any, today: date, *, shown: bool, language: str) -> Row:
    account = case.request.account
    name = str(case.request.content().get("name", "")) or (account.display_name if account else "")
    return Row(
        case=case,
        person=(name or _("No name given")) if shown else _("Not shown to your role"),
        right=_("Not sorted yet") if case.unclassified else wording.right(case.right),
        next=next_step(
            case,
            needs_person=case.needs_person,
            undelivered=case.undelivered,
            letter_waits=case.letter_waits,
            today=today,
        ),
        note=_note(case),
        late=case.is_open and case.due_on is not None and case.due_on < today,
        to_do=tuple(_to_do(case, language)),
    )


def _to_do(case: Any, language: str) -> Iterator[str]:
    """In the view of what needs somebody: which task waits, and what helps."""
    for task in getattr(case, "waiting", ()):
        yield f"{task_label(task, stores_of(case.controller), language)}: {trouble(task.error_code)}"


def _note(case: Any) -> str:
    if case.paused_on:
        return _("would be due by %(day)s") % {"day": wording.day(case.sort_on)}
    return _("extended") if case.extended else ""


@staff_required
@require_POST
def find(request: DeskRequest) -> HttpResponse:
    """Take the search words from the body, and go on with an address that holds them sealed."""
    form = SearchForm(request.POST)
    form.full_clean()
    return redirect(_found_url(request, form.cleaned_data.get("q", ""), form.cleaned_data.get("view", "")))


def _found_url(request: DeskRequest, words: str, view: str) -> str:
    query = {"view": view if view in VIEWS else DEFAULT_VIEW}
    if words.strip():
        query["find"] = search.sealed(request.controller, words)
    return f"{reverse('desk:queue')}?{urlencode(query)}"


@staff_required
@require_POST
def take(request: DeskRequest) -> HttpResponse:
    """Assign one case (its own button) or all ticked ones to whoever asks; says how many it was."""
    one = request.POST.get("take")
    wanted = [one] if one else request.POST.getlist("case")
    try:
        insist(request.actor, Duty.ASSIGN)
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
        return redirect("desk:queue")
    cases = Case.objects.of(request.controller).filter(pk__in=[pk for pk in wanted if _is_id(pk)]).open()
    done = 0
    for case in cases:
        assign(case_id=case.pk, to=request.staff, actor=request.actor, now=timezone.now())
        done += 1
    words = ngettext("%(n)s case is yours now.", "%(n)s cases are yours now.", done) % {"n": done}
    messages.success(request, words)
    back = request.POST.get("back", "")
    return redirect(back if back.startswith(reverse("desk:queue")) else "desk:queue")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
