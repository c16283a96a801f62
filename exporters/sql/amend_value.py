"""Which values a column takes, and when a stored value equals a wanted one although the database spells it differently.

Everything is decided before the first write: what does not fit is refused with words about the column, never the value.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING

from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporters.contract import JsonValue
    from exporters.sql.live import ColumnLimits


class Kind(StrEnum):
    """Sorts of columns, by what a person writes into them."""

    TEXT = "text"
    WHOLE = "a whole number"
    NUMBER = "a number"
    FLAG = "true or false"
    DATE = "a date (YYYY-MM-DD)"
    MOMENT = "a date and time (YYYY-MM-DD HH:MM:SS)"
    TIME = "a time (HH:MM:SS)"
    OTHER = "other"


_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"BOOL", Kind.FLAG),
    (r"(TINY|SMALL|MEDIUM|BIG)?INT|SERIAL|YEAR", Kind.WHOLE),
    (r"NUMERIC|DECIMAL|FLOAT|DOUBLE|REAL", Kind.NUMBER),
    (r"DATETIME|TIMESTAMP", Kind.MOMENT),
    (r"DATE\b", Kind.DATE),
    (r"TIME\b", Kind.TIME),
    (r"(N?VAR|N)?CHAR|(TINY|MEDIUM|LONG)?TEXT|STRING|CLOB|ENUM|SET\b|CITEXT|UUID|INET|CIDR|MACADDR", Kind.TEXT),
)
_BITS = {"TINYINT": 8, "SMALLINT": 16, "MEDIUMINT": 24, "INTEGER": 32, "INT": 32, "BIGINT": 64}
_TEXT_BYTES = {"TINYTEXT": 2**8 - 1, "TEXT": 2**16 - 1, "MEDIUMTEXT": 2**24 - 1}
"""Bytes MariaDB and MySQL keep in a text column without a length."""
_NOT_SHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FLAGS = {"true": "1", "t": "1", "1": "1", "false": "0", "f": "0", "0": "0"}


def kind_of(limits: ColumnLimits) -> Kind:
    """The sort of a live column."""
    return next((kind for words, kind in _KINDS if re.match(words, limits.type, re.IGNORECASE)), Kind.OTHER)


def exact(value: object) -> str | None:
    """A stored value as text that differs whenever the value does: what "it is still what it was" compares."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            return f"\0bytes {bytes(value).hex()}"
    return text_of(value)


def canonical(limits: ColumnLimits, value: object) -> str | None:
    """The form in which a stored and a wanted value are equal; text that is no value of its sort stays as it is."""
    text = exact(value)
    if text is None:
        return None
    kind = kind_of(limits)
    if kind is Kind.TEXT and limits.type.upper().startswith("CHAR"):
        return text.rstrip(" ")  # PostgreSQL pads what it returns
    if isinstance(value, datetime) and kind is Kind.DATE:
        text = text[:10]
    try:
        return _parse(kind, text)
    except (ValueError, InvalidOperation):
        return text


def _parse(kind: Kind, text: str) -> str:
    """Raises ValueError or InvalidOperation when the text is no value of this sort."""
    reader = _READERS.get(kind)
    return reader(text.strip()) if reader else text


def _flag(text: str) -> str:
    if text.lower() not in _FLAGS:
        raise ValueError
    return _FLAGS[text.lower()]


def _number(text: str) -> str:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(" ")


def _whole(text: str) -> str:
    """Databases without booleans keep them as small numbers, so `true` and `false` are numbers as well."""
    text = {"true": "1", "false": "0"}.get(text.lower(), text)
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError
    return str(int(text))


_READERS: dict[Kind, Callable[[str], str]] = {
    Kind.FLAG: _flag,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.MOMENT: _moment,
    Kind.DATE: lambda text: date.fromisoformat(text).isoformat(),
    Kind.TIME: lambda text: time.fromisoformat(text).isoformat(),
}


def fit(limits: ColumnLimits, value: JsonValue, *, dialect: str) -> tuple[str | None, tuple[str, str] | None]:
    """The text to write, or (code, what to change) where the column would not take the value as it is meant."""
    if limits.computed:
        return None, ("computed", "the database computes this column: correct what it is computed from")
    if value is None:
        return None, None if limits.nullable else ("not_null", "the column must hold something: give a value")
    kind = kind_of(limits)
    if kind is Kind.OTHER or isinstance(value, (list, dict)):
        return None, ("wrong_type", "values of this column cannot be corrected by program: do it by hand")
    text = ("1" if value else "0") if isinstance(value, bool) else str(value)
    if kind is Kind.TEXT:
        return text, _text_obstacle(limits, text, dialect)
    try:
        parsed = _parse(kind, text)
    except (ValueError, InvalidOperation):
        return None, ("wrong_type", f"the column takes {kind.value}")
    return parsed, _number_obstacle(limits, kind, parsed)


def _text_obstacle(limits: ColumnLimits, text: str, dialect: str) -> tuple[str, str] | None:
    if _NOT_SHOWN.search(text):
        return "wrong_type", "the value holds control characters: type it again"
    if limits.values and text not in limits.values:
        return "not_allowed", f"the column takes only {', '.join(limits.values)}"
    if limits.length is not None and len(text) > limits.length:
        return "too_long", f"the value has {len(text)} characters, the column {limits.length}"
    room = _TEXT_BYTES.get(limits.type.partition("(")[0].upper()) if dialect in {"mysql", "mariadb"} else None
    if room is not None and len(text.encode()) > room:
        return "too_long", f"the value has {len(text.encode())} bytes, the column {room}"
    return None


def _number_obstacle(limits: ColumnLimits, kind: Kind, text: str) -> tuple[str, str] | None:
    if kind is Kind.WHOLE:
        bits = _BITS.get(limits.type.partition("(")[0].upper(), 64)
        unsigned = "unsigned=True" in limits.type
        least, most = (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if not least <= int(text) <= most:
            return "out_of_range", f"the column takes whole numbers from {least} to {most}"
    elif kind is Kind.NUMBER:
        found = re.search(r"precision=(\d+), scale=(\d+)", limits.type)
        if found and (found_precision := int(found[1])):
            places = int(found[2])
            whole, _, part = text.lstrip("-").partition(".")
            if len(part) > places or len(whole.lstrip("0")) > found_precision - places:
                most = found_precision - places
                return "out_of_range", f"the column takes {most} digits before and {places} after the point"
    return None


def appended(stands: str | None, note: str) -> str:
    """A note below what stands there."""
    return f"{stands}\n{note}" if stands else note
