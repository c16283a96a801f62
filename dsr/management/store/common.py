"""What the store commands share: the configured stores, identifiers from the command line, a connection that only reads."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from dsr.management.output import fail
from exporters.contract import Identifier, IdentifierKind, StoreError
from exporters.identifiers import STORE_BOUND
from exporters.registry import ConfigError, StoreConfig, load_stores, open_store, resolve
from exporters.sql.engine import Timeouts, UnusableUrlError, make_engine, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

STATEMENT_SECONDS = 300
"""How long one statement may take while a store is looked at: by day a table without an index is read whole."""


def stores() -> dict[str, StoreConfig]:
    """Every configured store; one line and exit code 2 when the list is missing or wrong."""
    if not settings.DSR_STORES:
        raise fail("DSR_STORES is not set: it names the YAML file that lists the stores")
    try:
        return load_stores(settings.DSR_STORES)
    except ConfigError as error:
        raise fail(str(error)) from None


def one_store(configured: dict[str, StoreConfig], name: str) -> StoreConfig:
    """The store of this name."""
    if name not in configured:
        raise fail(f"no store is called {name}; there are: {', '.join(configured)}")
    return configured[name]


def identifier(text: str, store: str) -> Identifier:
    """`KIND=VALUE`; a number counts in this store only."""
    kind, sign, value = text.partition("=")
    try:
        known = IdentifierKind(kind)
    except ValueError:
        raise fail(f"--identifier needs KIND=VALUE; kinds: {', '.join(k.value for k in IdentifierKind)}") from None
    if not sign or not value:
        raise fail("--identifier needs KIND=VALUE, like email=anna@example.com")
    return Identifier(known, value, store if known in STORE_BOUND else None)


def opened(config: StoreConfig) -> Any:
    """The exporter of a configured store; a mistake in its map becomes one line with file and line."""
    try:
        return open_store(config)
    except ConfigError as error:
        raise fail(str(error)) from None


@contextmanager
def reading(name: str, url: str, folder: Path | None = None) -> Iterator[Connection]:
    """A connection that only reads; what the store refuses becomes one line without any value in it."""
    try:
        engine = make_engine(url, folder=folder or Path.cwd(), timeouts=Timeouts(statement=STATEMENT_SECONDS))
        with snapshot(engine, name, statement_seconds=STATEMENT_SECONDS) as connection:
            yield connection
    except UnusableUrlError as error:
        raise fail(str(error)) from None
    except StoreError as error:
        raise fail(f"{error.code} at {error.place}") from None


@contextmanager
def reading_store(config: StoreConfig) -> Iterator[Connection]:
    """The same for a configured store, which must be a SQL database."""
    if "url" not in config.options or config.system != "sql":
        raise fail(f"{config.name} is no SQL store: only a database has a schema to look at")
    try:
        url = resolve(config, config.options["url"])
    except ConfigError as error:
        raise fail(str(error)) from None
    with reading(config.name, url, config.folder) as connection:
        yield connection
