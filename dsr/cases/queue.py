"""Reads for the desk: views of the queue as filters over dates and states, search through the blind index."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from dsr.cases.archive import READERS
from dsr.cases.finding import found
from dsr.cases.hand_links import WITH_OWNER
from dsr.law.workflow import CLOSED, STEPS, Action, Role, State
from dsr.models import Case, Controller, Letter, Message, Suspension, Suspicion, Task, User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from dsr.cases.queue_filters import Filters
    from dsr.models import CaseQuerySet

WEEK = timedelta(days=7)
VIEWS = ("mine", "sort", "unassigned", "due7", "overdue", "waiting", "second", "manual", "open", "closed")
HELD = "held"
_WAITING = (State.ID_PENDING, State.CLARIFY_PENDING, State.FEE_PENDING)


def _condition(view: str, user: User, today: date) -> Q:
    """Each view as one condition; overdue counts from the day after the legal date (rules.md 4.0.6).

    A mail that did not arrive needs somebody even when the case is closed: mostly it announced the answer. What is held as
    part of a flood stands in none of them until somebody lets it through; it has a page and a count of its own.
    """
    is_open = ~Q(state__in=CLOSED) & Q(held=False)
    return {
        "mine": is_open & Q(assignee=user),
        "sort": is_open & Q(unclassified=True),
        "unassigned": is_open & Q(assignee__isnull=True),
        "due7": is_open & Q(due_on__lte=today + WEEK),
        "overdue": is_open & Q(due_on__lt=today),
        "waiting": Q(state__in=_WAITING),
        "second": Q(state=State.REVIEW) | (is_open & Q(letter_waits=True)),
        "manual": (is_open & Q(needs_person=True)) | Q(undelivered=True),
        "open": is_open,
        "closed": Q(state__in=CLOSED),
    }[view]


def letters_that_wait() -> QuerySet[Letter]:
    """Drafts that take a step which the table still has for their case; what went another way waits for nobody."""
    possible = Q()
    for action in Action:
        if sources := frozenset[State]().union(*(step.sources for step in STEPS if step.action is action)):
            possible |= Q(action=action, case__state__in=sorted(sources))
    found: QuerySet[Letter] = Letter.objects.filter(possible, status=Letter.Status.DRAFT)
    return found


def _base(controller: Controller, user: User) -> CaseQuerySet:
    # What a department has been asked for waits for that department, not for somebody at the desk.
    needs = Task.objects.filter(case=OuterRef("pk"), status=Task.Status.MANUAL).exclude(error_code=WITH_OWNER)
    # One small list for the whole query, not a look at every case: hardly any mail is undelivered. Without the controller,
    # which the cases have: databases would walk all of its mails instead of the index of states.
    lost = Message.objects.filter(status__in=Message.UNDELIVERED, by_mail=True)
    # A letter somebody wrote and nobody has sent: the same, by an index of drafts only. Letters of an answer have no step
    # of their own; they wait in review with it.
    drafts = letters_that_wait()
    held = Suspicion.objects.filter(settled_at__isnull=True)
    rows: CaseQuerySet = Case.objects.of(controller).annotate(
        needs_person=Exists(needs),
        undelivered=Q(request__in=lost.values("request")),
        letter_waits=Q(pk__in=drafts.values("case")),
        held=Q(state=State.RECEIVED) & Q(request__in=held.values("request")),
    )
    # Whoever does not read the archive does not find it either (4.5).
    return rows if {Role(role) for role in user.roles} & READERS else rows.exclude(state=State.ARCHIVED)


def cases(
    *,
    controller: Controller,
    view: str,
    user: User,
    today: date,
    filters: Filters | None = None,
    search: str = "",
) -> CaseQuerySet:
    """The queue in legal order: paused cases keep the place they would have. Unknown views raise KeyError.

    Each row says since when its clock is paused (`paused_on`, in the controller's days), or None.
    """
    rows = _base(controller, user).filter(_condition(view, user, today))
    if filters is not None:
        rows = rows.filter(filters.condition(controller=controller, user=user))
    if search.strip():
        rows = rows.filter(found(controller, search))
    paused = Suspension.objects.filter(case=OuterRef("pk"), ended_at__isnull=True)
    ordered: CaseQuerySet = (
        rows.annotate(paused_on=Subquery(paused.values("started_on")[:1]))
        .select_related("request", "assignee", "controller")
        .order_by("sort_on", "received_on", "pk")
    )
    return ordered


def counts(*, controller: Controller, user: User, today: date) -> dict[str, int]:
    """How many cases each view holds, and how many are held as part of a flood (`HELD`), in one query."""
    numbers = _base(controller, user).aggregate(
        **{view: Count("pk", filter=_condition(view, user, today)) for view in VIEWS},
        held_cases=Count("pk", filter=Q(held=True)),
    )
    return {view: int(numbers[view]) for view in VIEWS} | {HELD: int(numbers["held_cases"])}


def counts_of(
    *, controller: Controller, user: User, today: date, wanted: Mapping[str, tuple[str, Filters]]
) -> dict[str, int]:
    """How many cases each of these narrowed views holds, in one query; a view that does not exist counts as `open`."""
    conditions = {
        key: _condition(view if view in VIEWS else "open", user, today)
        & filters.condition(controller=controller, user=user)
        for key, (view, filters) in wanted.items()
    }
    views = {view if view in VIEWS else "open" for view, _ in wanted.values()}
    # Only the rows that one of the views can hold: nobody counts years of closed cases to say how many are open.
    rows = _base(controller, user).filter(reduce(or_, (_condition(view, user, today) for view in sorted(views))))
    numbers = rows.aggregate(**{f"n{at}": Count("pk", filter=one) for at, one in enumerate(conditions.values())})
    return {key: int(numbers[f"n{at}"]) for at, key in enumerate(conditions)}
