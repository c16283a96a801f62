"""Searching a table of three million rows for twelve identifiers against the database's own export of that table.

The table is made hers-free first, as after an erasure, but for a few rows that hold her identifiers in odd spellings.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.measure import ratio
from bench.stores.ground import KINDS, ground
from exporters.contract import Identifier, IdentifierKind, Subject

if TYPE_CHECKING:
    from bench.measure import Board
    from bench.stores.ground import Ground

LIMIT = 3.0
"""Times the database's own export: reading everything once is the least any search can do."""
MEMORY_MIB = 150
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
K = IdentifierKind
HER = Subject(
    "bench",
    (
        Identifier(K.EMAIL, "claire.smith+isp@example.net"),
        Identifier(K.USERNAME, "claire.smith"),
        Identifier(K.PHONE, "+447700900988"),
        Identifier(K.PHONE, "+447700900989"),
        Identifier(K.CUSTOMER_NUMBER, "NW-7100107"),
        Identifier(K.SERIAL, "SN-77ABCK12"),
        Identifier(K.MAC, "00-00-5E-00-53-0C"),
        Identifier(K.IBAN, "DE02120300000000202051"),
        Identifier(K.IP, "203.0.113.7"),
        Identifier(K.IP, "2001:db8:7::7"),
        Identifier(K.NAME, "Claire Müller"),
        Identifier(K.BIRTH_DATE, "1987-03-04"),
    ),
)
_PLANTED = (
    "claire.smith=2Bisp@example.net",
    "CLAIRE.SMITH",
    "07700 900 988",
    "0000.5e00.530c",
    "M\\u00fcller, Claire M\\u00dcLLER",
)
_EVERY = 30_011
"""One row of so many holds an identifier."""


def run(board: Board) -> None:
    """Time on PostgreSQL and MariaDB, then the memory of a process that searches a million rows."""
    for kind in KINDS:
        with ground(kind) as made:
            _plant(made)
            store = made.store()
            found = sum(one.count for one in store.residue(HER, (), now=NOW))
            expected = made.sessions // _EVERY
            board.least(f"searching {kind}: planted rows found, of {expected}", found, expected)
            measured = ratio(lambda: store.residue(HER, (), now=NOW), lambda: _export(made))  # noqa: B023 - used at once
            board.most(
                f"searching {kind}: {made.sessions:,} rows for 12 identifiers, times the export", measured, LIMIT
            )
            board.most(f"searching {kind}: memory of the searching process", _memory(made), MEMORY_MIB, " MiB")


def _plant(made: Ground) -> None:
    """Nothing of hers but in one row of `_EVERY`; the tables the yardstick does not export are emptied."""
    made.execute("DELETE FROM ticket", "DELETE FROM client")
    for at, text in enumerate(_PLANTED):
        rows = ", ".join(map(str, range(_EVERY, made.sessions + 1, _EVERY)[at :: len(_PLANTED)])) or "0"
        written = text.replace("\\", "\\\\") if made.kind == "mariadb" else text
        made.execute(f"UPDATE radacct SET username = '{written}' WHERE radacctid IN ({rows})")  # noqa: S608 - ours


def _export(made: Ground) -> None:
    """The whole table as text, by the database's own client."""
    folder = made.server.folder
    if made.kind == "postgresql":
        command = ["psql", "-X", "-q", "-h", folder, "-U", "postgres", "-d", made.database]
        command += ["-c", r"\copy (SELECT * FROM radacct) TO '/dev/null'"]
    else:
        command = ["mariadb", "--no-defaults", "-q", "-N", "-B", "-S", f"{folder}/s", "-u", "root", made.database]
        command += ["-e", "SELECT * FROM radacct"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _memory(made: Ground) -> float:
    """Peak resident MiB of a process that does nothing but search."""
    code = (
        "import pathlib, sys; from exporters.registry import load_stores, open_store;"
        "from bench.stores.searching import HER, NOW;"
        "open_store(load_stores(sys.argv[1])['ground']).residue(HER, (), now=NOW);"
        "print(pathlib.Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(made.store_file)], check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024
