"""One fact changed, and exactly the actions that rest on it are refused, for every right: pins which guard stands where."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.law.attest import ATTESTATIONS
from dsr.law.decisions import Opinion
from dsr.law.rights import Ground, Right
from dsr.law.workflow import STEPS, Action, Actor, RefusalCode, Role, Step, refusal

from .cases import HASH, actor, willing
from .expected import ABSOLUTE, ALL

A, C, R = Action, RefusalCode, Right
LEAD, DPO, SYSTEM = actor(Role.LEAD, name="chief"), actor(Role.DPO), actor(Role.SYSTEM)
AT_ONCE_DONE = {R.RESTRICTION, *ABSOLUTE}  # complete under a policy without anybody's approval
AT_ONCE = AT_ONCE_DONE | {R.OBJECTION}
ENDS = (A.COMPLETE, A.COMPLETE_PARTLY)
MONTH_OVER = {"first_month_due_on": date(2026, 6, 9)}

Denied = dict[Action, tuple[RefusalCode, Any]]


def each(code: RefusalCode, *actions: Action, rights: Any = ALL) -> Denied:
    return dict.fromkeys(actions, (code, rights))


# name: (what changes in facts that would otherwise agree, which actions are refused and how, for which rights)
DENIALS: dict[str, tuple[dict[str, Any], Denied]] = {
    "a question is open": ({"suspension_open": True}, each(C.SUSPENSION_OPEN, A.ASK_IDENTITY, A.ASK_CLARIFICATION)),
    "no reason": ({"reason_given": False}, each(C.REASON_MISSING, A.ASK_IDENTITY, A.COLLECT_AGAIN, A.RETURN_TO_DRAFTING, A.PLAN_STALE,
                                               A.UPHOLD, A.ANNOUNCE_LIFT, A.CORRECT_RECEIPT, A.DISMISS, A.FORWARD, A.ANSWER_QUESTION)),
    "4.1 not sorted yet": ({"unclassified": True}, each(C.NOT_CLASSIFIED, A.UNSORT, A.ASK_IDENTITY, A.ASK_CLARIFICATION, A.ACCEPT,
                                                        A.RESTRICT_NOW, A.STOP_NOW)),
    "4.1 sorted already": ({"unclassified": False}, each(C.CLASSIFIED_ALREADY, A.CLASSIFY, A.ANSWER_QUESTION)),
    "4.1 sorted anew before": ({"unsorted_before": True}, each(C.UNSORTED_ALREADY, A.UNSORT)),
    "12(2) held": ({"held": True}, each(C.HELD, A.CLASSIFY, A.FORWARD, A.ANSWER_QUESTION, A.ASK_IDENTITY, A.ASK_CLARIFICATION)),
    "12(2) not held": ({"held": False}, each(C.NOT_HELD, A.DISMISS)),
    "11(2) not dismissed": ({"dismissed": False}, each(C.NOT_DISMISSED, A.TAKE_UP)),
    "I-01": ({"id_copy_first": True}, each(C.ID_COPY_FIRST, A.ASK_IDENTITY)),
    "I-04": ({"id_copy_held": True}, each(C.ID_COPY_HELD, A.CONFIRM_IDENTITY)),
    "T-13": ({"received_on": date(2026, 5, 1), "advised": frozenset(Opinion) - {Opinion.LATE_QUESTION}}, each(C.QUERY_TOO_LATE, A.ASK_IDENTITY, A.ASK_CLARIFICATION)),
    "I-07": ({"identity_level": 0}, each(C.IDENTITY_TOO_LOW, A.CONFIRM_IDENTITY, A.ACCEPT, A.START_COLLECTION, A.RESTRICT_NOW, A.APPROVE,
                                         rights=ALL - ABSOLUTE)),
    "#4": ({"reminders_sent": 0}, each(C.REMINDER_MISSING, A.CLOSE_NOT_IDENTIFIED)),
    "#5": ({"large_quantity": False}, each(C.NOT_LARGE, A.ASK_CLARIFICATION)),
    "#8": ({"evidence_form": False}, each(C.EVIDENCE_MISSING, A.ANNOUNCE_FEE)),
    "#9": ({"scope_complete": False}, each(C.SCOPE_OPEN, A.START_COLLECTION)),
    "#10 open": ({"tasks_open": 1}, each(C.TASKS_OPEN, A.FINISH_COLLECTION, A.FINISH_EXECUTION, A.RESUME_ASSESSMENT, *ENDS)),
    "#10 manual": ({"tasks_manual": 1}, each(C.TASKS_MANUAL, A.FINISH_COLLECTION, A.FINISH_EXECUTION, A.RESUME_ASSESSMENT, *ENDS)),
    "#10 a store open": ({"stores_open": 1}, each(C.STORES_OPEN, A.SUBMIT_FOR_REVIEW, A.APPROVE)),
    "4.0.7 an objection": ({"objected": frozenset({Opinion.ERASURE})}, each(C.DPO_OBJECTS, A.APPROVE, rights={R.ERASURE})),
    "4.0.11": ({"retention_uncertain": True, "advised": frozenset(Opinion) - {Opinion.RETENTION}},
               each(C.RETENTION_NEEDS_DPO, A.APPROVE, rights={R.ERASURE})),
    "#13 not looked at": ({"attested": frozenset()}, each(C.NOT_ATTESTED, A.APPROVE, rights={r for r in ALL if ATTESTATIONS[r]})),
    "X-04": ({"redactions_open": 1}, each(C.REDACTION_OPEN, A.SUBMIT_FOR_REVIEW, A.APPROVE)),
    "#11": ({"package_ready": False}, each(C.PACKAGE_NOT_READY, A.SUBMIT_FOR_REVIEW)),
    "idea 3 changed": ({"approved_sha256": "b"}, each(C.CHANGED_SINCE_APPROVAL, A.START_EXECUTION, A.NOTIFY, *ENDS)
                       | each(C.DECIDED_ALREADY, A.RESUME_ASSESSMENT)),
    "idea 3 not approved": ({"approved_sha256": ""}, each(C.NOT_APPROVED, A.START_EXECUTION, A.NOTIFY)
                            | each(C.NOT_APPROVED, *ENDS, rights=ALL - AT_ONCE_DONE)
                            | each(C.NOT_APPROVED, A.FINISH_EXECUTION, rights={R.OBJECTION})),
    "21(1) decided": ({"approved_sha256": HASH}, each(C.DECIDED_ALREADY, A.RESUME_ASSESSMENT)),
    "4.3 own work": ({"handler_id": "chief"}, each(C.SAME_PERSON, A.APPROVE, A.ANNOUNCE_FEE)
                     | each(C.SAME_PERSON, A.REFUSE, rights={R.ACCESS, R.ERASURE})),
    "4.0.7 own 12(5)": ({"preparer_id": "chief", "ground": Ground.UNFOUNDED_OR_EXCESSIVE.value},
                        each(C.SAME_PERSON, A.APPROVE, A.ANNOUNCE_FEE)
                        | {A.REFUSE: (C.SAME_PERSON, ALL - ABSOLUTE)}
                        | each(C.EXTENSION_REASON, A.EXTEND) | each(C.RESTRICTION_GROUND_MISSING, A.RESTRICT_NOW, rights={R.RESTRICTION})),
    "F-06": ({"advised": frozenset(), "ground": Ground.UNFOUNDED_OR_EXCESSIVE.value}, each(C.DPO_MISSING, A.REFUSE, A.ANNOUNCE_FEE, rights=ALL - ABSOLUTE)
             | each(C.EXTENSION_REASON, A.EXTEND) | each(C.RESTRICTION_GROUND_MISSING, A.RESTRICT_NOW, rights={R.RESTRICTION})),
    "4.3 first reviewer": ({"first_reviewer_id": "chief"}, each(C.SAME_REVIEWER, A.APPROVE, A.REFUSE, A.REASSESS, A.UPHOLD)),
    "O-06": ({"rule_owner_id": "chief"}, each(C.RULE_OWNER, A.APPROVE, rights={R.AUTOMATED_DECISION})),
    "#13 nothing to bind": ({"manifest_sha256": "", "approved_sha256": ""}, each(C.MANIFEST_MISSING, A.APPROVE)
                            | each(C.NOT_APPROVED, A.START_EXECUTION, A.NOTIFY) | each(C.NOT_APPROVED, *ENDS, rights=ALL - AT_ONCE_DONE)
                            | each(C.NOT_APPROVED, A.FINISH_EXECUTION, rights={R.OBJECTION})),
    "#14": ({"cooling_over": False}, each(C.COOLING, A.START_EXECUTION, rights={R.ERASURE})),
    "#15": ({"residue_clear": False}, each(C.RESIDUE, A.FINISH_EXECUTION, rights={R.ERASURE})),
    "restricted": ({"restriction_open": True}, each(C.RESTRICTED_ALREADY, A.RESTRICT_NOW) | each(C.RESTRICTION_RUNS, A.ARCHIVE)),
    "not restricted": ({"restriction_open": False}, each(C.NOT_RESTRICTED, A.ANNOUNCE_LIFT, A.LIFT_RESTRICTION)),
    "18(3)": ({"lift_told_on": None}, each(C.LIFT_NOT_ANNOUNCED, A.LIFT_RESTRICTION)),
    "#22": ({"release_after": date(2026, 6, 10)}, each(C.RELEASE_NOT_REACHED, A.LIFT_RESTRICTION)),
    "no ground": ({"ground": ""}, each(C.GROUND_MISSING, A.REFUSE) | each(C.EXTENSION_REASON, A.EXTEND)
                  | each(C.RESTRICTION_GROUND_MISSING, A.RESTRICT_NOW, rights={R.RESTRICTION})),
    "4.0.2 no policy": ({"policy": ""}, each(C.POLICY_MISSING, A.RESTRICT_NOW, A.STOP_NOW)),
    "no policy and no approval": ({"policy": "", "approved_sha256": ""}, each(C.POLICY_MISSING, A.RESTRICT_NOW, A.STOP_NOW)
                                  | each(C.NOT_APPROVED, A.START_EXECUTION, A.NOTIFY, *ENDS)
                                  | each(C.NOT_APPROVED, A.FINISH_EXECUTION, rights={R.OBJECTION})),
    "no letter": ({"letter_ready": False}, each(C.LETTER_NOT_READY, A.CLOSE_NOT_IDENTIFIED, A.ANNOUNCE_FEE, A.REFUSE, A.EXTEND, A.UPHOLD,
                                               A.ANNOUNCE_LIFT, *ENDS)),
    "Art. 19": ({"recipients_open": 1}, each(C.RECIPIENTS_OPEN, *ENDS)),
    "something kept": ({"kept_remainder": True}, each(C.REMAINDER_KEPT, A.COMPLETE)),
    "nothing kept": ({"kept_remainder": False}, each(C.NOTHING_KEPT, A.COMPLETE_PARTLY)),
    "T-19 month over": (MONTH_OVER, each(C.FIRST_MONTH_OVER, A.REFUSE) | each(C.EXTENSION_TOO_LATE, A.EXTEND)
                        | each(C.REMAINDER_TOLD_LATE, A.COMPLETE_PARTLY)),
    "applied": ({"first_line_applied": True}, each(C.APPLIED_ALREADY, A.WITHDRAW) | {A.REFUSE: (C.APPLIED_ALREADY, ALL - AT_ONCE)}),
    "T-17 extended": ({"extended": True}, each(C.EXTENDED_ALREADY, A.EXTEND)),
    "#19": ({"withdrawal_confirmed": False}, each(C.WITHDRAWAL_UNPROVEN, A.WITHDRAW)),
    "#21": ({"closed_as": None}, each(C.OUTCOME_UNKNOWN, A.UPHOLD)),
    "4.0.8": ({"aftercare_open": 1}, each(C.AFTERCARE_OPEN, A.ARCHIVE)),
    "#24, #25": ({"legal_hold": True}, each(C.LEGAL_HOLD, A.ARCHIVE, A.PURGE)),
}  # fmt: skip


# 12(5) is no ground for the absolute rights at all (21(3)); test_guards has that row.
WEIGHABLE_ONLY = {"4.0.7 own 12(5)", "F-06"}
ROWS = [(step, state, right) for step in STEPS for state in step.sources for right in step.rights]


def somebody(step: Step) -> Actor:
    """Whoever may take the step by role: a lead where she may, else the DPO or the system."""
    if step.roles == {Role.SUBJECT}:
        return actor(Role.SUBJECT)
    return LEAD if Role.LEAD in step.roles else DPO if Role.DPO in step.roles else SYSTEM


@pytest.mark.parametrize("name", DENIALS)
def test_one_fact_stops_exactly_what_rests_on_it(name: str) -> None:
    changes, denied = DENIALS[name]
    for step, state, right in ROWS:
        if name in WEIGHABLE_ONLY and right in ABSOLUTE:
            continue
        refused = refusal(willing(step.action, state, right, **changes), step.action, somebody(step))
        code, rights = denied.get(step.action, (None, ALL))
        assert (refused.code if refused else None) == (code if right in rights else None), (step.action, state, right)


def test_4_3_staff_too_close_to_the_subject_do_nothing_at_all() -> None:
    for step, state, right in ROWS:
        given, who = willing(step.action, state, right, barred_ids=frozenset({"chief", "someone"})), somebody(step)
        refused = refusal(given, step.action, who)
        assert (refused.code if refused else None) == (C.BARRED if who.kind == "staff" else None), (
            step.action,
            state,
            right,
        )
