"""Which values a column takes, and when two spellings are the same value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.sql.amend_plan import cell
from exporters.sql.amend_value import canonical, exact, fit
from exporters.sql.live import ColumnLimits

if TYPE_CHECKING:
    from exporters.contract import CellChange


def column(kind: str, *, length: int | None = None, nullable: bool = True) -> ColumnLimits:
    """A live column of this type."""
    return ColumnLimits("c", kind, nullable, length)


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("BOOLEAN()", True, "1"),
        ("BOOLEAN()", "false", "0"),
        ("TINYINT(display_width=1)", "true", "1"),
        ("SMALLINT()", False, "0"),
        ("INTEGER()", " 007 ", "7"),
        ("NUMERIC(precision=8, scale=2)", "12.50", "12.5"),
        ("NUMERIC(precision=8, scale=2)", 0.1, "0.1"),
        ("DATE()", "1990-02-03", "1990-02-03"),
        ("TIMESTAMP(timezone=True)", "2026-11-22T13:00:00+01:00", "2026-11-22 12:00:00"),
        ("TIME()", "07:30", "07:30:00"),
        ("VARCHAR(length=5)", "żółty", "żółty"),
        ("TEXT()", "two\nlines", "two\nlines"),
        ("VARCHAR(length=5)", None, None),
    ],
)
def test_what_fits_is_written_as_the_column_means_it(kind: str, value: bool | str | float | None, written: str) -> None:
    limits = column(kind, length=5 if "VARCHAR" in kind else None)

    text, trouble = fit(limits, value, dialect="postgresql")

    assert (text, trouble) == (written, None)
    assert canonical(limits, value if isinstance(value, str) else text) == canonical(limits, written)


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("TINYINT()", 128, "out_of_range"),
        ("TINYINT(unsigned=True)", -1, "out_of_range"),
        ("INTEGER()", "1.5", "wrong_type"),
        ("NUMERIC(precision=4, scale=2)", "100", "out_of_range"),
        ("NUMERIC(precision=4, scale=2)", "NaN", "wrong_type"),
        ("DATE()", "22.11.2026", "wrong_type"),
        ("BOOLEAN()", "perhaps", "wrong_type"),
        ("TINYTEXT()", "ä" * 128, "too_long"),
        ("BYTEA()", "x", "wrong_type"),
        ("JSON()", "{}", "wrong_type"),
        ("VARCHAR()", "bell\x07", "wrong_type"),
    ],
)
def test_what_does_not_fit_is_refused_in_words_without_the_value(kind: str, value: str | int, code: str) -> None:
    text, trouble = fit(column(kind), value, dialect="mysql")

    assert trouble is not None
    assert trouble[0] == code
    if isinstance(value, str) and len(value) > 2:
        assert value not in trouble[1]


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_text_equals_itself_only(one: str, other: str) -> None:
    limits = column("VARCHAR(length=30)")
    assert (canonical(limits, one) == canonical(limits, other)) is (one == other)


@given(st.one_of(st.none(), st.text(max_size=20)), st.one_of(st.none(), st.text(max_size=20)))
def test_a_cell_knows_what_stood_there_and_does_not_show_it(before: str | None, now: str | None) -> None:
    made: CellChange = cell((1,), "c", before, "new")

    assert made.stands(now) is (before == now)
    assert not before or len(before) < 9 or before not in repr(made)


def test_undecodable_bytes_differ_from_each_other() -> None:
    assert exact(b"\xff\xfe") != exact(b"\xff\xfd")
    assert exact(b"abc") == "abc"
