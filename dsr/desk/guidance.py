"""What the card "Next action" says beside its button: whom the case waits for, and what would stop the step (ux.md 2.3).

A colleague on her first day knows neither who else works here nor what a search starts from; the page tells her.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.cases import actors, copy_first
from dsr.cases.facts import facts_of
from dsr.cases.redactions_open import waiting
from dsr.desk.access import Sight, sees
from dsr.fulfil.locate import COPIES
from dsr.law.rights import SEARCHES_FIRST, Right
from dsr.law.workflow import Action, State, offered
from dsr.models import User

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.desk.tasks_view import Progress
    from dsr.law.workflow import Actor
    from dsr.models import Case, Request, Subject

NAMES: Final = 3
"""Colleagues whom a sentence names before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence, and the page where what it says can be done."""

    words: str
    url: str = ""
    label: str = ""


def to_read(case: Case, actor: Actor) -> int:
    """Texts and files of the draft that somebody has to read before it goes to a second person (X-04)."""
    return int(waiting(case).count()) if reads_texts(case, actor) else 0


def reads_texts(case: Case, actor: Actor) -> bool:
    """Whether the case is at the stage where its texts are read, and this person is one who reads them."""
    return State(case.state) is State.DRAFTING and Right(case.right) in COPIES and sees(actor, Sight.DATA)


def hints(case: Case, progress: Progress, *, now: datetime) -> list[Hint]:
    """What somebody has to know before she presses the next button, or while there is none to press."""
    state = State(case.state)
    if state == State.REVIEW:
        return [Hint(_second_person(case, now=now))]
    if state == State.CONTESTED:
        return [Hint(_somebody_else(case, now=now))]
    if state == State.APPROVED and Right(case.right) is Right.ERASURE:
        return [_copy_owed(one) for one in copy_first.owed(case)[:NAMES]]
    if state == State.COLLECTING:
        return [Hint(words) for words in _departments(progress)]
    if state == State.ASSESSING and Right(case.right) in SEARCHES_FIRST and not is_known(case.request):
        words = _("No customer number is known yet. The search in the stores starts from it: add it first.")
        return [Hint(words, reverse("desk:identity", args=[case.pk]), _("Add a customer number"))]
    return []


def _copy_owed(other: Case) -> Hint:
    """T-26: the erasure begins by itself once the person has the copy she asked for."""
    words = _("The person also waits for a copy, %(reference)s. The erasure begins once she has it.")
    label = _("See the request for a copy")
    return Hint(words % {"reference": other.request.reference}, reverse("desk:case", args=[other.pk]), label)


def is_known(request: Request) -> bool:
    """Whether anything is proved by which a store could be searched."""
    row: Subject | None = getattr(request, "subject", None)
    return row is not None and bool(row.content().get("identifiers"))


def _departments(progress: Progress) -> list[str]:
    """The departments that were asked to look by hand, and until when."""
    waiting = [row for row in progress.rows if row.hand is not None and row.hand.waits]
    return [
        _("Waiting for %(owner)s: %(store)s. %(status)s.")
        % {"owner": row.owner or row.label, "store": row.label, "status": row.status}
        for row in waiting
    ]


def _second_person(case: Case, *, now: datetime) -> str:
    names = may_approve(case, now=now)
    if not names:
        return _(
            "It waits for a second person, and nobody here can approve it. A lead invites somebody under “People”."
        )
    more = len(names) - NAMES
    shown = ", ".join(names[:NAMES])
    if more > 0:
        words = ngettext(
            "It waits for a second person. %(names)s and %(n)s more colleague can approve it.",
            "It waits for a second person. %(names)s and %(n)s more colleagues can approve it.",
            more,
        )
        return words % {"names": shown, "n": more}
    return _("It waits for a second person. Who can approve it: %(names)s.") % {"names": shown}


def _somebody_else(case: Case, *, now: datetime) -> str:
    names = may_look_again(case, now=now)
    if not names:
        return _(
            "Somebody else than whoever decided the first time has to look at it again, and nobody here can. Another lead is needed:"
            " a lead invites one under “People”, or gives the role to a colleague."
        )
    more = len(names) - NAMES
    shown = ", ".join(names[:NAMES])
    if more > 0:
        words = ngettext(
            "Somebody else has to look at it again. %(names)s and %(n)s more colleague can do it.",
            "Somebody else has to look at it again. %(names)s and %(n)s more colleagues can do it.",
            more,
        )
        return words % {"names": shown, "n": more}
    return _("Somebody else has to look at it again. Who can do it: %(names)s.") % {"names": shown}


def may_approve(case: Case, *, now: datetime) -> list[str]:
    """The names of the colleagues whose button "Approve" the table would let them press now (4.3)."""
    return _who_may(case, Action.APPROVE, now=now)


def may_look_again(case: Case, *, now: datetime) -> list[str]:
    """The names of those who may assess a contested case again: not who decided it, not who is too close to the person (4.3)."""
    return _who_may(case, Action.REASSESS, now=now)


def _who_may(case: Case, action: Action, *, now: datetime) -> list[str]:
    facts = facts_of(case, now=now)
    staff = User.objects.in_scope(controller=case.controller, kind="staff").filter(is_active=True)
    found = []
    for user in sorted(staff, key=lambda one: (one.display_name or one.email, one.pk)):
        rows = offered(facts, actors.staff(user))
        if any(step.action is action and refused is None for step, refused in rows):
            found.append(user.display_name or user.email)
    return found
