"""Anonymising one subscriber's sessions through the product, beside one UPDATE written by hand that does the same.

The product verifies the approved plan, works in batches of 20,000 rows that it asks about and writes down one by one,
and looks for late rows at the end. The UPDATE only writes, and it writes values as long as the product's: with a token
that makes no row longer than it was, MariaDB splits no pages and needs half to two thirds of the time (decision 042).

Both run in turn, each on a store of its own that was filled, vacuumed or analysed and read in the same way; what counts
is the median of the rounds.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bench.measure import seconds
from bench.stores.ground import HER, KINDS, LOGIN, Ground, ground
from exporters.journal import FileJournal

if TYPE_CHECKING:
    from bench.measure import Board
    from exporters.contract import PlanLine

LIMIT = 1.5
"""Times the hand-written UPDATE."""
ROUNDS = 3
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_CHANGES = {
    "      username: {label: {en: Login}, identifier: {kind: username, teaches: false}}": "keyed_token",
    "      callingstationid: {label: {en: Device}}": "constant",
    "      framedipaddress: {label: {en: Address}}": "nullify",
}
_BY_HAND = """UPDATE radacct SET username = 'erased-00000000000000000000000000000000', callingstationid = 'erased',
    framedipaddress = NULL WHERE username = 'ada'"""


def run(board: Board) -> None:
    """One line a database: the product's time over that of the statement."""
    for kind in KINDS:
        times = []
        for _ in range(ROUNDS):
            with ground(kind) as made:
                _settle(made)
                hand = seconds(lambda made=made: made.execute(_BY_HAND))  # type: ignore[misc]
            with ground(kind) as made:
                _anonymise_sessions(made)
                ours = _apply(made)
            print(f"  {kind}: {made.hers:,} rows by hand {hand:.1f} s, by plan {ours:.1f} s", flush=True)
            times.append(ours / hand)
        board.most(f"anonymise in batches / one UPDATE, {kind}", median(times), LIMIT)


def _settle(made: Ground) -> None:
    """Everything filled in is on its disk, and the sessions were read once."""
    if made.kind == "postgresql":
        made.execute("CHECKPOINT")
    made.execute("SELECT count(acctuniqueid) FROM radacct")


def _anonymise_sessions(made: Ground) -> None:
    """The map of the ground, with sessions that stay without her name."""
    path = made.folder / "map.yaml"
    head, sessions = path.read_text(encoding="utf-8").split("  radacct:\n")
    sessions, tickets = sessions.split("  ticket:\n")
    lines = []
    for line in sessions.splitlines():
        strategy = _CHANGES.get(line, "leave" if line.startswith("      ") and "radacctid" not in line else "")
        link = line.startswith("      - ")
        lines.append(line if link or not strategy else f"{line[:-1]}, erase: {strategy}}}")
    sessions = "\n".join(["    growing: true", "    erase: anonymise", *lines])
    path.write_text(f"{head}  radacct:\n{sessions}\n  ticket:\n{tickets}", encoding="utf-8")


def _apply(made: Ground) -> float:
    store = made.store()
    keys = store.locate(HER).keys
    lines: tuple[PlanLine, ...] = store.plan(HER, keys, right="erasure", now=NOW)
    # Only the sessions: the other lines would be measured with them.
    lines = tuple(line for line in lines if line.dataset == "radacct")
    _settle(made)
    with tempfile.TemporaryDirectory() as folder:
        journal = FileJournal(Path(folder) / "journal")
        done = []
        spent = seconds(
            lambda: done.extend(store.apply(lines, approval="bench", now=NOW, check=lambda: None, journal=journal))
        )
    engine = made.engine()
    with engine.connect() as connection:
        left = connection.execute(sa.text("SELECT count(*) FROM radacct WHERE username = :name"), {"name": LOGIN})
        assert left.scalar_one() == 0
    assert sum(outcome.changed for outcome in done) == made.hers
    return spent
