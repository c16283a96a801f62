"""A batch is the same whether it is made from its rows or from its columns."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest

from exporters.contract import Batch, CellNote, Note

ROWS = Batch("d", ("a", "b"), ((1, "x"), (2, None)), (Note(1, "b", CellNote.WITHHELD),))
COLUMNS = Batch.of_columns("d", ("a", "b"), [[1, 2], ("x", None)], ROWS.notes)


def test_rows_and_columns_say_the_same() -> None:
    assert COLUMNS == ROWS
    assert COLUMNS.rows == ROWS.rows
    assert list(map(list, COLUMNS.values)) == list(map(list, ROWS.values))
    assert len(COLUMNS) == len(ROWS) == 2


def test_a_batch_without_rows() -> None:
    empty = Batch("d", ("a", "b"), ())

    assert list(map(list, empty.values)) == [[], []]
    assert len(empty) == 0
    assert empty
    assert Batch.of_columns("d", ("a", "b"), [[], []]) == empty
    assert len(Batch.of_columns("d", ("a", "b"), [[], []])) == 0


@pytest.mark.parametrize("values", [[[1, 2]], [[1, 2], [1]], []])
def test_columns_that_do_not_fit_are_refused(values: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="one sequence of values for each column"):
        Batch.of_columns("d", ("a", "b"), values)


def test_a_copy_and_a_changed_copy() -> None:
    assert copy.copy(COLUMNS) == ROWS
    assert pickle.loads(pickle.dumps(COLUMNS)) == ROWS  # noqa: S301 - our own bytes
    assert len(replace(COLUMNS, rows=COLUMNS.rows * 3)) == 6
    with pytest.raises(AttributeError):
        COLUMNS.unknown  # type: ignore[attr-defined] # noqa: B018


def test_values_stay_out_of_the_repr() -> None:
    assert "x" not in repr(COLUMNS).replace("exporters", "")
