"""What letters made of stated elements have in common: which template each has, and its subject line.

A subject line says the decision and names nobody, because titles show up in window bars and lists (rules 5.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from dsr.law.letter_elements import Element
from dsr.law.letter_standing import FACTS, standing
from dsr.law.letters import LetterCode, Outcome, required
from dsr.output.letter_tags import Texts, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from dsr.output.inputs import CaseHead, Sender
    from dsr.output.letter_tags import Spoken

MAX_TEXT: Final = 20_000  # characters of one text; a longer one is a mistake, and nobody would read it
GDPR: Final = frozenset({"EU_GDPR", "UK_GDPR"})  # the regimes that share Article 12(3)
TEMPLATES: Final[Mapping[LetterCode, str]] = {
    LetterCode.IDENTITY_REQUEST: "letters/identity_request.html",
    LetterCode.CLARIFICATION_REQUEST: "letters/clarification_request.html",
    LetterCode.FEE_NOTICE: "letters/fee_notice.html",
    LetterCode.EXTENSION_NOTICE: "letters/extension_notice.html",
    LetterCode.INTERIM_DELIVERY: "letters/interim_delivery.html",
    LetterCode.REFUSAL: "letters/refusal.html",
    LetterCode.NOT_IDENTIFIED: "letters/not_identified.html",
    LetterCode.PARTIAL_REFUSAL: "letters/partial_refusal.html",
    LetterCode.RECTIFICATION: "letters/rectification.html",
    LetterCode.RESTRICTION_SET: "letters/restriction_set.html",
    LetterCode.RESTRICTION_LIFT: "letters/restriction_lift.html",
    LetterCode.PORTABILITY: "letters/portability.html",
    LetterCode.OBJECTION_DECISION: "letters/objection_decision.html",
    LetterCode.STOP_CONFIRMED: "letters/stop_confirmed.html",
    LetterCode.HUMAN_REVIEW: "letters/human_review.html",
    LetterCode.WITHDRAWAL_CONFIRMED: "letters/withdrawal_confirmed.html",
    LetterCode.OVERDUE_NOTICE: "letters/overdue_notice.html",
    LetterCode.CONTEST_ACKNOWLEDGEMENT: "letters/contest_acknowledgement.html",
    LetterCode.RECIPIENT_NOTICE: "letters/recipient_notice.html",
    LetterCode.PUBLIC_NOTICE: "letters/public_notice.html",
    LetterCode.PROCESSOR_INSTRUCTION: "letters/processor_instruction.html",
}
TITLES: Final[Mapping[LetterCode, _StrPromise]] = {
    LetterCode.IDENTITY_REQUEST: _("Please show us that it is you"),
    LetterCode.CLARIFICATION_REQUEST: _("Please tell us what you want to know"),
    LetterCode.FEE_NOTICE: _("What you ask for would cost a fee"),
    LetterCode.EXTENSION_NOTICE: _("We need more time for your request"),
    LetterCode.INTERIM_DELIVERY: _("The first part of our answer"),
    LetterCode.REFUSAL: _("We cannot do what you ask"),
    LetterCode.NOT_IDENTIFIED: _("We could not make sure that it is you"),
    LetterCode.PARTIAL_REFUSAL: _("We can do only a part of what you ask"),
    LetterCode.RECTIFICATION: _("We have corrected your data"),
    LetterCode.RESTRICTION_SET: _("We have restricted the use of your data"),
    LetterCode.RESTRICTION_LIFT: _("The restriction of your data is going to end"),
    LetterCode.PORTABILITY: _("Your data to take with you"),
    LetterCode.OBJECTION_DECISION: _("We have stopped what you object to"),
    LetterCode.STOP_CONFIRMED: _("We have stopped the advertising you object to"),
    LetterCode.HUMAN_REVIEW: _("A person has looked at the decision again"),
    LetterCode.WITHDRAWAL_CONFIRMED: _("You have withdrawn your request"),
    LetterCode.OVERDUE_NOTICE: _("Our answer to you is late"),
    LetterCode.CONTEST_ACKNOWLEDGEMENT: _("We look at your case again"),
    LetterCode.RECIPIENT_NOTICE: _("Personal data you received from us: notice under Article 19 GDPR"),
    LetterCode.PUBLIC_NOTICE: _("Links to personal data and copies of them: notice under Article 17(2) GDPR"),
    LetterCode.PROCESSOR_INSTRUCTION: _("Instruction to our processor under Article 28(3)(a) GDPR"),
}
# Where not everything the person asked for was done, the subject line says so.
_BY_OUTCOME: Final[Mapping[tuple[LetterCode, Outcome], _StrPromise]] = {
    (LetterCode.RECTIFICATION, Outcome.PARTLY): _("We have corrected a part of your data"),
    (LetterCode.RECTIFICATION, Outcome.REFUSED): _("We have not changed your data"),
    (LetterCode.PORTABILITY, Outcome.PARTLY): _("Your data to take with you, and what we could not do"),
    (LetterCode.PORTABILITY, Outcome.REFUSED): _("We cannot give you data to take with you"),
    (LetterCode.OBJECTION_DECISION, Outcome.PARTLY): _("We have stopped a part of what you object to"),
    (LetterCode.OBJECTION_DECISION, Outcome.REFUSED): _("We do not stop what you object to"),
}
_CONSENT: Final = _("Your consent no longer counts")


def title(code: LetterCode, outcome: Outcome, right: str) -> str:
    """The subject line in the active language. `right` is the code of the case: L-16 answers two of them."""
    if code is LetterCode.STOP_CONFIRMED and right == "consent_withdrawal":
        return str(_CONSENT)
    return str(_BY_OUTCOME.get((code, outcome), TITLES[code]))


def elements(code: LetterCode, texts: Mapping[Element, Spoken], sender: Sender) -> dict[Element, object]:
    """What fills the elements of such a letter: its fixed words, the texts given, and the authority of the controller."""
    authority = bool(sender.authority.strip() and sender.authority_address)
    return {
        **dict.fromkeys(standing(code), True),
        **{element: True for element, text in texts.items() if element not in FACTS and spoken(text)},
        Element.AUTHORITY: authority,
        Element.COMPLAINT_ROUTE: authority,
    }


def values(code: LetterCode, outcome: Outcome, texts: Mapping[Element, Spoken], head: CaseHead) -> dict[str, Any]:
    """What its template says: the texts, and which of its parts this outcome has."""
    asked = required(code, outcome=outcome, regime=head.regime)
    printed = Texts({element: text for element, text in texts.items() if element not in FACTS})
    complaint = Element.AUTHORITY in asked or Element.COMPLAINT_ROUTE in asked
    return {
        "texts": printed,
        "negative": Element.REASONS_LAW in asked,
        "refused": outcome is Outcome.REFUSED,
        "partly": outcome is Outcome.PARTLY,
        "gdpr": head.regime in GDPR,
        "consent": head.right == "consent_withdrawal",
        "remedy": complaint or Element.JUDICIAL_REMEDY in printed,
    }


def too_long(texts: Mapping[str, Spoken]) -> list[str]:
    """Which of the texts nobody would read to the end (more than `MAX_TEXT` characters)."""
    return [
        name for name, text in texts.items() if sum(map(len, (text,) if isinstance(text, str) else text)) > MAX_TEXT
    ]
