"""Guided work: one case after the other, the most urgent first that nobody has open and whose next act is this person's (ux.md 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from dsr.cases import closeness, queue
from dsr.cases.clock import local_date
from dsr.cases.desk_rows import SKIPPED
from dsr.cases.duties import Duty, duty_refusal
from dsr.cases.facts import facts_of
from dsr.cases.perform import RefusedError, insist, record
from dsr.desk import presence
from dsr.desk.guidance import to_read
from dsr.desk.next_step import Next, next_step
from dsr.law.workflow import Action, Refusal, State, offered
from dsr.models import Controller, Skip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.functional import _StrPromise

    from dsr.law.workflow import Actor
    from dsr.models import Case, User

SHORT: Final = 300
SESSION: Final = "guided_work"
"""In the session while somebody works through the queue."""
TOO_CLOSE: Final = "too_close"
_LOOK: Final = 400
"""So many cases are looked at for one that fits; beyond them nothing is urgent."""
REASONS: Final[Mapping[str, _StrPromise]] = {
    "waits": gettext_lazy("It waits for somebody or something outside the desk"),
    "colleague": gettext_lazy("A colleague knows it better"),
    "unclear": gettext_lazy("I do not know what to do here"),
    TOO_CLOSE: gettext_lazy("I know this person"),
    "no_time": gettext_lazy("It takes more time than I have now"),
}
_DUTY_OF_PAGE: Final = {
    "identity": Duty.IDENTIFY,
    "draft": Duty.DRAFT,
    "redaction": Duty.REDACT,
    "decide": Duty.DRAFT,
    "corrections": Duty.DRAFT,
    "by-hand": Duty.RETRY,
    "plan": Duty.DRAFT,
    "case": Duty.RETRY,
    "mail": Duty.SEND_AGAIN,
    "letters": Duty.DRAFT,
}


def next_case(*, user: User, actor: Actor, now: datetime) -> Case | None:
    """Choose the next case and mark it as open for this person, in one transaction; None when nothing is left.

    Hers and nobody's, and answers that wait for a second person. Two who press at once get two cases: the choice waits for
    the other one's on the row of the controller.
    """
    with transaction.atomic():
        Controller.objects.select_for_update(no_key=True).get(pk=user.controller_id)
        found = _choose(user, actor, now)
        if found is not None:
            presence.beat(case=found, user=user, mode="viewing", now=now)
    return found


def _choose(user: User, actor: Actor, now: datetime) -> Case | None:
    today = local_date(user.controller, now)
    rows = queue.cases(controller=user.controller, view="open", user=user, today=today)
    skipped = Skip.objects.of(user.controller).filter(user=user, at__gt=now - SKIPPED)
    rows = rows.filter(Q(assignee__isnull=True) | Q(assignee=user) | Q(state=State.REVIEW))
    rows = rows.exclude(pk__in=skipped.values("case"))
    rows = rows.exclude(request__in=closeness.barred_requests(user))
    rows = rows.exclude(pk__in=presence.open_elsewhere(user.controller, user, now).values("case"))
    for case in rows[:_LOOK]:
        step = next_step(
            case,
            needs_person=case.needs_person,
            undelivered=case.undelivered,
            letter_waits=case.letter_waits,
            to_read=to_read(case, actor),
            today=today,
        )
        if may_take(step, case, actor, now=now):
            return case  # type: ignore[no-any-return]
    return None


def may_take(step: Next, case: Case, actor: Actor, *, now: datetime) -> bool:
    """Whether the next act on a case is one this person may do now: the table where it has a row, else the duty."""
    if step.waits:
        return False
    action = step.action
    if step.page == "review" or (step.page in {"plan", "decide"} and State(case.state) is State.REVIEW):
        action = Action.APPROVE
    if action is not None:
        facts = facts_of(case, now=now)
        return any(row.action is action and refused is None for row, refused in offered(facts, actor))
    return duty_refusal(actor, _DUTY_OF_PAGE[step.page]) is None


@transaction.atomic
def skip(*, case: Case, user: User, reason: str, words: str, actor: Actor, now: datetime) -> None:
    """Pass a case over, with a reason that stands in its history (`words` sealed beside it).

    RefusedError without a reason, and for roles that write no notes into cases (4.3).
    """
    insist(actor, Duty.NOTE)
    if reason not in REASONS:
        raise RefusedError(Refusal("reason_missing", {}))
    Skip.objects.update_or_create(controller=case.controller, case=case, user=user, defaults={"at": now})
    presence.leave(case_id=case.pk, user=user)
    record(case_id=case.pk, kind="skipped", actor=actor, now=now, data={"reason": reason}, note=words.strip()[:SHORT])


def bar(session: Any, case: Case | None, actor: Actor) -> dict[str, Any] | None:
    """What the bar above a page shows while somebody works through the queue; None when she does not."""
    if not session.get(SESSION):
        return None
    may_skip = case is not None and duty_refusal(actor, Duty.NOTE) is None
    return {"case": case, "may_skip": may_skip, "reasons": list(REASONS.items())}
