"""Makes what a store returned fit for JSON, or a text to compare, without losing meaning; every change is noted."""

from __future__ import annotations

import base64
import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from exporters.contract import CellNote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.contract import JsonValue

SAFE_INTEGER = 2**53
"""Beyond it JSON readers round."""
ZERO_DATE = "0000-00-00"
_NUL = "\x00"


def json_value(value: object) -> tuple[JsonValue, CellNote | None]:
    """A JSON-able form of a database value, and what had to be changed.

    Money stays exact (Decimal as text), dates are ISO 8601 as stored (without a zone when the store knows none), bytes
    are text when they are UTF-8 and base64 otherwise, integers JSON readers would round are text.
    """
    handler = _BY_TYPE.get(type(value))
    # Network addresses, UUIDs, ranges: their text is their meaning.
    return handler(value) if handler else (str(value), None)


def _same(value: Any) -> tuple[JsonValue, None]:
    return value, None


def _iso(value: Any) -> tuple[JsonValue, None]:
    return value.isoformat(), None


def _text(value: str) -> tuple[JsonValue, CellNote | None]:
    if value.startswith(ZERO_DATE):
        return None, CellNote.ZERO_DATE
    if _NUL in value:
        return value.replace(_NUL, ""), CellNote.NUL_REMOVED
    return value, None


def _integer(value: int) -> tuple[JsonValue, CellNote | None]:
    return (value, None) if -SAFE_INTEGER <= value <= SAFE_INTEGER else (str(value), CellNote.BIG_INTEGER)


def _float(value: float) -> tuple[JsonValue, CellNote | None]:
    return (value, None) if math.isfinite(value) else (str(value), CellNote.OUT_OF_RANGE)


def _decimal(value: Decimal) -> tuple[JsonValue, CellNote | None]:
    return (format(value, "f"), None) if value.is_finite() else (str(value), CellNote.OUT_OF_RANGE)


def _bytes(value: bytes | bytearray | memoryview) -> tuple[JsonValue, CellNote | None]:
    raw = bytes(value)
    try:
        return _text(raw.decode())
    except UnicodeDecodeError:
        # Mostly text with one bad byte, or a picture? A person can use the first, only a program the second.
        text = raw.decode(errors="replace")
        if text.count("\ufffd") * 10 <= len(text):
            return text.replace(_NUL, ""), CellNote.NOT_UTF8
        return base64.b64encode(raw).decode(), CellNote.BASE64


def _duration(value: timedelta) -> tuple[JsonValue, None]:
    seconds = int(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}", None


def _list(value: list[object] | tuple[object, ...]) -> tuple[JsonValue, CellNote | None]:
    parts = [json_value(part) for part in value]
    return [part for part, _ in parts], next((note for _, note in parts if note), None)


def _dict(value: dict[object, object]) -> tuple[JsonValue, CellNote | None]:
    entries = {str(key): json_value(part) for key, part in value.items()}
    return {key: part for key, (part, _) in entries.items()}, next((note for _, note in entries.values() if note), None)


_BY_TYPE: Mapping[type, Callable[[Any], tuple[JsonValue, CellNote | None]]] = {
    type(None): _same,
    bool: _same,
    str: _text,
    int: _integer,
    float: _float,
    Decimal: _decimal,
    datetime: _iso,
    date: _iso,
    time: _iso,
    timedelta: _duration,
    bytes: _bytes,
    bytearray: _bytes,
    memoryview: _bytes,
    list: _list,
    tuple: _list,
    dict: _dict,
}


def text_of(value: object) -> str | None:
    """The text under which links and identifiers compare a value; None stays None."""
    if value is None:
        return None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode(errors="replace")
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    return str(value)


def at_path(stored: object, path: tuple[str, ...]) -> list[str]:
    """The texts at `path` of a JSON value (parsed or not); a list on the way means each of its elements."""
    if isinstance(stored, (str, bytes, bytearray, memoryview)):
        try:
            stored = json.loads(text_of(stored) or "")
        except ValueError:
            return []
    found = [stored]
    for step in path:
        inside = [part for one in found for part in (one if isinstance(one, list) else [one])]
        found = [one[step] for one in inside if isinstance(one, dict) and step in one]
    flat = [part for one in found for part in (one if isinstance(one, list) else [one])]
    return [text for text in map(text_of, flat) if text is not None]
