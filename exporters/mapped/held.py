"""Reads the values a correction can be about from a store whose rows come from a source (R-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.contract import RowKey
from exporters.datamap.rights_load import correctable
from exporters.held import Held
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.mapped.walk import Walk


def held(walk: Walk, *, rows: int) -> Iterator[Held]:
    """Her correctable values, dataset by dataset, the last `rows` of each in the order of the store."""
    for dataset in walk.data_map.datasets.values():
        fields = correctable(dataset)
        own = list(walk.all(dataset).items()) if fields else []
        for key, row in own[-rows:]:
            for name, one in fields.items():
                yield Held(
                    row=RowKey(dataset.name, key),
                    column=name,
                    value=text_of(row.values.get(name)),
                    kind=one.identifier.kind.value if one.identifier else "",
                    shared=dataset.shared,
                    more=len(own) - len(own[-rows:]),
                )
