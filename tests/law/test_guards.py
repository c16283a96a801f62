"""Each guard says no for its own reason: one row per reason, with the rule it comes from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.law.attest import Attest
from dsr.law.codes import ASKED_BY_FORM
from dsr.law.decisions import Opinion
from dsr.law.rights import ExtensionReason, Ground, Right
from dsr.law.workflow import GUARDS, STEPS, Action, Guard, RefusalCode, Role, State, available, offered, refusal

from .cases import HASH, actor, facts, willing

A, C, R, S = Action, RefusalCode, Right, State
HANDLER = actor(Role.HANDLER, name="worker")
LEAD = actor(Role.LEAD, name="chief")
REVIEWER = actor(Role.REVIEWER, name="second")
SYSTEM = actor(Role.SYSTEM)
NOBODY: frozenset[str] = frozenset()
LATE = {"first_month_due_on": date(2026, 6, 9)}

# rule, action, state, right, actor, what is changed in facts that would otherwise agree, the reason
ROWS: list[tuple[str, Action, State, Right, Any, dict[str, Any], RefusalCode]] = [
    ("4.1 sorted before anything else", A.ACCEPT, S.RECEIVED, R.ACCESS, HANDLER, {"unclassified": True}, C.NOT_CLASSIFIED),
    ("4.1 sorted once is sorted", A.CLASSIFY, S.RECEIVED, R.ACCESS, HANDLER, {"unclassified": False}, C.CLASSIFIED_ALREADY),
    ("4.1 not meant, once", A.UNSORT, S.RECEIVED, R.ACCESS, actor(Role.SUBJECT), {"unsorted_before": True}, C.UNSORTED_ALREADY),
    ("12(2) a held request is let through first", A.CLASSIFY, S.RECEIVED, R.ACCESS, HANDLER, {"held": True}, C.HELD),
    ("12(4) only a flood is dismissed", A.DISMISS, S.RECEIVED, R.ACCESS, HANDLER, {"held": False}, C.NOT_HELD),
    ("11(2) only what was dismissed is taken up", A.TAKE_UP, S.NOT_IDENTIFIED, R.ACCESS, HANDLER, {"dismissed": False}, C.NOT_DISMISSED),
    ("I-02 access needs a strong proof", A.ACCEPT, S.RECEIVED, R.ACCESS, HANDLER, {"identity_level": 2}, C.IDENTITY_TOO_LOW),
    ("I-07 erasure needs a known contact", A.START_COLLECTION, S.ASSESSING, R.ERASURE, HANDLER, {"identity_level": 1}, C.IDENTITY_TOO_LOW),
    ("I-07 no pause for a stranger", A.RESTRICT_NOW, S.RECEIVED, R.RESTRICTION, HANDLER, {"identity_level": 1}, C.IDENTITY_TOO_LOW),
    ("#2 a query needs a concrete doubt", A.ASK_IDENTITY, S.RECEIVED, R.ACCESS, HANDLER, {"reason_given": False}, C.REASON_MISSING),
    ("I-01 an ID copy is the last resort", A.ASK_IDENTITY, S.RECEIVED, R.ACCESS, HANDLER, {"id_copy_first": True}, C.ID_COPY_FIRST),
    ("I-04 the copy goes before the step", A.CONFIRM_IDENTITY, S.ID_PENDING, R.ACCESS, HANDLER, {"id_copy_held": True}, C.ID_COPY_HELD),
    ("T-13 day 10 without the DPO", A.ASK_IDENTITY, S.ASSESSING, R.ACCESS, HANDLER,
     {"received_on": date(2026, 5, 31), "advised": NOBODY}, C.QUERY_TOO_LATE),
    ("T-13 receipt unknown", A.ASK_IDENTITY, S.ASSESSING, R.ACCESS, HANDLER, {"received_on": None}, C.DUE_DATE_UNKNOWN),
    ("one question at a time", A.ASK_CLARIFICATION, S.ASSESSING, R.ACCESS, HANDLER, {"suspension_open": True}, C.SUSPENSION_OPEN),
    ("#4 remind first", A.CLOSE_NOT_IDENTIFIED, S.ID_PENDING, R.ACCESS, LEAD, {"reminders_sent": 0}, C.REMINDER_MISSING),
    ("#4 thirty days", A.CLOSE_NOT_IDENTIFIED, S.ID_PENDING, R.ACCESS, LEAD, {"silent_days": 29}, C.SILENCE_TOO_SHORT),
    ("#5 Recital 63", A.ASK_CLARIFICATION, S.RECEIVED, R.ACCESS, HANDLER, {"large_quantity": False}, C.NOT_LARGE),
    ("#5 a specific question", A.ASK_CLARIFICATION, S.RECEIVED, R.ACCESS, HANDLER, {"clarification_specific": False}, C.NOT_SPECIFIC),
    ("#8 form", A.ANNOUNCE_FEE, S.ASSESSING, R.ACCESS, LEAD, {"evidence_form": False}, C.EVIDENCE_MISSING),
    ("#8 basis", A.ANNOUNCE_FEE, S.ASSESSING, R.ACCESS, LEAD, {"fee_basis": False}, C.FEE_BASIS_MISSING),
    ("#9 scope", A.START_COLLECTION, S.ASSESSING, R.ACCESS, HANDLER, {"scope_complete": False}, C.SCOPE_OPEN),
    ("#10 a store is still to answer", A.FINISH_COLLECTION, S.COLLECTING, R.ACCESS, SYSTEM, {"tasks_open": 1}, C.TASKS_OPEN),
    ("#10 a person is still to act", A.FINISH_COLLECTION, S.COLLECTING, R.ACCESS, SYSTEM, {"tasks_manual": 2}, C.TASKS_MANUAL),
    ("#16 never close on a missing result", A.COMPLETE, S.NOTIFYING, R.ERASURE, HANDLER, {"tasks_open": 1}, C.TASKS_OPEN),
    ("X-04 everything is read", A.SUBMIT_FOR_REVIEW, S.DRAFTING, R.ACCESS, HANDLER, {"redactions_open": 2}, C.REDACTION_OPEN),
    ("#11 package", A.SUBMIT_FOR_REVIEW, S.DRAFTING, R.ACCESS, HANDLER, {"package_ready": False}, C.PACKAGE_NOT_READY),
    ("idea 3 something to bind", A.APPROVE, S.REVIEW, R.ACCESS, REVIEWER, {"manifest_sha256": ""}, C.MANIFEST_MISSING),
    ("4.3 nobody is second to nobody", A.APPROVE, S.REVIEW, R.ACCESS, REVIEWER, {"handler_id": "", "preparer_id": ""}, C.PREPARER_UNKNOWN),
    ("4.3 handler <> reviewer", A.APPROVE, S.REVIEW, R.ACCESS, REVIEWER, {"handler_id": "second"}, C.SAME_PERSON),
    ("4.3 preparer <> reviewer", A.APPROVE, S.REVIEW, R.ACCESS, REVIEWER, {"preparer_id": "second"}, C.SAME_PERSON),
    ("4.0.7 access refused by two", A.REFUSE, S.ASSESSING, R.ACCESS, LEAD, {"preparer_id": "chief"}, C.SAME_PERSON),
    ("4.0.7 erasure refused by two", A.REFUSE, S.ASSESSING, R.ERASURE, LEAD, {"handler_id": "chief"}, C.SAME_PERSON),
    ("4.0.7 12(5) by two, any right", A.REFUSE, S.ASSESSING, R.PORTABILITY, LEAD,
     {"handler_id": "chief", "ground": Ground.UNFOUNDED_OR_EXCESSIVE.value}, C.SAME_PERSON),
    ("4.0.7 a fee by two", A.ANNOUNCE_FEE, S.ASSESSING, R.PORTABILITY, LEAD, {"handler_id": "chief"}, C.SAME_PERSON),
    ("4.3 contested by another reviewer", A.APPROVE, S.REVIEW, R.ACCESS, REVIEWER, {"first_reviewer_id": "second"}, C.SAME_REVIEWER),
    ("#21 not the first reviewer", A.REASSESS, S.CONTESTED, R.ACCESS, LEAD, {"first_reviewer_id": "chief"}, C.SAME_REVIEWER),
    ("O-06 not the owner of the rule", A.APPROVE, S.REVIEW, R.AUTOMATED_DECISION, REVIEWER, {"rule_owner_id": "second"}, C.RULE_OWNER),
    ("#13 erasure: lead or DPO", A.APPROVE, S.REVIEW, R.ERASURE, REVIEWER, {"advised": NOBODY}, C.LEAD_OR_DPO),
    ("4.0.7 an objection to an erasure stands", A.APPROVE, S.REVIEW, R.ERASURE, LEAD, {"objected": frozenset({Opinion.ERASURE})}, C.DPO_OBJECTS),
    ("4.0.11 [K] asks for the DPO's word", A.APPROVE, S.REVIEW, R.ERASURE, LEAD,
     {"retention_uncertain": True, "advised": frozenset({Opinion.ERASURE, Opinion.EXCESSIVE})}, C.RETENTION_NEEDS_DPO),
    ("4.0.4 a remainder approved after the first month", A.APPROVE, S.REVIEW, R.ERASURE, LEAD,
     {**LATE, "kept_remainder": True, "advised": NOBODY}, C.LATE_REFUSAL_NEEDS_DPO),
    ("#10 a store is still open at the second person", A.APPROVE, S.REVIEW, R.ACCESS, REVIEWER, {"stores_open": 1}, C.STORES_OPEN),
    ("#13 the approver says what she saw", A.APPROVE, S.REVIEW, R.ACCESS, REVIEWER, {"attested": frozenset({Attest.HERS})}, C.NOT_ATTESTED),
    ("F-06 a fee with the DPO", A.ANNOUNCE_FEE, S.ASSESSING, R.ACCESS, LEAD, {"advised": frozenset({Opinion.LATE_REFUSAL})}, C.DPO_MISSING),
    ("#14 approval first", A.START_EXECUTION, S.APPROVED, R.ERASURE, SYSTEM, {"approved_sha256": ""}, C.NOT_APPROVED),
    ("#14 the approved plan, no other", A.START_EXECUTION, S.APPROVED, R.ERASURE, SYSTEM, {"manifest_sha256": "b"}, C.CHANGED_SINCE_APPROVAL),
    ("idea 3 the approved bytes leave", A.COMPLETE, S.NOTIFYING, R.ACCESS, HANDLER, {"manifest_sha256": "b"}, C.CHANGED_SINCE_APPROVAL),
    ("4.0.2 an approval beats the policy", A.COMPLETE, S.NOTIFYING, R.RESTRICTION, HANDLER, {"manifest_sha256": "b"}, C.CHANGED_SINCE_APPROVAL),
    ("#14 cooling", A.START_EXECUTION, S.APPROVED, R.ERASURE, SYSTEM, {"cooling_over": False}, C.COOLING),
    ("#15 residue", A.FINISH_EXECUTION, S.EXECUTING, R.ERASURE, SYSTEM, {"residue_clear": False}, C.RESIDUE),
    ("21(1) the stop is not the decision", A.FINISH_EXECUTION, S.EXECUTING, R.OBJECTION, SYSTEM, {"approved_sha256": ""}, C.NOT_APPROVED),
    ("21(1) decided already", A.RESUME_ASSESSMENT, S.EXECUTING, R.OBJECTION, SYSTEM, {"approved_sha256": HASH}, C.DECIDED_ALREADY),
    ("restricted once", A.RESTRICT_NOW, S.ASSESSING, R.OBJECTION, HANDLER, {"restriction_open": True}, C.RESTRICTED_ALREADY),
    ("Q-01 a ground of 18(1)", A.RESTRICT_NOW, S.RECEIVED, R.RESTRICTION, HANDLER, {"ground": "because"}, C.RESTRICTION_GROUND_MISSING),
    ("4.0.2 a named policy", A.STOP_NOW, S.RECEIVED, R.MARKETING_OBJECTION, SYSTEM, {"policy": ""}, C.POLICY_MISSING),
    ("#16 the letter", A.COMPLETE, S.NOTIFYING, R.ACCESS, HANDLER, {"letter_ready": False}, C.LETTER_NOT_READY),
    ("Art. 19", A.COMPLETE, S.NOTIFYING, R.ERASURE, HANDLER, {"recipients_open": 1}, C.RECIPIENTS_OPEN),
    ("4.0.4 what is kept is not hidden", A.COMPLETE, S.NOTIFYING, R.ERASURE, HANDLER, {"kept_remainder": True}, C.REMAINDER_KEPT),
    ("#16 nothing is kept", A.COMPLETE_PARTLY, S.NOTIFYING, R.ERASURE, HANDLER, {"kept_remainder": False}, C.NOTHING_KEPT),
    ("4.0.4 told too late", A.COMPLETE_PARTLY, S.NOTIFYING, R.ERASURE, HANDLER, {**LATE, "remainder_told_on": date(2026, 6, 10)}, C.REMAINDER_TOLD_LATE),
    ("12(4) a reason", A.REFUSE, S.ASSESSING, R.ACCESS, LEAD, {"ground": ""}, C.GROUND_MISSING),
    ("21(3) no weighing of marketing", A.REFUSE, S.ASSESSING, R.MARKETING_OBJECTION, LEAD,
     {"ground": Ground.COMPELLING_GROUNDS.value}, C.GROUND_NOT_FOR_RIGHT),
    ("F-06 evidence form", A.REFUSE, S.ASSESSING, R.ACCESS, LEAD,
     {"ground": Ground.UNFOUNDED_OR_EXCESSIVE.value, "evidence_form": False}, C.EVIDENCE_MISSING),
    ("F-06 DPO", A.REFUSE, S.ASSESSING, R.ACCESS, LEAD,
     {"ground": Ground.UNFOUNDED_OR_EXCESSIVE.value, "advised": frozenset(Opinion) - {Opinion.EXCESSIVE}}, C.DPO_MISSING),
    ("T-19 refuse within the month", A.REFUSE, S.REVIEW, R.ACCESS, LEAD, LATE, C.FIRST_MONTH_OVER),
    ("T-20 late refusal with the DPO", A.REFUSE, S.REVIEW, R.ACCESS, LEAD,
     {**LATE, "late_refusal": True, "advised": frozenset(Opinion) - {Opinion.LATE_REFUSAL}}, C.LATE_REFUSAL_NEEDS_DPO),
    ("T-19 no date, no refusal", A.REFUSE, S.REVIEW, R.ACCESS, LEAD, {"first_month_due_on": None}, C.DUE_DATE_UNKNOWN),
    ("4.0.1 not after the first line", A.WITHDRAW, S.EXECUTING, R.ERASURE, actor(Role.SUBJECT), {"first_line_applied": True}, C.APPLIED_ALREADY),
    ("a half-done erasure is not refused whole", A.REFUSE, S.REVIEW, R.ERASURE, LEAD, {"first_line_applied": True}, C.APPLIED_ALREADY),
    ("T-17 once", A.EXTEND, S.COLLECTING, R.ACCESS, LEAD, {"extended": True}, C.EXTENDED_ALREADY),
    ("1.6 a regime without extension", A.EXTEND, S.COLLECTING, R.ACCESS, LEAD, {"extension_allowed": False}, C.NO_EXTENSION),
    ("T-18 staff holidays are no reason", A.EXTEND, S.COLLECTING, R.ACCESS, LEAD, {"ground": "staff_holidays"}, C.EXTENSION_REASON),
    ("T-17 the month is over", A.EXTEND, S.COLLECTING, R.ACCESS, LEAD, LATE, C.EXTENSION_TOO_LATE),
    ("4.0.5 by post it leaves earlier", A.EXTEND, S.COLLECTING, R.ACCESS, LEAD, {"notice_by_on": date(2026, 6, 9)}, C.EXTENSION_TOO_LATE),
    ("#19 in writing", A.WITHDRAW, S.ASSESSING, R.ACCESS, HANDLER, {"withdrawal_confirmed": False}, C.WITHDRAWAL_UNPROVEN),
    ("#21 uphold what?", A.UPHOLD, S.CONTESTED, R.ACCESS, LEAD, {"closed_as": S.ARCHIVED}, C.OUTCOME_UNKNOWN),
    ("#22 nothing to lift", A.LIFT_RESTRICTION, S.COMPLETED, R.RESTRICTION, LEAD, {"restriction_open": False}, C.NOT_RESTRICTED),
    ("18(3) told first", A.LIFT_RESTRICTION, S.COMPLETED, R.RESTRICTION, LEAD, {"lift_told_on": None}, C.LIFT_NOT_ANNOUNCED),
    ("18(3) a week before", A.LIFT_RESTRICTION, S.COMPLETED, R.RESTRICTION, LEAD, {"lift_told_on": date(2026, 6, 4)}, C.LIFT_TOO_EARLY),
    ("#22 promised until today", A.LIFT_RESTRICTION, S.COMPLETED, R.RESTRICTION, LEAD, {"release_after": date(2026, 6, 10)}, C.RELEASE_NOT_REACHED),
    ("4.0.6 due today is not overdue", A.REPORT_OVERDUE, S.REVIEW, R.ACCESS, SYSTEM, {"due_on": date(2026, 6, 10)}, C.NOT_OVERDUE),
    ("a paused case is not overdue", A.REPORT_OVERDUE, S.ID_PENDING, R.ACCESS, SYSTEM, {"due_on": None}, C.NOT_OVERDUE),
    ("#23 once", A.REPORT_OVERDUE, S.REVIEW, R.ACCESS, SYSTEM, {"overdue_reported": True}, C.OVERDUE_REPORTED),
    ("#26 never later in silence", A.CORRECT_RECEIPT, S.REVIEW, R.ACCESS, actor(Role.DPO),
     {"told_due_on": date(2026, 7, 3), "proposed_due_on": date(2026, 7, 4), "letter_ready": False}, C.LATER_THAN_TOLD),
    ("4.0.8 ninety days", A.ARCHIVE, S.COMPLETED, R.ACCESS, SYSTEM, {"closed_days": 89}, C.CLOSED_TOO_RECENTLY),
    ("4.0.8 aftercare", A.ARCHIVE, S.COMPLETED, R.ERASURE, SYSTEM, {"aftercare_open": 1}, C.AFTERCARE_OPEN),
    ("Q-06 a running restriction stays visible", A.ARCHIVE, S.COMPLETED, R.RESTRICTION, SYSTEM, {"restriction_open": True}, C.RESTRICTION_RUNS),
    ("4.5 the last day still counts", A.PURGE, S.ARCHIVED, R.ACCESS, SYSTEM, {"keep_until": date(2026, 6, 10)}, C.RETENTION_RUNS),
    ("#25 unknown end", A.PURGE, S.ARCHIVED, R.ACCESS, SYSTEM, {"keep_until": None}, C.RETENTION_UNKNOWN),
    ("#25 hold", A.PURGE, S.ARCHIVED, R.ACCESS, SYSTEM, {"legal_hold": True}, C.LEGAL_HOLD),
    ("4.3 too close", A.START_COLLECTION, S.ASSESSING, R.ACCESS, HANDLER, {"barred_ids": frozenset({"worker"})}, C.BARRED),
    ("4.3 role", A.APPROVE, S.REVIEW, R.ACCESS, HANDLER, {}, C.ROLE),
    ("4.1 state", A.APPROVE, S.RECEIVED, R.ACCESS, REVIEWER, {}, C.WRONG_STATE),
    ("A10 right", A.ASK_CLARIFICATION, S.RECEIVED, R.ERASURE, HANDLER, {}, C.NOT_FOR_RIGHT),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_guard_says_no_for_its_own_reason(
    row: tuple[str, Action, State, Right, Any, dict[str, Any], RefusalCode],
) -> None:
    """The same facts without the change would pass, except where state, right or role is the point."""
    _, action, state, right, who, changes, code = row
    refused = refusal(willing(action, state, right, **changes), action, who)
    assert refused is not None
    assert refused.code == code
    if code not in {C.WRONG_STATE, C.NOT_FOR_RIGHT, C.ROLE}:
        assert refusal(willing(action, state, right), action, who) is None


def test_every_refusal_code_has_a_row_above_and_every_guard_is_used() -> None:
    assert {row[6] for row in ROWS} == set(RefusalCode)
    assert {guard for step in STEPS for guard in step.guards} == set(Guard) == set(GUARDS)


def test_t13_day_nine_and_the_dpo_let_a_query_leave() -> None:
    nine = willing(A.ASK_IDENTITY, S.ASSESSING, R.ACCESS, received_on=date(2026, 6, 1), advised=NOBODY)
    ten = willing(
        A.ASK_IDENTITY, S.ASSESSING, R.ACCESS, received_on=date(2026, 5, 31), advised=frozenset({Opinion.LATE_QUESTION})
    )
    assert refusal(nine, A.ASK_IDENTITY, HANDLER) is None
    assert refusal(ten, A.ASK_IDENTITY, HANDLER) is None


def test_4_0_5_on_or_before_means_the_last_day_itself() -> None:
    today = date(2026, 6, 10)
    last = {"first_month_due_on": today}
    assert refusal(willing(A.EXTEND, S.REVIEW, R.ACCESS, **last), A.EXTEND, LEAD) is None
    assert refusal(willing(A.REFUSE, S.REVIEW, R.ACCESS, **last), A.REFUSE, LEAD) is None


def test_t20_a_late_refusal_with_the_dpo_passes() -> None:
    late = willing(A.REFUSE, S.REVIEW, R.ACCESS, **LATE, late_refusal=True)
    assert refusal(late, A.REFUSE, LEAD) is None


def test_4_0_4_a_remainder_told_in_time_may_be_released_late() -> None:
    """What counts is the day it was told (L-05, L-06), not the day of the release."""
    told = willing(A.COMPLETE_PARTLY, S.NOTIFYING, R.ERASURE, **LATE, remainder_told_on=date(2026, 6, 9))
    assert refusal(told, A.COMPLETE_PARTLY, HANDLER) is None


def test_t19_while_the_clock_stands_still_the_month_is_not_over() -> None:
    paused = willing(A.REFUSE, S.ASSESSING, R.ACCESS, first_month_due_on=None, suspension_open=True)
    assert refusal(paused, A.REFUSE, LEAD) is None


def test_19_the_subject_herself_needs_no_written_confirmation() -> None:
    given = willing(A.WITHDRAW, S.REVIEW, R.ERASURE, withdrawal_confirmed=False)
    assert refusal(given, A.WITHDRAW, actor(Role.SUBJECT)) is None


def test_i06_nobody_proves_who_she_is_to_stop_marketing() -> None:
    given = willing(A.STOP_NOW, S.RECEIVED, R.MARKETING_OBJECTION, identity_level=0)
    assert refusal(given, A.STOP_NOW, actor(Role.INTAKE)) is None


def test_a_button_is_offered_before_its_form_is_filled_and_the_form_is_refused_until_it_is() -> None:
    empty = facts(S.ASSESSING, R.ACCESS, received_on=date(2026, 6, 3), identity_level=3, scope_complete=True)
    assert A.ASK_IDENTITY in {step.action for step in available(empty, HANDLER)}
    refused = refusal(empty, A.ASK_IDENTITY, HANDLER)
    assert refused is not None
    assert refused.code == C.REASON_MISSING


def test_a_blocked_button_comes_with_its_reason() -> None:
    waiting = facts(S.REVIEW, R.ACCESS, handler_id="second", manifest_sha256=HASH)
    reasons = {step.action: refused.code if refused else None for step, refused in offered(waiting, REVIEWER)}
    assert reasons == {A.RETURN_TO_DRAFTING: None, A.APPROVE: C.SAME_PERSON}


def test_what_a_form_asks_for_is_only_what_a_person_can_type() -> None:
    """Separation of duties, dates and hashes are never waived for a button."""
    never = {Guard.SECOND_PERSON, Guard.OTHER_REVIEWER, Guard.TWO_PERSONS, Guard.UNCHANGED_SINCE_APPROVAL, Guard.REFUSED_IN_TIME,
             Guard.IDENTITY_SUFFICIENT, Guard.TASKS_DONE, Guard.NO_LEGAL_HOLD}  # fmt: skip
    assert not never & ASKED_BY_FORM


@pytest.mark.parametrize("reason", ExtensionReason)
def test_t18_every_listed_reason_carries_an_extension(reason: ExtensionReason) -> None:
    assert refusal(willing(A.EXTEND, S.ASSESSING, R.ACCESS, ground=reason.value), A.EXTEND, LEAD) is None
