"""The byte strings a text may be stored as, so that a search over raw bytes misses nothing the exact search would find.

The exact search compares texts in Unicode normal form C, case-folded, with one sort of escape undone (`needles`). Turned
round: a piece of a folded text stands in the raw, ASCII-lower-cased bytes as one of a few strings. They are listed here.
"""

from __future__ import annotations

import html.entities
import itertools
import math
import sys
import unicodedata
from collections import defaultdict
from functools import lru_cache
from urllib.parse import quote

MOST_FORMS = 400
"""Byte strings for one piece: enough for any name, little for an automaton."""
_LEAST_PIECE, _LONGEST_PIECE = 2, 24
SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
"""Characters that no writer escapes; `UNDONE` finds those that were escaped all the same."""
_ASCII = 128


def fold(text: str) -> str:
    """The form in which texts are compared."""
    return unicodedata.normalize("NFC", text).casefold()


def escapes(char: str) -> frozenset[str]:
    """One character as JSON, URLs, HTML, quoted-printable, RADIUS and PostgreSQL's bytea may write it, lower-cased."""
    code, raw = ord(char), char.encode(errors="surrogatepass")
    units = char.encode("utf-16-be", errors="surrogatepass").hex()
    found = {
        "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)),
        "".join(f"%{byte:02x}" for byte in raw),
        quote(char, safe="", errors="surrogatepass").lower(),
        "".join(f"={byte:02x}" for byte in raw),
        f"&#{code};",
        f"&#x{code:x};",
        *_named().get(char, ()),
    }
    if code >= _ASCII:
        found.add("".join(f"\\{byte:03o}" for byte in raw))
    if char == "/":
        found.add("\\/")
    return frozenset(found)


@lru_cache(maxsize=1)
def _named() -> dict[str, set[str]]:
    """HTML's names of characters, lower-cased, with the semicolon and, where it may be missing, without."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, char in html.entities.html5.items():
        found[char].add(f"&{name.lower()}")
    return dict(found)


@lru_cache(maxsize=1)
def _unfolded() -> dict[str, frozenset[str]]:
    """By folded text (mostly one character): the characters that fold to it, itself included when it does."""
    found: dict[str, set[str]] = defaultdict(set)
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        folded = fold(char)
        if folded != char or code < _ASCII:
            found[folded].add(char)
    return {folded: frozenset(chars) for folded, chars in found.items()}


@lru_cache(maxsize=1)
def _expansions() -> dict[str, frozenset[str]]:
    """Folded texts of several characters that one character folds to: `ss` for `ß`."""
    return {folded: chars for folded, chars in _unfolded().items() if len(folded) > 1}


@lru_cache(maxsize=4096)
def _equivalents(char: str) -> frozenset[str]:
    """The character composed, decomposed, and half-way; marks in any order that means the same."""
    decomposed = unicodedata.normalize("NFD", char)
    found = {char, decomposed}
    if 1 < len(decomposed) <= 5:  # noqa: PLR2004 - no character has more than four marks
        for marks in itertools.permutations(decomposed[1:]):
            spelt = decomposed[0] + "".join(marks)
            if unicodedata.normalize("NFC", spelt) != unicodedata.normalize("NFC", char):
                continue
            found |= {unicodedata.normalize("NFC", spelt[:at]) + spelt[at:] for at in range(1, len(spelt) + 1)}
    return frozenset(found)


@lru_cache(maxsize=4096)
def _spelt(folded: str, *, last: bool) -> frozenset[str]:
    """How a folded character (or expansion) may stand in raw text, ASCII in lower case, escaped or not.

    `last`: nothing of the piece follows. Then a mark that belongs to the character may stand further off, behind
    another mark, and only the character's beginning is certain.
    """
    found: set[str] = set()
    itself = frozenset({folded} if len(folded) == 1 else ())
    for char in _unfolded().get(folded, frozenset()) | itself:
        for spelling in _equivalents(char):
            parts = [_one(part) for part in (spelling[:1] if last else spelling)]
            found |= {"".join(chosen) for chosen in itertools.product(*parts)}
    return frozenset(found)


def _one(char: str) -> frozenset[str]:
    if char.lower() in SAFE and ord(char) < _ASCII:
        return frozenset({char.lower()})
    return escapes(char) | {char.lower() if ord(char) < _ASCII else char}


def forms(piece: str, *, most: int = MOST_FORMS) -> frozenset[bytes] | None:
    """Every byte string (UTF-8, ASCII lower-cased) whose text can fold to `piece`; None when they are more than `most`."""
    if math.prod(len(_spelt(char, last=False)) for char in piece[:-1]) > most:
        return None
    found: dict[int, set[str]] = defaultdict(set)
    found[0].add("")
    for expansion, chars in _expansions().items():
        for cut in range(1, len(expansion)):
            # A character of which only the end belongs to the piece, or that covers the piece and more.
            rest = expansion[cut:]
            if piece.startswith(rest) or rest.startswith(piece):
                whole = {form for char in chars for one in _equivalents(char) for form in _joined(one)}
                found[min(len(rest), len(piece))] |= whole
    for at in range(len(piece)):
        if len(found[at]) > most:
            return None
        for length, spelt in _steps(piece, at):
            found[at + length] |= {before + after for before in found[at] for after in spelt}
    ends = found[len(piece)]
    return frozenset(form.encode(errors="surrogatepass") for form in ends) if len(ends) <= most else None


def _joined(text: str) -> set[str]:
    return {"".join(chosen) for chosen in itertools.product(*map(_one, text))}


def _steps(piece: str, at: int) -> list[tuple[int, frozenset[str]]]:
    steps = [(1, _spelt(piece[at], last=at + 1 == len(piece)))]
    for expansion in _expansions():
        left = piece[at:]
        if left.startswith(expansion):
            steps.append((len(expansion), _spelt(expansion, last=len(expansion) == len(left))))
        elif expansion.startswith(left):
            steps.append((len(left), _spelt(expansion, last=True)))
    return steps


@lru_cache(maxsize=1024)
def best_forms(folded: str) -> frozenset[bytes]:
    """The byte strings of the piece of `folded` that is longest while they stay few. Never empty."""
    longest = min(len(folded), _LONGEST_PIECE)
    for length in range(longest, _LEAST_PIECE - 1, -1):
        starts = range(len(folded) - length + 1)
        found = [fits for at in starts if (fits := forms(folded[at : at + length]))]
        if found:
            return min(found, key=lambda fits: (len(fits), sorted(fits)))
    # One character alone always has few forms.
    return min((fits for char in folded if (fits := forms(char))), key=len)


@lru_cache(maxsize=1024)
def lone_forms(folded: str) -> frozenset[bytes]:
    """The characters beyond ASCII that fold to a part of an ASCII text (`\u212a` to `k`, `ß` to `ss`), as they may be stored."""
    parts = {folded[at : at + size] for size in (1, 2, 3) for at in range(len(folded))}
    chars = {char for part in parts for char in _unfolded().get(part, ()) if ord(char) >= _ASCII}
    return frozenset(form.encode() for char in chars for form in _joined(char))
