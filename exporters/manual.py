"""A store that no program reaches: paper, a desk drawer, a system without a door. It says what it holds; people do the rest.

It has no capability but to describe itself, so that every operation on it becomes a task for a person, and what that
person hands in is described in the answer like the data of any other store (rules A-04 to A-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.datamap.info import describe
from exporters.datamap.load import load

if TYPE_CHECKING:
    from exporters.contract import DatasetInfo, Problem
    from exporters.registry import StoreConfig

_OPTIONS = ("map", "languages")


class ManualStore:
    """One configured store without a connection. Options: `map` (a data map, relative to the store file), `languages`.

    A table that is handed in belongs to the dataset whose columns it has; every other file to the first dataset.
    """

    def __init__(self, config: StoreConfig) -> None:
        """Read the map. Raises ConfigError."""
        options = config.options
        for name, item in options.items():
            if name not in _OPTIONS:
                raise item.error(f"unknown option {name!r} for a store by hand; known: {', '.join(_OPTIONS)}")
        if "map" not in options:
            raise config.place.error("a store by hand needs 'map': the answer says what it holds and why")
        languages = options["languages"].texts() if "languages" in options else ()
        self.name = config.name
        self.data_map = load(config.folder / options["map"].text(), languages=languages, record=config.record)

    def describe(self) -> tuple[DatasetInfo, ...]:
        """What the map says."""
        return describe(self.data_map)

    def check(self) -> list[Problem]:
        """Nothing is asked, so nothing can be wrong but the map, which was read."""
        return []
