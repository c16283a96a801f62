"""A process killed with SIGKILL while it applies a plan in batches: after all restarts every row was treated once."""

from __future__ import annotations

import json
import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from exporters.journal import StepState
from exporters.testing.checksums import checksums, touched
from tests.chaos import mill

if TYPE_CHECKING:
    from pathlib import Path


def killed_and_restarted(own: mill.Mill, *, kills: int, batch_rows: int, longest: float) -> None:
    """Kill the applying process `kills` times, each up to `longest` seconds after it began; then let it end."""
    seed = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
    chance = random.Random(seed)
    lines = own.plan(batch_rows)
    wanted, before = own.counts(), checksums(own.engine)

    landed = 0
    for _ in range(kills):
        worker = own.start(batch_rows)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "go\n", worker.communicate()
        time.sleep(chance.uniform(0, longest))
        worker.kill()
        landed += worker.wait() != 0
        worker.communicate()
    worker = own.start(batch_rows)
    _, errors = worker.communicate(timeout=300)
    assert worker.returncode == 0, (seed, errors)

    assert landed >= kills // 2, (seed, landed, "too few were killed in time: the test says little")
    assert own.ask("SELECT max(times), min(times) FROM counted") == [(1, 1)], seed
    assert dict(own.ask("SELECT tab, count(*) FROM counted GROUP BY tab")) == wanted, seed
    outcome = json.loads((own.folder / "outcome.json").read_text())
    assert outcome == {**wanted, "client": 1}, (seed, landed)
    assert {line.dataset for line in lines if line.writes} == set(outcome)
    assert own.counts() == {"session": 0, "traffic": 0, "letter": wanted["letter"], "reading": 0}
    hers = {("client", "1")} | {(table, key) for table, key in touched(before, checksums(own.engine))}
    others = own.ask("SELECT id FROM session WHERE login = 'bo'") + own.ask("SELECT id FROM traffic")
    assert len(others) == sum(1 for table in ("session", "traffic") for key in before[table] if _foreign(table, key))
    assert not {(table, key) for table, key in hers if table in {"session", "traffic"} and _foreign(table, key)}, seed
    assert len(own.ask("SELECT DISTINCT login FROM session WHERE login <> 'bo'")) == 1, (seed, "one token per run")
    steps = own.journal.steps()
    assert {step.state for step in steps} == {StepState.DONE}
    assert not (own.folder / "journal.key").exists()


def _foreign(table: str, key: str) -> bool:
    return int(key) % 4 == 0 or (table == "traffic" and int(key) <= 3)


def test_killed_three_times_every_row_is_treated_once(tmp_path: Path) -> None:
    """House.md, stores: exactly once, whatever the process dies of."""
    with mill.fresh("sqlite", tmp_path, rows=5_000) as own:
        killed_and_restarted(own, kills=3, batch_rows=150, longest=0.3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "backend",
    [
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.stores),
        pytest.param("mariadb", marks=pytest.mark.stores),
    ],
)
def test_killed_twenty_times_in_a_hundred_thousand_rows(backend: str, tmp_path: Path) -> None:
    """House.md, stores: exactly once, whatever the process dies of."""
    with mill.fresh(backend, tmp_path, rows=100_000) as own:
        killed_and_restarted(own, kills=20, batch_rows=1_000, longest=1.5)
