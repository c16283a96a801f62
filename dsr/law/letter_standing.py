"""Which elements the fixed words of a letter say by themselves, and where a controller may add words of its own.

Everything else that `dsr.law.letters.required` asks for has to be given by whoever writes the letter (rules 5.1).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome, required

if TYPE_CHECKING:
    from collections.abc import Mapping


class Slot(StrEnum):
    """Where a controller's own wording stands: after the first paragraph, before the closing, below the signature."""

    INTRO = "intro"
    OUTRO = "outro"
    SIGNATURE = "signature"


# Facts of the controller and the case, and properties of a letter: no writer words them anew.
FACTS: Final = frozenset(
    {
        Element.CASE_NUMBER,
        Element.CONTROLLER,
        Element.DPO_CONTACT,
        Element.DATE,
        Element.LANGUAGE,
        Element.PLAIN_TEXT,
        Element.CONTACT_CHANNEL,
        Element.AUTHORITY,
        Element.COMPLAINT_ROUTE,
    }
)
_EVERY: Final = frozenset({Element.NEXT_STEPS, Element.JUDICIAL_REMEDY})
# A text given for one of these takes the place of the fixed sentence.
_OWN: Final[Mapping[LetterCode, frozenset[Element]]] = {
    LetterCode.IDENTITY_REQUEST: frozenset(
        {
            Element.WHAT_NOT_TO_SEND,
            Element.PROOF_PURPOSE_AND_DELETION,
            Element.EFFECT_ON_TIME,
            Element.CONSEQUENCE_OF_SILENCE,
        }
    ),
    LetterCode.CLARIFICATION_REQUEST: frozenset({Element.WHOLE_IF_INSISTED, Element.EFFECT_ON_TIME}),
    LetterCode.FEE_NOTICE: frozenset({Element.WITHDRAW_OR_NARROW}),
    LetterCode.NOT_IDENTIFIED: frozenset({Element.HOW_TO_RESUME}),
    LetterCode.PARTIAL_REFUSAL: frozenset({Element.KEPT_USE_RESTRICTED}),
    LetterCode.RECTIFICATION: frozenset({Element.RECIPIENTS_INFORMED, Element.SUPPLEMENTARY_STATEMENT}),
    LetterCode.RESTRICTION_SET: frozenset({Element.STILL_ALLOWED, Element.NOTICE_BEFORE_LIFTING}),
    LetterCode.PORTABILITY: frozenset({Element.CONTRACT_CONTINUES}),
    LetterCode.STOP_CONFIRMED: frozenset({Element.SERVICE_MESSAGES}),
    LetterCode.WITHDRAWAL_CONFIRMED: frozenset({Element.NEW_REQUEST_POSSIBLE}),
    LetterCode.CONTEST_ACKNOWLEDGEMENT: frozenset({Element.OTHER_REVIEWER}),
    LetterCode.RECIPIENT_NOTICE: frozenset({Element.CONFIRMATION_ASKED, Element.ONWARD_DUTY}),
    LetterCode.PUBLIC_NOTICE: frozenset({Element.SUBJECT_REQUEST}),
    LetterCode.PROCESSOR_INSTRUCTION: frozenset({Element.SUB_PROCESSORS}),
}


def standing(letter: LetterCode) -> frozenset[Element]:
    """The elements that the letter's fixed words say (rules 5.1); nobody has to write them."""
    return _EVERY | _OWN.get(letter, frozenset())


def to_write(letter: LetterCode, *, outcome: Outcome = Outcome.GRANTED, regime: str = "EU_GDPR") -> tuple[Element, ...]:
    """The elements somebody has to write for this letter: neither facts of case and controller nor fixed words."""
    said = FACTS | standing(letter)
    return tuple(element for element in required(letter, outcome=outcome, regime=regime) if element not in said)
