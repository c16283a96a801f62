"""Which letters exist, what each must contain (rules 5.1), and which one answers which right."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Mapping


class LetterCode(StrEnum):
    """L-01 to L-23 and L-07b; the value is the code printed on the letter."""

    ACKNOWLEDGEMENT = "L-01"
    IDENTITY_REQUEST = "L-02"
    CLARIFICATION_REQUEST = "L-03"
    FEE_NOTICE = "L-04"
    EXTENSION_NOTICE = "L-05"
    INTERIM_DELIVERY = "L-06"
    REFUSAL = "L-07"
    NOT_IDENTIFIED = "L-07b"
    PARTIAL_REFUSAL = "L-08"
    ACCESS_ANSWER = "L-09"
    RECTIFICATION = "L-10"
    ERASURE_DONE = "L-11"
    RESTRICTION_SET = "L-12"
    RESTRICTION_LIFT = "L-13"
    PORTABILITY = "L-14"
    OBJECTION_DECISION = "L-15"
    STOP_CONFIRMED = "L-16"
    HUMAN_REVIEW = "L-17"
    WITHDRAWAL_CONFIRMED = "L-18"
    OVERDUE_NOTICE = "L-19"
    CONTEST_ACKNOWLEDGEMENT = "L-20"
    RECIPIENT_NOTICE = "L-21"
    PUBLIC_NOTICE = "L-22"
    PROCESSOR_INSTRUCTION = "L-23"


# The letter that closes a case of each right (#16: L-09 to L-17).
ANSWERS: Final[Mapping[Right, LetterCode]] = {
    Right.ACCESS: LetterCode.ACCESS_ANSWER,
    Right.RECTIFICATION: LetterCode.RECTIFICATION,
    Right.ERASURE: LetterCode.ERASURE_DONE,
    Right.RESTRICTION: LetterCode.RESTRICTION_SET,
    Right.PORTABILITY: LetterCode.PORTABILITY,
    Right.OBJECTION: LetterCode.OBJECTION_DECISION,
    Right.MARKETING_OBJECTION: LetterCode.STOP_CONFIRMED,
    Right.CONSENT_WITHDRAWAL: LetterCode.STOP_CONFIRMED,
    Right.AUTOMATED_DECISION: LetterCode.HUMAN_REVIEW,
}
# The letter that refuses; two rights have refusals of their own kind, the rest uses L-07.
REFUSALS: Final[Mapping[Right, LetterCode]] = {
    right: {
        Right.RECTIFICATION: LetterCode.RECTIFICATION,
        Right.OBJECTION: LetterCode.OBJECTION_DECISION,
    }.get(right, LetterCode.REFUSAL)
    for right in Right
}
