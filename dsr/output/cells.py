"""Values as they may stand in files: faithful in JSON, safe to open in a spreadsheet in CSV.

A value comes from whatever a subscriber, a router or a colleague once typed, so it may be a formula, turn the reading
direction round, or hold characters that tear a file. JSON keeps it exactly (escaped where it could act); CSV may change
it visibly, which the read-me of the package says.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporters.contract import JsonValue

# Control characters (but not tab and line feed), C1, direction marks and overrides, line separators, lone surrogates.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# Spreadsheets take a cell for a formula when it starts so, also in the full-width forms of East Asian keyboards.
_FORMULA = re.compile("^[\\s\u00a0\u200b\u3000]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]")
_STARTS = frozenset(" =+-@\uff1d\uff0b\uff0d\uff20")
"""What the first character of a harmless cell without invisible characters is not: those of _FORMULA that can be printed."""
_NEGATIVE_NUMBER = re.compile(r"-\d+(?:[.,]\d+)?")


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def to_json(value: object) -> str:
    """Compact JSON in which no character acts on the program or the eyes that look at it; parses back to `value`.

    Keys keep their order. Raises ValueError for NaN and infinity, which JSON does not know.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # All of these can only stand inside JSON strings, where \\uXXXX means the same character.
    return _INVISIBLE.sub(_escaped, text)


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
    text = _INVISIBLE.sub(_escaped, plain(value).replace("\r\n", "\n").replace("\r", "\n"))
    if _FORMULA.match(text) and not _NEGATIVE_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_column(values: Sequence[JsonValue]) -> Sequence[object]:
    """A column of cells as `to_csv` would make them, for a CSV writer, which writes integers and nothing by itself.

    Nearly every column of a long list needs no change, and finding that out at once is ten times as fast.
    """
    types = set(map(type, values)) - {type(None)}
    if types <= {int}:
        return values
    if types == {str}:
        given: list[str] = [value for value in values if value and isinstance(value, str)]
        # What `_INVISIBLE` holds cannot be printed; nor can any blank but the space.
        if "".join(given).isprintable() and _STARTS.isdisjoint({value[0] for value in given}):
            return values
    return [to_csv(value) for value in values]


def json_lines(values: Sequence[object]) -> list[bytes]:
    """Each value as `to_json` would write it (numbers may be spelled otherwise), many at a time."""
    try:
        lines = [orjson.dumps(value) for value in values]
    except TypeError:  # half a surrogate pair, or a number of more than 64 bits
        return [to_json(value).encode() for value in values]
    together = b"".join(lines)
    if together.isascii() and b"\x7f" not in together:
        return lines
    return [_INVISIBLE.sub(_escaped, line.decode()).encode() for line in lines]
