"""The kit for a SQL store: everything that breaks one, from its address alone."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.registry import load_stores, open_store
from exporters.testing.checksums import RowSums, checksums
from exporters.testing.kit import ExporterKit
from exporters.testing.proxy import proxied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporters.testing.proxy import Address

SHORT = {"connect_timeout": "2", "statement_timeout": "1", "lock_timeout": "1"}
"""Seconds; a test need not wait longer to see that they count."""
_STATEMENTS = {"arrive": "arrive_sql", "claim": "claim_sql", "grow": "grow_sql"}


class SqlKit(ExporterKit):
    """Every conformance check for a SQL store.

    Give `url()` (an account that may do anything, on a database of the test's own), `data_map`, `known` and `namesake`;
    the statements are optional, but then what needs them is skipped.
    """

    data_map = ""
    """A name under exporters/systems or the path of a .yaml file."""
    arrive_sql = ""
    """Adds one row of hers to a growing dataset."""
    claim_sql = ""
    """Makes a row of hers that the plan lists another person's."""
    grow_sql = ""
    """Adds one row of hers; `:n` is a number no row has."""
    points: tuple[str, ...] = ("check:1", "write:1", "write:2", "write:4", "check:2")
    folder: Path
    _grown = 0

    def url(self) -> str:
        """SQLAlchemy's address of the store."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _own_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def gives(self, hook: str) -> bool:
        """Statements that were not given are hooks that were not given."""
        if hook in {"breaking", "silencing"} and self._backend() == "sqlite":
            return False  # a file has no connection to lose
        return bool(getattr(self, _STATEMENTS[hook])) if hook in _STATEMENTS else super().gives(hook)

    def exporter(self) -> Any:
        """The store at `url`."""
        return self.opened(self.url())

    def contents(self) -> RowSums:
        """Every row, read by the administrator."""
        return checksums(self.engine())

    def configured(self) -> tuple[str, str]:
        """A store file in the test's folder."""
        return str(self._config(self.url())), "store"

    def unreachable(self) -> Any:
        """A port nobody listens on, or a file that is not there."""
        if self._backend() == "sqlite":
            return self.opened(f"sqlite:///{self.folder / 'nowhere' / 'at-all.sqlite3'}")
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        return self.opened(self._through(port))

    @contextmanager
    def stalled(self) -> Iterator[Any]:
        """A server that takes the connection and is silent; for a file, somebody who holds all of it."""
        if self._backend() == "sqlite":
            with self._holding("BEGIN EXCLUSIVE"):
                yield self.exporter()
            return
        with proxied(self._server()) as proxy:
            proxy.fall_silent()
            yield self.opened(self._through(proxy.port))

    @contextmanager
    def breaking(self) -> Iterator[tuple[Any, Callable[[], None]]]:
        """A connection through a go-between that hangs up."""
        with proxied(self._server()) as proxy:
            yield self.opened(self._through(proxy.port)), proxy.hang_up

    @contextmanager
    def silencing(self) -> Iterator[tuple[Any, Callable[[], None]]]:
        """A connection through a go-between that stays open and passes nothing on."""
        with proxied(self._server()) as proxy:
            yield self.opened(self._through(proxy.port)), proxy.fall_silent

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another client holds every row of every table the map knows."""
        if self._backend() == "sqlite":
            with self._holding("BEGIN IMMEDIATE"):
                yield
            return
        there = {name.lower(): name for name in sa.inspect(self.engine()).get_table_names()}
        mapped = {dataset.table.lower() for dataset in self.exporter().data_map.datasets.values()}
        quote = self.engine().dialect.identifier_preparer.quote
        tables = [quote(there[name]) for name in sorted(mapped & there.keys())]
        how = "LOCK TABLE {} IN EXCLUSIVE MODE" if self._backend() == "postgresql" else "SELECT * FROM {} FOR UPDATE"
        with self._holding(*(how.format(table) for table in tables)):
            yield

    def plant(self, value: str) -> None:
        """A new table no map knows."""
        with self.engine().begin() as connection:
            connection.exec_driver_sql("CREATE TABLE kit_scraps (number INTEGER PRIMARY KEY, scrap VARCHAR(400))")
            scraps = sa.table("kit_scraps", sa.column("number"), sa.column("scrap"))
            connection.execute(scraps.insert(), {"number": 1, "scrap": value})

    def arrive(self) -> None:
        """Run `arrive_sql`."""
        self.run(self.arrive_sql)

    def claim(self) -> None:
        """Run `claim_sql`."""
        self.run(self.claim_sql)

    def grow(self, rows: int) -> None:
        """Run `grow_sql` that often, with other numbers than before."""
        with self.engine().begin() as connection:
            for start in range(0, rows, 1000):
                first = 1_000_000 + self._grown + start
                numbers = [{"n": n} for n in range(first, first + min(1000, rows - start))]
                connection.execute(sa.text(self.grow_sql), numbers)
        self._grown += rows

    def engine(self) -> sa.Engine:
        """The administrator's way in."""
        return sa.create_engine(self.url(), poolclass=sa.pool.NullPool)

    def run(self, statement: str) -> None:
        """Change the store behind the exporter's back."""
        with self.engine().begin() as connection:
            connection.execute(sa.text(statement))

    def opened(self, url: str) -> Any:
        """An exporter at another address of the store."""
        return open_store(load_stores(self._config(url))["store"])

    def _config(self, url: str) -> Path:
        (self.folder / "store.url").write_text(url, encoding="utf-8")
        path = self.folder / "stores.yaml"
        options = {"map": self.data_map, "url": "file:store.url"} | SHORT
        lines = "".join(f"    {name}: {value}\n" for name, value in options.items())
        head = "    controller: kit\n    system: sql\n    label: {en: Store}\n    owner: Kit\n"
        path.write_text(f"stores:\n  store:\n{head}{lines}", encoding="utf-8")
        return path

    def _backend(self) -> str:
        return sa.make_url(self.url()).get_backend_name()

    def _server(self) -> Address:
        """Where the server of `url` listens."""
        url = sa.make_url(self.url())
        query = {name: str(value) for name, value in url.query.items()}
        postgresql = self._backend() == "postgresql"
        port = url.port or (5432 if postgresql else 3306)
        if "unix_socket" in query:
            return query["unix_socket"]
        if query.get("host", "").startswith("/"):
            return f"{query['host']}/.s.PGSQL.{port}"
        return url.host or "127.0.0.1", port

    def _through(self, port: int) -> str:
        """The address of the store by another port of this machine."""
        url = sa.make_url(self.url()).difference_update_query(["unix_socket", "host"])
        return url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)

    @contextmanager
    def _holding(self, *statements: str) -> Iterator[None]:
        with self.engine().connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement).close()
            yield
            connection.rollback()
