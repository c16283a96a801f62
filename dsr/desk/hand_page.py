"""Work by hand as the desk sees it: who was asked, by when, what came of it; for the table of stores and for its own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr import wording
from dsr.cases.hand_links import WITH_OWNER
from dsr.cases.hand_tasks import may_ask
from dsr.models import HandTask, Task
from dsr.wording import hand as words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from dsr.models import Case, HandLink


@dataclass(frozen=True, slots=True)
class HandRow:
    """A department's task in the table of stores: words for its state, their colour, and where it is looked at."""

    status: str
    kind: str
    url: str
    late_days: int = 0
    waits: bool = False


def rows_of(case: Case, *, today: date) -> dict[Any, HandRow]:
    """By task id: what the table says of tasks that a department has, or could have. One query, none where the page has read them."""
    tasks = list(case.tasks.all())
    prefetch_related_objects(tasks, "hand")
    hands = {task.pk: getattr(task, "hand", None) for task in tasks}
    return {
        task.pk: _row(case, task, hands[task.pk], today)
        for task in tasks
        if hands[task.pk] is not None or may_ask(task)
    }


def _row(case: Case, task: Task, hand: HandTask | None, today: date) -> HandRow:
    url = reverse("desk:hand", args=[case.pk, task.pk])
    if hand is None:
        return HandRow("", "", url)
    if task.status == Task.Status.MANUAL and task.error_code == WITH_OWNER:
        late = max(0, (today - hand.answer_by).days)
        if late:
            say = ngettext("Late %(n)s day", "Late %(n)s days", late) % {"n": late}
            return HandRow(say, "bad", url, late_days=late, waits=True)
        return HandRow(_("Asked, until %(day)s") % {"day": wording.day(hand.answer_by)}, "info", url, waits=True)
    if hand.outcome and task.status == Task.Status.DONE:
        return HandRow(_("By hand: %(outcome)s") % {"outcome": words.outcome(hand.outcome)}, "ok", url)
    return HandRow("", "", url)


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as its list shows it: when it was made, for whom, and what became of it."""

    made: Any
    reader: str
    state: str


def links_of(hand: HandTask | None, *, now: Any) -> list[LinkRow]:
    """Every link of a task, the newest first."""
    if hand is None:
        return []
    readers = {"owner": _("Department"), "escalation": _("Escalation address")}
    return [
        LinkRow(link.created_at, readers[link.reader], _state(link, now))
        for link in hand.links.order_by("-created_at", "pk")
    ]


def _state(link: HandLink, now: Any) -> str:
    if link.ended_at is not None:
        return _("over")
    if link.expires_at <= now:
        return _("too old")
    return _("opened") if link.opened_at else _("not opened yet")


_MAILS: Final = {
    "queued": gettext_lazy("waiting to be sent"),
    "sending": gettext_lazy("being sent"),
    "sent": gettext_lazy("sent"),
    "failed": gettext_lazy("could not be delivered"),
    "bounced": gettext_lazy("came back"),
}


def mails_of(hand: HandTask | None) -> list[dict[str, Any]]:
    """Every mail to the department, the newest first; never their text, which holds the link."""
    kinds = {
        "hand_asked": _("Link"),
        "hand_reminded": _("Reminder"),
        "hand_escalated": _("Escalation"),
    }
    rows: Iterable[Any] = hand.mails.order_by("-created_at", "pk") if hand else ()
    return [
        {"kind": kinds.get(row.kind, row.kind), "at": row.created_at, "state": str(_MAILS.get(row.status, row.status))}
        for row in rows
    ]


def next_rung(hand: HandTask | None) -> str:
    """What the ladder does next by itself, in words; empty when nothing."""
    if hand is None or hand.next_on is None:
        return ""
    day = wording.day(hand.next_on + timedelta(days=1))
    return {
        0: _("A reminder goes out by itself on %(day)s."),
        1: _("A second reminder goes out by itself on %(day)s."),
        2: _("The escalation address, or the desk, is told by itself on %(day)s."),
    }.get(hand.rung, _("The task comes back to the desk by itself on %(day)s.")) % {"day": day}
