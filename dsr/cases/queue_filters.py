"""What narrows a view of the queue: right, state, colleague, language, channel, store, person, tag. All of it fits an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q

from dsr.cases.finding import flagged
from dsr.models import CaseTag, Suspension, Task

if TYPE_CHECKING:
    from dsr.models import Controller, User

ME: Final = "me"
NOBODY: Final = "nobody"
PAUSED: Final = "paused"
EXTENDED: Final = "extended"
_UNFINISHED: Final = (Task.Status.QUEUED, Task.Status.RUNNING, Task.Status.MANUAL)


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody chose; empty means everything.

    `assigned`: `me`, `nobody`, or the id of a colleague; `store`: a store that the case still waits for; `person`: for whom
    it was asked (dsr.law.persons.Person); `tag`: the id of a tag; `clock`: `paused` or `extended`.
    """

    right: str = ""
    state: str = ""
    assigned: str = ""
    language: str = ""
    channel: str = ""
    store: str = ""
    person: str = ""
    tag: str = ""
    clock: str = ""

    def condition(self, *, controller: Controller, user: User) -> Q:
        """All that was chosen as one condition on cases of this controller; `user` is who `me` stands for."""
        plain = {
            "right": self.right,
            "state": self.state,
            "request__language": self.language,
            "request__channel": self.channel,
        }
        wanted = Q(**{name: value for name, value in plain.items() if value})
        if self.assigned == NOBODY:
            wanted &= Q(assignee__isnull=True)
        elif self.assigned:
            wanted &= Q(assignee=user.pk if self.assigned == ME else self.assigned)
        if self.store:
            waiting = Task.objects.of(controller).filter(store=self.store, status__in=_UNFINISHED)
            wanted &= Q(pk__in=waiting.values("case"))
        if self.person:
            wanted &= flagged(controller, self.person)
        if self.tag:
            wanted &= Q(pk__in=CaseTag.objects.of(controller).filter(tag=self.tag).values("case"))
        if self.clock == EXTENDED:
            wanted &= Q(extended=True)
        elif self.clock == PAUSED:
            wanted &= Q(Exists(Suspension.objects.filter(case=OuterRef("pk"), ended_at__isnull=True)))
        return wanted
