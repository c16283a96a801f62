"""The only writer of a case's state (house.md idea 1): claim by version, guards again, one event, one transaction.

`perform` walks the workflow table; `record` writes what happens without a change of state. Both end in the event chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from dsr import audit
from dsr.cases import correction_sheet
from dsr.cases.duties import Duty, duty_refusal
from dsr.cases.facts import barred_ids, facts_of
from dsr.law import workflow
from dsr.law.rights import Right
from dsr.law.workflow import CLOSED, RUNNING, Action, Actor, Refusal, State
from dsr.models import Case, RowId, User

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from dsr.law.workflow import Facts

_RECORD_TRIES = 50
# What a colleague who is too close to the person still does: say so, and pass the case over.
_BY_THE_BARRED = frozenset({"closeness_declared", "skipped"})


class RefusedError(Exception):
    """The table says no; `refusal` says why, and dsr.wording says it in words (button, form, 409, log: the same)."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class ConflictError(Exception):
    """Somebody else changed the case since it was read; nothing was written. Read it again and decide again."""


def insist(actor: Actor, duty: Duty) -> None:
    """Raise RefusedError unless the actor may do this (4.3)."""
    refused = duty_refusal(actor, duty)
    if refused is not None:
        raise RefusedError(refused)


def insist_not_close(actor: Actor, request_id: RowId) -> None:
    """Raise RefusedError `barred` for a colleague who is, or is close to, the person of this request (4.3)."""
    if actor.barred or (actor.kind == "staff" and actor.id in barred_ids(request_id)):
        raise RefusedError(Refusal("barred", {}))


def staff_id(actor: Actor) -> str | None:
    """The actor's account id when it is a member of staff; who acted stands on the case for separation of duties."""
    return actor.id if actor.kind == "staff" else None


@transaction.atomic
def perform(
    *,
    case_id: RowId,
    action: Action,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    changes: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    note: str = "",
    extra_facts: Mapping[str, Any] | None = None,
) -> Case:
    """Move a case along the table and append one event.

    `seen_version` is the version the actor decided on; `changes` are further columns of the case; `data` goes into the
    event (codes and counts), `note` is sealed beside it; `extra_facts` are facts that are not yet in a row.
    Raises RefusedError with the reason, ConflictError when the case moved meanwhile.
    """
    case: Case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if seen_version is not None and case.version != seen_version:
        raise ConflictError
    before, version = case.state, case.version
    try:
        facts = _refuse(case, action, actor, now, extra_facts)
    except RefusedError:
        # Facts come from several rows, read one after the other: what another transaction committed in between is no
        # reason to give anybody. The case has moved, and the caller looks again.
        if not Case.objects.filter(pk=case.pk, version=version).exists():
            raise ConflictError from None
        raise
    after = workflow.target(facts, action)
    columns: dict[str, Any] = {
        "state": after.value,
        "version": F("version") + 1,
        "next_rung_on": case.received_on if after in RUNNING else None,
        **(changes or {}),
    }
    if after in CLOSED and State(before) not in CLOSED:
        columns["closed_at"] = now
    if after not in CLOSED and State(before) in CLOSED:
        columns["closed_at"] = None
    if not Case.objects.filter(pk=case.pk, state=before, version=version).update(**columns):
        raise ConflictError
    # The row is ours now; tasks and files the guards read may have changed between our reading and our update.
    _refuse(case, action, actor, now, extra_facts)
    case.refresh_from_db()
    if after in CLOSED and case.right == Right.RECTIFICATION:
        correction_sheet.forget_values(case=case)
    audit.append(
        case=case,
        at=now,
        actor=actor,
        action=action.value,
        from_state=before,
        to_state=after.value,
        data=data or {},
        note=note,
    )
    return case


def _look_again(changes: Mapping[str, Any], received_on: date) -> dict[str, date]:
    """Other dates, other rungs: the ladder looks at the case at the next tick and finds its next day (rules 1.7)."""
    return {"next_rung_on": received_on} if "act_by_on" in changes else {}


def _refuse(case: Case, action: Action, actor: Actor, now: datetime, extra: Mapping[str, Any] | None) -> Facts:
    facts = facts_of(case, now=now, **(extra or {}))
    refused = workflow.refusal(facts, action, actor)
    if refused is not None:
        raise RefusedError(refused)
    return facts


@transaction.atomic
def record(
    *,
    case_id: RowId,
    kind: str,
    actor: Actor,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    note: str = "",
    seen_version: int | None = None,
) -> Case:
    """Append an event that changes no state: a download, a failed proof, a store's answer, an assignment.

    Whoever loses the race for the version tries again, because the fact stands whatever else happened; unless it rests on
    `seen_version`, then ConflictError. RefusedError `barred` for a colleague who is too close to the person (4.3): whatever
    she did is undone with the transaction around this.
    """
    for _ in range(_RECORD_TRIES):
        case: Case = Case.objects.select_related("controller", "request").get(pk=case_id)
        if kind not in _BY_THE_BARRED:
            insist_not_close(actor, case.request_id)
        if seen_version is not None and case.version != seen_version:
            raise ConflictError
        columns = {"version": F("version") + 1, **_look_again(changes or {}, case.received_on), **(changes or {})}
        if Case.objects.filter(pk=case.pk, version=case.version).update(**columns):
            break
    else:
        raise ConflictError
    case.refresh_from_db()
    audit.append(
        case=case,
        at=now,
        actor=actor,
        action=kind,
        from_state=case.state,
        to_state=case.state,
        data=data or {},
        note=note,
    )
    return case


def assign(*, case_id: RowId, to: User | None, actor: Actor, now: datetime) -> Case:
    """Give a case to a member of staff of the same controller, or to nobody. RefusedError for a role that assigns nothing, and
    for a colleague who is too close to the person (4.3).
    """
    insist(actor, Duty.ASSIGN)
    case = Case.objects.get(pk=case_id)
    if to is not None and (to.controller_id != case.controller_id or not to.is_staff_member):
        raise RefusedError(Refusal("assignee_unknown", {}))
    if to is not None and str(to.pk) in barred_ids(case.request_id):
        raise RefusedError(Refusal("assignee_barred", {}))
    data = {"assignee": str(to.pk) if to else ""}
    return record(case_id=case_id, kind="assigned", actor=actor, now=now, changes={"assignee": to}, data=data)
