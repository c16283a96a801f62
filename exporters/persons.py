"""Who is meant: the rule that turns "this identifier means these persons" into found, none or ambiguous. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from exporters.contract import MatchStatus, RowKey

if TYPE_CHECKING:
    from collections.abc import Sequence


class Person(NamedTuple):
    """A person of one store: the name of her key in the data map and its value."""

    subject: str
    value: str

    @property
    def record(self) -> str:
        """How candidates are called, and what an identifier of kind RECORD holds."""
        return f"{self.subject}/{self.value}"

    @property
    def key(self) -> RowKey:
        """The key `collect` starts from."""
        return RowKey(self.subject, (self.value,))


@dataclass(frozen=True, slots=True)
class Evidence:
    """The persons one identifier means; `pinned` when somebody has tied this identifier to this store.

    `near`: persons whose user name differs from the identifier in case only; they are shown, never taken.
    """

    persons: frozenset[Person] = frozenset()
    near: frozenset[Person] = frozenset()
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who is meant for certain, and who else could be."""

    status: MatchStatus
    persons: tuple[Person, ...] = ()
    others: tuple[Person, ...] = ()


def decide(evidence: Sequence[Evidence]) -> Verdict:
    """Weigh the evidence (house.md, Locate): when in doubt a person decides, never a program.

    An identifier tied to this store settles it. Otherwise all identifiers that mean one person must mean the same one,
    and an identifier that several persons share must be hers too. Whoever else shares one is reported beside the match.
    """
    found = [one for one in evidence if one.persons]
    everybody = frozenset[Person]().union(*(one.persons | one.near for one in evidence))
    pinned = [one for one in found if one.pinned]
    chosen = frozenset[Person]().union(*(one.persons for one in pinned or found if len(one.persons) == 1))
    if not everybody:
        return Verdict(MatchStatus.NONE)
    if pinned:
        certain = all(len(one.persons) == 1 for one in pinned)
    else:
        certain = len(chosen) == 1 and all(chosen <= one.persons for one in found)
    if not certain:
        return Verdict(MatchStatus.AMBIGUOUS, others=tuple(sorted(everybody)))
    return Verdict(MatchStatus.FOUND, tuple(sorted(chosen)), tuple(sorted(everybody - chosen)))
