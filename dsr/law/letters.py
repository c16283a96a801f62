"""Which letters exist, what each must contain (rules 5.1), and which one answers which right."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.letter_elements import Element
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


class Outcome(StrEnum):
    """What the letter decides; anything negative in any part carries reasons and remedies (5.1, 12(4))."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


COMMON: Final = (
    Element.CASE_NUMBER,
    Element.CONTROLLER,
    Element.DPO_CONTACT,
    Element.DATE,
    Element.LANGUAGE,
    Element.PLAIN_TEXT,
    Element.NEXT_STEPS,
    Element.CONTACT_CHANNEL,
)
NEGATIVE: Final = (Element.REASONS_FACT, Element.REASONS_LAW, Element.AUTHORITY, Element.JUDICIAL_REMEDY)

# Whatever the outcome; the common elements come on top.
_OWN: Final[Mapping[LetterCode, tuple[Element, ...]]] = {
    LetterCode.ACKNOWLEDGEMENT: (
        Element.RECEIPT_DATE,
        Element.RECEIPT_CHANNEL,
        Element.RIGHTS_UNDERSTOOD,
        Element.DUE_DATE,
        Element.NO_COST,
        Element.HOW_TO_ADD,
    ),
    LetterCode.IDENTITY_REQUEST: (
        Element.CONCRETE_DOUBT,
        Element.WHAT_IS_NEEDED,
        Element.ALTERNATIVES,
        Element.WHAT_NOT_TO_SEND,
        Element.PROOF_PURPOSE_AND_DELETION,
        Element.EFFECT_ON_TIME,
        Element.CONSEQUENCE_OF_SILENCE,
    ),
    LetterCode.CLARIFICATION_REQUEST: (
        Element.WHY_LARGE,
        Element.SPECIFIC_OPTIONS,
        Element.WHOLE_IF_INSISTED,
        Element.ALREADY_PROCESSED,
        Element.EFFECT_ON_TIME,
    ),
    LetterCode.FEE_NOTICE: (*NEGATIVE, Element.WHY_FEE, Element.FEE_AMOUNT_AND_BASIS, Element.WITHDRAW_OR_NARROW),
    LetterCode.EXTENSION_NOTICE: (
        Element.INDIVIDUAL_REASONS,
        Element.NEW_DATE,
        Element.DELIVERED_MEANWHILE,
        Element.COMPLAINT_ROUTE,
    ),
    LetterCode.INTERIM_DELIVERY: (Element.WHAT_IS_INCLUDED, Element.WHAT_FOLLOWS_WHEN),
    LetterCode.REFUSAL: (*NEGATIVE, Element.GROUND, Element.WHAT_YOU_CAN_DO),
    LetterCode.NOT_IDENTIFIED: (*NEGATIVE, Element.QUERY_HISTORY, Element.HOW_TO_RESUME),
    LetterCode.PARTIAL_REFUSAL: (
        *NEGATIVE,
        Element.KEPT_CATEGORIES,
        Element.KEPT_LEGAL_BASIS,
        Element.KEPT_UNTIL,
        Element.KEPT_USE_RESTRICTED,
        Element.WHAT_WAS_DONE,
    ),
    LetterCode.ACCESS_ANSWER: (
        Element.CONFIRMATION,
        Element.COPY_OF_DATA,
        Element.PURPOSES,
        Element.CATEGORIES,
        Element.RECIPIENTS_NAMED,
        Element.STORAGE_PERIODS,
        Element.OTHER_RIGHTS,
        Element.AUTHORITY,
        Element.SOURCES,
        Element.AUTOMATED_DECISIONS,
        Element.THIRD_COUNTRY_SAFEGUARDS,
        Element.REDACTION_NOTE,
        Element.HOW_TO_READ,
    ),
    LetterCode.RECTIFICATION: (),
    LetterCode.ERASURE_DONE: (
        Element.ERASED_CATEGORIES,
        Element.METHOD,
        Element.KEPT_DATA,
        Element.RECIPIENTS_INFORMED,
        Element.SUPPRESSION_ENTRY,
        Element.BACKUPS,
    ),
    LetterCode.RESTRICTION_SET: (
        Element.GROUND,
        Element.RESTRICTED_DATA,
        Element.STILL_ALLOWED,
        Element.DURATION,
        Element.NOTICE_BEFORE_LIFTING,
    ),
    LetterCode.RESTRICTION_LIFT: (*NEGATIVE, Element.LIFT_DATE, Element.VERIFICATION_RESULT),
    LetterCode.PORTABILITY: (
        Element.FORMAT,
        Element.CONTENT_LIST,
        Element.EXCLUDED_DATA,
        Element.TRANSMISSION,
        Element.CONTRACT_CONTINUES,
    ),
    LetterCode.OBJECTION_DECISION: (Element.DECISION,),
    LetterCode.STOP_CONFIRMED: (
        Element.CHANNELS_AND_TIME,
        Element.ALREADY_IN_PRODUCTION,
        Element.SUPPRESSION_ENTRY,
        Element.SERVICE_MESSAGES,
    ),
    LetterCode.HUMAN_REVIEW: (
        *NEGATIVE,
        Element.REVIEWER_FUNCTION,
        Element.FACTS_CONSIDERED,
        Element.DECISION,
        Element.MAIN_REASONS,
        Element.LOGIC,
    ),
    LetterCode.WITHDRAWAL_CONFIRMED: (Element.NEW_REQUEST_POSSIBLE,),
    LetterCode.OVERDUE_NOTICE: (
        Element.APOLOGY,
        Element.CASE_STATE,
        Element.NEW_DATE,
        Element.AUTHORITY,
        Element.JUDICIAL_REMEDY,
    ),
    LetterCode.CONTEST_ACKNOWLEDGEMENT: (Element.OTHER_REVIEWER, Element.ANSWER_DATE),
    LetterCode.RECIPIENT_NOTICE: (
        Element.IDENTIFIER,
        Element.INSTRUCTION,
        Element.CONFIRMATION_ASKED,
        Element.ONWARD_DUTY,
    ),
    LetterCode.PUBLIC_NOTICE: (Element.ENTRIES_CONCERNED, Element.SUBJECT_REQUEST),
    LetterCode.PROCESSOR_INSTRUCTION: (
        Element.INSTRUCTION,
        Element.SCOPE,
        Element.DEADLINE,
        Element.CONFIRMATION_FORMAT,
        Element.SUB_PROCESSORS,
    ),
}
MANDATORY: Final[Mapping[LetterCode, tuple[Element, ...]]] = {code: (*COMMON, *own) for code, own in _OWN.items()}

# What a letter adds when something was done, and when something was refused.
WHEN_GRANTED: Final[Mapping[LetterCode, tuple[Element, ...]]] = {
    LetterCode.RECTIFICATION: (Element.OLD_AND_NEW_VALUE, Element.SYSTEMS, Element.RECIPIENTS_INFORMED),
    LetterCode.OBJECTION_DECISION: (Element.WHAT_STOPPED,),
}
WHEN_NEGATIVE: Final[Mapping[LetterCode, tuple[Element, ...]]] = {
    LetterCode.RECTIFICATION: (Element.SUPPLEMENTARY_STATEMENT,),
    LetterCode.OBJECTION_DECISION: (Element.BALANCING,),
}
# California wants the acknowledgement to describe the verification (11 CCR 7021(a)).
_BY_REGIME: Final[Mapping[tuple[str, LetterCode], tuple[Element, ...]]] = {
    ("US_CCPA", LetterCode.ACKNOWLEDGEMENT): (Element.VERIFICATION_DESCRIBED,),
}


def required(letter: LetterCode, *, outcome: Outcome = Outcome.GRANTED, regime: str = "EU_GDPR") -> tuple[Element, ...]:
    """The elements this letter needs, in the order of the rule book, each once (rules 5.1)."""
    elements = list(MANDATORY[letter])
    if outcome is not Outcome.REFUSED:
        elements += WHEN_GRANTED.get(letter, ())
    if outcome is not Outcome.GRANTED:
        elements += (*NEGATIVE, *WHEN_NEGATIVE.get(letter, ()))
    elements += _BY_REGIME.get((regime, letter), ())
    return tuple(dict.fromkeys(elements))


def missing(
    letter: LetterCode,
    content: Mapping[Element, object],
    *,
    outcome: Outcome = Outcome.GRANTED,
    regime: str = "EU_GDPR",
) -> tuple[Element, ...]:
    """The mandatory elements the content does not have; a blank text or an empty list is not there.

    `content` maps elements to whatever fills them; only presence is looked at, so nothing personal needs to be passed.
    An element that does not apply is filled with the sentence that says so ("no automated decision is made"), not left out.
    """
    return tuple(e for e in required(letter, outcome=outcome, regime=regime) if not _filled(content.get(e)))


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)
