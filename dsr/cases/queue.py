"""Reads for the desk: views of the queue as filters over dates and states, search through the blind index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat

from dsr.cases.archive import READERS
from dsr.cases.finding import found, referred
from dsr.cases.free_letters import WAYS
from dsr.cases.hand_links import WITH_OWNER
from dsr.law.workflow import CLOSED, STEPS, Role, State
from dsr.models import Case, Controller, Letter, Message, Suspension, Suspicion, Task, User
from dsr.models.together import together

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


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many cases the views hold: each of COUNTED and HELD, and each saved view by its key."""

    views: Mapping[str, int]
    saved: Mapping[str, int]


def numbers(
    *,
    controller: Controller,
    user: User,
    today: date,
    lost: int,
    saved: Mapping[str, tuple[str, Filters]] | None = None,
) -> Numbers:
    """The numbers of all views in one query, and one more where a saved view holds closed cases.

    `lost` is how many closed cases `lost_when_closed` has. A saved view whose view does not exist counts as `open`.
    """
    views = {key: (view if view in VIEWS else "open", filters) for key, (view, filters) in (saved or {}).items()}
    rows = _base(controller, user)
    counted = {f"view_{view}": _condition(view, user, today) for view in COUNTED}
    counted["flood"] = Q(held=True)
    for at, (view, filters) in enumerate(views.values()):
        counted[f"saved_{at}"] = _condition(view, user, today) & filters.condition(controller=controller, user=user)
    # Only open cases: nobody counts years of closed ones to say how many are open.
    open_rows = rows.exclude(state__in=sorted(CLOSED))
    found = open_rows.aggregate(**{key: Count("pk", filter=one) for key, one in counted.items()})
    closed = _closed(rows, {key: one for key, one in views.items() if one[0] in {"closed", "manual"}}, user=user)
    built_in = {view: int(found[f"view_{view}"]) for view in COUNTED}
    return Numbers(
        views=built_in | {"manual": built_in["manual"] + lost, HELD: int(found["flood"])},
        saved={key: int(found[f"saved_{at}"]) + closed.get(key, 0) for at, key in enumerate(views)},
    )


def lost_when_closed(controller: Controller, user: User) -> CaseQuerySet:
    """Closed cases whose mail did not arrive: the part of `manual` that is not open."""
    return _base(controller, user).filter(undelivered=True, state__in=sorted(CLOSED))


def _closed(rows: CaseQuerySet, views: Mapping[str, tuple[str, Filters]], *, user: User) -> dict[str, int]:
    """The closed cases that saved views hold, in one query for all, or none."""
    counted = {}
    for key, (view, filters) in views.items():
        found = rows.filter(state__in=sorted(CLOSED)).filter(filters.condition(controller=user.controller, user=user))
        counted[key] = found.filter(undelivered=True) if view == "manual" else found
    return together({}, counted)[1]
