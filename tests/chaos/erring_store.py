"""A SQL store that fails one call in three, before the call and, for changes, after their commit as well."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

from exporters.contract import Temporary
from exporters.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANCE = 1 / 3


class ErringStore(SqlStore):
    """Fails by chance, in every process differently: what must hold, holds whatever fails."""

    def _stumble(self) -> None:
        if random.Random(os.urandom(8)).random() < CHANCE:
            raise Temporary("store_down", self.name)

    def locate(self, *args: Any, **options: Any) -> Any:
        self._stumble()
        return super().locate(*args, **options)

    def collect(self, *args: Any, **options: Any) -> Iterator[Any]:
        yield from super().collect(*args, **options)
        self._stumble()  # after everything was read: nothing of it may be kept

    def apply(self, *args: Any, **options: Any) -> Any:
        self._stumble()
        done = super().apply(*args, **options)
        self._stumble()  # the change is committed, and nobody heard of it
        return done

    def residue(self, *args: Any, **options: Any) -> Any:
        self._stumble()
        return super().residue(*args, **options)
