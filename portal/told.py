"""Which recipients were told of what was changed, named to the person when she asks (Art. 19 sentence 2; rules 3.4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsr.cases import recipients_told
from portal import access

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import Case, Request


@dataclass(frozen=True, slots=True)
class Hearer:
    """One recipient by name: when it was told (None: by a person, in her own way), or why it was not."""

    name: str
    at: datetime | None
    why: str


def cases_of(http: Any, asked: Request) -> list[Case]:
    """The answered cases of which recipients were told, for somebody signed in to the account that asked, and proven (house.md).

    Whoever follows a request by a code to an address given learns nothing of it.
    """
    user = access.subscriber(http)
    if user is None or asked.account_id != user.pk or asked.identified_at is None:
        return []
    return recipients_told.answered_with_recipients(asked)


def shown(http: Any, asked: Request) -> dict[str, Any]:
    """What the page says: that there are recipients to name, and once she has asked, who they are."""
    found = cases_of(http, asked)
    asked_for = recipients_told.asked_for(found)
    hearers = [
        Hearer(name, at, why)
        for case in found
        if case.pk in asked_for
        for name, why, at in recipients_told.hearers(case)
    ]
    return {"hearers": hearers, "hearers_to_name": any(case.pk not in asked_for for case in found)}
