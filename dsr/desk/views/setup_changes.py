"""The page "Changes": the chain of set-up events, newest first, with who, when, and each setting before and after."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dsr.cases.setup import READERS
from dsr.desk.access import DeskRequest, Sight, sees, staff_required
from dsr.desk.forms.changes import ChangesForm
from dsr.desk.shell import page
from dsr.models import SetupEvent, User
from dsr.vault import MissingKeyError, TamperedError
from dsr.wording import setup as setup_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpResponse

PAGE = 25
_ROW_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@staff_required
@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """What was changed in the set-up; for whoever operates, decides or audits (4.3)."""
    if not READERS & request.actor.roles:
        raise PermissionDenied
    rows = SetupEvent.objects.of(request.controller)
    people = {
        str(user.pk): user.display_name or user.email
        for user in User.objects.filter(controller=request.controller, kind="staff").order_by("display_name", "email")
    }
    form = ChangesForm(
        request.GET or None,
        kinds=rows.order_by("kind").values_list("kind", flat=True).distinct(),
        people=people,
    )
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    shown = Paginator(_filtered(rows, chosen, request).order_by("-seq"), PAGE).get_page(request.GET.get("page"))
    # A reason may name somebody: only those who read about persons read it, the administrator operates (4.3).
    notes = sees(request.actor, Sight.PERSON)
    context = {
        "form": form,
        "filtered": any(chosen.values()),
        "page_obj": shown,
        "rows": list(_rows(shown.object_list, people, notes=notes)),
    }
    return page(request, "setup_changes", context, current="setup")


def _filtered(rows: QuerySet[Any], chosen: Mapping[str, Any], request: DeskRequest) -> QuerySet[Any]:
    if chosen.get("kind"):
        rows = rows.filter(kind=chosen["kind"])
    if chosen.get("who"):
        rows = rows.filter(actor_kind="staff", actor_id=chosen["who"])
    if chosen.get("first_on"):
        rows = rows.filter(at__gte=_begin(request, chosen["first_on"]))
    if chosen.get("last_on"):
        rows = rows.filter(at__lt=_begin(request, chosen["last_on"] + timedelta(days=1)))
    return rows


def _begin(request: DeskRequest, day: date) -> datetime:
    """Midnight of a day where the controller answers."""
    return datetime.combine(day, time(), ZoneInfo(request.controller.timezone))


def _rows(events: Iterable[SetupEvent], people: Mapping[str, str], *, notes: bool) -> Iterator[dict[str, Any]]:
    for event in events:
        yield {
            "seq": event.seq,
            "at": event.at,
            "hash": event.hash,
            "what": setup_words.kind(event.kind),
            "who": _who(event, people),
            "facts": [
                (setup_words.field(name), setup_words.value(name, held, people))
                for name, held in sorted(event.data.items())
                if name not in setup_words.HIDDEN and held not in ("", None) and not _for_machines(name, held)
            ],
            "changes": [
                {"field": setup_words.field(name), "values": [setup_words.value(name, one, people) for one in pair]}
                for name, pair in sorted(_changes(event).items())
            ],
            "note": _note(event) if notes else "",
        }


def _for_machines(name: str, held: Any) -> bool:
    """Whether it is the id of a row, which tells a reader nothing; colleagues are shown by name."""
    return name not in setup_words.COLLEAGUES and isinstance(held, str) and bool(_ROW_ID.fullmatch(held))


def _changes(event: SetupEvent) -> dict[str, list[Any]]:
    found = event.data.get("changes")
    if not isinstance(found, dict):
        return {}
    return {name: pair for name, pair in found.items() if isinstance(pair, list) and len(pair) == 2}  # noqa: PLR2004 -- before, after


def _who(event: SetupEvent, people: Mapping[str, str]) -> str:
    if event.actor_kind != "staff":
        return _("the system")
    return people.get(event.actor_id, _("somebody who has left"))


def _note(event: SetupEvent) -> str:
    try:
        return str(event.content().get("text", ""))
    except MissingKeyError:
        return _("(deleted)")
    except TamperedError:
        return _("(does not match what was written)")
