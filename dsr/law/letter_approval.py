"""Who decides that a letter leaves: by itself, whoever handles the case, a lead, or a second person (rules 4.2, 4.3, 4.0.7)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.letters import LetterCode

if TYPE_CHECKING:
    from collections.abc import Mapping


class Approval(StrEnum):
    """How a letter is approved. What was approved is what leaves, byte for byte (house.md "Determinism")."""

    AUTOMATIC = "automatic"  # follows from what happened; nobody decides anything
    HANDLER = "handler"  # whoever handles the case sends it
    LEAD = "lead"  # a decision of the lead; the lead may have drafted it
    CASE = "case"  # goes with the decision on the case: who prepared it does not decide (4.0.7)


APPROVALS: Final[Mapping[LetterCode, Approval]] = {
    LetterCode.ACKNOWLEDGEMENT: Approval.AUTOMATIC,  # 4.2 no. 1
    LetterCode.IDENTITY_REQUEST: Approval.HANDLER,  # no. 2
    LetterCode.CLARIFICATION_REQUEST: Approval.HANDLER,  # no. 5
    LetterCode.FEE_NOTICE: Approval.CASE,  # no. 8, 12(5): preparer and decider differ
    LetterCode.EXTENSION_NOTICE: Approval.LEAD,  # no. 18
    LetterCode.INTERIM_DELIVERY: Approval.HANDLER,
    LetterCode.REFUSAL: Approval.CASE,  # no. 17, 4.0.7
    LetterCode.NOT_IDENTIFIED: Approval.LEAD,  # no. 4
    LetterCode.PARTIAL_REFUSAL: Approval.CASE,  # no. 16, 4.0.4
    LetterCode.ACCESS_ANSWER: Approval.CASE,  # no. 13, 16
    LetterCode.RECTIFICATION: Approval.CASE,
    LetterCode.ERASURE_DONE: Approval.CASE,
    LetterCode.RESTRICTION_SET: Approval.HANDLER,  # 4.0.2: works at once, reviewed afterwards
    LetterCode.RESTRICTION_LIFT: Approval.HANDLER,  # no. 22: announced by staff, lifted by a lead
    LetterCode.PORTABILITY: Approval.CASE,
    LetterCode.OBJECTION_DECISION: Approval.CASE,
    LetterCode.STOP_CONFIRMED: Approval.HANDLER,  # 4.0.2
    LetterCode.HUMAN_REVIEW: Approval.CASE,
    LetterCode.WITHDRAWAL_CONFIRMED: Approval.AUTOMATIC,  # no. 19
    LetterCode.OVERDUE_NOTICE: Approval.AUTOMATIC,  # no. 23
    LetterCode.CONTEST_ACKNOWLEDGEMENT: Approval.HANDLER,  # no. 20
    LetterCode.RECIPIENT_NOTICE: Approval.HANDLER,
    LetterCode.PUBLIC_NOTICE: Approval.HANDLER,
    LetterCode.PROCESSOR_INSTRUCTION: Approval.HANDLER,
}


def approval(code: LetterCode) -> Approval:
    """How this letter is approved."""
    return APPROVALS[code]
