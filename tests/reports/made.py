"""Cases that ended long ago, made as rows with their links in the chain: a year of them through the verbs would take minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from dsr import audit
from dsr.cases.actors import SYSTEM
from dsr.models import Case, Incident
from tests.factories import make_case

if TYPE_CHECKING:
    from dsr.models import Controller

NOON = time(12)


def at(day: date) -> datetime:
    """Noon UTC of a day."""
    return datetime.combine(day, NOON, UTC)


def closed(received: date, days: int, outcome: str = "completed", **columns: Any) -> Case:
    """A case that ended with `outcome` so many days after its receipt."""
    controller: Controller | None = columns.pop("controller", None)
    case = make_case(at=at(received), controller=controller)
    before, ended = case.state, at(received + timedelta(days=days))
    Case.objects.filter(pk=case.pk).update(
        **{"state": outcome, "closed_at": ended, "next_rung_on": None, **columns}, version=case.version + 1
    )
    found: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    audit.append(case=found, at=ended, actor=SYSTEM, action="ended", from_state=before, to_state=outcome, data={})
    return found


def overdue_once(case: Case) -> None:
    """Note that the case was overdue at some time."""
    Incident.objects.create(
        controller=case.controller,
        case=case,
        kind=Incident.Kind.OVERDUE,
        due_on=case.received_on,
        opened_at=at(case.received_on),
    )
