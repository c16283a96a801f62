"""What every desk page has besides its own: saved views with their counts, the keys of whoever reads, guided work."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dsr.cases import queue, saved_views
from dsr.cases.clock import local_date
from dsr.cases.queue_filters import Filters
from dsr.desk import guided, keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.desk.access import DeskRequest


def groups(request: DeskRequest, built_in: list[dict[str, Any]], *, query: str, current: str) -> list[dict[str, Any]]:
    """The groups of the side bar with the saved views after the first; `query` is the view that is open, if any."""
    first, *rest = built_in
    views = list(saved_views.views_of(request.staff))
    numbers = _counts(request, {str(view.pk): view.query for view in views})
    base = reverse("desk:queue")
    links: list[dict[str, Any]] = [
        {
            "url": f"{base}?{view.query}",
            "label": view.name,
            "count": numbers[str(view.pk)],
            "current": view.query == query,
        }
        for view in views
    ]
    if views:
        links.append(
            {"url": reverse("desk:views"), "label": _("Change views"), "count": None, "current": current == "views"}
        )
    if any(link["current"] for link in links):
        first = {**first, "links": [{**link, "current": False} for link in first["links"]]}
    saved = [{"id": "saved", "title": _("Saved views"), "links": links}] if links else []
    return [{**first, "id": "views"}, *saved, *rest]


def counts(request: DeskRequest) -> dict[str, int]:
    """How many cases the built-in views hold; asked once for a page."""
    known: dict[str, int] | None = getattr(request, "queue_counts", None)
    if known is None:
        today = local_date(request.controller, timezone.now())
        known = queue.counts(controller=request.controller, user=request.staff, today=today)
        request.queue_counts = known  # type: ignore[attr-defined]  # a memo for the rest of this request
    return known


def _counts(request: DeskRequest, queries: Mapping[str, str]) -> dict[str, int]:
    """How many cases each saved view holds, in one query, or none without views."""
    if not queries:
        return {}
    names = [field.name for field in fields(Filters)]
    wanted = {}
    for key, query in queries.items():
        asked = QueryDict(query)
        wanted[key] = (asked.get("view", ""), Filters(**{name: asked[name] for name in names if name in asked}))
    today = local_date(request.controller, timezone.now())
    return queue.counts_of(controller=request.controller, user=request.staff, today=today, wanted=wanted)


def frame(request: DeskRequest, context: Mapping[str, Any]) -> dict[str, Any]:
    """For the frame of a page: which keys it listens to, and the bar of guided work."""
    chosen = keys.keys_of(keys.settings_of(request.staff))
    return {
        "key_groups": keys.groups(chosen),
        "keymap": keys.for_script(chosen),
        "guided": guided.bar(request.session, context.get("case"), request.actor),
    }
