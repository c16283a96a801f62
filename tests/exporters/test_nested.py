"""Values inside columns: PHP's serialisation is read safely, encoded values are decoded and written back."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.datamap.encoded import decode, encode
from exporters.datamap.model import Encoding, Nesting
from exporters.datamap.nested import NotReadableError, read_nested, read_php, remove, write_nested, write_php

_PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
_VALUES = st.recursive(
    _PLAIN,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)


def _as_php(value: object) -> object:
    """PHP has one kind of array: an empty dict, or one with keys 0, 1, 2 …, comes back as a list."""
    if isinstance(value, dict):
        inside = {key: _as_php(one) for key, one in value.items()}
        if list(inside) == [str(at) for at in range(len(inside))]:
            return list(inside.values()) if inside else {}
        return inside
    return ([_as_php(one) for one in value] or {}) if isinstance(value, list) else value


@given(_VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    assert read_php(write_php(value)) == _as_php(value)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'a:2:{s:4:"name";s:5:"J\xc3\xb6rg";s:3:"age";i:41;}', {"name": "Jörg", "age": 41}),
        (b"a:2:{i:0;d:0.5;i:1;b:1;}", [0.5, True]),
        (b"a:1:{i:7;N;}", {"7": None}),
        (b'a:1:{s:1:"a";a:0:{}}\n', {"a": {}}),
        (b's:3:"\xff\xfe\xfd";', "���"),
    ],
)
def test_what_php_writes_is_read(raw: bytes, value: object) -> None:
    assert read_php(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        b'O:8:"stdClass":1:{s:1:"a";i:1;}',
        b'C:3:"Foo":1:{x}',
        b"R:1;",
        b'a:1:{s:1:"a";O:3:"Foo":0:{}}',
        b"a:999999999:{}",
        b"a:-1:{}",
        b's:-5:"abc";',
        b's:99:"abc";',
        b"a:1:{a:0:{};i:1;}",
        b"i:1;i:2;",
        b"a:1:{i:0;" * 200,
        b"b:2;",
        b"",
        b"{}",
    ],
)
def test_objects_lies_and_bombs_are_refused(raw: bytes) -> None:
    with pytest.raises(NotReadableError) as raised:
        read_php(raw)

    assert str(raised.value) == "not readable as the map says"


@given(st.binary(max_size=60))
def test_anything_else_is_refused_and_nothing_worse(raw: bytes) -> None:
    with contextlib.suppress(NotReadableError):
        read_php(raw)


def test_a_closed_part_is_taken_out_of_either_kind() -> None:
    for nesting in Nesting:
        value = read_nested(write_nested([{"a": {"b": 1, "c": 2}}], nesting), nesting)

        assert remove(value, ("a", "b"))
        assert not remove(value, ("a", "x"))
        assert value == [{"a": {"c": 2}}]


@pytest.mark.parametrize(
    ("encoding", "stored", "value"),
    [
        (Encoding.IP_INTEGER, 3325256705, "198.51.100.1"),
        (Encoding.IP_INTEGER, -969710591, "198.51.100.1"),
        (Encoding.IP_INTEGER, str(0x20010DB8 << 96), "2001:db8::"),
        (Encoding.IP_BYTES, b"\xc6\x33\x64\x01", "198.51.100.1"),
        (Encoding.UNIX_TIME, 1773504000, datetime(2026, 3, 14, 16, tzinfo=UTC)),
        (Encoding.HEX, "0x416E6E61", "Anna"),
        (Encoding.BASE64, b"QW5uYQ==", "Anna"),
        (Encoding.BASE64, "not base64", "not base64"),
        (Encoding.IP_INTEGER, "unknown", "unknown"),
        (Encoding.UNIX_TIME, 10**30, 10**30),
        (Encoding.UPPER, "ANNA", "ANNA"),
        (Encoding.HEX, None, None),
    ],
)
def test_encoded_values_are_read_for_people(encoding: Encoding, stored: object, value: object) -> None:
    assert decode(encoding, stored) == value


@pytest.mark.parametrize(
    ("encoding", "text", "stored"),
    [
        (Encoding.IP_INTEGER, "198.51.100.1", "3325256705"),
        (Encoding.IP_BYTES, "198.51.100.1", None),
        (Encoding.UNIX_TIME, "2026-03-01 00:00:00", "1772323200"),
        (Encoding.UNIX_TIME, "soon", None),
        (Encoding.UPPER, "Anna", "ANNA"),
        (Encoding.LOWER, "Anna", "anna"),
        (Encoding.HEX, "Anna", "416e6e61"),
        (Encoding.BASE64, "Anna", "QW5uYQ=="),
    ],
)
def test_encoded_values_are_written_as_the_column_holds_them(encoding: Encoding, text: str, stored: str | None) -> None:
    assert encode(encoding, text) == stored
