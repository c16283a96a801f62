"""For whom somebody may ask: children, people who died, people one acts for, people who use the same connection (rules.md 3.9).

Two tables, both national law, because the GDPR speaks of neither: who may ask for a dead person's data (H-06 to H-08), and
from which age a child is normally asked itself (4.0.10: this is not the age of consent to online services, H-02).
Marks as in the rule book: `V` read in the statute, `K` known and not read again, `P` a policy where the law names no age.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date


class Person(StrEnum):
    """Whose data a request is about, seen from the one who sends it."""

    ME = "me"
    CHILD = "child"
    REPRESENTED = "represented"
    DECEASED = "deceased"
    OTHER_USER = "other_user"


class Relation(StrEnum):
    """What the sender is to somebody who died."""

    FAMILY = "family"
    HEIR = "heir"
    EXECUTOR = "executor"
    NAMED = "named"  # by the person herself, in a will or a mandate


@dataclass(frozen=True, slots=True)
class Afterlife:
    """What a country grants after a death: which rights, to whom, for how many years (None: no end); where it says so."""

    rights: frozenset[Right]
    relations: frozenset[Relation]
    years: int | None
    source: str
    mark: str


@dataclass(frozen=True, slots=True)
class Age:
    """From this age on, in whole years, a child is asked whether it agrees; and where that comes from."""

    years: int
    source: str
    mark: str


_ALL: Final = frozenset(Right)
_KIN: Final = frozenset({Relation.FAMILY, Relation.HEIR, Relation.EXECUTOR, Relation.NAMED})
_THREE: Final = frozenset({Right.ACCESS, Right.RECTIFICATION, Right.ERASURE})

AFTER_DEATH: Final[Mapping[str, Afterlife]] = {
    "DE": Afterlife(
        frozenset({Right.ACCESS}),
        frozenset({Relation.HEIR, Relation.EXECUTOR}),
        None,
        "BGB § 1922: the heirs enter into the contract (BGH III ZR 183/17)",
        "K",
    ),
    "DK": Afterlife(_ALL, _KIN, 10, "Databeskyttelsesloven § 2(5): ten years after the death", "K"),
    "ES": Afterlife(_THREE, _KIN, None, "LOPDGDD art. 3 and 96, unless the person forbade it (H-07)", "V"),
    "FR": Afterlife(
        frozenset({Right.ACCESS, Right.RECTIFICATION, Right.ERASURE, Right.OBJECTION}),
        frozenset({Relation.HEIR, Relation.NAMED}),
        None,
        "Loi Informatique et Libertés art. 85: the person's directives, else the heirs",
        "K",
    ),
    "HU": Afterlife(
        frozenset({Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION, Right.OBJECTION}),
        frozenset({Relation.FAMILY, Relation.NAMED}),
        5,
        "Infotv. § 25: five years after the death",
        "K",
    ),
    "IT": Afterlife(
        _ALL,
        _KIN,
        None,
        "Codice privacy art. 2-terdecies: own interest, mandate, or family reasons worth protecting",
        "K",
    ),
    "PT": Afterlife(
        _THREE,
        frozenset({Relation.HEIR, Relation.NAMED}),
        None,
        "Lei 58/2019 art. 17: special categories, intimacy, image and communications",
        "K",
    ),
}

# No law of the union sets it. Where a country's does not either, fourteen is the age at which we ask.
ASKED_AT: Final = Age(14, "no age in national law; the child's own understanding counts (Recital 38)", "P")
ASKED_FROM: Final[Mapping[str, Age]] = {
    "AT": Age(14, "ABGB § 21 and § 173: minors of age decide where they understand", "K"),
    "DE": Age(14, "the child's understanding; practice of the authorities", "K"),
    "DK": Age(15, "practice of Datatilsynet", "K"),
    "ES": Age(14, "LOPDGDD art. 12(6): parents act for those under fourteen (H-03)", "V"),
    "FI": Age(15, "Hallintolaki § 14: heard from fifteen on", "K"),
    "GB": Age(13, "no age in England and Wales; Gillick competence, the authority's code", "K"),
    "GB-SCT": Age(12, "Data Protection Act 2018 s. 208: presumed able from twelve on", "K"),
    "NL": Age(16, "UAVG art. 5(4): the representative exercises the rights of those under sixteen", "K"),
    "NO": Age(15, "Barnelova § 32 and 33", "K"),
    "PL": Age(13, "Kodeks cywilny art. 15: limited capacity from thirteen on", "K"),
}


def after_death(country: str) -> Afterlife | None:
    """What `country` (ISO 3166-1) grants after a death; None where no law gives anybody a right (H-06)."""
    return AFTER_DEATH.get(country)


def rights_after_death(country: str) -> frozenset[Right]:
    """The rights that may be exercised for somebody who died; empty where there is none."""
    found = after_death(country)
    return found.rights if found else frozenset()


def refused_after_death(*, country: str, rights: Iterable[Right], relation: str, died_on: date, today: date) -> str:
    """Why a request for somebody who died cannot be made: a code, or empty when it can.

    `no_right` (the country or not for this right), `not_entitled` (not by this relation), `too_late` (the years are over),
    `not_dead_yet` (a day to come). It refuses the form only; whoever disagrees reaches the office.
    """
    found = after_death(country)
    if found is None or not set(rights) <= found.rights:
        return "no_right"
    if relation not in found.relations:
        return "not_entitled"
    if died_on > today:
        return "not_dead_yet"
    if found.years is not None and years_between(died_on, today) >= found.years:
        return "too_late"
    return ""


def asked_from(country: str, subdivision: str = "") -> Age:
    """From which age a child is asked itself; a part of the country (`SCT`) may have an age of its own (4.0.10)."""
    return ASKED_FROM.get(f"{country}-{subdivision}") or ASKED_FROM.get(country) or ASKED_AT


def asks_child(*, country: str, subdivision: str = "", born_on: date, today: date) -> bool:
    """Whether the child is old enough to be asked too, before its parent's request is answered (H-01)."""
    return years_between(born_on, today) >= asked_from(country, subdivision).years


OF_AGE: Final = 18


def of_age(*, born_on: date, today: date) -> bool:
    """Whether somebody is an adult, for whom a parent needs a written authority like anybody else (H-04)."""
    return years_between(born_on, today) >= OF_AGE


def years_between(start: date, end: date) -> int:
    """Whole years from `start` to `end`; who was born on 29 February has a birthday on 1 March in other years."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


@dataclass(frozen=True, slots=True)
class Behalf:
    """For whom a request is, as it is kept in `scope["for"]`: always all keys, empty where the question was not asked.

    Days are ISO dates. `shown` says how the sender shows that she may ask: `account`, `upload`, `post` or `shop`. `covers`
    are the rights the authority names (H-04); `ask` says that the child is asked too (H-01); `sender`, `organisation` and
    `sender_contact` name who handed it in where the request's own contact is the person's (H-09).
    """

    who: str
    name: str = ""
    relation: str = ""
    born_on: str = ""
    died_on: str = ""
    contact: str = ""
    shown: str = ""
    covers: tuple[str, ...] = ()
    ask: bool = False
    organisation: str = ""
    sender: str = ""
    sender_contact: str = ""

    def scope(self) -> dict[str, Any]:
        """As JSON."""
        return {each.name: _json(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> Behalf | None:
        """For whom a request with this scope is; None when it is the sender's own. Unknown keys are left out."""
        kept = scope.get("for") or {}
        if not kept:
            return None
        known = {each.name: kept[each.name] for each in fields(cls) if each.name in kept}
        return cls(**{**known, "covers": tuple(known.get("covers", ()))})

    def uncovered(self, rights: Iterable[str]) -> list[str]:
        """The rights asked for that the authority does not name; none where no authority was asked for."""
        return [str(right) for right in rights if right not in self.covers] if self.covers else []


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
