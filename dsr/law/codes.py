"""The names of guards and of refusals; dsr.law.guards has the functions, dsr.wording the words."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RefusalCode(StrEnum):
    """Every reason the table gives; dsr.wording has a sentence for each, and a test counts them."""

    WRONG_STATE = "wrong_state"
    NOT_FOR_RIGHT = "not_for_right"
    ROLE = "role"
    BARRED = "barred"
    NOT_CLASSIFIED = "not_classified"
    CLASSIFIED_ALREADY = "classified_already"
    UNSORTED_ALREADY = "unsorted_already"
    HELD = "held"
    NOT_HELD = "not_held"
    NOT_DISMISSED = "not_dismissed"
    IDENTITY_TOO_LOW = "identity_too_low"
    REASON_MISSING = "reason_missing"
    ID_COPY_FIRST = "id_copy_first"
    ID_COPY_HELD = "id_copy_held"
    QUERY_TOO_LATE = "query_too_late"
    SUSPENSION_OPEN = "suspension_open"
    REMINDER_MISSING = "reminder_missing"
    SILENCE_TOO_SHORT = "silence_too_short"
    NOT_LARGE = "not_large"
    NOT_SPECIFIC = "not_specific"
    EVIDENCE_MISSING = "evidence_missing"
    FEE_BASIS_MISSING = "fee_basis_missing"
    SCOPE_OPEN = "scope_open"
    TASKS_OPEN = "tasks_open"
    TASKS_MANUAL = "tasks_manual"
    PACKAGE_NOT_READY = "package_not_ready"
    REDACTION_OPEN = "redaction_open"
    MANIFEST_MISSING = "manifest_missing"
    PREPARER_UNKNOWN = "preparer_unknown"
    SAME_PERSON = "same_person"
    SAME_REVIEWER = "same_reviewer"
    RULE_OWNER = "rule_owner"
    LEAD_OR_DPO = "lead_or_dpo"
    NOT_APPROVED = "not_approved"
    CHANGED_SINCE_APPROVAL = "changed_since_approval"
    COOLING = "cooling"
    RESIDUE = "residue"
    DECIDED_ALREADY = "decided_already"
    RESTRICTED_ALREADY = "restricted_already"
    NOT_RESTRICTED = "not_restricted"
    RESTRICTION_RUNS = "restriction_runs"
    RESTRICTION_GROUND_MISSING = "restriction_ground_missing"
    POLICY_MISSING = "policy_missing"
    LETTER_NOT_READY = "letter_not_ready"
    RECIPIENTS_OPEN = "recipients_open"
    REMAINDER_KEPT = "remainder_kept"
    NOTHING_KEPT = "nothing_kept"
    REMAINDER_TOLD_LATE = "remainder_told_late"
    GROUND_MISSING = "ground_missing"
    GROUND_NOT_FOR_RIGHT = "ground_not_for_right"
    DPO_MISSING = "dpo_missing"
    FIRST_MONTH_OVER = "first_month_over"
    LATE_REFUSAL_NEEDS_DPO = "late_refusal_needs_dpo"
    DUE_DATE_UNKNOWN = "due_date_unknown"
    APPLIED_ALREADY = "applied_already"
    EXTENDED_ALREADY = "extended_already"
    NO_EXTENSION = "no_extension"
    EXTENSION_REASON = "extension_reason"
    EXTENSION_TOO_LATE = "extension_too_late"
    WITHDRAWAL_UNPROVEN = "withdrawal_unproven"
    OUTCOME_UNKNOWN = "outcome_unknown"
    LIFT_NOT_ANNOUNCED = "lift_not_announced"
    LIFT_TOO_EARLY = "lift_too_early"
    RELEASE_NOT_REACHED = "release_not_reached"
    NOT_OVERDUE = "not_overdue"
    OVERDUE_REPORTED = "overdue_reported"
    LATER_THAN_TOLD = "later_than_told"
    CLOSED_TOO_RECENTLY = "closed_too_recently"
    AFTERCARE_OPEN = "aftercare_open"
    RETENTION_UNKNOWN = "retention_unknown"
    RETENTION_RUNS = "retention_runs"
    LEGAL_HOLD = "legal_hold"


class Guard(StrEnum):
    """Names of the guards in the table; GUARDS has the functions."""

    CLASSIFIED = "classified"
    UNCLASSIFIED = "unclassified"
    SORTED_ONCE = "sorted_once"
    LET_THROUGH = "let_through"
    MARKED_SUSPECT = "marked_suspect"
    DISMISSED = "dismissed"
    IDENTITY_SUFFICIENT = "identity_sufficient"
    REASON_GIVEN = "reason_given"
    LEAST_INTRUSIVE = "least_intrusive"
    ID_COPY_PURGED = "id_copy_purged"
    QUERY_IN_TIME = "query_in_time"
    NO_SUSPENSION_OPEN = "no_suspension_open"
    REMINDED_AND_SILENT = "reminded_and_silent"
    LARGE_AND_SPECIFIC = "large_and_specific"
    FEE_EVIDENCED = "fee_evidenced"
    SCOPE_COMPLETE = "scope_complete"
    TASKS_DONE = "tasks_done"
    PACKAGE_READY = "package_ready"
    REDACTED = "redacted"
    MANIFEST_BOUND = "manifest_bound"
    SECOND_PERSON = "second_person"
    OTHER_REVIEWER = "other_reviewer"
    NOT_RULE_OWNER = "not_rule_owner"
    LEAD_OR_DPO = "lead_or_dpo"
    UNCHANGED_SINCE_APPROVAL = "unchanged_since_approval"
    COOLING_OVER = "cooling_over"
    RESIDUE_CLEAR = "residue_clear"
    DECIDED = "decided"
    UNDECIDED = "undecided"
    NOT_RESTRICTED_YET = "not_restricted_yet"
    IS_RESTRICTED = "is_restricted"
    NO_RESTRICTION_LEFT = "no_restriction_left"
    RESTRICTION_GROUND = "restriction_ground"
    POLICY_OR_APPROVAL = "policy_or_approval"
    POLICY_NAMED = "policy_named"
    LETTER_READY = "letter_ready"
    RECIPIENTS_TOLD = "recipients_told"
    NOTHING_KEPT = "nothing_kept"
    REMAINDER_TOLD = "remainder_told"
    GROUND_APPLIES = "ground_applies"
    TWELVE_FIVE = "twelve_five"
    REFUSED_IN_TIME = "refused_in_time"
    TWO_PERSONS = "two_persons"
    NOTHING_APPLIED = "nothing_applied"
    EXTENDABLE = "extendable"
    EXTENSION_REASON = "extension_reason"
    EXTENSION_IN_TIME = "extension_in_time"
    WITHDRAWAL_PROVEN = "withdrawal_proven"
    OUTCOME_KNOWN = "outcome_known"
    LIFT_ANNOUNCED = "lift_announced"
    RELEASE_REACHED = "release_reached"
    OVERDUE = "overdue"
    NOT_LATER_THAN_TOLD = "not_later_than_told"
    AFTERCARE_OVER = "aftercare_over"
    RETENTION_OVER = "retention_over"
    NO_LEGAL_HOLD = "no_legal_hold"


# What the form behind a button asks for. The button is offered without it; performing the action is not.
ASKED_BY_FORM: Final = frozenset(
    {
        Guard.REASON_GIVEN,
        Guard.LEAST_INTRUSIVE,
        Guard.LARGE_AND_SPECIFIC,
        Guard.FEE_EVIDENCED,
        Guard.RESTRICTION_GROUND,
        Guard.POLICY_NAMED,
        Guard.LETTER_READY,
        Guard.GROUND_APPLIES,
        Guard.TWELVE_FIVE,
        Guard.EXTENSION_REASON,
        Guard.WITHDRAWAL_PROVEN,
        Guard.NOT_LATER_THAN_TOLD,
    }
)
