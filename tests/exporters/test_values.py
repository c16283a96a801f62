"""Database values become JSON without losing meaning."""

from __future__ import annotations

import json
import math
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.contract import CellNote
from exporters.values import json_value, text_of


@pytest.mark.parametrize(
    ("value", "shown", "note"),
    [
        (None, None, None),
        (True, True, None),
        (7, 7, None),
        (2**53, 2**53, None),
        (2**53 + 1, "9007199254740993", CellNote.BIG_INTEGER),
        (-(2**60), str(-(2**60)), CellNote.BIG_INTEGER),
        (1.5, 1.5, None),
        (math.inf, "inf", CellNote.OUT_OF_RANGE),
        (Decimal("29.90"), "29.90", None),
        (Decimal("1E+3"), "1000", None),
        (date(2026, 11, 22), "2026-11-22", None),
        (datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC), "2026-11-22T01:02:03+00:00", None),
        (time(1, 2), "01:02:00", None),
        (timedelta(days=-1, hours=1), "-23:00:00", None),
        ("0000-00-00 00:00:00", None, CellNote.ZERO_DATE),
        ("a\x00b", "ab", CellNote.NUL_REMOVED),
        ("zoë".encode(), "zoë", None),
        ("a long enough text, zo\xeb".encode("latin-1"), "a long enough text, zo\ufffd", CellNote.NOT_UTF8),
        (b"\x89\xfe\xff\x00", "if7/AA==", CellNote.BASE64),
        (ip_address("198.51.100.7"), "198.51.100.7", None),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007", None),
        ([1, Decimal("2.5")], [1, "2.5"], None),
        ({"at": date(2026, 1, 2), "n": 2**60}, {"at": "2026-01-02", "n": str(2**60)}, CellNote.BIG_INTEGER),
    ],
)
def test_json_value(value: Any, shown: Any, note: CellNote | None) -> None:
    assert json_value(value) == (shown, note)


@given(
    st.one_of(st.text(), st.binary(), st.integers(), st.floats(), st.decimals(), st.datetimes(), st.lists(st.binary()))
)
def test_everything_is_json(value: Any) -> None:
    text = json.dumps(json_value(value)[0], allow_nan=False)
    assert "\\u0000" not in text or isinstance(value, list)


def test_numbers_compare_as_they_are_written() -> None:
    assert text_of(Decimal("7.00")) == "7"
    assert text_of(b"sub0001") == "sub0001"
    assert text_of(None) is None
