"""File names inside a package."""

from __future__ import annotations

import pytest

from dsr.output.names import MAX_NAME, csv_paths, line_paths, safe, schema_path


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
        ("CON", "con-data"),
        ("aux.", "aux-data"),
        ("LPT9", "lpt9-data"),
        ("console", "console"),
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


def test_json_lines_lie_in_a_folder_of_their_store_and_their_schema_beside() -> None:
    """Names of stores and data sets are the operator's: none of them leads out or is a device of Windows."""
    paths = line_paths([("con", "nul"), ("../../x", "y"), ("a", "b!"), ("a", "b?")])

    assert paths == {
        ("con", "nul"): "data/con-data/nul-data.jsonl",
        ("../../x", "y"): "data/x/y.jsonl",
        ("a", "b!"): "data/a/b.jsonl",
        ("a", "b?"): "data/a/b-2.jsonl",
    }
    assert schema_path(paths["a", "b?"]) == "schema/a/b-2.schema.json"
