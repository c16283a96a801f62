"""Standing policies: what may work at once without a second person, in words that are hashed and reviewed afterwards.

4.0.2 and house.md idea 3: the law leaves no time for a second pair of eyes before a marketing stop. The policy is the
approval given once for all such cases; its id and hash stand in the event and on every plan that rests on it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class MarketingChannel(StrEnum):
    """How marketing reaches somebody; an objection covers all of them unless the person narrows it (O-03)."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"


ALL_CHANNELS: Final = frozenset(MarketingChannel)

# 1.5: outbound systems within 24 hours, print runs 28 days at most. E-mail and SMS ask the list before each message.
STOPS_WITHIN: Final[Mapping[MarketingChannel, timedelta]] = {
    MarketingChannel.EMAIL: timedelta(0),
    MarketingChannel.SMS: timedelta(0),
    MarketingChannel.PHONE: timedelta(hours=24),
    MarketingChannel.POST: timedelta(days=28),
}
# An entry stays as long as the controller markets, and somebody asks every three years whether it does (rules 4.5).
REVIEW_YEARS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One standing policy. `plan_right` is what stores are asked to plan; `text` is what was decided, in full.

    `by_itself`: begun right after receipt, because nothing has to be judged first. The others are begun by staff.
    """

    id: str
    right: Right
    plan_right: str
    text: str
    rule: str
    by_itself: bool = False

    @property
    def sha256(self) -> str:
        """Over everything it says: a changed word is another policy."""
        said = [self.id, self.right.value, self.plan_right, self.text, self.rule]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


_ROWS: Final = (
    Policy(
        id="marketing-stop-1",
        right=Right.MARKETING_OBJECTION,
        plan_right="marketing_objection",
        text=(
            "Whoever objects to marketing is put on the suppression list at once, without proof of identity and without a"
            " reason. Every store that can stop marketing by program does so for the records that hold exactly the address"
            " or number named, whoever shares it; every other store is a task for a person. Nothing else is changed."
            " What was done is looked at afterwards."
        ),
        rule="21(2)-(3), 4.0.2, O-03, I-06",
        by_itself=True,
    ),
    Policy(
        id="restriction-1",
        right=Right.RESTRICTION,
        plan_right="restriction",
        text=(
            "Whoever asks for a restriction on one of the four grounds of Art. 18(1) gets it on the day somebody has looked at"
            " the ground. Each system in which the data named stand is told to store them only; nothing is deleted and"
            " nothing is corrected. Whether the ground holds is checked afterwards, and nothing is lifted without notice."
        ),
        rule="18(1)-(3), 4.0.2, Q-01 to Q-06",
    ),
    Policy(
        id="objection-pause-1",
        right=Right.OBJECTION,
        plan_right="restriction",
        text=(
            "While an objection under Art. 21(1) is weighed, the use objected to is paused in every system that makes it."
            " The pause decides nothing: a person weighs the reasons, a second person approves, and nothing is resumed"
            " without notice."
        ),
        rule="18(1)(d), 21(1), 4.0.2",
    ),
    Policy(
        id="consent-stop-1",
        right=Right.CONSENT_WITHDRAWAL,
        plan_right="consent_withdrawal",
        text=(
            "A consent that is withdrawn counts no longer, without proof of identity and without a reason. Every system that"
            " rests on it is told to stop, and to delete what rests on that consent alone. What happened before stays"
            " lawful, and nobody is worse off for it. What was done is looked at afterwards."
        ),
        rule="7(3), 17(1)(b), 4.0.2, O-09",
    ),
)
POLICIES: Final[Mapping[Right, Policy]] = {row.right: row for row in _ROWS}
"""The policy of each right that works at once and is built; the others wait for a decision as before."""

AFTERCARE: Final[Mapping[str, Policy]] = {
    "replay": Policy(
        id="replay-1",
        right=Right.ERASURE,
        plan_right="erasure",
        text=(
            "After a backup of a system was restored, whoever had been erased from it is erased again, without a second"
            " approval, if the record and a further identifier are the same, and if nothing is done to the data but what the"
            " approved plan did. Everything else waits for a second person. What was done is looked at afterwards."
        ),
        rule="17(1), 32(1)(c), 6.4 no. 7",
    ),
    "kept": Policy(
        id="kept-end-1",
        right=Right.ERASURE,
        plan_right="erasure",
        text=(
            "What was kept under a statute is erased when the period is over, without a new request and without a second"
            " approval, if the statute and its period are verified and the approved plan named the data. A period that is"
            " only known from practice never deletes by itself: that waits for a person. What was done is looked at"
            " afterwards."
        ),
        rule="17(1), 17(3)(b), 3.4.2, 4.0.11",
    ),
}
"""Standing rules for what an answered erasure still asks for, by the occasion of the plan (docs/after-erasure.md)."""


def channels_of(codes: Iterable[str]) -> frozenset[MarketingChannel]:
    """The channels of stored codes; none given, or none that is known, means all (O-03: all unless narrowed)."""
    known = {channel.value for channel in MarketingChannel}
    found = frozenset(MarketingChannel(code) for code in codes if code in known)
    return found or ALL_CHANNELS
