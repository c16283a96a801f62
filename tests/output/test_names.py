"""File names inside a package."""

from __future__ import annotations

import pytest

from dsr.output.names import MAX_NAME, csv_paths, safe


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("radacct", "radacct"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "data"),
        ("", "data"),
        ("C:\\temp\\x", "c-temp-x"),
        ("Zażółć", "zazoc"),
        ("客户", "data"),
        ("a\x00b\u202ec", "a-bc"),
        ("x" * 500, "x" * MAX_NAME),
        (".hidden.csv", "hidden-csv"),
    ],
)
def test_name_is_made_safe(name: str, expected: str) -> None:
    assert safe(name) == expected


def test_equal_names_get_numbers_in_sorted_order() -> None:
    pairs = [("b", "x!"), ("b", "x?"), ("b", "x"), ("fields", "x")]

    assert csv_paths(pairs) == csv_paths(reversed(pairs))
    assert csv_paths(pairs) == {
        ("b", "x"): "csv/b-x.csv",
        ("b", "x!"): "csv/b-x-2.csv",
        ("b", "x?"): "csv/b-x-3.csv",
        ("fields", "x"): "csv/fields-x.csv",
    }
