"""A SQL store behind the contract: reads through a data map, never writes while it locates or collects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from exporters.datamap.info import describe
from exporters.datamap.load import load
from exporters.registry import resolve
from exporters.sql.check import compare
from exporters.sql.collect import collect
from exporters.sql.engine import Timeouts, UnusableUrlError, make_engine, snapshot
from exporters.sql.locate import locate
from exporters.sql.schema import bind, read_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from exporters.contract import Batch, DatasetInfo, Match, Problem, RowKey, Subject
    from exporters.registry import StoreConfig

_SYSTEMS = Path(__file__).parent.parent / "systems"
_OPTIONS = ("languages", "connect_timeout", "statement_timeout", "lock_timeout")


class SqlStore:
    """One configured database.

    Options: `url` (a password only through `env:` or `file:`), `map` (a name under exporters/systems or a path relative
    to the store file), `languages` its labels must have, and time-outs in seconds: `connect_timeout` (10),
    `statement_timeout` (60), `lock_timeout` (10).
    """

    def __init__(self, config: StoreConfig) -> None:
        """Read map and options; nothing is contacted. Raises ConfigError."""
        for name, item in config.options.items():
            if name not in {"url", "map", *_OPTIONS}:
                raise item.error(f"unknown option {name!r} for a SQL store; known: url, map, {', '.join(_OPTIONS)}")
        for name in ("url", "map"):
            if name not in config.options:
                raise config.place.error(f"a SQL store needs {name!r}")
        self.name = config.name
        languages = config.options["languages"].texts() if "languages" in config.options else ()
        self.data_map = load(_map_path(config), languages=languages)
        url = config.options["url"]
        try:
            self._timeouts = _timeouts(config)
            self._engine = make_engine(resolve(config, url), folder=config.folder, timeouts=self._timeouts)
        except UnusableUrlError as error:
            raise url.error(str(error)) from None

    def locate(self, subject: Subject) -> Match:
        """Find the subject by her unique identifiers; raises Temporary or Permanent."""
        with self._snapshot() as connection:
            tables = bind(self.data_map, read_schema(connection), store=self.name)
            return locate(connection, self.data_map, tables, subject, store=self.name)

    def collect(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[Batch]:
        """Stream everything linked to `keys` from one consistent state; connects when the first batch is asked for."""
        if not keys:
            return
        with snapshot(self._engine, self.name) as connection:
            tables = bind(self.data_map, read_schema(connection), store=self.name)
            yield from collect(connection, self.data_map, tables, keys)

    def describe(self) -> tuple[DatasetInfo, ...]:
        """What the map says; the store is not asked."""
        return describe(self.data_map)

    def check(self) -> list[Problem]:
        """Compare map and live schema; raises Temporary when the store cannot be asked."""
        with self._snapshot() as connection:
            return list(compare(self.data_map, read_schema(connection), store=self.name))

    def _snapshot(self) -> AbstractContextManager[Connection]:
        return snapshot(self._engine, self.name, statement_seconds=self._timeouts.statement)


def _map_path(config: StoreConfig) -> Path:
    item = config.options["map"]
    name = item.text()
    if name.endswith((".yaml", ".yml")):
        return config.folder / name
    path = _SYSTEMS / name / "map.yaml"
    if "/" in name or not path.is_file():
        known = ", ".join(sorted(found.parent.name for found in _SYSTEMS.glob("*/map.yaml")))
        raise item.error(f"{name!r} is neither a .yaml file nor one of the maps that come with the product: {known}")
    return path


def _timeouts(config: StoreConfig) -> Timeouts:
    given = {
        name: config.options[f"{name}_timeout"].number()
        for name in ("connect", "statement", "lock")
        if f"{name}_timeout" in config.options
    }
    return Timeouts(**given)
