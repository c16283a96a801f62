"""Correcting the day a request reached us (4.2 no. 26): the data protection officer decides, the person gets a new receipt.

The day belongs to the request, so every open case of it is reckoned anew, each as a step with old and new dates in its event.
A date moves to a later day only with the corrected L-01 that says so (rules 1.3); here that letter always goes out.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from dsr.cases import clock, letters, messages
from dsr.cases.facts import identified
from dsr.cases.perform import ConflictError, RefusedError, perform
from dsr.law.letters import LetterCode
from dsr.law.workflow import OPEN, Action, Refusal, State
from dsr.models import Case, Letter, Request

if TYPE_CHECKING:
    from dsr.law.workflow import Actor
    from dsr.models import RowId

LONGEST_DAYS: Final = 366
"""A request that lay longer than this before somebody registered it is a new question for a person, not a typing mistake."""
# A receipt names the day of the answer; while a detail or a fee is asked for there is none, and no words for that in L-01.
_NO_DATE: Final = frozenset({State.CLARIFY_PENDING, State.FEE_PENDING})


@transaction.atomic
def correct(
    *, case_id: RowId, received_on: date, reason: str, actor: Actor, now: datetime, seen_version: int | None = None
) -> Case:
    """Say that the request reached us on `received_on`, a day where the controller is; the time of day stays.

    RefusedError: `reason_missing`, `receipt_same`, `receipt_after_registration`, `receipt_too_early`, `receipt_while_asked`, and
    the table's own (`role` for anybody but the data protection officer). ConflictError when the case moved meanwhile.
    """
    case: Case = Case.objects.select_related("controller", "request__account").get(pk=case_id)
    if seen_version is not None and case.version != seen_version:
        raise ConflictError
    _insist_possible(case, received_on, now)
    request: Request = case.request
    zone = ZoneInfo(case.controller.timezone)
    before = request.received_at
    request.received_at = datetime.combine(received_on, before.astimezone(zone).timetz())
    Request.objects.filter(pk=request.pk).update(received_at=request.received_at)
    open_cases = request.cases.filter(state__in=[state.value for state in OPEN]).order_by("pk")
    for one in open_cases.select_related("controller").prefetch_related("suspensions"):
        one.request = request
        fresh = _correct_one(one, reason, actor, now)
        case = fresh if fresh.pk == case.pk else case
    to = messages.contact_of(request)
    if to:
        name = str(request.content().get("name", ""))
        messages.queue_mail(request=request, kind="new_letter", to=to, now=now, context={"name": name})
    return case


def _insist_possible(case: Case, received_on: date, now: datetime) -> None:
    controller, request = case.controller, case.request
    registered = clock.local_date(controller, request.created_at)
    if received_on == clock.local_date(controller, request.received_at):
        raise RefusedError(Refusal("receipt_same", {}))
    if received_on > min(registered, clock.local_date(controller, now)):
        raise RefusedError(Refusal("receipt_after_registration", {"day": registered}))
    if (registered - received_on).days > LONGEST_DAYS:
        raise RefusedError(Refusal("receipt_too_early", {"days": LONGEST_DAYS}))
    if request.cases.filter(state__in=[state.value for state in _NO_DATE]).exists():
        raise RefusedError(Refusal("receipt_while_asked", {}))


def _correct_one(case: Case, reason: str, actor: Actor, now: datetime) -> Case:
    """One case: its dates, the corrected receipt, the event with old and new. The earlier L-01 is marked as replaced."""
    received_before, due_before = case.received_on, case.due_on
    fields: dict[str, Any] = clock.recomputed(case, now=now)
    fields |= {"received_on": clock.local_date(case.controller, case.request.received_at)}
    fields["told_due_on"] = fields["due_on"] or case.told_due_on
    Letter.objects.filter(case=case, code=LetterCode.ACKNOWLEDGEMENT.value).update(superseded_at=now)
    told_before = case.told_due_on
    case.received_on, case.due_on = fields["received_on"], fields["due_on"]
    letter = letters.receipt(case=case, identity_open=not identified(case), now=now)
    data = {
        "received_before": received_before,
        "received_on": fields["received_on"],
        "due_before": due_before,
        "told_before": told_before,
        **clock.dates_data(fields),
        **letters.facts_of_letter(letter),
    }
    return perform(
        case_id=case.pk,
        action=Action.CORRECT_RECEIPT,
        actor=actor,
        now=now,
        seen_version=case.version,
        changes=fields,
        data=data,
        note=reason.strip(),
        extra_facts={
            "reason_given": bool(reason.strip()),
            "proposed_due_on": fields["due_on"],
            "letter_ready": True,
        },
    )
