"""When two spellings of a postal address are one: its words without case, accents and punctuation, usual short forms of streets,
a house number with its letter, a postcode in one word. The order of the words does not matter for the hash (decision 093).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dsr.vault.blind import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_WORDS: Final = 2
# How a street is written in full and for short; the short form is the normal one.
_SHORT: Final[Mapping[str, str]] = {
    "street": "st",
    "saint": "st",
    "road": "rd",
    "avenue": "av",
    "ave": "av",
    "boulevard": "bd",
    "blvd": "bd",
    "square": "sq",
    "lane": "ln",
    "calle": "c",
    "ulica": "ul",
    "strasse": "str",
    "straat": "str",
    "platz": "pl",
    "plac": "pl",
    "place": "pl",
}
# The same at the end of a longer word: Beispielstraße, Kerkstraat.
_ENDINGS: Final = ("strasse", "straat", "platz")
# Parts of one word that some people write apart: 12 a, 1012 AB, SW1A 1AA.
_PAIRS: Final = (
    (re.compile(r"\d+"), re.compile(r"[a-z]")),
    (re.compile(r"\d{4}"), re.compile(r"[a-z]{2}")),
    (re.compile(r"[a-z]{1,2}\d[a-z\d]?"), re.compile(r"\d[a-z]{2}")),
)


def words(text: str) -> str:
    """The normal form, in the order of the text; empty when there are not even two words."""
    # Twice: letters of mathematical alphabets fold to capitals first.
    plain = "".join(char if char.isalnum() else " " for char in fold(fold(text))).split()
    found: list[str] = []
    for word in map(_short, plain):
        if found and any(first.fullmatch(found[-1]) and second.fullmatch(word) for first, second in _PAIRS):
            found[-1] += word
        else:
            found.append(word)
    return " ".join(found) if len(found) >= LEAST_WORDS else ""


def _short(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and word != ending:
            return word.removesuffix(ending) + _SHORT[ending]
    return _SHORT.get(word, word)
