"""What the person sees of her request: headline, next step, timeline and deadline for each right, in plain words.

Nothing here comes from a store: which systems have answered is shown, what they said is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases.clock import local_date
from dsr.cases.facts import identified
from dsr.cases.headway import FINISHED, headway_of
from dsr.cases.scope import stores_of
from dsr.fulfil.locate import COPIES
from dsr.fulfil.stores import label_of
from dsr.law.rights import CHANGES_NO_STORE, IDENTITY_MINIMUM, SEARCHES_FIRST, IdentityLevel, Right
from dsr.law.workflow import ANSWERED, CLOSED, RUNNING, State
from dsr.models import Artifact
from dsr.templatetags.ui import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from django.utils.functional import _StrPromise

    from dsr.cases.headway import Headway
    from dsr.models import Case, Request

CHANNELS: Final[Mapping[str, _StrPromise]] = {
    "portal": gettext_lazy("Through this website."),
    "email": gettext_lazy("By e-mail."),
    "phone": gettext_lazy("By phone."),
    "post": gettext_lazy("By post."),
    "shop": gettext_lazy("In a shop."),
    "other": gettext_lazy("In another way."),
}
METHODS: Final[Mapping[str, _StrPromise]] = {
    "link": gettext_lazy("Through your account."),
    "code": gettext_lazy("With a code to the contact on your contract."),
    "shop": gettext_lazy("In a shop."),
    "callback": gettext_lazy("We called you back."),
    "letter": gettext_lazy("With a code by letter."),
    "eid": gettext_lazy("With your electronic identity card."),
}
# How far a state is along the steps of the timeline: received 0, identity 1, work 2, answer checked or carried out 3, done 4.
_RANK: Final[Mapping[State, int]] = {
    State.RECEIVED: 1,
    State.ID_PENDING: 1,
    State.CLARIFY_PENDING: 2,
    State.FEE_PENDING: 2,
    State.ASSESSING: 2,
    State.COLLECTING: 2,
    State.DRAFTING: 3,
    State.REVIEW: 3,
    State.APPROVED: 3,
    State.EXECUTING: 3,
    State.NOTIFYING: 3,
    State.CONTESTED: 3,
}
_DONE = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One right of a request, as its status page shows it."""

    case: Case
    title: str
    headline: str
    next_step: str
    timeline: list[dict[str, str]]
    today: date
    is_open: bool
    can_withdraw: bool
    paused: str  # the sentence of a clock that stands still
    overdue: bool
    package: Artifact | None
    resumable: bool  # closed because nobody showed who asks: a new request takes it up again (no. 4)
    headway: Headway | None  # while systems are asked or changed


def parts_of(asked: Request, *, now: datetime) -> list[Part]:
    """Every right of the request, in the order of the law."""
    today, order = local_date(asked.controller, now), list(Right)
    rows = asked.cases.select_related("controller", "request").prefetch_related("suspensions", "tasks", "events")
    cases = sorted(rows, key=lambda case: order.index(Right(case.right)))
    return [_part(asked, case, today) for case in cases]


def _part(asked: Request, case: Case, today: date) -> Part:
    words = wording.subject_state(case.state, case.right)
    pause = next((s for s in case.suspensions.all() if s.ended_at is None), None)
    return Part(
        case=case,
        title=wording.right_plain(case.right),
        headline=words.headline,
        next_step=words.next_step,
        timeline=timeline(asked, case),
        today=today,
        is_open=case.is_open,
        can_withdraw=State(case.state) in RUNNING and case.first_applied_at is None,
        paused=wording.clock_stopped(pause.started_on) if pause else "",
        overdue=case.is_open and case.due_on is not None and case.due_on < today,
        package=package_of(case),
        resumable=case.state == State.NOT_IDENTIFIED,
        headway=headway(case),
    )


def package_of(case: Case) -> Artifact | None:
    """The released answer of a case, expired or not; drafts do not exist for the person."""
    rows = case.artifacts.filter(kind=Artifact.Kind.PACKAGE, released_at__isnull=False, superseded_at__isnull=True)
    return rows.order_by("-released_at").first()


def latest_due(asked: Request) -> date | None:
    """The date by which everything asked for is answered; None while a clock stands still."""
    return max((case.due_on for case in asked.cases.all() if case.due_on), default=None)


def proof_needed(asked: Request) -> bool:
    """Whether an open right still waits for the person to show who she is (I-06, I-07); never for somebody else's request."""
    if asked.content().get("scope", {}).get("for"):
        return False
    return any(
        case.is_open and not identified(case) for case in asked.cases.all()
    )


# --- how far the systems are -------------------------------------------------------------------------------------------


def headway(case: Case) -> Headway | None:
    """How many systems have answered or been changed; None while none is at work."""
    if case.state == State.COLLECTING and Right(case.right) in COPIES:
        return headway_of(case.tasks.all(), operation="collect", stores=stores_of(case.controller))
    if case.state == State.EXECUTING:
        found = headway_of(case.tasks.all(), operation="apply")
        return found if found.total else None
    return None


def headway_words(part: Part, *, records: bool) -> str:
    """The sentence: 3 of 5 systems answered, 12,300 records so far.

    A number of records was found in a store: it is said only to whom the answer may be shown (house.md, Signed in is not
    identified), so the caller says whether `records` may be.
    """
    far = part.headway
    if far is None:
        return ""
    if part.case.state == State.COLLECTING:
        words = ngettext("%(done)s of %(all)s system answered", "%(done)s of %(all)s systems answered", far.total)
    else:
        words = ngettext("%(done)s of %(all)s system changed", "%(done)s of %(all)s systems changed", far.total)
    text = words % {"done": far.done, "all": far.total}
    if not records or not far.records:
        return f"{text}."
    counted = ngettext("%(n)s record so far", "%(n)s records so far", far.records)
    return f"{text}, {counted % {'n': number_format(far.records, force_grouping=True)}}."


def still_open(part: Part) -> str:
    """`Still open: …`: which systems have not answered yet, by name; empty when all have. Never what they said."""
    if part.headway is None or part.case.state != State.COLLECTING:
        return ""
    tasks = part.case.tasks.all()
    done = {task.store for task in tasks if task.operation == "collect" and task.status in FINISHED}
    stores = stores_of(part.case.controller)
    labels = [label_of(config, get_language() or "en") for name, config in stores.items() if name not in done]
    return _("Still open: %(systems)s.") % {"systems": ", ".join(labels)} if labels else ""


# --- the timeline ------------------------------------------------------------------------------------------------------


def timeline(asked: Request, case: Case) -> list[dict[str, str]]:
    """Steps done, the one going on, those to come; a request that ended early shows what happened and its end."""
    state, right = State(case.state), Right(case.right)
    happened = {event.action: event.at for event in sorted(case.events.all(), key=lambda event: event.seq)}
    rank = _DONE if state in CLOSED else _RANK[state]
    steps = [
        (0, _received(asked)),
        *([(1, _identity(asked))] if IDENTITY_MINIMUM[right] > IdentityLevel.NONE else []),
        (2, _work(case, right, happened)),
        *([(3, _checked(case, right, happened))] if right in SEARCHES_FIRST else []),
        (_DONE, _end(case, right, happened)),
    ]
    now = next(at for at, _step in steps if at >= rank)  # not every right has every step
    early = state in ANSWERED and state not in {State.COMPLETED, State.PARTLY_COMPLETED}
    items = []
    for at, item in steps:
        done = at < rank or rank == _DONE
        if early and 0 < at < _DONE and not item["when"]:
            continue
        items.append({**item, "state": "done" if done else "now" if at == now else "next"})
    return items


def _item(title: object, when: str = "", text: object = "") -> dict[str, str]:
    return {"title": str(title), "when": when, "text": str(text)}


def _received(asked: Request) -> dict[str, str]:
    return _item(_("Received"), moment(asked.received_at), CHANNELS.get(asked.channel, ""))


def _identity(asked: Request) -> dict[str, str]:
    if asked.identified_at is None:
        return _item(_("You show us that it is you"))
    return _item(_("Identity confirmed"), moment(asked.identified_at), METHODS.get(asked.identity_method, ""))


def _work(case: Case, right: Right, happened: Mapping[str, datetime]) -> dict[str, str]:
    """Collecting for rights that search first, the decision for the others."""
    if right not in SEARCHES_FIRST:
        return _item(_("We carry it out"), moment(happened.get("finish_execution") or happened.get("complete")))
    count = len(stores_of(case.controller))
    title = ngettext("We search %(n)s system", "We search %(n)s systems", count) % {"n": count}
    return _item(title, moment(happened.get("finish_collection")))


def _checked(case: Case, right: Right, happened: Mapping[str, datetime]) -> dict[str, str]:
    if right in CHANGES_NO_STORE:
        return _item(_("We check it and protect other people’s data"), moment(happened.get("approve")))
    # While it goes on, `headway` says so, and keeps saying how far it is.
    text = _carried_out(case) if right is Right.ERASURE and case.state != State.EXECUTING else ""
    return _item(_("A second person checks, then we carry it out"), moment(happened.get("finish_execution")), text)


def _carried_out(case: Case) -> str:
    """`Deleted in 1 of 2 systems.`: how far the erasure is, once it has begun."""
    tasks = [task for task in case.tasks.all() if task.operation == "apply"]
    if not tasks:
        return ""
    done = sum(1 for task in tasks if task.status in FINISHED)
    return _("Deleted in %(done)s of %(all)s systems.") % {"done": done, "all": len(tasks)}


def _end(case: Case, right: Right, happened: Mapping[str, datetime]) -> dict[str, str]:
    if State(case.state) in CLOSED:
        return _item(wording.subject_state(case.state, right).headline, moment(case.closed_at))
    until = case.due_on or case.told_due_on
    when = _("at the latest %(day)s") % {"day": wording.day(until)} if until and case.due_on else ""
    return _item(_("Ready to download") if right in CHANGES_NO_STORE else _("You get our answer"), when)
