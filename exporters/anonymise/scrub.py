"""Takes a person's own identifiers out of a free text that law keeps; the text stays, kept and minimised (rules 6.2, 6.3).

Never an anonymisation: what else a text says about her nobody can list. So it is offered inside kept rows only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporters.datamap.model import Erase
from exporters.identifiers import IdentifierKind, spellings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.contract import PlanLine

MARK = "[erased]"
"""What stands where an identifier stood."""
_SHORTEST = 3
_NAMES = frozenset({IdentifierKind.NAME, IdentifierKind.COMPANY, IdentifierKind.ADDRESS})
_PHONE_DIGITS = 6
_COUNTRY_CODES = (1, 2, 3)


def scrubs(line: PlanLine) -> bool:
    """Whether a line takes identifiers out of texts."""
    return any(change.strategy == Erase.SCRUB.value for change in line.fields)


class Scrubber:
    """Her identifiers, ready to be taken out of any number of texts. Shows none of them in its `repr`."""

    __slots__ = ("_pattern",)

    def __init__(self, known: Iterable[tuple[IdentifierKind, str]]) -> None:
        """`known`: kind and value of everything that names her; values under three signs are too common to look for."""
        forms = {form for kind, value in known for form in _forms(kind, value) if form}
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = (
            re.compile("|".join(rf"(?<!\w){form}(?!\w)" for form in ordered), re.IGNORECASE) if forms else None
        )

    def __repr__(self) -> str:
        return "Scrubber()"

    def __call__(self, text: str) -> str:
        """The text without them; the same text again where none stands in it."""
        return self._pattern.sub(MARK, text) if self._pattern else text

    def fits(self, text: str, length: int | None) -> str | None:
        """The scrubbed text if a column of `length` characters takes it, cut there otherwise."""
        return self(text)[:length] if length is not None else self(text)


def _forms(kind: IdentifierKind, value: str) -> set[str]:
    """Patterns for one value: as written, as its kind may be spelled, and each word of a name."""
    text = value.strip()
    if len(text) < _SHORTEST:
        return set()
    found = {re.escape(form) for form in {text, *spellings(kind, text)} if len(form) >= _SHORTEST}
    if kind is IdentifierKind.PHONE:
        found |= _phone(text)
    if kind in _NAMES:
        found.add(r"\s+".join(map(re.escape, text.split())))
    if kind is IdentifierKind.NAME:
        found |= {re.escape(word) for word in text.split() if len(word) >= _SHORTEST}
    return found


def _phone(text: str) -> set[str]:
    """The number with any separators between its digits: with its country code, and at home with a zero instead."""
    digits = re.sub(r"\D", "", text)
    abroad = text.startswith(("+", "00"))
    digits = digits.lstrip("0") if abroad else digits.removeprefix("0")
    found = {rf"(?:\+|\(?00|0)?{_separated(digits)}"} if len(digits) >= _PHONE_DIGITS else set()
    # Country codes have one to three digits, and nobody needs to know which of them this number has.
    national = (digits[length:] for length in _COUNTRY_CODES if abroad)
    return found | {rf"0{_separated('0' + one)[1:]}" for one in national if len(one) >= _PHONE_DIGITS}


def _separated(digits: str) -> str:
    return r"[\s()./-]*".join(digits)
