"""Databases written by real programs, kept outside the project: loaded once per run, with the oracle of what they hold.

The 40 people are the same in every set. `pii_map.txt` lists, for each column, how many rows hold a value of any of them.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Match, Subject
from exporters.registry import load_stores, open_store
from exporters.values import text_of
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BEDS = Path(__file__).parents[2].parent / "shared" / "beds"
KINDS = ("email", "user", "phone", "mac", "ip", "last", "street", "dob", "iban")
"""What the oracle counts."""
UNIQUE = ("email", "user", "phone", "mac", "ip", "iban")
"""What tells the 40 people apart; names do not (three are called Jean Doherty), nor do towns."""


@cache
def subscribers() -> tuple[Mapping[str, Any], ...]:
    """The 40 people."""
    path = BEDS / "subscribers.json"
    if not path.is_file():
        pytest.skip("the sets of real data are not beside the project")
    return tuple(json.loads(path.read_text(encoding="utf-8")))


@cache
def oracle(bed: str) -> dict[tuple[str, str], dict[str, int]]:
    """Rows holding a value, by (table, column) and kind."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for line in (BEDS / bed / "pii_map.txt").read_text(encoding="utf-8").splitlines():
        table, _, columns = line.partition(": ")
        for column, kinds in re.findall(r"(\w+)\(([^)]*)\)", columns):
            counts = (part.split("=") for part in kinds.split(","))
            found[table, column] = {kind: int(rows) for kind, rows in counts}
    return found


def bed_url(bed: str) -> str:
    """Load a set into this run's MariaDB, once, and say where it is."""
    subscribers()
    server = servers.mariadb()
    with servers.once(f"bed-{bed}") as root:
        done = root / f"bed-{bed}.done"
        if not done.exists():
            server.drop(f"bed_{bed}")
            server.create(f"bed_{bed}")
            client = shutil.which("mariadb") or pytest.skip("the mariadb client is not installed")
            dump = gzip.decompress((BEDS / bed / "data.sql.gz").read_bytes())
            command = [client, "--no-defaults", f"--socket={server.folder}/s", "--user=root", f"bed_{bed}"]
            subprocess.run(command, input=dump, check=True)
            done.touch()
    return server.url(f"bed_{bed}")


@contextmanager
def own_copy(bed: str) -> Iterator[str]:
    """A copy of a set for a test that changes it."""
    subscribers()
    server = servers.mariadb()
    client = shutil.which("mariadb") or pytest.skip("the mariadb client is not installed")
    dump = gzip.decompress((BEDS / bed / "data.sql.gz").read_bytes())
    with server.database() as name:
        command = [client, "--no-defaults", f"--socket={server.folder}/s", "--user=root", name]
        subprocess.run(command, input=dump, check=True)
        yield server.url(name)


def open_bed(bed: str, folder: Path, url: str = "") -> Any:
    """An exporter on a loaded set (or on the copy at `url`), with the map that comes with the product."""
    (folder / f"{bed}.url").write_text(url or bed_url(bed), encoding="utf-8")
    path = folder / f"{bed}.yaml"
    path.write_text(
        f"stores:\n  {bed}:\n    controller: northwave\n    system: sql\n    label: {{en: {bed}}}\n    owner: NOC\n"
        f"    map: {bed}\n    url: file:{bed}.url\n",
        encoding="utf-8",
    )
    return open_store(load_stores(path)[bed])


def _plain(kind: str, text: str) -> str:
    """A text as the oracle's scan saw it: the daemon's escapes undone, separators and case out of the way."""
    match kind:
        case "email" | "user":
            return re.sub(r"=([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), text).casefold()
        case "phone":
            return re.sub(r"\D", "", text)
        case "mac" | "iban":
            return re.sub(r"[\W_]", "", text).casefold()
        case "street":
            return text.strip()
        case "last":
            # A street called after somebody is not a surname.
            return _pattern("street")[0].sub("", text)
        case _:
            return text


@cache
def _pattern(kind: str) -> tuple[re.Pattern[str], Mapping[str, frozenset[int]]]:
    """One expression for all people's values of a kind, and whose each value is."""
    owners: dict[str, set[int]] = {}
    for person in subscribers():
        value = person[kind].removeprefix("+44") if kind == "phone" else person[kind]
        owners.setdefault(value.strip() if kind == "last" else _plain(kind, value), set()).add(person["n"])
    words = "|".join(re.escape(value) for value in sorted(owners, key=len, reverse=True) if value)
    # A whole word: .1 is not .10, and `No` is nobody's surname inside `Notes`. Digits and letters alone have no words.
    bounded = words if kind in {"phone", "mac", "iban"} else rf"(?<!\w)(?:{words})(?!\w)"
    return re.compile(bounded), {value: frozenset(people) for value, people in owners.items()}


def held(kind: str, text: str) -> frozenset[int]:
    """The people (by n) of whom a text holds a value of this kind."""
    pattern, owners = _pattern(kind)
    return frozenset[int]().union(*(owners[found] for found in pattern.findall(_plain(kind, text))))


@dataclass(frozen=True)
class Cell:
    """One value of one row: table, key of the row as text, column."""

    table: str
    key: str
    column: str
    text: str

    @property
    def place(self) -> tuple[str, str, str]:
        """Where the value stands."""
        return self.table, self.key, self.column


@cache
def database(bed: str) -> tuple[Cell, ...]:
    """Every text of the loaded set, read without the product's code."""
    return cells_at(bed_url(bed))


def cells_at(url: str) -> tuple[Cell, ...]:
    """Every text of a database, read without the product's code."""
    keys: dict[str, list[str]] = {}
    cells = []
    with sa.create_engine(url, poolclass=sa.pool.NullPool).connect() as connection:
        for table, column, role in connection.exec_driver_sql(
            "SELECT table_name, column_name, column_key FROM information_schema.columns"
            " WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"
        ):
            keys.setdefault(table, []).extend([column] if role == "PRI" else [])
        for table, key in keys.items():  # the names are the database's own
            for row in connection.exec_driver_sql(f"SELECT * FROM `{table}`").mappings():
                name = "/".join(str(row[column]) for column in key)
                cells += [Cell(table, name, column, text) for column, value in row.items() if (text := text_of(value))]
    return tuple(cells)


@dataclass(frozen=True)
class Collected:
    """What one person got out of one set."""

    match: Match
    cells: tuple[Cell, ...]
    rows: frozenset[tuple[str, str]]


def collect(exporter: Any, subject: Subject) -> Collected:
    """Locate and collect one person."""
    match = exporter.locate(subject)
    tables = {dataset.name: dataset for dataset in exporter.data_map.datasets.values()}
    cells: list[Cell] = []
    rows = set()
    for batch in exporter.collect(subject, match.keys):
        dataset = tables[batch.dataset]
        for row in batch.rows:
            record = dict(zip(batch.columns, row, strict=True))
            key = "/".join(str(record[name]) for name in dataset.key)
            rows.add((dataset.table, key))
            cells += [Cell(dataset.table, key, name, str(value)) for name, value in record.items() if value is not None]
    return Collected(match, tuple(cells), frozenset(rows))


def by_email(person: Mapping[str, Any]) -> Subject:
    """The subject as she signs in: her e-mail address."""
    return Subject(f"n={person['n']}", (Identifier(IdentifierKind.EMAIL, person["email"]),))


def with_learned(person: Mapping[str, Any], match: Match, *, username: bool) -> Subject:
    """The subject with what another store taught, and her RADIUS user name if wanted."""
    own = (Identifier(IdentifierKind.USERNAME, person["radius_user"]),) if username else ()
    taught = tuple(one.identifier for one in match.learned if not one.shared)
    return Subject(f"n={person['n']}", (*by_email(person).identifiers, *taught, *own))
