"""Values in files: exact in JSON, inert in CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr.output.cells import INVISIBLE, to_csv, to_json
from dsr.output.columns import csv_column, json_objects
from dsr.output.files import csv_lines

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "\u00a0=1",
    "\u200b=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\n=1",
    "+447700900117",
    "--1",
    "-",
    "=",
]


@pytest.mark.parametrize("value", FORMULAS)
def test_formula_is_disarmed(value: str) -> None:
    assert to_csv(value).startswith("'")


@pytest.mark.parametrize("value", ["-39.90", "-1", "-1,5", "39.90", "a=b", "name@example.com", "", "5+5", "'quoted"])
def test_harmless_value_stays_as_it_is(value: str) -> None:
    assert to_csv(value) == value


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (0, "0"),
        (-3, "-3"),
        (1.5, "1.5"),
        ([1, "a"], '[1,"a"]'),
        ({"k": None}, '{"k":null}'),
        ("a\x00b", "a\\u0000b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ud800", "\\ud800"),
        ("tab\tinside", "tab\tinside"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_cell_of_every_kind(value: object, cell: str) -> None:
    assert to_csv(value) == cell  # type: ignore[arg-type]


@given(st.lists(st.lists(st.text(), min_size=2, max_size=4), min_size=1, max_size=4))
def test_csv_reads_back_cell_by_cell(rows: list[list[str]]) -> None:
    written = csv_lines([to_csv(value) for value in row] for row in rows)

    read = list(csv.reader(io.StringIO(written.decode(), newline="")))
    assert read == [[to_csv(value) for value in row] for row in rows]
    for row in read:
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r"))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON_VALUES)
def test_json_gives_the_value_back(value: object) -> None:
    text = to_json(value)

    assert json.loads(text) == value
    assert "\n" not in text
    text.encode("utf-8")


def test_json_keeps_letters_and_escapes_what_acts() -> None:
    assert to_json("Łódź Щ \u202e\u2028\x85\ufeff") == '"Łódź Щ \\u202e\\u2028\\u0085\\ufeff"'


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_does_not_know_is_an_error(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"v": value})


_NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(["=1+1", " =1", "\t=1", "\u3000@x", "\uff1dx", "-5", "-5 x", "+44", "a\rb", "a\x7fb", "\u202eb", "\ufeff", ""]),
    st.lists(st.text(), max_size=2),
)  # fmt: skip


_COLUMN = (
    _NASTY,
    st.text(),
    st.integers(),
    st.none(),
    st.one_of(st.none(), st.text()),
    st.one_of(st.none(), st.integers()),
)


@given(st.one_of(*(st.lists(one) for one in _COLUMN)))
def test_a_column_at_once_is_what_its_cells_are(values: list[Any]) -> None:
    cells, simple = csv_column(values)

    assert list(cells) == [to_csv(value) for value in values]
    assert not simple or csv_lines([cell, "x"] for cell in cells) == "".join(f"{c},x\r\n" for c in cells).encode()


_KEYS = ("id", "b", "not an identifier", ",", "ünï", '"')


@st.composite
def _columns(draw: st.DrawFn) -> list[list[Any]]:
    """Two columns of one length, each of one kind of values."""
    count = draw(st.integers(1, 5))
    return [draw(st.lists(draw(st.sampled_from(_COLUMN)), min_size=count, max_size=count)) for _ in range(2)]


@given(st.sampled_from(_KEYS), _columns(), st.sampled_from([b"", b"\n", b",\n"]), st.booleans())
def test_many_json_objects_are_what_each_is(key: str, columns: list[list[Any]], between: bytes, noted: bool) -> None:
    ends = [f',"_notes":{to_json({key: "x"})}' for _ in columns[0]] if noted else []
    notes = {"_notes": {key: "x"}} if noted else {}

    text = json_objects((key, "other"), columns, between=between, ends=ends).decode()

    assert not INVISIBLE.search(text)
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        row, at = decoder.raw_decode(text, at)
        found.append(row)
        assert at == len(text) or text.startswith(between.decode(), at)
        at += len(between)
    assert found == [{key: one, "other": two, **notes} for one, two in zip(*columns, strict=True)]
    assert [list(row) for row in found] == [[key, "other", *notes]] * len(columns[0])


def test_rows_of_nested_rows_stay_apart() -> None:
    nested: list[Any] = [{"id": 1}, {"id": 2}]

    assert json_objects(("id",), ([nested, "},{"],), between=b"\n").split(b"\n") == [
        b'{"id":[{"id":1},{"id":2}]}',
        b'{"id":"},{"}',
    ]
