"""What a store holds of one person, value by value with its row: hers only, what a correction could be about, the newest first (R-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.contract import Holds
from exporters.registry import capable
from tests.exporters import gym
from tests.exporters.test_rights import own, sqlite

if TYPE_CHECKING:
    from exporters.contract import Held

__all__ = ["own", "sqlite"]  # fixtures


def held(found: gym.Gym, **more: Any) -> tuple[Held, ...]:
    store = found.store()
    assert capable(store, Holds)
    result: tuple[Held, ...] = store.held(store.locate(gym.ANN).keys, **more)
    return result


def test_R_01_each_value_names_its_row_its_meaning_and_whether_others_use_it(own):
    values = {(one.row.dataset, one.row.values, one.column): one for one in held(own)}

    name = values["members", (1,), "last_name"]
    assert (name.kind, name.shared) == ("name", False)
    assert name.value
    assert name.value not in repr(name)
    datasets = {dataset for dataset, _row, _column in values}
    assert "bills" in datasets  # annotated, never overwritten
    assert ("members", (1,), "pin") not in values  # never disclosed
    assert ("members", (1,), "id") not in values
    assert {row for dataset, row, _column in values if dataset == "members"} == {(1,)}  # hers only


def test_at_most_so_many_rows_and_the_store_says_how_many_are_left_out(sqlite):
    every = [one for one in held(sqlite) if one.row.dataset == "bills"]
    keys = sorted({one.row.values for one in every})
    newest = [one for one in held(sqlite, rows=1) if one.row.dataset == "bills"]

    assert {one.row.values for one in newest} == {keys[-1]}
    assert {one.more for one in newest} == {len(keys) - 1}
    assert sqlite.store().held(()) == ()
