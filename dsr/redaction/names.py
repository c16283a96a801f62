"""Names of other people in a text, found by the word before them: "Herr", "voisine", "her son"."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from dsr.redaction.cues import BETWEEN, NO_NAMES, PARTICLES, PERSONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsr.law.redaction import Reason

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
MAX_WORDS: Final = 4
_INITIAL: Final = 2
"""Characters of a letter with its full stop."""


def named(text: str, own: frozenset[str]) -> Iterator[tuple[int, int, Reason]]:
    """Start, end and reason of each name after a cue. A name that is made of her own words alone is hers."""
    hers = {_fold(word) for name in own for word in _WORD.findall(name)}
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        reason = PERSONS.get(words[at].group().rstrip(".").casefold())
        name = _name_after(text, words, at) if reason else []
        if reason is not None and name:
            if not all(_fold(word.group()) in hers for word in name if word.group().casefold() not in PARTICLES):
                yield name[0].start(), _end(name[-1]), reason
            at = words.index(name[-1], at)
        at += 1


def _end(word: re.Match[str]) -> int:
    """The end of a name: the full stop after a whole word is that of the sentence, after one letter it is the name's."""
    value = word.group()
    return word.end() - (value.endswith(".") and len(value) > _INITIAL)


def _name_after(text: str, words: list[re.Match[str]], at: int) -> list[re.Match[str]]:
    """The words of the name that the cue at `at` announces; none when what follows is not a name."""
    found: list[re.Match[str]] = []
    before = words[at]
    for word in words[at + 1 : at + 1 + MAX_WORDS + 2]:
        between, plain = text[before.end() : word.start()], word.group().rstrip(".").casefold()
        ended = before.group().endswith(".") and (found and len(before.group()) > _INITIAL)
        if ended or between.strip(" ,:\u00a0" if not found else " \u00a0"):
            break
        if not found and (plain in BETWEEN or plain in PERSONS):
            before = word
            continue
        joins = plain in PARTICLES and word.group()[0].islower()
        if plain in PERSONS or (not joins and (not word.group()[0].isupper() or plain in NO_NAMES)):
            break
        found.append(word)
        before = word
        if len(found) == MAX_WORDS:
            break
    while found and found[-1].group().casefold() in PARTICLES:
        found.pop()
    return found


def _fold(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value.rstrip(".").casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))
