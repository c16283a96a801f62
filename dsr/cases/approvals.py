"""What every approval has in common, whatever is approved: who signs, what she says she saw, and until when it counts (4.3, 4.0.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dsr.cases.perform import staff_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsr.law.workflow import Actor
    from dsr.models import Case


@dataclass(frozen=True, slots=True)
class Signed:
    """One approval: columns of the case, data of the event, and facts for the guards; `until` (UTC) is when it ends."""

    until: datetime
    changes: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def signed(
    case: Case, attested: Iterable[str], *, actor: Actor, now: datetime, since: datetime | None = None
) -> Signed:
    """What an approval by this actor writes. It counts for the controller's `approval_days` from `since`, or from now."""
    said = frozenset(attested)
    until = (since or now) + timedelta(days=case.controller.approval_days)
    return Signed(
        until=until,
        changes={"decider_id": staff_id(actor), "approval_ends_at": until},
        data={"attested": sorted(said), "until": until},
        facts={"attested": said},
    )
