"""The page "Data map" of a store: its data sets, or its fields narrowed by a filter; to look at and to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import Http404
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from dsr.cases.scope import stores_of
from dsr.desk import map_page
from dsr.desk.access import DeskRequest, staff_required
from dsr.desk.forms.data_map import DISCLOSED, ERASED, MapForm
from dsr.desk.shell import page
from dsr.desk.tasks_view import store_label
from dsr.desk.troubles import trouble
from dsr.fulfil.stores import open_by_name
from exporters.contract import StoreError
from exporters.registry import ConfigError

if TYPE_CHECKING:
    from django.http import HttpResponse

PAGE = 40


@staff_required
@require_safe
def show(request: DeskRequest, store: str) -> HttpResponse:
    """The map as it is configured now; nothing is asked of the store. `all` shows every field on one page, to print."""
    configs = stores_of(request.controller)
    if store not in configs:
        raise Http404
    language = request.LANGUAGE_CODE
    try:
        exporter, broken = open_by_name(request.controller, store), ""
    except (ConfigError, StoreError) as error:
        exporter, broken = None, str(error) if isinstance(error, ConfigError) else trouble(error.code)
    lines = map_page.lines(exporter, language)
    groups = map_page.groups(exporter, lines, language)
    form = MapForm(
        request.GET or None,
        datasets=[(one.name, one.label) for one in groups],
        with_erasure=any(line.treatment for line in lines),
    )
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    everything = "all" in request.GET
    found = map_page.narrowed(lines, chosen)
    filtered = any(chosen.values()) or everything
    shown = Paginator(found, max(len(found), 1) if everything else PAGE).get_page(request.GET.get("page"))
    context = {
        "label": store_label(configs, store, language),
        "store": store,
        "broken": broken,
        "form": form,
        "filtered": filtered,
        "everything": everything,
        "query": urlencode({name: held for name, held in chosen.items() if held}),
        "page_obj": shown,
        "lines": [_said(line) for line in shown.object_list],
        "found": len(found),
        "groups": [] if filtered else groups,
        "outside": map_page.outside(exporter) if everything or not filtered else [],
        "evidence": exporter.data_map.evidence if hasattr(exporter, "data_map") else "",
        "version": exporter.data_map.version if hasattr(exporter, "data_map") else "",
    }
    return page(request, "setup_map", context, current="stores")


def _said(line: map_page.Line) -> dict[str, Any]:
    """A line with the words and colours of its two answers."""
    access, access_kind = DISCLOSED[line.disclosed]
    erasure, erasure_kind = ERASED[line.treatment] if line.treatment else ("", "")
    return {
        "line": line,
        "access": access,
        "access_kind": access_kind,
        "erasure": erasure,
        "erasure_kind": erasure_kind,
    }
