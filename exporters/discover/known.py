"""Values of persons, kept in memory while a store is looked at, and recognised wherever they stand again.

Two sources: the identifiers of the subscribers the operator named, and the persons of the store's own customer table.
Nothing of it is ever written out; only counts leave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.discover.values import key_of, tokens, words_of
from exporters.identifiers import IdentifierKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_PHRASES = frozenset({Kind.NAME, Kind.COMPANY, Kind.ADDRESS, Kind.USERNAME, Kind.CUSTOMER_NUMBER, Kind.SERIAL})
"""Kinds without a form of their own: found by their words."""
_TOKENS = frozenset({Kind.EMAIL, Kind.PHONE, Kind.MAC, Kind.IP, Kind.IBAN})
_LEAST = 3
_SHORT = 5
"""A single word shorter than this, or without a digit, stands for nobody inside a sentence."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A known value in a text: its kind, whose it is (numbers of persons), whether the text is nothing else."""

    kind: Kind
    people: frozenset[int]
    whole: bool
    spelled: bool = True
    """False when the text writes the value differently (escaped by RADIUS, in another case)."""


@dataclass(slots=True)
class Known:
    """An index of persons' values. A person is a number; whose value it is matters, who she is does not."""

    values: dict[tuple[Kind, str], set[int]] = field(default_factory=dict)
    phrases: dict[tuple[str, ...], dict[Kind, set[int]]] = field(default_factory=dict)
    lengths: dict[str, set[int]] = field(default_factory=dict)
    wholes: dict[str, dict[Kind, set[int]]] = field(default_factory=dict)
    spelled: set[str] = field(default_factory=set)

    def add(self, person: int, kind: Kind, value: str) -> None:
        """Remember a value of a person; values too short to mean anything are left out."""
        value = value.strip()
        if len(value) < _LEAST:
            return
        self.spelled.add(value)
        if kind in _TOKENS or (kind is Kind.USERNAME and "@" in value):
            token = Kind.EMAIL if "@" in value else kind
            self.values.setdefault((token, key_of(token, value)), set()).add(person)
            return
        words = words_of(value)
        self.wholes.setdefault(" ".join(words), {}).setdefault(kind, set()).add(person)
        if kind not in _PHRASES or not words:
            return
        alone = len(words) == 1
        if alone and (kind is Kind.NAME or len(words[0]) < _SHORT or not any(map(str.isdigit, words[0]))):
            return
        self.phrases.setdefault(words, {}).setdefault(kind, set()).add(person)
        self.lengths.setdefault(words[0], set()).add(len(words))

    def add_person(self, person: int, values: Iterator[tuple[Kind, str]]) -> None:
        """Remember a person's values; first and last name together make a phrase, either way round."""
        names = []
        for kind, value in values:
            self.add(person, kind, value)
            if kind is Kind.NAME:
                names.append(value.strip())
            elif kind is Kind.ADDRESS and "," in value:
                self.add(person, kind, value.rpartition(",")[0])
        if len(names) > 1 and all(names):
            self.add(person, Kind.NAME, f"{names[0]} {names[1]}")
            self.add(person, Kind.NAME, f"{names[1]} {names[0]}")
        for name in names:
            parts = name.split()
            for part in (parts[0], parts[-1]) if len(parts) > 1 else ():
                self.wholes.setdefault(part.casefold(), {}).setdefault(Kind.NAME, set()).add(person)

    def hits(self, text: str) -> Iterator[Hit]:
        """Every known value in a text."""
        for token in tokens(text):
            people = self.values.get((token.kind, token.normal))
            if people:
                spelled = not token.whole or text.strip() in self.spelled
                yield Hit(token.kind, frozenset(people), token.whole, spelled)
        words = words_of(text)
        for kind, people in self.wholes.get(" ".join(words), {}).items():
            yield Hit(kind, frozenset(people), whole=True, spelled=text.strip() in self.spelled)
        for at, word in enumerate(words):
            for length in self.lengths.get(word, ()):
                if length == len(words):
                    continue  # the whole text, seen above
                for kind, people in self.phrases.get(words[at : at + length], {}).items():
                    yield Hit(kind, frozenset(people), whole=False)
