"""The queue: a view from the address, rows in legal order, taking cases, and what is done to many at once."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import queue as reads
from dsr.cases import tags
from dsr.cases.archive import READERS
from dsr.cases.clock import local_date
from dsr.cases.perform import RefusedError
from dsr.cases.purge import purged
from dsr.cases.queue_filters import ME, Filters
from dsr.desk import bulk, counts, keys, presence, search, side
from dsr.desk.access import DeskRequest, Duty, duty_refusal, insist, staff_required
from dsr.desk.case_page import colleagues
from dsr.desk.chips import chips
from dsr.desk.forms.queue import FilterForm, SearchForm, TagForm, ViewForm, query_of
from dsr.desk.queue_rows import page_of, page_of_found, reader_of, row, with_marks
from dsr.desk.shell import DEFAULT_VIEW, VIEWS, page
from dsr.models import Tag
from dsr.sessions import by_itself

if TYPE_CHECKING:
    from datetime import date

    from django.core.paginator import Page

    from dsr.models import CaseQuerySet, User

PER_PAGE: Final = 50


@staff_required
@require_safe
def queue(request: DeskRequest) -> HttpResponse:
    """The cases of one view, narrowed by filters, or found by a sealed search; 50 a page, a constant number of queries.

    The address says all of it. Without a query it is the view that the colleague chose to start with.
    """
    if request.GET.get("q"):
        return redirect(_found_url(request, request.GET["q"], request.GET.get("view", "")))
    if not request.GET and (mine := keys.settings_of(request.staff)) is not None and mine.start:
        return redirect(f"{reverse('desk:queue')}?{mine.start}")
    context = _context(request)
    return page(request, "queue", context, current=context["view"], query=context["query"])


@by_itself
@staff_required
@require_safe
def rows(request: DeskRequest) -> HttpResponse:
    """The rows and the counts alone, which an open page asks for every half minute; nobody stays signed in by it.

    Where rows came to an empty page, or the last one went, the whole page is asked for instead.
    """
    context = _context(request)
    if bool(context["rows"]) != (request.GET.get("had") == "rows"):
        response = HttpResponse(status=204)
        response.headers["HX-Refresh"] = "true"
        return response
    return page(request, "queue_live", context, current=context["view"], query=context["query"])


def _context(request: DeskRequest) -> dict[str, Any]:
    now = timezone.now()
    today = local_date(request.controller, now)
    view = request.GET.get("view", DEFAULT_VIEW)
    view = view if view in VIEWS else DEFAULT_VIEW
    staff = colleagues(request)
    known = list(Tag.objects.of(request.controller).order_by("name"))
    form = filter_form(request, staff=staff, known=known)
    asked = search.asked(request)
    words = asked.words
    found = _page(request, view, form.filters, asked, today=today)
    reader = reader_of(list(found), actor=request.actor, user=request.staff)
    here = presence.by_case(request.controller, [case.pk for case in found], now, but=request.staff)
    rows = [
        row(case, today, reader=reader, language=request.LANGUAGE_CODE, here=here.get(case.pk, ())) for case in found
    ]
    return {
        "title": VIEWS[view],
        "view": view,
        "query": "" if words else query_of(view, form.chosen),
        "rows": rows,
        "page_obj": found,
        "today": today,
        "filters": form,
        "chips": chips(form, view=view, find=request.GET.get("find", "") if words else ""),
        "filtered": bool(words or form.chosen),
        "searched": words,
        "search_closed": asked.closed,
        "purged": bool(words) and purged(request.controller, words),
        "here": f"{reverse('desk:queue')}{_asked(request)}",
        "live": f"{reverse('desk:rows')}{_asked(request)}",
        "people": staff,
        "known_tags": known,
        "tag_form": TagForm(),
        "save_form": ViewForm(),
        "reader": _may(request),
    }


def _page(request: DeskRequest, view: str, filters: Filters, asked: search.Asked, *, today: date) -> Page[Any]:
    """The page of the view that the address means. The side bar knows how long a whole view is."""
    wanted, controller = request.GET.get("page"), request.controller

    def listed(words: str) -> CaseQuerySet:
        cases = reads.cases(
            controller=controller,
            view=view,
            user=request.staff,
            today=today,
            filters=filters,
            search=words,
            persons=asked.persons,
        )
        return cases.order_by("-closed_at", "pk") if view == "closed" else cases

    cases = with_marks(listed(""), controller=controller, view=view)
    if asked.words:
        return page_of_found(cases, wanted, per_page=PER_PAGE, found=listed(asked.words))
    known = side.rows_of(request).views.get(view)
    if known is None or filters != Filters():
        known = _length(request, view, filters, cases, today=today)
    return page_of(cases, wanted, per_page=PER_PAGE, known=known)


def _length(request: DeskRequest, view: str, filters: Filters, cases: CaseQuerySet, *, today: date) -> int:
    """How many cases a list holds that the side bar does not count, kept for seconds as its numbers are (decision 090).

    Colleagues share it where they would see the same: the archive is not everybody's, nor are their own cases.
    """
    own = str(request.staff.pk) if view == "mine" or filters.assigned == ME else ""
    roles = sorted(READERS & request.actor.roles)
    key = (str(request.controller.pk), str(today), view, own, *astuple(filters), *roles)
    known = counts.LISTS.get(request, key)
    if known is None:
        length = cases.count()
        known = counts.LISTS.put(key, length, times=counts.LONG_TIMES if length >= counts.LONG else 1)
    return known


def _may(request: DeskRequest) -> dict[str, bool]:
    duties = {
        "take": Duty.ASSIGN,
        "tag": Duty.TAG,
        "remind": Duty.CHASE,
        "export": Duty.EXPORT_QUEUE,
        "share_view": Duty.SHARE_VIEW,
    }
    return {name: duty_refusal(request.actor, duty) is None for name, duty in duties.items()}


def filter_form(request: DeskRequest, *, staff: list[User], known: list[Tag]) -> FilterForm:
    """The filters as the address gives them."""
    form = FilterForm(
        request.GET, controller=request.controller, colleagues=staff, tags=known, language=request.LANGUAGE_CODE
    )
    form.full_clean()
    return form


def _asked(request: DeskRequest) -> str:
    """The query of the address, without what an open page says of itself when it asks again."""
    query = request.GET.copy()
    query.pop("had", None)
    return f"?{query.urlencode()}" if query else ""


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
    """Assign one case to whoever asks."""
    return _run(request, "assign", [request.POST.get("take", "")], to=request.staff)


@staff_required
@require_POST
def many(request: DeskRequest) -> HttpResponse:
    """One act on all ticked cases: assign, remind, tag, untag; says how many it was and why not the others."""
    act = request.POST.get("act", "")
    if act not in bulk.ACTS:
        raise Http404
    ids = request.POST.getlist("case")
    if not ids:
        messages.error(request, _("Select at least one case first."))
        return redirect(back_to_queue(request))
    if act == "assign":
        return _run(request, act, ids, to=_colleague(request))
    if act in {"tag", "untag"}:
        return _tag(request, act, ids)
    return _run(request, act, ids)


def _tag(request: DeskRequest, act: str, ids: list[str]) -> HttpResponse:
    try:
        insist(request.actor, Duty.TAG)
        if act == "untag":
            known = Tag.objects.of(request.controller).filter(name=request.POST.get("tag", "").strip()).first()
            if known is None:
                messages.error(request, _("There is no tag of this name."))
                return redirect(back_to_queue(request))
        else:
            known = tags.named(controller=request.controller, name=request.POST.get("tag", ""), actor=request.actor)
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
        return redirect(back_to_queue(request))
    return _run(request, act, ids, tag=known)


def _colleague(request: DeskRequest) -> User | None:
    wanted = request.POST.get("to", "me")
    if wanted == "me":
        return request.staff
    return next((user for user in colleagues(request) if str(user.pk) == wanted), None)


def _run(
    request: DeskRequest, act: str, ids: list[str], *, to: User | None = None, tag: Tag | None = None
) -> HttpResponse:
    order = bulk.Order(actor=request.actor, now=timezone.now(), to=to, tag=tag)
    result = bulk.run(act=act, controller=request.controller, case_ids=ids, order=order)
    (messages.warning if result.refused else messages.success)(request, result.words)
    return redirect(back_to_queue(request))


def back_to_queue(request: DeskRequest) -> str:
    """Where the form came from, when that was the queue."""
    back = request.POST.get("back", "")
    queue_url = reverse("desk:queue")
    return back if back == queue_url or back.startswith(f"{queue_url}?") else queue_url
