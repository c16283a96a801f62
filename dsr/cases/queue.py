"""Reads for the desk: views of the queue as filters over dates and states, search through the blind index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
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


def _among_open(view: str, user: User | None, today: date) -> Q:
    """What a view takes of the open cases that are not held; `user` is who `mine` stands for."""
    if view == "manual":
        return Q(pk__in=_that_need_somebody())
    return {
        "mine": Q(assignee=user),
        "sort": Q(unclassified=True),
        "unassigned": Q(assignee__isnull=True),
        "due7": Q(due_on__lte=today + WEEK),
        "overdue": Q(due_on__lt=today),
        "waiting": Q(state__in=_WAITING),
        "second": Q(state=State.REVIEW) | Q(letter_waits=True),
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


def _letter_waits() -> Q:
    # A letter somebody wrote and nobody has sent: the same, by an index of drafts only. Letters of an answer have no step
    # of their own; they wait in review with it.
    return Q(pk__in=letters_that_wait().values("case"))


def _undelivered() -> Q:
    return Q(request__in=_lost().values("request"))


def _held() -> Q:
    held = Suspicion.objects.filter(settled_at__isnull=True)
    return Q(state=State.RECEIVED, request__in=held.values("request"))


def _base(controller: Controller, user: User) -> CaseQuerySet:
    rows: CaseQuerySet = Case.objects.of(controller).annotate(
        needs_person=Exists(_for_a_person().filter(case=OuterRef("pk"))),
        undelivered=_undelivered(),
        letter_waits=_letter_waits(),
        held=_held(),
    )
    return _without_archive(rows, user)


def _without_archive(rows: CaseQuerySet, user: User) -> CaseQuerySet:
    """Whoever does not read the archive does not find it either (4.5)."""
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
        .select_related("request", "assignee")
        .order_by("sort_on", "received_on", "pk")
    )
    # As a related manager does it: the controller is known, and reading its sixty columns with each row is a tenth of a page.
    ordered._known_related_objects = {Case._meta.get_field("controller"): {controller.pk: controller}}  # type: ignore[attr-defined]  # noqa: SLF001
    return ordered


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many cases the views of a controller hold: each of COUNTED and HELD, but `mine`, which is in `assigned` by the account's id."""

    views: Mapping[str, int]
    assigned: Mapping[str, int]

    def of(self, user: User) -> dict[str, int]:
        """The same with `mine` of one colleague."""
        return {**self.views, "mine": self.assigned.get(str(user.pk), 0)}


def _at_hand(controller: Controller) -> CaseQuerySet:
    """Open cases that are not held, said once for all numbers: nobody counts years of closed cases to say how many are open, and what
    is asked of each row again for each number costs most of a page (bench/desk).
    """
    rows = Case.objects.of(controller).annotate(letter_waits=_letter_waits(), held=_held())
    found: CaseQuerySet = rows.exclude(state__in=sorted(CLOSED)).filter(held=False)
    return found


Saved = Mapping[str, "tuple[str, Filters]"]
"""Saved views by their key: the view and the filters of each. A view that does not exist counts as `open`."""


def numbers(
    *, controller: Controller, user: User, today: date, lost: int, held: int, saved: Saved
) -> tuple[Numbers, dict[str, int]]:
    """The numbers of all views for all colleagues, and of the saved views of one, in one query; one more where one of those holds
    closed cases.

    `lost` and `held` are how many cases `lost_elsewhere` and `held_cases` have: two short lists, counted with other short ones.
    """
    counted = {f"n_{view}": _among_open(view, None, today) for view in COUNTED if view != "mine"}
    counted |= _saved(controller, user, today, saved)
    sums: Counter[str] = Counter()
    assigned = {}
    rows = _at_hand(controller).order_by().values("assignee")
    for row in rows.annotate(**{name: Count("pk", filter=one) for name, one in counted.items()}):
        assigned[str(row["assignee"])] = row["n_open"]
        sums.update({name: row[name] for name in counted})
    totals = {view: sums[f"n_{view}"] for view in COUNTED if view != "mine"}
    totals |= {"manual": totals["manual"] + lost, HELD: held}
    return Numbers(totals, assigned), _with_closed(sums, user, saved)


def saved_numbers(*, controller: Controller, user: User, today: date, saved: Saved) -> dict[str, int]:
    """How many cases each saved view holds, by its key: one query, and one more where one holds closed cases."""
    counted = {name: Count("pk", filter=one) for name, one in _saved(controller, user, today, saved).items()}
    return _with_closed(_at_hand(controller).aggregate(**counted), user, saved)


def _saved(controller: Controller, user: User, today: date, saved: Saved) -> dict[str, Q]:
    """What each saved view takes of the open cases, by the name of its number."""
    return {
        f"saved_{at}": _among_open(_known(view), user, today) & filters.condition(controller=controller, user=user)
        for at, (view, filters) in enumerate(saved.values())
        if view != "closed"
    }


def _with_closed(found: Mapping[str, int], user: User, saved: Saved) -> dict[str, int]:
    beside = _beside({key: one for key, one in saved.items() if one[0] in {"closed", "manual"}}, user=user)
    return {key: int(found.get(f"saved_{at}", 0)) + beside.get(key, 0) for at, key in enumerate(saved)}


def _known(view: str) -> str:
    return view if view in VIEWS else "open"


def held_cases(controller: Controller) -> CaseQuerySet:
    """Cases that are held as part of a flood."""
    rows: CaseQuerySet = Case.objects.of(controller).filter(_held())
    return rows


def lost_elsewhere(controller: Controller, user: User) -> CaseQuerySet:
    """Cases whose mail did not arrive and that are closed or held: the part of `manual` that is not among the open ones."""
    rows: CaseQuerySet = Case.objects.of(controller).filter(_undelivered(), Q(state__in=sorted(CLOSED)) | _held())
    return _without_archive(rows, user)


def _beside(views: Saved, *, user: User) -> dict[str, int]:
    """The closed and held cases that saved views hold, in one query for all, or none."""
    closed = _without_archive(Case.objects.of(user.controller).filter(state__in=sorted(CLOSED)), user)
    counted = {}
    for key, (view, filters) in views.items():
        rows = lost_elsewhere(user.controller, user) if view == "manual" else closed
        counted[key] = rows.filter(filters.condition(controller=user.controller, user=user))
    return together({}, counted)[1]
