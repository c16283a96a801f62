"""Values as they may stand in files: faithful in JSON, safe to open in a spreadsheet in CSV.

A value comes from whatever a subscriber, a router or a colleague once typed, so it may be a formula, turn the reading
direction round, or hold characters that tear a file. JSON keeps it exactly (escaped where it could act); CSV may change
it visibly, which the read-me of the package says.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def csv_column(values: Sequence[JsonValue]) -> tuple[Sequence[str], bool]:
    """A column of cells as `to_csv` makes them, and whether none of them needs quotes.

    Nearly every column of a long list needs no change, and finding that out at once is ten times as fast.
    """
    types = set(map(type, values))
    empty = type(None) in types
    types.discard(type(None))
    if types <= {int}:
        return ["" if value is None else str(value) for value in values], True
    if types == {str}:
        texts = cast("Sequence[str]", ["" if value is None else value for value in values] if empty else values)
        joined = "".join(texts)
        # What `_INVISIBLE` holds cannot be printed; nor can any blank but the space.
        if joined.isprintable() and _STARTS.isdisjoint({text[:1] for text in texts}):
            return texts, '"' not in joined and "," not in joined
    return [to_csv(value) for value in values], False


def json_objects(rows: Sequence[Mapping[str, object]], *, between: bytes) -> bytes:
    """Rows with the same first key as `to_json` would write them (numbers may be spelled otherwise), `between` them this."""
    try:
        text = orjson.dumps(rows)[1:-1]
    except TypeError:  # half a surrogate pair, or a number of more than 64 bits
        return between.join(to_json(row).encode() for row in rows)
    if not text.isascii() or b"\x7f" in text:
        text = _INVISIBLE.sub(_escaped, text.decode()).encode()
    key = next(iter(rows[0]), "")
    # Inside a JSON string a quote has a backslash before it, so this stands between two rows, or in a nested list.
    border = b'},{"' + key.encode() + b'":'
    if key.isidentifier() and key.isascii() and text.count(border) == len(rows) - 1:
        return text.replace(border, b"}" + between + border[2:])
    return between.join(_INVISIBLE.sub(_escaped, orjson.dumps(row).decode()).encode() for row in rows)
