"""What is set aside comes back in its order and its pieces, and no disk ever holds it in clear."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr.output.aside import Aside
from dsr.output.newest import Newest


@given(st.lists(st.binary(max_size=200_000), max_size=4), st.lists(st.integers(0, 100_000), max_size=4))
def test_pieces_come_back_as_they_were(written: list[bytes], sizes: list[int]) -> None:
    whole, at = b"".join(written), 0
    with Aside() as aside:
        for data in written:
            aside.write(data)
        for wanted in sizes:
            size = min(wanted, len(whole) - at)
            assert b"".join(aside.take(size)) == whole[at : at + size]
            at += size


def test_more_than_there_is_is_an_error_and_nothing_is_added_later() -> None:
    with Aside() as aside:
        aside.write(b"abc")

        assert b"".join(aside.take(2)) == b"ab"
        with pytest.raises(ValueError, match="already being read"):
            aside.write(b"d")
        with pytest.raises(EOFError):
            list(aside.take(2))


def test_the_file_holds_nothing_in_clear() -> None:
    with Aside() as aside:
        aside.write(b"ada@example.com" * 20_000)
        assert b"".join(aside.take(15)) == b"ada@example.com"
        size = os.fstat(aside._file.fileno()).st_size
        stored = os.pread(aside._file.fileno(), size, 0)

    assert size > 300_000
    assert b"example" not in stored


_DAYS = st.one_of(st.none(), st.sampled_from([f"2026-01-{day:02d}" for day in range(1, 9)]))


@given(st.lists(st.lists(_DAYS, min_size=1, max_size=6), min_size=1, max_size=6))
def test_the_newest_rows_are_those_a_sorted_list_begins_with(batches: list[list[Any]]) -> None:
    newest, number, rows, seen = Newest(4), 0, [], False
    for days in batches:
        numbers = list(range(number, number + len(days)))
        # A column dates rows from its first date on, as in a survey.
        seen = seen or any(days)
        newest.take(("day", "number"), (days, numbers), dated={"day"} if seen else set())
        rows += list(zip(days, numbers, strict=True))
        number += len(days)

    if seen:
        assert newest.of("day") == tuple(sorted(rows, key=lambda row: (row[0] or "", -row[1]), reverse=True)[:4])
    assert newest.of(None) == tuple(rows[:4])
