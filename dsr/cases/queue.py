"""Reads for the desk: views of the queue as filters over dates and states, search through the blind index."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat

from dsr.cases.archive import READERS
from dsr.cases.finding import found, referred
from dsr.cases.free_letters import WAYS
from dsr.cases.hand_links import WITH_OWNER
from dsr.law.workflow import CLOSED, STEPS, Role, State
from dsr.models import Case, Controller, Letter, Message, Suspension, Suspicion, Task, User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from dsr.cases.queue_filters import Filters
    from dsr.models import CaseQuerySet

WEEK = timedelta(days=7)
VIEWS = ("mine", "sort", "unassigned", "due7", "overdue", "waiting", "second", "manual", "open", "closed")
COUNTED = tuple(view for view in VIEWS if view != "closed")
"""The views whose number the side bar says: nobody counts years of closed cases on every page."""
HELD = "held"
_WAITING = (State.ID_PENDING, State.CLARIFY_PENDING, State.FEE_PENDING)


def _condition(view: str, user: User, today: date) -> Q:
    """Each view as one condition; overdue counts from the day after the legal date (rules.md 4.0.6).

    A mail that did not arrive needs somebody even when the case is closed: mostly it announced the answer. What is held as
    part of a flood stands in none of them until somebody lets it through; it has a page and a count of its own.
    """
    if view == "closed":
        return Q(state__in=sorted(CLOSED))
    if view == "manual":
        return Q(pk__in=_that_need_somebody()) & (Q(held=False) | Q(undelivered=True))
    return ~Q(state__in=sorted(CLOSED)) & Q(held=False) & _among_open(view, user, today)


def _among_open(view: str, user: User, today: date) -> Q:
    """What a view takes of the open cases that are not held."""
    return {
        "mine": Q(assignee=user),
        "sort": Q(unclassified=True),
        "unassigned": Q(assignee__isnull=True),
        "due7": Q(due_on__lte=today + WEEK),
        "overdue": Q(due_on__lt=today),
        "waiting": Q(state__in=_WAITING),
        "second": Q(state=State.REVIEW) | Q(letter_waits=True),
        "manual": Q(pk__in=_that_need_somebody()),
        "open": Q(),
    }[view]


def _that_need_somebody() -> QuerySet[Any]:
    """Open cases with a task for a person, and cases of any age whose mail did not arrive: two short lists made one, because
    alternatives side by side have a database look at every case there ever was.
    """
    tasks = _for_a_person().exclude(case__state__in=sorted(CLOSED))
    cases = Case.objects.filter(request__in=_lost().values("request"))
    return tasks.values("case").union(cases.values("pk"))


def _for_a_person() -> QuerySet[Task]:
    # What a department has been asked for waits for that department, not for somebody at the desk.
    found: QuerySet[Task] = Task.objects.filter(status=Task.Status.MANUAL).exclude(error_code=WITH_OWNER)
    return found


def _lost() -> QuerySet[Message]:
    # One small list for the whole query, not a look at every case: hardly any mail is undelivered. Without the controller,
    # which the cases have: databases would walk all of its mails instead of the index of states.
    found: QuerySet[Message] = Message.objects.filter(status__in=Message.UNDELIVERED, by_mail=True)
    return found


def letters_that_wait() -> QuerySet[Letter]:
    """Drafts that take a step which the table still has for their case; what went another way waits for nobody."""
    # One comparison of two words put together: told as alternatives, PostgreSQL plans for half a second.
    possible = sorted({f"{step.action}:{state}" for step in STEPS for state in step.sources} | WAYS)
    drafts = Letter.objects.filter(status=Letter.Status.DRAFT)
    found: QuerySet[Letter] = drafts.annotate(way=Concat("action", Value(":"), "case__state")).filter(way__in=possible)
    return found


def _base(controller: Controller, user: User) -> CaseQuerySet:
    # A letter somebody wrote and nobody has sent: the same, by an index of drafts only. Letters of an answer have no step
    # of their own; they wait in review with it.
    drafts = letters_that_wait()
    held = Suspicion.objects.filter(settled_at__isnull=True)
    rows: CaseQuerySet = Case.objects.of(controller).annotate(
        needs_person=Exists(_for_a_person().filter(case=OuterRef("pk"))),
        undelivered=Q(request__in=_lost().values("request")),
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
    persons: bool = True,
) -> CaseQuerySet:
    """The queue in legal order: paused cases keep the place they would have. Unknown views raise KeyError.

    Without `persons` a search finds references only. Each row says since when its clock is paused (`paused_on`, in the controller's days), or None.
    """
    rows = _base(controller, user).filter(_condition(view, user, today))
    if filters is not None:
        rows = rows.filter(filters.condition(controller=controller, user=user))
    if search.strip():
        rows = rows.filter((found if persons else referred)(controller, search))
    paused = Suspension.objects.filter(case=OuterRef("pk"), ended_at__isnull=True)
    ordered: CaseQuerySet = (
        rows.annotate(paused_on=Subquery(paused.values("started_on")[:1]))
        .select_related("request", "assignee", "controller")
        .order_by("sort_on", "received_on", "pk")
    )
    return ordered


def counts(*, controller: Controller, user: User, today: date) -> dict[str, int]:
    """How many cases each of the COUNTED views holds, and how many are held as part of a flood (`HELD`), in three queries."""
    rows = _base(controller, user)
    open_rows = rows.exclude(state__in=sorted(CLOSED)).filter(held=False)
    views = {view: Count("pk", filter=_among_open(view, user, today)) for view in COUNTED}
    numbers = {view: int(number) for view, number in open_rows.aggregate(**views).items()}
    elsewhere = rows.filter(undelivered=True).filter(Q(state__in=sorted(CLOSED)) | Q(held=True))
    return numbers | {"manual": numbers["manual"] + elsewhere.count(), HELD: rows.filter(held=True).count()}


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
