"""What may be done to many cases at once: assign, remind stores, tag. Never a decision, a letter to a person or a closing (ux.md 2.2).

Each case is a transaction of its own; what is not possible for one is said with its reason and holds up nobody else. The acts
stand in one table, and a test walks it: none of them changes the state of a case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import wording
from dsr.cases import hand_tasks, tags
from dsr.cases.perform import ConflictError, RefusedError, assign
from dsr.law.workflow import Refusal
from dsr.models import Case, HandTask, Tag, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Controller, User

MOST: Final = 200
"""Cases at once: four pages of the queue."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who asks for what: `to` for an assignment (None: to nobody), `tag` for a tag."""

    actor: Actor
    now: datetime
    to: User | None = None
    tag: Tag | None = None


@dataclass(slots=True)
class Result:
    """How many it was, and why not the others: (reference, reason)."""

    done: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def words(self) -> str:
        """As in `2 done, 1 not possible: DSR-2026-000012 (the reason)` and a full stop."""
        parts = [ngettext("%(n)s done", "%(n)s done", self.done) % {"n": self.done}]
        if self.unchanged:
            parts.append(
                ngettext("%(n)s was so already", "%(n)s were so already", self.unchanged) % {"n": self.unchanged}
            )
        if not self.refused:
            return f"{', '.join(parts)}."
        why = "; ".join(f"{reference} ({reason.rstrip('.')})" for reference, reason in self.refused)
        count = len(self.refused)
        parts.append(
            ngettext("%(n)s not possible: %(why)s", "%(n)s not possible: %(why)s", count) % {"n": count, "why": why}
        )
        return f"{', '.join(parts)}."


def _assign(case: Case, order: Order) -> bool:
    if not case.is_open:
        raise RefusedError(Refusal("case_closed", {}))
    if case.assignee_id == (order.to.pk if order.to else None):
        return False
    assign(case_id=case.pk, to=order.to, actor=order.actor, now=order.now)
    return True


def _remind(case: Case, order: Order) -> bool:
    """Ask the departments of a case that have not answered once more."""
    waiting = HandTask.objects.of(case.controller).filter(task__case=case, task__status=Task.Status.MANUAL, outcome="")
    ids = list(waiting.order_by("pk").values_list("task", flat=True))
    if not ids:
        raise RefusedError(Refusal("nobody_to_remind", {}))
    for task_id in ids:
        hand_tasks.remind(task_id=task_id, actor=order.actor, now=order.now)
    return True


def _tag(case: Case, order: Order) -> bool:
    return order.tag is not None and tags.put(case_id=case.pk, tag=order.tag, actor=order.actor, now=order.now)


def _untag(case: Case, order: Order) -> bool:
    return order.tag is not None and tags.take_off(case_id=case.pk, tag=order.tag, actor=order.actor, now=order.now)


ACTS: Final[Mapping[str, Callable[[Case, Order], bool]]] = {
    "assign": _assign,
    "remind": _remind,
    "tag": _tag,
    "untag": _untag,
}


def run(*, act: str, controller: Controller, case_ids: Iterable[str], order: Order) -> Result:
    """Do one act of ACTS to these cases of the controller; ids of other controllers are as if they were not there.

    KeyError for an act that does not exist: the address and the page come from the same table.
    """
    each, result = ACTS[act], Result()
    ids = [one for one in dict.fromkeys(case_ids) if is_id(one)][:MOST]
    rows = Case.objects.of(controller).filter(pk__in=ids).select_related("request", "controller")
    for case in rows.order_by("sort_on", "received_on", "pk"):
        try:
            changed = each(case, order)
        except RefusedError as error:
            result.refused.append((case.request.reference, wording.refusal(error.refusal)))
        except ConflictError:
            result.refused.append((case.request.reference, _("somebody else changed it at the same moment")))
        else:
            result.done += changed
            result.unchanged += not changed
    return result


def is_id(text: str) -> bool:
    """Whether a form sent something that can be the id of a row."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
