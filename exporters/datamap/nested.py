"""Values inside a column: JSON, or what PHP's `serialize` writes. Objects of PHP are never made, only refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from exporters.datamap.model import Nesting

if TYPE_CHECKING:
    from collections.abc import Callable

_DEEPEST = 64
"""Levels of nesting read before the value counts as hostile."""


class NotReadableError(ValueError):
    """The stored text is not what the map says it is. Carries no value."""

    def __init__(self) -> None:
        super().__init__("not readable as the map says")


def read_nested(stored: object, nesting: Nesting) -> Any:
    """The value inside a column: dicts, lists, texts, numbers, booleans, None. Raises NotReadableError."""
    if isinstance(stored, (dict, list)):
        return stored
    raw = bytes(stored) if isinstance(stored, (bytes, bytearray, memoryview)) else str(stored).encode()
    if nesting is Nesting.PHP:
        return read_php(raw)
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise NotReadableError from None


def write_nested(value: Any, nesting: Nesting) -> str:
    """The text that `read_nested` reads back as `value`."""
    return write_php(value).decode() if nesting is Nesting.PHP else json.dumps(value, ensure_ascii=False)


def remove(value: Any, path: tuple[str, ...]) -> bool:
    """Take what stands at `path` out of `value` (in place); lists on the way mean each of their elements."""
    if isinstance(value, list):
        removed = [remove(one, path) for one in value]
        return any(removed)
    if not isinstance(value, dict) or path[0] not in value:
        return False
    if len(path) == 1:
        del value[path[0]]
        return True
    return remove(value[path[0]], path[1:])


def read_php(raw: bytes) -> Any:
    """Read PHP's serialisation: scalars and arrays. Objects, references and custom classes are refused.

    An array whose keys are 0, 1, 2 … becomes a list, any other a dict with texts as keys. Lengths count bytes, as PHP
    counts them; bytes that are no UTF-8 are replaced.
    """
    value, rest = _value(raw, 0, 0)
    if rest != len(raw.rstrip()):
        raise NotReadableError
    return value


def _value(raw: bytes, at: int, depth: int) -> tuple[Any, int]:
    reader = _READERS.get(raw[at : at + 2])
    if raw[at : at + 2] == b"N;":
        return None, at + 2
    if reader is None or depth > _DEEPEST:
        raise NotReadableError
    try:
        return reader(raw, at + 2, depth)
    except (ValueError, IndexError):
        raise NotReadableError from None


def _up_to(raw: bytes, at: int, sign: bytes) -> tuple[bytes, int]:
    end = raw.index(sign, at)
    return raw[at:end], end + 1


def _integer(raw: bytes, at: int, _depth: int) -> tuple[int, int]:
    text, at = _up_to(raw, at, b";")
    return int(text), at


def _boolean(raw: bytes, at: int, _depth: int) -> tuple[bool, int]:
    text, at = _up_to(raw, at, b";")
    if text not in {b"0", b"1"}:
        raise NotReadableError
    return text == b"1", at


def _float(raw: bytes, at: int, _depth: int) -> tuple[float, int]:
    text, at = _up_to(raw, at, b";")
    return float(text.decode("ascii", "replace")), at


def _text(raw: bytes, at: int, _depth: int) -> tuple[str, int]:
    size, at = _up_to(raw, at, b":")
    end = at + 1 + int(size)
    if int(size) < 0 or raw[at : at + 1] != b'"' or raw[end : end + 2] != b'";':
        raise NotReadableError
    return raw[at + 1 : end].decode(errors="replace"), end + 2


def _array(raw: bytes, at: int, depth: int) -> tuple[Any, int]:
    size, at = _up_to(raw, at, b":")
    count = int(size)
    # An element needs at least seven bytes: a larger count is a lie that would cost memory.
    if raw[at : at + 1] != b"{" or not 0 <= count <= len(raw):
        raise NotReadableError
    at += 1
    found: dict[Any, Any] = {}
    for _ in range(count):
        key, at = _value(raw, at, depth + 1)
        if not isinstance(key, (str, int)) or isinstance(key, bool):
            raise NotReadableError
        found[key], at = _value(raw, at, depth + 1)
    if raw[at : at + 1] != b"}":
        raise NotReadableError
    if count and list(found) == list(range(count)):
        return list(found.values()), at + 1
    return {str(key): value for key, value in found.items()}, at + 1


_READERS: dict[bytes, Callable[[bytes, int, int], tuple[Any, int]]] = {
    b"i:": _integer,
    b"b:": _boolean,
    b"d:": _float,
    b"s:": _text,
    b"a:": _array,
}


def write_php(value: Any) -> bytes:
    """Write what `read_php` reads. Raises NotReadableError for anything else."""
    match value:
        case None:
            written = b"N;"
        case bool():
            written = b"b:%d;" % value
        case int():
            written = b"i:%d;" % value
        case float():
            written = f"d:{value!r};".encode()
        case str():
            raw = value.encode()
            written = b's:%d:"%s";' % (len(raw), raw)
        case list():
            written = _array_of([(b"i:%d;" % at, one) for at, one in enumerate(value)])
        case dict():
            written = _array_of([(_key(key), one) for key, one in value.items()])
        case _:
            raise NotReadableError
    return written


def _array_of(entries: list[tuple[bytes, Any]]) -> bytes:
    return b"a:%d:{%s}" % (len(entries), b"".join(key + write_php(value) for key, value in entries))


def _key(key: str) -> bytes:
    # PHP itself turns keys that look like whole numbers into numbers.
    whole = key.isascii() and key.isdigit() and (key == "0" or not key.startswith("0"))
    return b"i:%s;" % key.encode() if whole else write_php(key)
