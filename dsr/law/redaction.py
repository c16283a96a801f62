"""Why something is taken out of a copy: the reasons, their articles, and which of them may be spoken of (rules 3.1.1)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reason(StrEnum):
    """X-04, X-06. What is about the subject herself, internal notes included, has no reason here: it stays in (X-05)."""

    OTHER_PERSON = "other_person"
    HOUSEHOLD_MEMBER = "household_member"
    CALLED_NUMBER = "called_number"
    SECURITY = "security"
    STAFF_PRIVATE = "staff_private"
    TRADE_SECRET = "trade_secret"  # noqa: S105 - a reason, no secret
    UNDISCLOSABLE = "undisclosable"  # the law forbids to speak of it, so nothing may show that it was there


# 15(4) and Recital 63 in the order of X-04; X-06 has no article that could be printed.
ARTICLES: Final[Mapping[Reason, str]] = {
    Reason.OTHER_PERSON: "15(4)",
    Reason.HOUSEHOLD_MEMBER: "15(4)",
    Reason.CALLED_NUMBER: "15(4)",
    Reason.SECURITY: "32",
    Reason.STAFF_PRIVATE: "15(4)",
    Reason.TRADE_SECRET: "15(4)",
    Reason.UNDISCLOSABLE: "",
}

SPOKEN_OF: Final = frozenset(Reason) - {Reason.UNDISCLOSABLE}
"""Reasons that the copy names and counts."""

# Of two that overlap the one that says least wins: what must not be spoken of swallows every other word.
STRONGEST: Final = (
    Reason.UNDISCLOSABLE,
    Reason.SECURITY,
    Reason.TRADE_SECRET,
    Reason.OTHER_PERSON,
    Reason.HOUSEHOLD_MEMBER,
    Reason.CALLED_NUMBER,
    Reason.STAFF_PRIVATE,
)
