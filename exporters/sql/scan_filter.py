r"""Sorts out, at the speed of the export, the rows of a table that cannot hold an identifier.

An Aho-Corasick automaton goes over the raw bytes of many rows at once. What it lets pass is looked at row by row by the
exact search (`needles`); what it drops, the exact search would have dropped. Two passes: over the bytes in lower case,
and over letters and digits alone, for numbers that are written with blanks and punctuation.

Not found: an identifier of which a letter or digit was itself written as `=XX` or as an HTML entity with leading zeros;
neither quoted-printable nor RADIUS nor any HTML writer does that to a letter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ahocorasick_rs import BytesAhoCorasick, Implementation

from exporters.needle_forms import SAFE, best_forms, escapes, lone_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporters.needles import Haystack, Needle

ROWS_BYTES = 256 * 1024
"""Bytes handed to `Sieve.keep` at a time: enough to amortise the call, little enough for the processor's cache."""
_ALNUM = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")
_LOWER = bytes(ord(chr(byte).lower()) if byte < 128 else byte for byte in range(256))  # noqa: PLR2004
_OTHERS = bytes(byte for byte in range(256) if _LOWER[byte] not in _ALNUM)
_CONTROLS = tuple(b"\\" + letter.encode() for letter in "bfnrtv")
_SOFT_BREAKS = ("=\n", "=\r\n", "=\\n", "=\\r\\n", "=20\n", "=20\\n", "=20\r\n", "=20\\r\\n")
"""Quoted-printable breaks long lines so; the second form of each is COPY's."""
_NEVER = tuple(bytes((byte,)) for byte in range(4))
"""Bytes that no squeezed text has. As patterns of their own they keep the automaton from looking for one rare byte of
each pattern first: that pays where those bytes are rare, and digits are not; without it the pass is three times as fast."""
_BETWEEN = "()./-: \u00a0\u2007\u2009\u202f"
"""What stands between the digits of a number, of which any may be escaped."""


class Sieve:
    """Lets rows pass that may hold one of the needles of a haystack."""

    def __init__(self, haystack: Haystack) -> None:
        """`haystack`: the exact search behind it."""
        self._haystack = haystack
        squeezed = [needle for needle in haystack.wanted if needle.squeezed]
        plain = {form for needle in haystack.wanted if not needle.squeezed for form in _plain(needle)}
        plain |= {str(number).encode() for number in haystack.numbers}
        runs = {_run(core) for needle in squeezed for core in needle.cores}
        self._plain = _automaton(plain | _undone() | (_gaps(runs) if squeezed else set()))
        self._squeezed = _automaton({*_NEVER, *(run.encode() for run in runs)}) if runs else None

    @property
    def whole(self) -> frozenset[int]:
        """Every whole number the exact search would find in a column of whole numbers."""
        return self._haystack.whole

    def keep(self, rows: list[bytes], read: Callable[[bytes], str], *, copied: bool) -> Iterator[int]:
        """The positions of the rows that may hold an identifier.

        `read`: makes the text of a row, its cells in one. `copied`: rows are in the text format of PostgreSQL's COPY.
        """
        if not self._passes(b"\n".join(rows), copied=copied):
            return
        for at, row in enumerate(rows):
            if self._passes(row, copied=copied) and self._haystack.may_hold(read(row)):
                yield at

    def _passes(self, raw: bytes, *, copied: bool) -> bool:
        low = raw.lower()
        escaped = copied and b"\\" in low
        if escaped:
            # COPY doubles each backslash of a text, and bytea had doubled it before.
            low = low.replace(b"\\\\", b"\\").replace(b"\\\\", b"\\")
        if self._plain.find_matches_as_indexes(low):
            return True
        if self._squeezed is None:
            return False
        if escaped:
            raw = _without_controls(raw)
        return bool(self._squeezed.find_matches_as_indexes(raw.translate(_LOWER, _OTHERS)))


def _without_controls(raw: bytes) -> bytes:
    """Rows of a COPY without tabs, line feeds and the like inside texts: their letters would stand between digits."""
    raw = raw.replace(b"\\\\", b"\0")  # a backslash of the text itself; no text of PostgreSQL holds a NUL
    for control in _CONTROLS:
        raw = raw.replace(control, b"")
    return raw


def _automaton(patterns: Iterable[bytes]) -> BytesAhoCorasick:
    return BytesAhoCorasick(sorted(patterns), implementation=Implementation.DFA)


def _plain(needle: Needle) -> set[bytes]:
    return {form for core in needle.cores for form in best_forms(core)}


def _run(core: str) -> str:
    """The part of a squeezed core that is sure to stand together when everything but letters and digits is dropped."""
    runs: list[str] = re.findall(
        "[a-z0-9]+", re.sub(r"[\x00-\x7f]", lambda one: one[0] if one[0].isalnum() else "", core)
    )
    return max(runs, key=len)


def _undone() -> set[bytes]:
    """Letters and digits that were escaped although nobody needs to: such rows are read with escapes undone."""
    found = {form for char in SAFE for form in _escaped_letters(char)}
    return {form.encode() for form in (*found, *_SOFT_BREAKS)}


def _escaped_letters(char: str) -> Iterator[str]:
    for written in {char, char.upper()}:
        yield from (form for form in escapes(written) if form != char and not form.startswith("="))


def _gaps(runs: set[str]) -> set[bytes]:
    """What makes the squeezed pass blind: escaped blanks and punctuation, tags, and characters that fold to letters."""
    written = {form for char in _BETWEEN for form in escapes(char) if not form.startswith("=")}
    escaped = {form for form in written if any(char.isalnum() for char in form)}
    return {form.encode() for form in (*escaped, "<")} | {form for run in runs for form in lone_forms(run)}
