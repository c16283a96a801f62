"""Spans in a text, and the text without what they cover (rules X-02 to X-07).

Positions are code points from 0. Nothing of a covered character stays: a span grows until it ends between characters as
people see them, so no accent, joiner or tone is left behind that tells what stood there.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dsr.law.redaction import STRONGEST, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_JOINER: Final = "\u200d"
_SELECTORS: Final = frozenset("\ufe0e\ufe0f\u20e3\u200c")
_RANK: Final = {reason: at for at, reason in enumerate(STRONGEST)}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place to be taken out: `end` is the first character that stays."""

    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text as it was: kept (`reason` None), or taken out for a reason."""

    text: str
    reason: Reason | None = None


def whole_characters(text: str, start: int, end: int) -> tuple[int, int]:
    """The span from `start` to `end`, grown to whole characters as people see them, within the text."""
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    if start >= end:
        return start, start
    while start > 0 and _leans(text, start):
        start -= 1
    while end < len(text) and _leans(text, end):
        end += 1
    return start, end


def _leans(text: str, at: int) -> bool:
    """Whether the character at `at` is a part of the one before it."""
    char, before = text[at], text[at - 1]
    return (
        unicodedata.combining(char) != 0
        or unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or char == _JOINER
        or char in _SELECTORS
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags of flags
        or before == _JOINER
        or (_regional(char) and _regional(before) and _regionals_before(text, at) % 2 == 1)
    )


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _regionals_before(text: str, at: int) -> int:
    first = at
    while first > 0 and _regional(text[first - 1]):
        first -= 1
    return at - first


def merged(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans in order, grown to whole characters, without empty ones; what overlaps is one span under its strongest
    reason, and so are neighbours of one reason.
    """
    grown = []
    for span in spans:
        start, end = whole_characters(text, span.start, span.end)
        if start < end:
            grown.append(Span(start, end, span.reason))
    found: list[Span] = []
    for span in sorted(grown):
        last = found[-1] if found else None
        if last is not None and (span.start < last.end or (span.start == last.end and span.reason is last.reason)):
            reason = min(last.reason, span.reason, key=_RANK.__getitem__)
            found[-1] = Span(last.start, max(last.end, span.end), reason)
        else:
            found.append(span)
    return found


def pieces(text: str, spans: Iterable[Span]) -> list[Piece]:
    """The text as runs that stay and runs that go, in order; joined they are the text."""
    found: list[Piece] = []
    at = 0
    for span in merged(text, spans):
        if at < span.start:
            found.append(Piece(text[at : span.start]))
        found.append(Piece(text[span.start : span.end], span.reason))
        at = span.end
    if at < len(text):
        found.append(Piece(text[at:]))
    return found


def redacted(text: str, spans: Iterable[Span], label: Callable[[Reason], str]) -> str:
    """The text with `label(reason)` in each place. An empty label leaves no trace, not even a second blank (X-06)."""
    out = ""
    gap = False
    for piece in pieces(text, spans):
        if piece.reason is None:
            kept = piece.text
            if gap and (not out or out[-1].isspace()) and kept[:1] == " ":
                kept = kept[1:]
            out, gap = out + kept, False
        else:
            words = label(piece.reason)
            out, gap = out + words, not words
    return out


def taken_out(text: str, spans: Sequence[Span]) -> list[str]:
    """What is taken out, in order: nothing of it may be found in what leaves."""
    return [piece.text for piece in pieces(text, spans) if piece.reason is not None]
