"""Saved views: keep the one that is open, rename, delete, and choose which one the desk opens with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import saved_views
from dsr.cases.perform import RefusedError
from dsr.desk import keys
from dsr.desk.access import DeskRequest, staff_required
from dsr.desk.case_page import colleagues
from dsr.desk.forms.queue import FilterForm, ViewForm, query_of
from dsr.desk.shell import page
from dsr.desk.views.queue import back_to_queue
from dsr.models import Tag

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import RowId, SavedView


@staff_required
@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Every saved view this colleague sees, and what may be done with it."""
    mine = keys.settings_of(request.staff)
    start = mine.start if mine else ""
    rows = [
        {
            "view": view,
            "url": f"{reverse('desk:queue')}?{view.query}",
            "may": saved_views.may_change(view, request.actor),
            "first": bool(start) and view.query == start,
        }
        for view in saved_views.views_of(request.staff)
    ]
    return page(request, "queue_views", {"rows": rows, "start": start}, current="views")


@staff_required
@require_POST
def save(request: DeskRequest) -> HttpResponse:
    """Keep the view that the form names by its address; only what a view consists of is kept, and never a search."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter a name for the view."))
        return redirect(back_to_queue(request))
    try:
        view = saved_views.save(
            user=request.staff,
            name=form.cleaned_data["name"],
            query=_checked(request, request.POST.get("query", "")),
            shared=form.cleaned_data["shared"],
            actor=request.actor,
            now=timezone.now(),
        )
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
        return redirect(back_to_queue(request))
    messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
    return redirect(f"{reverse('desk:queue')}?{view.query}")


def _checked(request: DeskRequest, query: str) -> str:
    given = QueryDict(query)
    form = FilterForm(
        given,
        controller=request.controller,
        colleagues=colleagues(request),
        tags=Tag.objects.of(request.controller),
        language=request.LANGUAGE_CODE,
    )
    form.full_clean()
    return query_of(given.get("view", ""), form.chosen)


@staff_required
@require_POST
def change(request: DeskRequest, view_id: RowId) -> HttpResponse:
    """Rename a view, delete it, or open the desk with it."""
    view = saved_views.of_id(request.staff, view_id)
    if view is None:
        raise Http404
    try:
        _change(request, view)
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
    return redirect("desk:views")


def _change(request: DeskRequest, view: SavedView) -> None:
    act, now = request.POST.get("act"), timezone.now()
    if act == "rename":
        saved_views.rename(view=view, name=request.POST.get("name", ""), actor=request.actor, now=now)
        messages.success(request, _("Renamed."))
    elif act == "delete":
        saved_views.delete(view=view, actor=request.actor, now=now)
        messages.success(request, _("Deleted."))
    elif act == "start":
        keys.start_with(user=request.staff, query=view.query)
        messages.success(request, _("The desk opens with “%(name)s” now.") % {"name": view.name})
    elif act == "not-start":
        keys.start_with(user=request.staff, query="")
        messages.success(request, _("The desk opens with all open cases now."))
