"""What every desk page has besides its own: saved views with their counts, the keys of whoever reads, guided work."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dsr.cases import glass, identity_checks, inbound, queue, saved_views
from dsr.cases.clock import local_date
from dsr.cases.queue_filters import Filters
from dsr.desk import guided, keys
from dsr.models import Pulse
from dsr.models.together import together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsr.desk.access import DeskRequest
    from dsr.models import BreakGlass, SavedView

_FILTERS: Final = tuple(field.name for field in fields(Filters))


@dataclass(frozen=True, slots=True)
class FrameRows:
    """What the frame of every page needs, read once for a request.

    `pulses` are of all parts of the program, `glasses` whoever reads beyond her role; `checks` and `mails` wait for the desk.
    """

    pulses: Sequence[Pulse]
    saved: Sequence[SavedView]
    glasses: Sequence[BreakGlass]
    checks: int
    mails: int
    numbers: queue.Numbers


def rows_of(request: DeskRequest) -> FrameRows:
    """The rows of the frame, in two queries for a page; one more where a saved view holds closed cases or a glass is broken."""
    known: FrameRows | None = getattr(request, "frame_rows", None)
    if known is None:
        known = _read(request)
        request.frame_rows = known  # type: ignore[attr-defined]  # a memo for the rest of this request
    return known


def _read(request: DeskRequest) -> FrameRows:
    now, controller, staff = timezone.now(), request.controller, request.staff
    rows, counts = together(
        {
            "pulses": Pulse.objects.all(),
            "saved": saved_views.views_of(staff),
            "glasses": glass.open_in(controller, now=now).defer("sealed"),
        },
        {
            "checks": identity_checks.open_in(controller),
            "mails": inbound.undecided(controller),
            "lost": queue.lost_when_closed(controller, staff),
        },
    )
    saved = sorted(rows["saved"], key=lambda view: (view.shared, view.name.casefold(), str(view.pk)))
    glasses = sorted(rows["glasses"], key=lambda row: (row.opened_at, str(row.pk)))
    if glasses:
        prefetch_related_objects(glasses, "user")
    return FrameRows(
        pulses=sorted(rows["pulses"], key=lambda pulse: str(pulse.name)),
        saved=saved,
        glasses=glasses,
        checks=counts["checks"],
        mails=counts["mails"],
        numbers=queue.numbers(
            controller=controller,
            user=staff,
            today=local_date(controller, now),
            lost=counts["lost"],
            saved={str(view.pk): _narrowed(view.query) for view in saved},
        ),
    )


def _narrowed(query: str) -> tuple[str, Filters]:
    """The view and the filters that a saved address means."""
    asked = QueryDict(query)
    return asked.get("view", ""), Filters(**{name: asked[name] for name in _FILTERS if name in asked})


def groups(request: DeskRequest, built_in: list[dict[str, Any]], *, query: str, current: str) -> list[dict[str, Any]]:
    """The groups of the side bar with the saved views after the first; `query` is the view that is open, if any."""
    first, *rest = built_in
    known = rows_of(request)
    base = reverse("desk:queue")
    links: list[dict[str, Any]] = [
        {
            "url": f"{base}?{view.query}",
            "label": view.name,
            "count": known.numbers.saved[str(view.pk)],
            "current": view.query == query,
        }
        for view in known.saved
    ]
    if links:
        links.append(
            {"url": reverse("desk:views"), "label": _("Change views"), "count": None, "current": current == "views"}
        )
    if any(link["current"] for link in links):
        first = {**first, "links": [{**link, "current": False} for link in first["links"]]}
    saved = [{"id": "saved", "title": _("Saved views"), "links": links}] if links else []
    return [{**first, "id": "views"}, *saved, *rest]


def frame(request: DeskRequest, context: Mapping[str, Any]) -> dict[str, Any]:
    """For the frame of a page: which keys it listens to, and the bar of guided work."""
    chosen = keys.keys_of(keys.settings_of(request.staff))
    return {
        "key_groups": keys.groups(chosen),
        "keymap": keys.for_script(chosen),
        "guided": guided.bar(request.session, context.get("case"), request.actor),
    }
