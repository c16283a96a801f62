"""The steps of a right with their dates: received, identity, search, check, carried out, answer; and what came after it.

What is done stands in the past, what is going on in the present, what is to come with the day it is planned for. Planned
days are halves of the time to our own target, so that they move with the clock and promise nothing beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr import wording
from dsr.cases.headway import FINISHED
from dsr.cases.scope import stores_of
from dsr.fulfil.locate import COPIES
from dsr.law.rights import CHANGES_STORE, IDENTITY_MINIMUM, SEARCHES_FIRST, IdentityLevel, Right
from dsr.law.workflow import ANSWERED, CLOSED, RUNNING, State
from dsr.templatetags.ui import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from django.utils.functional import _StrPromise

    from dsr.models import Case, Event, Request

CHANNELS: Final[Mapping[str, _StrPromise]] = {
    "portal": gettext_lazy("Through this website. Your receipt is among the letters."),
    "email": gettext_lazy("By e-mail. Your receipt is among the letters."),
    "phone": gettext_lazy("By phone. Your receipt is among the letters."),
    "post": gettext_lazy("By post. Your receipt is among the letters."),
    "shop": gettext_lazy("In a shop. Your receipt is among the letters."),
    "other": gettext_lazy("In another way. Your receipt is among the letters."),
}
METHODS: Final[Mapping[str, _StrPromise]] = {
    "link": gettext_lazy("Through your account."),
    "code": gettext_lazy("With a code to the contact on your contract."),
    "shop": gettext_lazy("In a shop."),
    "callback": gettext_lazy("We called you back."),
    "letter": gettext_lazy("With a code by letter."),
    "eid": gettext_lazy("With your electronic identity card."),
}
RECEIVED, IDENTITY, SEARCH, CHECK, CARRY_OUT, ANSWER, DONE = range(7)
# The step that is going on in a state; a right that does not have it is at the next one that it has.
RANK: Final[Mapping[State, int]] = {
    State.RECEIVED: IDENTITY,
    State.ID_PENDING: IDENTITY,
    State.CLARIFY_PENDING: SEARCH,
    State.FEE_PENDING: SEARCH,
    State.ASSESSING: SEARCH,
    State.COLLECTING: SEARCH,
    State.DRAFTING: CHECK,
    State.REVIEW: CHECK,
    State.APPROVED: CARRY_OUT,
    State.EXECUTING: CARRY_OUT,
    State.NOTIFYING: ANSWER,
    State.CONTESTED: ANSWER,
}
_FULL_ENDS: Final = frozenset({State.COMPLETED, State.PARTLY_COMPLETED})
Item = dict[str, str]


def timeline(asked: Request, case: Case, *, today: date | None = None) -> list[Item]:
    """Steps done, the one going on, those to come: title, when, iso (the same for machines), text, state.

    A request that ended early shows what happened and its end; a contested one its first answer and the objection.
    """
    state = State(case.state)
    rank = DONE if state in CLOSED else RANK[state]
    happened = _happened(case)
    steps = list(_steps(asked, case, rank, happened))
    now = next(at for at, _item in steps if at >= rank) if rank < DONE else DONE
    early = state in ANSWERED - _FULL_ENDS or state is State.CONTESTED
    items = []
    for at, item in steps:
        if early and RECEIVED < at < ANSWER and not item["when"]:
            continue
        done = at < rank or rank == DONE
        planned = "" if item["when"] or done else _planned(case, at, today)
        item["when"] = item["when"] or planned
        items.append({**item, "state": "done" if done else "now" if at == now else "next"})
    return items


def _happened(case: Case) -> dict[str, datetime]:
    """When each step was taken last; of a case that is assessed again, only what came after that."""
    events = sorted(case.events.all(), key=lambda event: event.seq)
    again = [event.seq for event in events if event.action == "reassess"]
    return {event.action: event.at for event in events if not again or event.seq >= again[-1]}


def _steps(asked: Request, case: Case, rank: int, happened: Mapping[str, datetime]) -> list[tuple[int, Item]]:
    right = Right(case.right)
    steps = [(RECEIVED, _item(_("Received"), asked.received_at, CHANNELS.get(asked.channel, "")))]
    if IDENTITY_MINIMUM[right] > IdentityLevel.NONE:
        steps.append((IDENTITY, _identity(asked)))
    # Until it is assessed again, what was searched and checked belongs to the first answer, and comes before it.
    again, contest = "reassess" in happened, _before_contest(case)
    if again:
        steps += [(RECEIVED, item) for item in contest]
    if right in SEARCHES_FIRST:
        steps.append((SEARCH, _search(case, happened, done=rank > SEARCH)))
        steps.append((CHECK, _check(right, happened, done=rank > CHECK)))
    if right in CHANGES_STORE:
        steps.append((CARRY_OUT, _carry_out(case, happened, done=rank > CARRY_OUT)))
    if not again:
        steps += [(CARRY_OUT, item) for item in contest]
    return [*steps, (ANSWER, _end(case, right))]


def _item(title: object, at: datetime | None = None, text: object = "") -> Item:
    iso = timezone.localtime(at).isoformat(timespec="minutes") if at else ""
    return {"title": str(title), "when": moment(at), "iso": iso, "text": str(text)}


def _planned(case: Case, at: int, today: date | None) -> str:
    """`planned until …` for the steps between identity and answer; nothing while the clock stands or once the day is over."""
    if State(case.state) not in RUNNING or case.act_by_on is None or at not in {SEARCH, CHECK, CARRY_OUT}:
        return ""
    start = timezone.localtime(case.contested_at).date() if case.contested_at else case.received_on
    until = start + (case.act_by_on - start) / 2 if at == SEARCH else case.act_by_on
    if today is None or today > until:
        return ""
    return _("planned until %(day)s") % {"day": wording.day(until)}


def _identity(asked: Request) -> Item:
    if asked.identified_at is None:
        if asked.content().get("scope", {}).get("for"):
            return _item(_("We check that you may ask for this person"))
        return _item(_("You show us that it is you"))
    return _item(_("Identity confirmed"), asked.identified_at, METHODS.get(asked.identity_method, ""))


def _before_contest(case: Case) -> list[Item]:
    """The first answer and the objection to it, as long as the chain of events says so."""
    if case.contested_at is None:
        return []
    answers = {state.value for state in ANSWERED}
    contested = next((event.seq for event in _reversed(case) if event.action == "contest"), 0)
    first = next((event for event in _reversed(case) if event.seq < contested and event.to_state in answers), None)
    objection = _item(_("You did not agree with our answer"), case.contested_at)
    if first is None:
        return [objection]
    return [_item(wording.subject_state(first.to_state, case.right).headline, first.at), objection]


def _reversed(case: Case) -> list[Event]:
    return sorted(case.events.all(), key=lambda event: -event.seq)


def _search(case: Case, happened: Mapping[str, datetime], *, done: bool) -> Item:
    count = len(stores_of(case.controller))
    if done:
        title = ngettext("We searched %(n)s system", "We searched %(n)s systems", count)
    else:
        title = ngettext("We search %(n)s system", "We search %(n)s systems", count)
    return _item(title % {"n": count}, happened.get("finish_collection"))


def _check(right: Right, happened: Mapping[str, datetime], *, done: bool) -> Item:
    at = happened.get("approve")
    if right in COPIES:
        protects = _("A second person checked it, and other people’s data is protected")
        return _item(protects if done else _("We check it and protect other people’s data"), at)
    return _item(_("Decided, after a second person checked it") if done else _("A second person checks"), at)


def _carry_out(case: Case, happened: Mapping[str, datetime], *, done: bool) -> Item:
    at = happened.get("finish_execution") or (happened.get("complete") if done else None)
    # While it goes on, `headway` says so, and keeps saying how far it is.
    counted = case.right == Right.ERASURE and case.state != State.EXECUTING
    return _item(_("Carried out") if done else _("We carry it out"), at, _carried_out(case) if counted else "")


def _carried_out(case: Case) -> str:
    """`Deleted in 1 of 2 systems.`: how far the erasure is, once it has begun."""
    tasks = [task for task in case.tasks.all() if task.operation == "apply"]
    if not tasks:
        return ""
    done = sum(1 for task in tasks if task.status in FINISHED)
    return _("Deleted in %(done)s of %(all)s systems.") % {"done": done, "all": len(tasks)}


def _end(case: Case, right: Right) -> Item:
    if State(case.state) in CLOSED:
        return _item(wording.subject_state(case.state, right).headline, case.closed_at)
    titles = {True: _("Ready to download"), False: _("You get our answer")}
    again = State(case.state) is State.CONTESTED
    item = _item(_("Somebody else looks at it again") if again else titles[right in COPIES])
    if case.due_on:
        item["when"] = _("at the latest %(day)s") % {"day": wording.day(case.due_on)}
        item["iso"] = case.due_on.isoformat()
    return item
