"""One request of the demo: who asked for what, when, in which words, and what the office has done since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dsr.cases import actors, intake
from dsr.demo.moves import Scene
from dsr.demo.office import account
from dsr.demo.people import by_position
from dsr.demo.stage import ANNA
from dsr.models import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dsr.law.rights import Right
    from dsr.models import Controller


@dataclass(frozen=True, slots=True)
class Story:
    """One request: who asked for what, how and how many days ago, and what the office has done since.

    `scope` is what the form of the portal asks besides; `unsorted`: free words that nobody has sorted yet; not `reachable`: a
    note that names no address and no number. `writes`: a store is changed by a plan, which is never part of a transaction
    of ours: such a story is played before a worker runs, and an interrupted one stays where it was.
    """

    key: str
    position: int
    right: Right
    channel: str
    days: int
    words: str
    play: Callable[[Scene], None]
    language: str = "en"
    account: bool = False
    scope: Mapping[str, Any] = field(default_factory=dict)
    unsorted: bool = False
    reachable: bool = True
    writes: bool = False


def open_request(*, controller: Controller, story: Story, key: str, now: datetime) -> Scene:
    """Open the request of a story `story.days` before `now`; Anna types in what did not come through the portal."""
    person = by_position(story.position)
    user = account(controller, person.email, kind=Kind.SUBSCRIBER) if story.account else None
    received = (now - timedelta(days=story.days)).replace(hour=7, minute=person.n % 60, second=0, microsecond=0)
    told = intake.Told(
        name=person.name,
        words=story.words,
        contact_email=person.email if story.reachable else "",
        contact_post=""
        if person.email
        else f"{person.address.street}\n{person.address.postcode} {person.address.town}",
        identifiers=(("email", person.email), ("phone", person.phone)) if story.reachable else (),
        scope=dict(story.scope),
    )
    by_itself = story.channel == "portal"
    request = intake.open_request(
        controller=controller,
        rights=[story.right],
        channel=story.channel,
        told=told,
        language=story.language,
        received_at=received,
        actor=actors.subject(str(user.pk) if user else "") if by_itself else actors.staff(account(controller, ANNA)),
        now=received if by_itself else received + timedelta(hours=2),
        account=user,
        submission_key=key,
        unclassified=story.unsorted,
    )
    return Scene(request=request, person=person, now=now)
