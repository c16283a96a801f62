"""Facts under which every guard of an action agrees, and the people who act."""

from __future__ import annotations

from datetime import date
from typing import Any

from dsr.law.attest import ATTESTATIONS
from dsr.law.decisions import Opinion
from dsr.law.rights import ExtensionReason, Ground, RestrictionGround, Right
from dsr.law.workflow import Action, Actor, Facts, Role, State

TODAY = date(2026, 6, 10)
HASH = "a" * 64


def actor(*roles: Role, name: str = "someone") -> Actor:
    """An actor of the kind that holds these roles."""
    kind: Any = (
        "subject" if Role.SUBJECT in roles else "system" if {Role.SYSTEM, Role.EXECUTOR} & set(roles) else "staff"
    )
    return Actor(kind, name, frozenset(roles))


def facts(state: State = State.RECEIVED, right: Right = Right.ACCESS, **changes: Any) -> Facts:
    """Facts with nothing but a state, a right and today, plus `changes`."""
    base: dict[str, Any] = {"state": state, "right": right, "today": TODAY}
    return Facts(**(base | changes))


def willing(action: Action, state: State, right: Right, **changes: Any) -> Facts:
    """Facts under which no guard of this action objects."""
    agreeable: dict[str, Any] = {
        "received_on": date(2026, 6, 3),
        "due_on": date(2026, 7, 3),
        "first_month_due_on": date(2026, 7, 3),
        "handler_id": "handler",
        "preparer_id": "preparer",
        "first_reviewer_id": "first",
        "rule_owner_id": "owner",
        "identity_level": 3,
        "reminders_sent": 1,
        "silent_days": 30,
        "large_quantity": True,
        "clarification_specific": True,
        "evidence_form": True,
        "fee_basis": True,
        "scope_complete": True,
        "package_ready": True,
        "manifest_sha256": HASH,
        "approved_sha256": HASH,
        "cooling_over": True,
        "residue_clear": True,
        "reason_given": True,
        "ground": Ground.NOT_CONTROLLER.value,
        "policy": "stop-at-once/1",
        "letter_ready": True,
        "advised": frozenset(Opinion),
        "attested": frozenset(ATTESTATIONS[right]),
        "withdrawal_confirmed": True,
        "closed_as": State.REFUSED,
        "closed_days": 90,
        "keep_until": date(2026, 6, 9),
    }
    agreeable |= _special(action)
    return facts(state, right, **(agreeable | changes))


def _special(action: Action) -> dict[str, Any]:
    """Where one action wants what another forbids."""
    restricted: dict[str, Any] = {
        "restriction_open": True,
        "lift_told_on": date(2026, 6, 3),
        "release_after": date(2026, 6, 9),
    }
    special: dict[Action, dict[str, Any]] = {
        Action.CLASSIFY: {"unclassified": True},
        Action.UNSORT: {"sorted_before": True},
        Action.ANSWER_QUESTION: {"unclassified": True},
        Action.DISMISS: {"held": True},
        Action.TAKE_UP: {"dismissed": True},
        Action.RESTRICT_NOW: {"ground": RestrictionGround.ACCURACY_CONTESTED.value},
        Action.RESUME_ASSESSMENT: {"approved_sha256": ""},
        Action.COMPLETE_PARTLY: {"kept_remainder": True},
        Action.EXTEND: {"ground": ExtensionReason.AMOUNT_OF_DATA.value},
        Action.ANNOUNCE_LIFT: restricted,
        Action.LIFT_RESTRICTION: restricted,
        Action.REPORT_OVERDUE: {"due_on": date(2026, 6, 9)},
    }
    return special.get(action, {})
