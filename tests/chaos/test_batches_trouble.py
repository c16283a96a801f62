"""Applying in batches while others lock, change and cut: nothing is half done, and the next attempt goes on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Permanent, Temporary
from exporters.journal import FileJournal, Step, StepState
from exporters.testing.checksums import checksums, touched
from tests.chaos import mill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporters.contract import PlanLine

BATCH = 100


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("mariadb", marks=[pytest.mark.stores, pytest.mark.slow]),
        pytest.param("postgresql", marks=[pytest.mark.stores, pytest.mark.slow]),
    ]
)
def backend(request: pytest.FixtureRequest) -> str:
    """One test, three databases."""
    return str(request.param)


@pytest.fixture
def own(backend: str, tmp_path: Path) -> Iterator[mill.Mill]:
    """A mill on each database."""
    with mill.fresh(backend, tmp_path, rows=2_400) as found:
        yield found


class WatchedJournal(FileJournal):
    """The journal all attempts share; `seen` is called with each step after it was written."""

    def __init__(self, path: Path, seen: Callable[[Step], None]) -> None:
        super().__init__(path)
        self._seen = seen

    def put(self, step: Step) -> None:
        super().put(step)
        self._seen(step)


def apply(
    own: mill.Mill,
    lines: tuple[PlanLine, ...],
    check: Callable[[], None] = lambda: None,
    *,
    seen: Callable[[Step], None] = lambda _: None,
) -> dict[str, int]:
    """One attempt with the journal all attempts share: rows changed by dataset."""
    journal = WatchedJournal(own.folder / "journal", seen)
    done = own.store(BATCH).apply(lines, approval="a", now=mill.NOW, check=check, journal=journal)
    return {lines[one.line].dataset: one.changed for one in done if lines[one.line].writes}


def at_call(number: int, act: Callable[[], object]) -> Callable[[], None]:
    """A check that acts when it is called for the `number`-th time."""
    calls: list[None] = []

    def check() -> None:
        calls.append(None)
        if len(calls) == number:
            act()

    return check


def treated_once(own: mill.Mill, wanted: dict[str, int]) -> bool:
    """Whether the database counted one change for each of her rows, and none for others."""
    once = own.ask("SELECT max(times) FROM counted") == [(1,)]
    return once and dict(own.ask("SELECT tab, count(*) FROM counted GROUP BY tab")) == wanted


def written(own: mill.Mill) -> int:
    """Rows changed so far, as the database counted them."""
    return int(own.ask("SELECT count(*) FROM counted")[0][0])


def test_a_lock_of_the_billing_system_stops_between_two_batches(own: mill.Mill) -> None:
    lines, wanted = own.plan(BATCH), own.counts()
    held = own.engine.connect()

    def lock() -> None:
        # Called before the commit of batch 3; SQLite locks the file, so there it must be asked for after that.
        if own.backend != "sqlite":
            held.exec_driver_sql("UPDATE session SET bytes = bytes + 1 WHERE id = 601")

    with held:
        if own.backend == "sqlite":
            held.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Temporary) as raised:
            apply(own, lines, at_call(4, lock))
        assert raised.value.code in {"lock", "timeout"}
        held.rollback()
    assert written(own) % BATCH == 0

    assert apply(own, lines) == {**wanted, "client": 1}
    assert treated_once(own, wanted)


def test_a_connection_cut_before_the_commit_of_the_fourth_batch(own: mill.Mill) -> None:
    if own.backend == "sqlite":
        pytest.skip("a file has no connection to lose")
    lines, wanted = own.plan(BATCH), own.counts()

    with pytest.raises(Temporary) as raised:
        apply(own, lines, at_call(5, lambda: hang_up(own)))

    assert raised.value.code == "store_down"
    assert written(own) == 3 * BATCH
    assert apply(own, lines) == {**wanted, "client": 1}
    assert treated_once(own, wanted)


def hang_up(own: mill.Mill) -> None:
    """End every other connection to the mill's database, as its administrator."""
    engine = own.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if own.backend == "postgresql":
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return
        running = connection.exec_driver_sql(
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        )
        for (number,) in running.all():
            connection.exec_driver_sql(f"KILL {number}")


def test_a_full_disk_is_named_and_the_work_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with mill.fresh("sqlite", tmp_path, rows=2_400) as own:
        lines, wanted = own.plan(BATCH), own.counts()

        with disk_of(own, "max_page_count = 1"), pytest.raises(Temporary) as raised:
            apply(own, lines)

        assert (raised.value.code, raised.value.place) == ("disk_full", "mill")
        assert written(own) % BATCH == 0
        assert written(own) < sum(wanted.values())
        assert apply(own, lines) == {**wanted, "client": 1}
        assert treated_once(own, wanted)


@contextmanager
def disk_of(own: mill.Mill, pragma: str) -> Iterator[None]:
    """Every SQLite connection made meanwhile finds a file that may not grow: its size now is the most there is."""

    def prepare(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    sa.event.listen(sa.engine.Engine, "connect", prepare)
    try:
        yield
    finally:
        sa.event.remove(sa.engine.Engine, "connect", prepare)


def test_when_the_name_changes_hands_in_batch_seven_the_plan_is_stale(own: mill.Mill) -> None:
    """House.md idea 3: the plan is stale when an owner changed; what was committed stays and is counted."""
    lines, wanted = own.plan(BATCH), own.counts()
    before = checksums(own.engine)

    def rename(step: Step) -> None:
        if (step.state, step.number) == (StepState.DONE, 5):
            own.execute("UPDATE client SET login = 'ada2' WHERE id = 1")

    with pytest.raises(Permanent) as raised:
        apply(own, lines, seen=rename)

    assert raised.value.code == "plan_stale"
    assert raised.value.place == f"mill.session ({6 * BATCH} rows done)"
    changed = {key for table, key in touched(before, checksums(own.engine)) if table == "session"}
    assert len(changed) == 6 * BATCH
    assert written(own) == 6 * BATCH

    # The desk plans again; the rest is hers under the same name as before.
    own.execute("UPDATE client SET login = 'ada' WHERE id = 1")
    again = own.plan(BATCH)
    (sessions,) = [line for line in again if line.dataset == "session"]
    assert sessions.count == wanted["session"] - 6 * BATCH
    (own.folder / "journal").unlink()
    assert apply(own, again)["session"] == wanted["session"] - 6 * BATCH
    assert treated_once(own, wanted)


def test_a_listed_row_that_changed_its_owner_meanwhile_is_stale(own: mill.Mill) -> None:
    """House.md idea 3: listed rows are compared again in their batch."""
    lines = own.plan(BATCH)
    readings = next(at for at, line in enumerate(lines) if line.dataset == "reading")

    def move(step: Step) -> None:
        if (step.state, step.line, step.number) == (StepState.DONE, readings, 0):
            own.execute("UPDATE reading SET client_id = 2 WHERE id = 299")

    with pytest.raises(Permanent) as raised:
        apply(own, lines, seen=move)

    assert (raised.value.code, raised.value.place) == ("plan_stale", f"mill.reading ({2 * BATCH} rows done)")
    assert own.ask("SELECT client_id FROM reading WHERE id = 299") == [(2,)]
    assert own.ask("SELECT count(*) FROM client WHERE id = 1") == [(1,)]


def test_a_cancelled_case_stops_before_the_next_commit(own: mill.Mill) -> None:
    class CancelledError(Exception):
        pass

    def cancel() -> None:
        raise CancelledError

    lines, wanted = own.plan(BATCH), own.counts()
    with pytest.raises(CancelledError):
        apply(own, lines, at_call(1, cancel))
    assert written(own) == 0
    with pytest.raises(CancelledError):
        apply(own, lines, at_call(4, cancel))
    assert written(own) == 2 * BATCH
    assert apply(own, lines) == {**wanted, "client": 1}
    assert treated_once(own, wanted)


def test_rows_that_arrive_while_it_runs_are_taken_with_it(own: mill.Mill) -> None:
    """House.md idea 3: new rows of a growing dataset that match an approved line are included and counted."""
    lines, wanted = own.plan(BATCH), own.counts()

    sessions = next(at for at, line in enumerate(lines) if line.dataset == "session")

    def arrive(step: Step) -> None:
        if (step.state, step.line, step.number) == (StepState.DONE, sessions, 2):
            own.execute(
                "INSERT INTO session VALUES (-1, 'ada', 'late', '192.0.2.1', 'none', 1)",
                "INSERT INTO session VALUES (9000, 'ada', 'later', '192.0.2.1', 'none', 1)",
                "INSERT INTO session VALUES (9001, 'adam', 'not hers', '192.0.2.1', 'none', 1)",
            )

    done = apply(own, lines, seen=arrive)

    assert done == {**wanted, "client": 1, "session": wanted["session"] + 2}
    assert own.ask("SELECT id FROM session WHERE address IS NOT NULL AND login <> 'bo'") == [(9001,)]


def test_the_same_again_changes_nothing_and_says_what_was_done(own: mill.Mill) -> None:
    lines, wanted = own.plan(BATCH), own.counts()
    first = apply(own, lines)
    before = checksums(own.engine)

    assert apply(own, lines) == first == {**wanted, "client": 1}
    assert touched(before, checksums(own.engine)) == set()


def test_batches_and_one_transaction_touch_the_same_rows(tmp_path: Path, backend: str) -> None:
    """Byte-exact either way: collations that ignore case, accents and trailing blanks decide nothing."""
    touched_by = []
    for batch_rows in (BATCH, 1_000_000):
        folder = tmp_path / str(batch_rows)
        folder.mkdir()
        with mill.fresh(backend, folder, rows=800) as own:
            for at, login in enumerate(("ADA", "ada ", "\u00e1da", "ada\t", "ad", "adas", "")):
                own.execute(f"INSERT INTO session VALUES ({9000 + at}, '{login}', 'odd', 'odd', 'odd', 1)")
                own.execute(f"INSERT INTO traffic VALUES ({9000 + at}, '{login}', 1)")
            lines, before = own.plan(batch_rows), checksums(own.engine)
            own.store(batch_rows).apply(lines, approval="a", now=mill.NOW, check=lambda: None, journal=own.journal)
            touched_by.append(touched(before, checksums(own.engine)))
            in_batches = any(step.line >= 0 for step in own.journal.steps())
            assert in_batches is (batch_rows == BATCH)

    assert touched_by[0] == touched_by[1]
