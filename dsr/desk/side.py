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
from dsr.cases.archive import READERS
from dsr.cases.clock import local_date
from dsr.cases.queue_filters import Filters
from dsr.desk import counts, guided, keys
from dsr.models import Pulse
from dsr.models.together import together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from dsr.desk.access import DeskRequest
    from dsr.models import BreakGlass, Controller, SavedView, User

_FILTERS: Final = tuple(field.name for field in fields(Filters))


@dataclass(frozen=True, slots=True)
class FrameRows:
    """What the frame of every page needs, read once for a request.

    `pulses` are of all parts of the program, `glasses` whoever reads beyond her role; `checks` and `mails` wait for the desk; `views`
    and `saved_counts` are how many cases the views and the saved views hold.
    """

    pulses: Sequence[Pulse]
    saved: Sequence[SavedView]
    glasses: Sequence[BreakGlass]
    checks: int
    mails: int
    views: Mapping[str, int]
    saved_counts: Mapping[str, int]


def rows_of(request: DeskRequest) -> FrameRows:
    """The rows of the frame, in two queries for a page; one more where a saved view holds closed cases or a glass is broken.

    Numbers may be some seconds old (dsr.desk.counts), rows never.
    """
    known: FrameRows | None = getattr(request, "frame_rows", None)
    if known is None:
        known = _read(request)
        request.frame_rows = known  # type: ignore[attr-defined]  # a memo for the rest of this request
    return known


def _read(request: DeskRequest) -> FrameRows:
    now, controller, staff = timezone.now(), request.controller, request.staff
    today = local_date(controller, now)
    key = (str(controller.pk), str(today), *sorted(READERS & request.actor.roles))
    known = counts.VIEWS.get(request, key)
    rows, found = together(
        {
            "pulses": Pulse.objects.all(),
            "saved": saved_views.views_of(staff),
            "glasses": glass.open_in(controller, now=now).defer("sealed"),
        },
        _short_lists(controller, staff) if known is None else {},
    )
    saved = sorted(rows["saved"], key=lambda view: (view.shared, view.name.casefold(), str(view.pk)))
    own_key = (str(staff.pk), *key, *(f"{view.pk} {view.query}" for view in saved))
    of_saved = counts.SAVED.get(request, own_key) if saved else {}
    wanted = {str(view.pk): _narrowed(view.query) for view in saved} if of_saved is None else {}
    asked: dict[str, Any] = {"controller": controller, "user": staff, "today": today, "saved": wanted}
    if known is None:
        numbers, counted = queue.numbers(lost=found["lost"], held=found["held"], **asked)
        known = counts.VIEWS.put(key, counts.Counted(found["checks"], found["mails"], numbers))
    elif wanted:
        counted = queue.saved_numbers(**asked)
    if of_saved is None:
        of_saved = counts.SAVED.put(own_key, counted)
    glasses = sorted(rows["glasses"], key=lambda row: (row.opened_at, str(row.pk)))
    if glasses:
        prefetch_related_objects(glasses, "user")
    return FrameRows(
        pulses=sorted(rows["pulses"], key=lambda pulse: str(pulse.name)),
        saved=saved,
        glasses=glasses,
        checks=known.checks,
        mails=known.mails,
        views=known.numbers.of(staff),
        saved_counts=of_saved,
    )


def _short_lists(controller: Controller, staff: User) -> dict[str, QuerySet[Any]]:
    """What is counted beside the open cases, few rows each."""
    return {
        "checks": identity_checks.open_in(controller),
        "mails": inbound.undecided(controller),
        "lost": queue.lost_elsewhere(controller, staff),
        "held": queue.held_cases(controller),
    }


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
            "count": known.saved_counts[str(view.pk)],
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
