"""A store behind a service that the provider wrote for it: `system: webhook`."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from exporters.datamap.load import load
from exporters.http.client import HttpClient
from exporters.http.store import LIMIT_OPTIONS, limits_of, reach_of
from exporters.http.webhook import Service, request_signing
from exporters.http.webhook_source import Abilities, WebhookSource
from exporters.mapped.store import MappedStore
from exporters.registry import resolve
from exporters.shipped import file_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from exporters.contract import KeepUntil, Outcome, PlanLine, Residue, RowKey, Subject
    from exporters.datamap.model import DataMap, Dataset
    from exporters.document import Item
    from exporters.journal import Journal
    from exporters.registry import StoreConfig

_OPTIONS: Final = frozenset(
    {"url", "map", "secret", "languages", "wait", "find", "change", "delete", "search", "hosts", "networks", "ca_file"}
    | LIMIT_OPTIONS
)
_WAIT: Final = 20.0
"""Seconds a worker waits for a job before it does something else."""
_LONGEST_WAIT: Final = 120.0
_SHORTEST_SECRET: Final = 32
"""Signs of the shared secret."""


class WebhookStore(MappedStore):
    """One configured service.

    Options: `url` (https, one address for every call), `secret` (`env:` or `file:`, 32 signs or more), `map` (a .yaml file
    relative to the store file), `find` and `change` (columns by dataset), `delete` (datasets), `search` (true where it can
    search beside the map), `wait` (20 s), and of a REST store `languages`, `networks`, `hosts`, `ca_file` and the limits.
    """

    source: WebhookSource

    def __init__(self, config: StoreConfig) -> None:
        """Read map and options; nothing is contacted. Raises ConfigError."""
        options = config.options
        for name, item in options.items():
            if name not in _OPTIONS:
                raise item.error(f"unknown option {name!r} for a webhook; known: {', '.join(sorted(_OPTIONS))}")
        for name in ("url", "map", "secret", "find"):
            if name not in options:
                raise config.place.error(f"a webhook needs {name!r}")
        languages = options["languages"].texts() if "languages" in options else ()
        data_map = load(file_of(config, "map", "map.yaml"), languages=languages, record=config.record)
        secret = resolve(config, options["secret"])
        if len(secret) < _SHORTEST_SECRET:
            raise options["secret"].error(f"the shared secret has {_SHORTEST_SECRET} signs or more")
        client = HttpClient(
            reach=reach_of(config, folder=False), auth=request_signing(secret), limits=limits_of(config)
        )
        service = Service(client, secret.encode(), config.name, _wait(options.get("wait")))
        source = WebhookSource(service, data_map, config.name, _abilities(config, data_map))
        super().__init__(name=config.name, data_map=data_map, source=source, place=config.place)

    def apply(
        self,
        lines: tuple[PlanLine, ...],
        *,
        approval: str,
        now: datetime,
        check: Callable[[], None],
        keep_until: KeepUntil | None = None,
        journal: Journal | None = None,
    ) -> tuple[Outcome, ...]:
        """Carry out the lines; the approval is part of each order's id, so that an order of last year is not this one."""
        bound = copy.copy(self)
        bound.source = replace(self.source, approval=approval)
        return MappedStore.apply(
            bound, lines, approval=approval, now=now, check=check, keep_until=keep_until, journal=journal
        )

    def residue(
        self,
        subject: Subject,
        keys: tuple[RowKey, ...],
        *,
        now: datetime,
        lines: tuple[PlanLine, ...] = (),
        keep_until: KeepUntil | None = None,
    ) -> tuple[Residue, ...]:
        """What its datasets still show of her, and what the service finds beside them."""
        found = super().residue(subject, keys, now=now, lines=lines, keep_until=keep_until)
        return (*found, *self.source.search(subject))


def _wait(item: Item | None) -> float:
    seconds = _WAIT if item is None else item.number()
    if item is not None and seconds > _LONGEST_WAIT:
        raise item.error(f"a worker waits up to {_LONGEST_WAIT:.0f} seconds; work that takes longer is asked for again")
    return seconds


def _abilities(config: StoreConfig, data_map: DataMap) -> Abilities:
    """What the entry says the service can do; all of it must be in the map."""
    options = config.options
    delete = options["delete"].texts() if "delete" in options else ()
    for name in delete:
        _known(options["delete"], data_map, name)
    find = _columns(options["find"], data_map)
    change = _columns(options["change"], data_map) if "change" in options else {}
    for name in sorted({*change, *delete}):
        if data_map.datasets[name].key[0] not in find.get(name, ()):
            # What was written is read again by its key: without that nothing could be proven.
            raise options["find"].error(
                f"{name!r} is changed, so it is found by {data_map.datasets[name].key[0]!r} too"
            )
    return Abilities(
        find=find,
        change=change,
        delete=frozenset(delete),
        search="search" in options and options["search"].flag(),
    )


def _columns(item: Item, data_map: DataMap) -> dict[str, frozenset[str]]:
    found = {}
    for name, columns in item.entries().items():
        fields = _known(columns, data_map, name).fields
        found[name] = frozenset(columns.texts())
        if unknown := sorted(found[name] - set(fields)):
            raise columns.error(f"{unknown[0]!r} is no field of {name!r} in the map")
    return found


def _known(item: Item, data_map: DataMap, name: str) -> Dataset:
    if name not in data_map.datasets:
        raise item.error(f"{name!r} is no dataset of the map: {', '.join(data_map.datasets)}")
    return data_map.datasets[name]
