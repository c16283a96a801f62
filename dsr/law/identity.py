"""How a person can show who she is, and what each way is enough for (rules 3.8; ux.md 1.6 is the table).

No way asks for a copy of a document (I-04), none rests on a name and a date of birth (I-03). What a mistake would do decides
how much is needed (I-07): a marketing stop needs nothing (I-06), a copy of everything needs the most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.rights import IDENTITY_MINIMUM, IdentityLevel, Right

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


class Way(StrEnum):
    """The ways, in the order a page names them: the quickest first."""

    ACCOUNT = "account"  # an account that is linked to a customer number
    CODE = "code"  # a code to the e-mail address or phone on the contract
    EID = "eid"  # a national electronic identity or a wallet, by a gateway
    LETTER = "letter"  # a code by letter to the address on the contract
    CALLBACK = "callback"  # we call the number on the contract
    SHOP = "shop"  # a document is looked at, not copied


REACHES: Final[Mapping[Way, IdentityLevel]] = {
    Way.ACCOUNT: IdentityLevel.STRONG,  # a session and a code: two signs (I-02)
    Way.CODE: IdentityLevel.KNOWN,
    Way.EID: IdentityLevel.STRONG,
    Way.LETTER: IdentityLevel.STRONG,
    Way.CALLBACK: IdentityLevel.STRONG,
    Way.SHOP: IdentityLevel.STRONG,
}

# These rest on the e-mail address or phone that is on file: whoever took the contract over has put his own there.
BY_CONTACT: Final = frozenset({Way.ACCOUNT, Way.CODE})

# What a thief of a contract would ask for. Rectification as a whole, because what is to be corrected is free text.
TAKEOVER: Final = frozenset({Right.ACCESS, Right.PORTABILITY, Right.ERASURE, Right.RECTIFICATION})

NEW_FOR: Final = timedelta(days=30)
"""For so long a contact that replaced another one counts as new (ux.md 1.6)."""


def needed(right: Right, *, contact_is_new: bool) -> IdentityLevel:
    """The level a right asks for (I-02, I-06, I-07); the step-up of ux.md 1.6 when the contact changed lately."""
    if contact_is_new and right in TAKEOVER:
        return IdentityLevel.STRONG
    return IDENTITY_MINIMUM[right]


def reached(way: Way, *, contact_is_new: bool) -> IdentityLevel:
    """What a way proves: with a contact that changed lately an account and a code are one sign, not two."""
    if contact_is_new and way in BY_CONTACT:
        return min(REACHES[way], IdentityLevel.KNOWN)
    return REACHES[way]


@dataclass(frozen=True, slots=True)
class Standing:
    """Which of the rights of a request still wait for a proof, and which go on already."""

    waiting: tuple[Right, ...]
    going_on: tuple[Right, ...]


def standing(rights: Sequence[Right], *, level: int, contact_is_new: bool) -> Standing:
    """Split the rights of a request by what is proved, in their order."""
    waiting = tuple(right for right in rights if level < needed(right, contact_is_new=contact_is_new))
    return Standing(waiting, tuple(right for right in rights if right not in waiting))


@dataclass(frozen=True, slots=True)
class Choice:
    """A way that helps now: the rights it is enough for, and those it is not enough for."""

    way: Way
    enough_for: tuple[Right, ...]
    not_enough_for: tuple[Right, ...]


def choices(
    waiting: Sequence[Right], *, level: int, contact_is_new: bool, offered: Collection[Way]
) -> tuple[Choice, ...]:
    """The offered ways that bring any waiting right further, each with what it is enough for; never one that was used up.

    Empty when nothing waits, so that nobody is asked for what is known (I-01).
    """
    found = []
    for way in Way:
        reach = reached(way, contact_is_new=contact_is_new)
        if way not in offered or reach <= level or not waiting:
            continue
        enough = tuple(right for right in waiting if reach >= needed(right, contact_is_new=contact_is_new))
        found.append(Choice(way, enough, tuple(right for right in waiting if right not in enough)))
    return tuple(found)


CALL_TIMES: Final = ("morning", "midday", "afternoon", "evening")
"""When somebody can be called: 9 to 12, 12 to 15, 15 to 18, 18 to 20 o'clock in the controller's time zone."""

# What a member of staff can have seen or heard (I-04): a kind of document or an answer, never a number or a picture.
SEEN: Final[Mapping[str, tuple[str, ...]]] = {
    "shop": ("identity_card", "passport", "residence_permit", "driving_licence", "eid_reader"),
    "callback": ("number_and_contract", "number_and_pin"),
    "letter": ("code_of_letter",),
    "eid": ("eid_identifier", "eid_compared"),
}
