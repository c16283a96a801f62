"""A row of the queue as people read it: deadline in words, who it is about, the one next action, marks. Also for the export."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Window
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import wording
from dsr.cases.closeness import barred_requests
from dsr.cases.redactions_open import waiting_in
from dsr.cases.scope import stores_of
from dsr.desk.access import Sight, sees
from dsr.desk.behalf import flags_of
from dsr.desk.guidance import reads_texts
from dsr.desk.next_step import Next, next_step
from dsr.desk.tasks_view import task_label
from dsr.desk.troubles import trouble
from dsr.models import CaseTag, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from dsr.desk.presence import Here
    from dsr.law.workflow import Actor
    from dsr.models import CaseQuerySet, Controller, User

_LAST_PAGE: Final = 10_000
_ANY: Final = uuid.UUID(int=0)
"""Stands for a case in an address that is made once and filled for each row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the queue. `note` stands beside the date; `here` is who has it open.

    `pick` and `take` name the tick and the button for who cannot see the row. Made here and not in the template, with `address`,
    because a page has fifty rows.
    """

    case: Any
    person: str
    right: str
    next: Next
    note: str
    late: bool
    flags: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    to_do: tuple[str, ...] = ()
    here: Sequence[Here] = ()
    address: str = ""
    pick: str = ""
    take: str = ""


def page_of(cases: CaseQuerySet, wanted: str | None, *, per_page: int, known: int) -> Page[Any]:
    """A page of a list whose length is known from elsewhere, where it may be some seconds old: the rows decide, the number follows."""
    at = _paged(cases, per_page, known).get_page(wanted).number
    before = (at - 1) * per_page
    rows = list(cases[before : before + per_page])
    if not rows and before:  # the list has become shorter
        return Paginator(cases, per_page).get_page(wanted)
    seen = before + len(rows)
    return Page(rows, at, _paged(cases, per_page, seen if len(rows) < per_page else max(known, seen)))


def page_of_found(cases: CaseQuerySet, wanted: str | None, *, per_page: int, found: CaseQuerySet) -> Page[Any]:
    """A page of `cases` as far as they are among `found`, the same in the same order narrowed by a search.

    The search is made once, for the ids of the page and the number of all together: what rows show is read for those on the page.
    """
    at = int(wanted) if wanted and wanted.isdecimal() and 0 < int(wanted) <= _LAST_PAGE else 1
    before = (at - 1) * per_page
    counted = found.annotate(hits=Window(Count("*"))).values_list("pk", "hits")
    hits = list(counted[before : before + per_page])
    if not hits and before:  # beyond the end, or an address that somebody made up
        return Paginator(found, per_page).get_page(wanted)
    rows = list(cases.filter(pk__in=[pk for pk, _number in hits])) if hits else []
    return Page(rows, at, _paged(cases, per_page, hits[0][1] if hits else 0))


def _paged(cases: CaseQuerySet, per_page: int, length: int) -> Paginator[Any]:
    pages: Paginator[Any] = Paginator(cases, per_page)
    pages.count = length
    return pages


def with_marks(cases: CaseQuerySet, *, controller: Controller, view: str) -> CaseQuerySet:
    """The reads that rows need, one query for each kind of mark whatever the number of rows."""
    tags = CaseTag.objects.of(controller).select_related("tag").order_by("tag__name")
    rows = cases.select_related("request__account").prefetch_related(Prefetch("case_tags", tags, to_attr="tagged"))
    if view == "manual":
        waiting = Task.objects.of(controller).filter(status=Task.Status.MANUAL).order_by("operation", "store")
        rows = rows.prefetch_related(Prefetch("tasks", waiting, to_attr="waiting"))
    return rows


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the rows, with what is asked once for a page: texts of drafts that wait, and persons the reader is too close to."""

    actor: Actor
    to_read: Mapping[Any, int]
    close_to: frozenset[Any]
    address: str = ""
    pick: str = ""
    take: str = ""

    def sees(self, case: Any) -> bool:
        """Whether the reader may see who the case is about (4.3: nobody learns of a relative's request from a list)."""
        return sees(self.actor, Sight.PERSON) and case.request_id not in self.close_to


def reader_of(cases: Sequence[Any], *, actor: Actor, user: User) -> Reader:
    """For the cases of one page: two queries, whatever their number."""
    waits = waiting_in(cases) if sees(actor, Sight.DATA) else {}
    return Reader(
        actor,
        waits,
        frozenset(barred_requests(user).values_list("request", flat=True)),
        address=reverse("desk:case", args=[_ANY]).replace(str(_ANY), "%s"),
        pick=_("Select %(reference)s"),
        take=_("Take %(reference)s"),
    )


def row(case: Any, today: date, *, reader: Reader, language: str, here: Sequence[Here] = ()) -> Row:
    """One case from `queue.cases` through `with_marks`, as this reader may see it."""
    shown = reader.sees(case)
    told = case.request.content() if shown else {}
    account = case.request.account
    name = str(told.get("name", "")) or (account.display_name if account else "")
    return Row(
        case=case,
        person=(name or _("No name given")) if shown else _hidden(case, reader),
        right=_("Not sorted yet") if case.unclassified else wording.right(case.right),
        next=next_step(
            case,
            needs_person=case.needs_person,
            undelivered=case.undelivered,
            letter_waits=case.letter_waits,
            today=today,
            to_read=reader.to_read.get(case.pk, 0) if reads_texts(case, reader.actor) else 0,
        ),
        note=" · ".join(_notes(case, today)),
        late=case.is_open and case.due_on is not None and case.due_on < today,
        flags=tuple(flags_of(told, case.right)),
        tags=tuple(one.tag.name for one in case.tagged),
        to_do=tuple(_to_do(case, language)),
        here=here,
        address=reader.address % case.pk,
        pick=reader.pick % {"reference": case.request.reference},
        take=reader.take % {"reference": case.request.reference},
    )


def _hidden(case: Any, reader: Reader) -> str:
    return (
        _("Not shown: you are close to this person")
        if case.request_id in reader.close_to
        else _("Not shown to your role")
    )


def _notes(case: Any, today: date) -> Iterator[str]:
    if case.paused_on:
        yield _("would be due by %(day)s") % {"day": wording.day(case.sort_on)}
        days = max(0, (today - case.paused_on).days)
        yield ngettext("paused %(n)s day", "paused %(n)s days", days) % {"n": days}
    if case.extended:
        yield _("extended")
    if case.act_by_on and case.due_on and case.act_by_on < today <= case.due_on:
        yield _("internal target is over")


def _to_do(case: Any, language: str) -> Iterator[str]:
    """In the view of what needs somebody: which task waits, and what helps."""
    for task in getattr(case, "waiting", ()):
        yield f"{task_label(task, stores_of(case.controller), language)}: {trouble(task.error_code)}"
