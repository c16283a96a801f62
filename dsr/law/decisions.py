"""Rights that are answered by a decision in words: which these are, and what is decided of each claim (rules 3.3, 3.5, 3.6).

The second person approves a decision document instead of a package or a plan. What it changes in stores is done by
people, one task for each store, with an instruction; a program may take these tasks over, the table does not change.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from dsr.law.rights import CHANGES_STORE, Right

# What is approved is a document: what is decided, why, and every sentence of the answer, under one hash (house.md idea 3).
BY_DECISION: Final = frozenset({Right.RECTIFICATION, Right.OBJECTION, Right.AUTOMATED_DECISION})
# Their stores are changed by people; erasure and the marketing stop are done by program, with their own plans.
BY_HAND: Final = CHANGES_STORE - {Right.ERASURE, Right.MARKETING_OBJECTION}
# Rights that the case page works on through decisions and hand tasks, not through packages and plans.
IN_WORDS: Final = BY_DECISION | BY_HAND


class Claim(StrEnum):
    """What is decided of one claim to have something corrected (R-01, R-03)."""

    ACCEPTED = "accepted"
    STATEMENT = "statement"  # the data stay, and a statement of the person stands beside them
    REFUSED = "refused"


class Standing(StrEnum):
    """Why data stand as they are although somebody asked to have them corrected (R-02 to R-04)."""

    VERIFIED = "verified"  # looked into, and right as they stand
    OPINION = "opinion"  # what somebody thought or said, faithfully recorded
    RECORD = "record"  # how things stood at the time: issued documents, history


class ReviewResult(StrEnum):
    """What a human review of an automated decision came to (O-07)."""

    CHANGED = "changed"
    UPHELD = "upheld"


class Stance(StrEnum):
    """What she says to it. An objection stands until a lead decides against it with a reason (4.0.7: the lead decides)."""

    AGREES = "agrees"
    OBJECTS = "objects"
    REMARK = "remark"


class Opinion(StrEnum):
    """What the data protection officer was asked about (4.0.7: T-20, 12(5), T-13 and 4.0.11 want the consultation on file)."""

    EXCESSIVE = "excessive"
    FEE = "fee"
    LATE_REFUSAL = "late_refusal"
    LATE_QUESTION = "late_question"
    ERASURE = "erasure"
    RETENTION = "retention"  # rows whose period seems over under a rule that is not certain (4.0.11)
