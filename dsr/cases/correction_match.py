"""Which fields of the stores a claim is about, and what each of them would hold then: a suggestion, never a decision (R-04).

By the meaning the data map gives a field (the kind of identifier, its English label) and by the values themselves. A person
looks at every line; a name in two columns or an address in four is taken apart only where that is certain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsr.cases.corrections import Asked, Value


class Match(StrEnum):
    """What a store holds, beside what the person says."""

    WRONG = "wrong"  # what she calls wrong stands there
    RIGHT = "right"  # what she calls right stands there already
    OTHER = "other"  # another value stands there
    EMPTY = "empty"  # nothing stands there


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One field: its position among the values, how it compares, what it would hold; `chosen`: surely meant."""

    at: int
    match: Match
    new: str = field(default="", repr=False)
    chosen: bool = False


MOST: Final = 14
"""Suggestions for one claim; the others are reached by a list."""
_LEAST: Final = 2
_TRUE: Final = "true"
_INVOICE: Final = "invoice"
_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "name": frozenset({"name"}),
    "address": frozenset({"address"}),
    "phone": frozenset({"phone"}),
    "email": frozenset({"email"}),
    "iban": frozenset({"iban"}),
    "birth_date": frozenset({"birth_date"}),
}
_LABELS: Final[Mapping[str, frozenset[str]]] = {
    "name": frozenset({"name", "first name", "last name", "account holder"}),
    "address": frozenset({"street", "address", "postcode", "town", "city", "region", "state", "country"}),
    "phone": frozenset({"phone", "telephone", "mobile phone", "landline"}),
    "email": frozenset({"e-mail address", "email"}),
    "iban": frozenset({"iban", "bank account"}),
    "birth_date": frozenset({"date of birth"}),
}
_ADDRESS: Final = re.compile(r"\s*(?P<street>[^,\n]*\S)\s*[,\n]\s*(?P<postcode>\S*\d\S*)\s+(?P<town>[^,\n]*\S)\s*")
_PARTS: Final[Mapping[str, str]] = {
    "street": "street",
    "address": "street",
    "postcode": "postcode",
    "postal code": "postcode",
    "zip": "postcode",
    "zip code": "postcode",
    "town": "town",
    "city": "town",
}


def fold(text: str | None) -> str:
    """A value as two people would call it the same: no case, no blanks."""
    return "".join((text or "").split()).casefold()


def suggest(asked: Asked, values: Sequence[Value]) -> list[Suggestion]:
    """The fields a claim is about: those that hold what she calls wrong first, then those of the same meaning."""
    found = [one for at, value in enumerate(values) for one in (_one(asked, values, at, value),) if one is not None]
    order = {Match.WRONG: 0, Match.OTHER: 1, Match.EMPTY: 2, Match.RIGHT: 3}
    return sorted(found, key=lambda one: (not one.chosen, order[one.match]))[:MOST]


def _one(asked: Asked, values: Sequence[Value], at: int, value: Value) -> Suggestion | None:
    listed = asked.place and value.place == _without_row(asked.place)
    meant = bool(listed) or _means(asked.kind, value)
    match = _match(asked, value, meant=meant)
    if not meant and match is not Match.WRONG:
        return None
    new = _new(asked, values, value)
    # A record that repeats the old value within a longer text is found, and left to whoever reads it.
    whole = value.how == _TRUE or fold(value.value) == fold(asked.old)
    if match is Match.WRONG and new and fold(new) == fold(value.value):
        match = Match.RIGHT  # a part of a longer value that stays as it is
    # Issued invoices are annotated; other records only where somebody says so.
    meant_too = value.how == _TRUE or value.category == _INVOICE
    chosen = match is Match.WRONG and whole and meant_too and bool(new)
    return Suggestion(at, match, new if whole else "", chosen=chosen)


def _without_row(place: str) -> str:
    """`store.dataset.row.field.number` of the list in the portal as `store.dataset.field`."""
    parts = place.split(".")
    return ".".join((parts[0], parts[1], parts[3])) if len(parts) > 3 else place  # noqa: PLR2004 -- see above


def _means(kind: str, value: Value) -> bool:
    return value.kind in _KINDS.get(kind, frozenset()) or _label(value) in _LABELS.get(kind, frozenset())


def _label(value: Value) -> str:
    return str(value.label.get("en", "")).casefold()


def _match(asked: Asked, value: Value, *, meant: bool) -> Match:
    stands, old, new = fold(value.value), fold(asked.old), fold(asked.new)
    if not stands:
        return Match.EMPTY
    if stands == new:
        return Match.RIGHT
    if old and (stands == old or _cut(asked.old, stands)):
        return Match.WRONG
    if meant and len(stands) >= _LEAST and _tokens_at(asked.old, value.value or "") is not None:
        return Match.WRONG
    if old and len(old) > _LEAST and old in stands:
        return Match.WRONG
    return Match.OTHER


def _cut(old: str, stands: str) -> bool:
    """Account numbers are shown to her cut to their last characters."""
    return old.startswith("…") and len(fold(old)) > _LEAST and stands.endswith(fold(old.removeprefix("…")))


def _tokens_at(whole: str, part: str) -> tuple[int, int] | None:
    """Where the words of `part` stand among those of `whole`; None when they do not, or twice."""
    words, own = [fold(word) for word in whole.split()], [fold(word) for word in part.split()]
    if not own or len(own) > len(words):
        return None
    places = [at for at in range(len(words) - len(own) + 1) if words[at : at + len(own)] == own]
    return (places[0], places[0] + len(own)) if len(places) == 1 else None


def _new(asked: Asked, values: Sequence[Value], value: Value) -> str:
    """What the field would hold; empty where only a person can say."""
    new, stands, old = asked.new.strip(), value.value or "", asked.old.strip()
    if asked.kind == "iban" and " " not in stands:
        return "".join(new.split())
    if asked.kind == "address":
        return _of_address(new, value, asked)
    if old and fold(stands) == fold(old):
        return new
    part = _same_part(old, new, stands)
    if part or asked.kind == "name":
        return part or _of_name(new, values, value)
    return new if not old or asked.kind != "other" else ""


def _same_part(old: str, new: str, stands: str) -> str:
    """Where a field holds some words of the old value, the words of the new one at the same place; or the old value within it."""
    at = _tokens_at(old, stands)
    if at is not None and len(old.split()) == len(new.split()):
        return " ".join(new.split()[at[0] : at[1]])
    return stands.replace(old, new) if len(old) > _LEAST and old in stands else ""


def _of_address(new: str, value: Value, asked: Asked) -> str:
    if fold(value.value) == fold(asked.old) and value.value:
        return new
    found, part = _ADDRESS.fullmatch(new), _PARTS.get(_label(value), "street" if value.kind == "address" else "")
    return found[part] if found and part else ""


def _of_name(new: str, values: Sequence[Value], value: Value) -> str:
    """First and last name in two columns of one record; every other shape is for a person to fill."""
    columns = [
        one.column
        for one in values
        if (one.store, one.dataset) == (value.store, value.dataset) and one.kind == "name" and one.how == value.how
    ]
    words = new.split()
    if value.kind != "name" or len(columns) != 2 or len(words) != 2:  # noqa: PLR2004 -- see above
        return new if value.kind != "name" or len(columns) == 1 else ""
    return words[columns.index(value.column)]
