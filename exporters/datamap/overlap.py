"""Two datasets over one table: allowed where no row or no column can be in both, so that nothing is treated twice."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from exporters.description import Disclosure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.datamap.model import Condition, DataMap, Dataset
    from exporters.document import Item


def check_overlaps(data_map: DataMap, sections: Mapping[str, Item]) -> None:
    """Refuse a column two datasets claim, unless their `where`s cannot both hold for a row."""
    for one, two in combinations(data_map.datasets.values(), 2):
        if one.table.lower() != two.table.lower() or _disjoint(one, two):
            continue
        if not one.where and not two.where:
            later = two if two.table != two.name else one
            place = sections[later.name].at("table")
            raise place.error(f"table {later.table!r} is declared twice; tell them apart by `where`")
        for column in two.fields:
            if column in _claimed(one) and column in _claimed(two):
                raise (
                    sections[two.name]
                    .at("fields", column)
                    .error(
                        f"{column!r} of table {two.table!r} is claimed by {one.name!r} as well: make their `where`s exclude each other"
                    )
                )


def _claimed(dataset: Dataset) -> set[str]:
    """The columns a dataset discloses or changes; keys and link columns only say which row it is."""
    structural = {*dataset.key, *(name for link in dataset.links for name in link.columns)}
    structural |= {condition.column for condition in dataset.where}
    structural |= {condition.column for link in dataset.links for condition in link.when}
    return {
        field.name
        for field in dataset.fields.values()
        if field.name not in structural and field.disclosure is not Disclosure.NOT_PERSONAL
    }


def _disjoint(one: Dataset, two: Dataset) -> bool:
    return any(_exclude(first, second) for first in one.where for second in two.where if first.column == second.column)


def _exclude(one: Condition, two: Condition) -> bool:
    """Whether two conditions on one column can never both hold."""
    first, second = set(one.values), set(two.values)
    if one.negated and two.negated:
        return False
    if one.negated or two.negated:
        return (second if one.negated else first) <= (first if one.negated else second)
    return not first & second
