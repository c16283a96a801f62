"""The rights of a data subject, their articles, and what each right asks for before, during and instead of an answer."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Right(StrEnum):
    """One case hangs on one right (T-26). The objection to direct marketing is a right of its own: it is absolute."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    MARKETING_OBJECTION = "marketing_objection"
    CONSENT_WITHDRAWAL = "consent_withdrawal"
    AUTOMATED_DECISION = "automated_decision"


ARTICLES: Final[Mapping[Right, str]] = {
    Right.ACCESS: "15",
    Right.RECTIFICATION: "16",
    Right.ERASURE: "17",
    Right.RESTRICTION: "18",
    Right.PORTABILITY: "20",
    Right.OBJECTION: "21(1)",
    Right.MARKETING_OBJECTION: "21(2)",
    Right.CONSENT_WITHDRAWAL: "7(3)",
    Right.AUTOMATED_DECISION: "22(3)",
}

ALL_RIGHTS: Final = frozenset(Right)

# 4.0.2: these bind before any decision; a named policy stands in for the second person and the review comes afterwards.
# For 21(1) only the stop pending the decision works at once, the decision itself takes the long way.
AT_ONCE: Final = frozenset({Right.RESTRICTION, Right.OBJECTION, Right.MARKETING_OBJECTION, Right.CONSENT_WITHDRAWAL})
# Absolute rights: nothing is weighed, no fee, no collection; the stop is the whole answer (21(3), 7(3), O-03, O-09).
ABSOLUTE: Final = frozenset({Right.MARKETING_OBJECTION, Right.CONSENT_WITHDRAWAL})
# Art. 19: whoever received the data hears of a rectification, an erasure and a restriction; of nothing else.
TELLS_RECIPIENTS: Final = frozenset({Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION})
# 4.0.1: rights whose answer is a package or a letter and changes no store go from APPROVED straight to NOTIFYING.
CHANGES_NO_STORE: Final = frozenset({Right.ACCESS, Right.PORTABILITY, Right.AUTOMATED_DECISION})
CHANGES_STORE: Final = ALL_RIGHTS - CHANGES_NO_STORE
# Rights that begin with a search over all stores; the others find their rows while they are carried out.
SEARCHES_FIRST: Final = frozenset(
    {
        Right.ACCESS,
        Right.PORTABILITY,
        Right.ERASURE,
        Right.RECTIFICATION,
        Right.OBJECTION,
        Right.AUTOMATED_DECISION,
    }
)
# A11 and I-06: Art. 12(6) names 15-21 only, and the absolute rights are matched on the address or number concerned.
IDENTITY_QUERY: Final = ALL_RIGHTS - ABSOLUTE - {Right.AUTOMATED_DECISION}
# A10: only access knows the clarification query of Recital 63.
CLARIFICATION: Final = frozenset({Right.ACCESS})
# 12(5) speaks of 15-22; asking money for a marketing stop or a withdrawn consent would undo an absolute right.
FEE: Final = ALL_RIGHTS - ABSOLUTE
# 4.0.7: refusing these (and anything under 12(5)) takes two persons.
TWO_PERSON_REFUSAL: Final = frozenset({Right.ACCESS, Right.ERASURE})


class IdentityLevel(IntEnum):
    """How well we know who asks; the number stands on the request (I-01 to I-07)."""

    NONE = 0  # nothing proven
    CONTACT = 1  # controls the contact given with the request: may see own words and messages, nothing from a store
    KNOWN = 2  # a session with a proven link, or a code sent to a contact already on file
    STRONG = 3  # session with a second factor, code by letter to the address on file, eID, or in person


# I-02, I-06, I-07: by what a mistake would do. Disclosure is worst, then losing or redirecting data, then a pause.
IDENTITY_MINIMUM: Final[Mapping[Right, IdentityLevel]] = {
    Right.ACCESS: IdentityLevel.STRONG,
    Right.PORTABILITY: IdentityLevel.STRONG,
    Right.ERASURE: IdentityLevel.KNOWN,
    Right.RECTIFICATION: IdentityLevel.KNOWN,
    Right.RESTRICTION: IdentityLevel.KNOWN,
    Right.OBJECTION: IdentityLevel.KNOWN,
    Right.AUTOMATED_DECISION: IdentityLevel.KNOWN,
    Right.MARKETING_OBJECTION: IdentityLevel.NONE,
    Right.CONSENT_WITHDRAWAL: IdentityLevel.NONE,
}


class Ground(StrEnum):
    """Why no action, or not the whole action, is taken; L-07 and L-08 name it (12(4))."""

    NOT_CONTROLLER = "not_controller"  # 4(7), 26, 28
    NOT_PERSONAL_DATA = "not_personal_data"  # 4(1)
    NOT_IDENTIFIABLE = "not_identifiable"  # 11(2)
    UNFOUNDED_OR_EXCESSIVE = "unfounded_or_excessive"  # 12(5)
    RIGHTS_OF_OTHERS = "rights_of_others"  # 15(4), 20(4)
    NATIONAL_LIMIT = "national_limit"  # 23 with national law, e.g. BDSG 34
    KEPT_BY_LAW = "kept_by_law"  # 17(3)(b)
    LEGAL_CLAIMS = "legal_claims"  # 17(3)(e)
    FREE_EXPRESSION = "free_expression"  # 17(3)(a)
    PUBLIC_HEALTH = "public_health"  # 17(3)(c)
    ARCHIVING = "archiving"  # 17(3)(d)
    STILL_NEEDED = "still_needed"  # 17(1)(a) not met: contract running
    ACCURATE = "accurate"  # 16: the data are right as they stand
    NO_RESTRICTION_GROUND = "no_restriction_ground"  # none of 18(1)(a)-(d)
    NOT_PORTABLE = "not_portable"  # 20(1): not provided, or not on consent or contract
    COMPELLING_GROUNDS = "compelling_grounds"  # 21(1)
    NO_PARTICULAR_SITUATION = "no_particular_situation"  # 21(1)
    NOT_SOLELY_AUTOMATED = "not_solely_automated"  # 22(1)


# The provision a refusal names (12(4): reasons in law).
GROUND_ARTICLES: Final[Mapping[Ground, str]] = {
    Ground.NOT_CONTROLLER: "4(7)",
    Ground.NOT_PERSONAL_DATA: "4(1)",
    Ground.NOT_IDENTIFIABLE: "11(2)",
    Ground.UNFOUNDED_OR_EXCESSIVE: "12(5)",
    Ground.RIGHTS_OF_OTHERS: "15(4)",
    Ground.NATIONAL_LIMIT: "23",
    Ground.KEPT_BY_LAW: "17(3)(b)",
    Ground.LEGAL_CLAIMS: "17(3)(e)",
    Ground.FREE_EXPRESSION: "17(3)(a)",
    Ground.PUBLIC_HEALTH: "17(3)(c)",
    Ground.ARCHIVING: "17(3)(d)",
    Ground.STILL_NEEDED: "17(1)",
    Ground.ACCURATE: "16",
    Ground.NO_RESTRICTION_GROUND: "18(1)",
    Ground.NOT_PORTABLE: "20(1)",
    Ground.COMPELLING_GROUNDS: "21(1)",
    Ground.NO_PARTICULAR_SITUATION: "21(1)",
    Ground.NOT_SOLELY_AUTOMATED: "22(1)",
}


_ALWAYS: Final = frozenset({Ground.NOT_CONTROLLER, Ground.NOT_PERSONAL_DATA, Ground.NOT_IDENTIFIABLE})
_WEIGHABLE: Final = _ALWAYS | {Ground.UNFOUNDED_OR_EXCESSIVE, Ground.NATIONAL_LIMIT}

# Which ground can carry the refusal of which right. The absolute rights have no ground of substance (ICO: "no reasons").
GROUNDS: Final[Mapping[Right, frozenset[Ground]]] = {
    Right.ACCESS: _WEIGHABLE | {Ground.RIGHTS_OF_OTHERS},
    Right.RECTIFICATION: _WEIGHABLE | {Ground.ACCURATE},
    Right.ERASURE: _WEIGHABLE
    | {
        Ground.KEPT_BY_LAW,
        Ground.LEGAL_CLAIMS,
        Ground.FREE_EXPRESSION,
        Ground.PUBLIC_HEALTH,
        Ground.ARCHIVING,
        Ground.STILL_NEEDED,
    },
    Right.RESTRICTION: _WEIGHABLE | {Ground.NO_RESTRICTION_GROUND},
    Right.PORTABILITY: _WEIGHABLE | {Ground.NOT_PORTABLE, Ground.RIGHTS_OF_OTHERS},
    Right.OBJECTION: _WEIGHABLE | {Ground.COMPELLING_GROUNDS, Ground.LEGAL_CLAIMS, Ground.NO_PARTICULAR_SITUATION},
    Right.MARKETING_OBJECTION: _ALWAYS,
    Right.CONSENT_WITHDRAWAL: _ALWAYS,
    Right.AUTOMATED_DECISION: _WEIGHABLE | {Ground.NOT_SOLELY_AUTOMATED},
}


# The same ground rests on another provision where another right is refused.
_ELSEWHERE: Final[Mapping[tuple[Ground, Right], str]] = {
    (Ground.RIGHTS_OF_OTHERS, Right.PORTABILITY): "20(4)",
    (Ground.LEGAL_CLAIMS, Right.OBJECTION): "21(1)",
}


def ground_article(ground: Ground, right: Right | None = None) -> str:
    """The provision of the Regulation behind a ground, for the right that is refused where it makes a difference."""
    return (_ELSEWHERE.get((ground, right)) if right else None) or GROUND_ARTICLES[ground]


class ExtensionReason(StrEnum):
    """T-18: what may carry an extension. Holidays of staff or other people's requests are deliberately not in the list."""

    AMOUNT_OF_DATA = "amount_of_data"
    REDACTION_WORK = "redaction_work"
    INTELLIGIBILITY = "intelligibility"
    SEVERAL_REQUESTS = "several_requests"  # of the same person
    EXTRAORDINARY_PEAK = "extraordinary_peak"  # temporary, documented


class RestrictionGround(StrEnum):
    """Art. 18(1), Q-01: why data are only stored for now."""

    ACCURACY_CONTESTED = "accuracy_contested"  # 18(1)(a)
    UNLAWFUL = "unlawful"  # 18(1)(b)
    NEEDED_FOR_CLAIM = "needed_for_claim"  # 18(1)(c)
    OBJECTION_PENDING = "objection_pending"  # 18(1)(d)
