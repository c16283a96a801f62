"""Connections as they are after somebody renamed a method: what is left works, what was renamed is no capability any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import Batch, DatasetInfo, Match, Problem, RowKey, Subject
    from exporters.registry import StoreConfig


class RenamedStore:
    """A SQL store whose author calls collecting `gather` since the last release."""

    def __init__(self, config: StoreConfig) -> None:
        self._store: Any = SqlStore(config)

    def locate(self, subject: Subject) -> Match:
        """As the store does."""
        found: Match = self._store.locate(subject)
        return found

    def describe(self) -> tuple[DatasetInfo, ...]:
        """As the store does."""
        described: tuple[DatasetInfo, ...] = self._store.describe()
        return described

    def check(self) -> list[Problem]:
        """As the store does."""
        problems: list[Problem] = self._store.check()
        return problems

    def gather(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[Batch]:
        """What `collect` was called before; nobody calls it."""
        yield from self._store.collect(subject, keys)
