"""A row of the queue as people read it: deadline in words, who it is about, the one next action, marks. Also for the export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import wording
from dsr.cases.scope import stores_of
from dsr.desk.behalf import flags_of
from dsr.desk.next_step import Next, next_step
from dsr.desk.tasks_view import task_label
from dsr.desk.troubles import trouble
from dsr.models import CaseTag, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from dsr.desk.presence import Here
    from dsr.models import CaseQuerySet, Controller


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the queue. `note` stands beside the date; `here` is who has it open."""

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


def with_marks(cases: CaseQuerySet, *, controller: Controller, view: str) -> CaseQuerySet:
    """The reads that rows need, one query for each kind of mark whatever the number of rows."""
    tags = CaseTag.objects.of(controller).select_related("tag").order_by("tag__name")
    rows = cases.select_related("request__account").prefetch_related(Prefetch("case_tags", tags, to_attr="tagged"))
    if view == "manual":
        waiting = Task.objects.of(controller).filter(status=Task.Status.MANUAL).order_by("operation", "store")
        rows = rows.prefetch_related(Prefetch("tasks", waiting, to_attr="waiting"))
    return rows


def row(case: Any, today: date, *, shown: bool, language: str, here: Sequence[Here] = ()) -> Row:
    """One case from `queue.cases` through `with_marks`; `shown` says whether the reader may see who it is about."""
    told = case.request.content() if shown else {}
    account = case.request.account
    name = str(told.get("name", "")) or (account.display_name if account else "")
    return Row(
        case=case,
        person=(name or _("No name given")) if shown else _("Not shown to your role"),
        right=_("Not sorted yet") if case.unclassified else wording.right(case.right),
        next=next_step(
            case,
            needs_person=case.needs_person,
            undelivered=case.undelivered,
            letter_waits=case.letter_waits,
            today=today,
        ),
        note=" · ".join(_notes(case, today)),
        late=case.is_open and case.due_on is not None and case.due_on < today,
        flags=tuple(flags_of(told, case.right)),
        tags=tuple(one.tag.name for one in case.tagged),
        to_do=tuple(_to_do(case, language)),
        here=here,
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
