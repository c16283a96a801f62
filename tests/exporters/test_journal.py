"""The journal in memory and in a file (house.md, stores without transactions)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.journal import FileJournal, Journal, MemoryJournal, Step, StepState

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    """An empty one of each."""
    return MemoryJournal() if request.param == "memory" else FileJournal(tmp_path / "journal")


def test_a_step_replaces_the_one_before_it_and_all_come_in_order(journal: Journal) -> None:
    journal.put(Step(1, 0, StepState.SENT, {"changed": 3}))
    journal.put(Step(0, 1, StepState.PENDING))
    journal.put(Step(0, 0, StepState.DONE))
    journal.put(Step(1, 0, StepState.DONE, {"changed": 4}))

    assert [(step.line, step.number, step.state) for step in journal.steps()] == [
        (0, 0, StepState.DONE),
        (0, 1, StepState.PENDING),
        (1, 0, StepState.DONE),
    ]
    assert journal.steps()[2].data == {"changed": 4}


def test_the_secret_stays_the_same_until_it_is_forgotten(journal: Journal) -> None:
    first = journal.secret()

    assert len(first) == 32
    assert journal.secret() == first
    journal.forget()
    journal.forget()
    assert journal.secret() != first


def test_another_process_reads_what_was_written_and_nobody_else_can(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written = FileJournal(path)
    written.put(Step(0, 0, StepState.SENT, {"first": "ada"}))
    secret = written.secret()

    again = FileJournal(path)

    assert again.steps() == written.steps()
    assert again.secret() == secret
    assert {one.stat().st_mode & 0o077 for one in tmp_path.iterdir()} == {0}
    assert "ada" not in repr(again.steps())


def test_a_line_cut_off_by_a_crash_does_not_count_and_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    FileJournal(path).put(Step(0, 0, StepState.DONE))
    with path.open("ab") as file:
        file.write(b'{"line": 0, "numb')

    FileJournal(path).put(Step(0, 1, StepState.SENT))

    assert [step.number for step in FileJournal(path).steps()] == [0, 1]
