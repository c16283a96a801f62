"""Values as they may stand in files: faithful in JSON, safe to open in a spreadsheet in CSV.

A value comes from whatever a subscriber, a router or a colleague once typed, so it may be a formula, turn the reading
direction round, or hold characters that tear a file. JSON keeps it exactly (escaped where it could act); CSV may change
it visibly, which the read-me of the package says.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporters.contract import JsonValue

# Control characters (but not tab and line feed), C1, direction marks and overrides, line separators, lone surrogates.
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# Spreadsheets take a cell for a formula when it starts so, also in the full-width forms of East Asian keyboards.
_FORMULA = re.compile("^[\\s\u00a0\u200b\u3000]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]")
_NEGATIVE_NUMBER = re.compile(r"-\d+(?:[.,]\d+)?")


def escaped(text: str) -> str:
    """The text with its invisible characters written out as JSON writes them."""
    return INVISIBLE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def to_json(value: object) -> str:
    """Compact JSON in which no character acts on the program or the eyes that look at it; parses back to `value`.

    Keys keep their order. Raises ValueError for NaN and infinity, which JSON does not know.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # All of these can only stand inside JSON strings, where \\uXXXX means the same character.
    return escaped(text)


def plain(value: JsonValue) -> str:
    """A value as a person reads it: text as it is, nothing for nothing, structures as compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return to_json(value)


def to_csv(value: JsonValue) -> str:
    """A value for one CSV cell: invisible characters written out, a leading formula character disarmed by an apostrophe.

    Negative numbers stay numbers. Everything else that starts like a formula gets the apostrophe (OWASP, CSV injection),
    a telephone number with a leading plus as well: spreadsheets would eat its plus.
    """
    text = escaped(plain(value).replace("\r\n", "\n").replace("\r", "\n"))
    if _FORMULA.match(text) and not _NEGATIVE_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
