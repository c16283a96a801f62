"""A REST store changes: planned, journaled, proven by reading again; each effect once, whatever breaks on the way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import (
    Change,
    HitClass,
    IdentifierKind,
    Kept,
    Permanent,
    Reason,
    RowKey,
    Subject,
    Temporary,
    Treatment,
    lines_to_json,
)
from exporters.journal import FileJournal, Journal, MemoryJournal, StepState
from tests.exporters.http import standin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import Outcome, PlanLine
    from exporters.http.store import RestStore
    from exporters.journal import Step

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def law(document: str, day: date) -> Kept | None:
    """Eight years for invoices."""
    return Kept(date(day.year + 8, 12, 31), "tax law") if document == "invoice" else None


@pytest.fixture
def server() -> Iterator[standin.Standin]:
    with standin.running() as server:
        yield server


@pytest.fixture
def crm(server: standin.Standin, tmp_path: Path) -> RestStore:
    return standin.store(tmp_path, server.url)


def plan(crm: RestStore) -> tuple[PlanLine, ...]:
    return crm.plan(standin.ANNA, crm.locate(standin.ANNA).keys, now=NOW, keep_until=law)


def apply(
    crm: RestStore, lines: tuple[PlanLine, ...], journal: Journal | None = None, **more: Any
) -> tuple[Outcome, ...]:
    given = {"approval": "a", "now": NOW, "check": lambda: None, "keep_until": law, **more}
    return crm.apply(lines, journal=journal, **given)


WRITES = Counter(
    {
        **{("DELETE", f"tickets/{n}"): 1 for n in (1, 2, 3, 6, 7)},
        ("POST", "invoices"): 1,
        ("PATCH", "clients/7"): 1,
    }
)
"""What the plan for Anna sends: the kept invoice loses its remark; the older one can only be deleted by hand."""


def test_the_plan_says_what_the_interface_can_do_and_what_a_person_must(crm: RestStore) -> None:
    said = {(one.dataset, one.treatment.value, one.count, one.reason) for one in plan(crm)}
    assert said == {
        ("tickets", "delete", 5, None),
        ("invoices", "anonymise", 1, None),
        ("invoices", "manual", 1, Reason.MAP),
        ("invoices", "keep", 1, Reason.LAW),
        ("contacts", "manual", 2, Reason.MAP),
        ("clients", "anonymise", 1, Reason.REFERRED),
    }
    assert plan(crm) == plan(crm)


def test_applied_once_and_nothing_of_anybody_else(crm: RestStore, server: standin.Standin) -> None:
    before, lines, journal = server.sums(), plan(crm), MemoryJournal()
    outcomes = apply(crm, lines, journal)
    assert Counter(server.writes) == WRITES
    assert {lines[one.line].dataset: one.changed for one in outcomes if one.changed} == {
        "tickets": 5,
        "invoices": 1,
        "clients": 1,
    }
    client = server.rows["clients"]["7"]
    assert client["contact"]["email"].endswith("@example.invalid")
    assert client["name"] == "Erased"
    assert server.rows["invoices"]["R-1"] == {**standin.start_rows()["invoices"]["R-1"], "remark": ""}
    after = server.sums()
    for kind, key in (("clients", "8"), ("clients", "9"), ("tickets", "4"), ("tickets", "5"), ("invoices", "R-3")):
        assert after[kind][key] == before[kind][key]
    assert {step.state for step in journal.steps()} == {StepState.DONE}
    apply(crm, lines, journal)
    apply(crm, lines)
    assert Counter(server.writes) == WRITES, "the same again sends nothing"


@pytest.mark.parametrize("after", [False, True])
def test_no_answer_is_found_out_by_reading(crm: RestStore, server: standin.Standin, after: bool) -> None:
    journal, lines, calls = MemoryJournal(), plan(crm), []

    def breaks(_: object) -> bool:
        calls.append(1)
        return len(calls) != 3

    if after:
        # The write happened and its answer was lost: reading shows it, and the work goes on.
        server.after_write = breaks
        apply(crm, lines, journal)
    else:
        server.before_write = breaks
        with pytest.raises(Temporary) as raised:
            apply(crm, lines, journal)
        assert raised.value.code == "fate_unknown"
        assert [step.state for step in journal.steps()].count(StepState.SENT) == 1
        outcomes = apply(crm, lines, journal)
        assert sum(one.changed for one in outcomes) == 7
    assert Counter(server.writes) == WRITES


def test_a_row_in_doubt_that_is_neither_is_for_a_person(crm: RestStore, server: standin.Standin) -> None:
    journal, lines = MemoryJournal(), tuple(one for one in plan(crm) if one.dataset in {"clients", "invoices"})
    server.before_write = lambda call: call.command != "PATCH"
    with pytest.raises(Temporary):
        apply(crm, lines, journal)
    server.before_write = lambda _: True
    server.rows["clients"]["7"]["name"] = "Somebody was here"
    with pytest.raises(Permanent) as raised:
        apply(crm, lines, journal)
    assert (raised.value.code, raised.value.place) == ("unknown_outcome", "crm.clients")
    assert StepState.UNKNOWN in {step.state for step in journal.steps()}


def test_an_interface_that_says_yes_and_does_nothing_is_caught(crm: RestStore, server: standin.Standin) -> None:
    def ignores(call: standin.Api) -> bool:
        call.body = json.dumps({"generation": 1}).encode() if call.command == "PATCH" else call.body
        return True

    server.before_write = ignores
    with pytest.raises(Permanent) as raised:
        apply(crm, plan(crm))
    assert (raised.value.code, raised.value.place) == ("not_changed", "crm.clients")


def test_somebody_faster_is_noticed_by_the_stores_own_lock(crm: RestStore, server: standin.Standin) -> None:
    bumped: list[None] = []

    def bump(call: standin.Api) -> bool:
        if call.command == "PATCH" and not bumped:
            bumped.append(None)
            server.rows["clients"]["7"]["generation"] = 5
        return True

    server.before_write = bump
    apply(crm, plan(crm))
    assert Counter(server.writes) == WRITES


def test_a_row_that_became_somebody_elses_makes_the_plan_stale(crm: RestStore, server: standin.Standin) -> None:
    lines = plan(crm)
    server.rows["tickets"]["2"]["client_id"] = 8
    before = server.sums()
    with pytest.raises(Permanent) as raised:
        apply(crm, lines)
    assert (raised.value.code, raised.value.place) == ("plan_stale", "crm.tickets")
    assert server.sums() == before


@pytest.mark.parametrize("change", [{"rule": "other/1/0"}, {"store": "other"}, {"law": "another law"}])
def test_another_rule_store_or_law_makes_the_plan_stale(
    crm: RestStore, server: standin.Standin, change: dict[str, str]
) -> None:
    lines = plan(crm)
    at = next(at for at, one in enumerate(lines) if one.treatment is Treatment.KEEP)
    with pytest.raises(Permanent) as raised:
        apply(crm, (*lines[:at], replace(lines[at], **change), *lines[at + 1 :]))  # type: ignore[arg-type]
    assert raised.value.code == "plan_stale"
    assert server.writes == []


@pytest.mark.parametrize("call", [1, 2, 3, 6])
def test_a_case_that_was_stopped_sends_nothing_more(crm: RestStore, server: standin.Standin, call: int) -> None:
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == call:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        apply(crm, plan(crm), check=check)
    assert len(server.writes) == max(0, call - 3)


def test_what_was_gone_already_counts_as_unchanged(crm: RestStore, server: standin.Standin) -> None:
    lines = plan(crm)
    del server.rows["tickets"]["3"]
    outcome = next(one for one in apply(crm, lines) if lines[one.line].dataset == "tickets")
    assert (outcome.changed, outcome.unchanged) == (4, 1)


def test_residue_before_after_and_in_a_list_that_can_be_read(crm: RestStore, server: standin.Standin) -> None:
    keys, lines = crm.locate(standin.ANNA).keys, plan(crm)
    taught = [one.identifier for one in crm.locate(standin.ANNA).learned if not one.shared]
    who = Subject("anna", (*standin.ANNA.identifiers, *taught))
    before = crm.residue(who, keys, now=NOW, lines=lines, keep_until=law)
    assert {(one.table, one.column) for one in before if one.stands} >= {("clients", "email"), ("tickets", "author")}
    apply(crm, lines)
    server.rows["tickets"]["99"] = {
        "id": 99,
        "client_id": 0,
        "author": "",
        "text": "mail anna@example.com",
        "answered": "",
    }
    server.rows["tickets"]["98"] = {"id": 98, "client_id": 8, "author": "", "text": "+44 7700 900101", "answered": ""}
    after = crm.residue(who, keys, now=NOW, lines=lines, keep_until=law)
    found = {(one.table, one.column, one.kind, one.cls) for one in after}
    assert ("tickets", "text", IdentifierKind.EMAIL, HitClass.UNLINKED) in found
    assert ("tickets", "text", IdentifierKind.PHONE, HitClass.OTHER) in found
    assert ("invoices", "address", IdentifierKind.ADDRESS, HitClass.KEPT) in found
    # What a person has to do by hand still stands, and says so.
    assert ("contacts", "phone", IdentifierKind.PHONE, HitClass.HERS) in found
    assert not {one for one in found if one[0] == "clients"}


def test_r01_correct_and_confirm(crm: RestStore, server: standin.Standin) -> None:
    keys = crm.locate(standin.ANNA).keys
    changes = (Change(RowKey("clients", ("7",)), "name", "Anna Miller"),)
    lines = crm.plan(standin.ANNA, keys, right="rectification", now=NOW, changes=changes)
    assert [(one.treatment, one.count) for one in lines] == [(Treatment.CORRECT, 1)]
    assert "Miller" not in repr(lines)
    apply(crm, lines)
    apply(crm, lines)
    assert server.writes == [("PATCH", "clients/7")]
    assert server.rows["clients"]["7"]["name"] == "Anna Miller"
    (confirmed,) = crm.confirm(lines)
    assert (confirmed.holds, confirmed.differs, confirmed.gone) == (1, 0, 0)
    server.rows["clients"]["7"]["name"] = "Ann"
    with pytest.raises(Permanent) as raised:
        apply(crm, lines)
    assert raised.value.code == "plan_stale"


def test_r01_what_she_could_have_corrected_is_named_with_its_row(crm: RestStore) -> None:
    held = {(one.row.dataset, one.row.values, one.column): one for one in crm.held(crm.locate(standin.ANNA).keys)}
    assert held["clients", ("7",), "name"].value == "Anna O'Neill"
    assert {row for dataset, row, _column in held if dataset == "clients"} == {("7",)}
    assert not any(column == "id" for _dataset, _row, column in held)


def test_q03_q06_restrict_and_lift_exactly_what_stood_there(crm: RestStore, server: standin.Standin) -> None:
    keys, before = crm.locate(standin.ANNA).keys, server.rows["clients"]["7"].copy()
    lines = crm.plan(standin.ANNA, keys, right="restriction", now=NOW)
    apply(crm, lines)
    assert server.rows["clients"]["7"]["status"] == "restricted"
    lifting = crm.plan(standin.ANNA, keys, right="lift", now=NOW, applied=lines)
    apply(crm, lifting)
    assert server.rows["clients"]["7"] == {**before, "generation": 3}
    (manual,) = crm.plan(standin.ANNA, keys, right="marketing_objection", now=NOW)
    assert (manual.treatment, manual.reason) == (Treatment.MANUAL, Reason.NO_SWITCH)


def test_q06_a_value_another_restriction_still_wants_is_left_by_the_first_that_ends(
    crm: RestStore, server: standin.Standin
) -> None:
    keys, before = crm.locate(standin.ANNA).keys, server.rows["clients"]["7"].copy()
    first = crm.plan(standin.ANNA, keys, right="restriction", now=NOW)
    apply(crm, first)
    second = crm.plan(standin.ANNA, keys, right="restriction", now=NOW)
    (ended,) = crm.plan(standin.ANNA, keys, right="lift", now=NOW, applied=first, standing=second)
    assert (ended.treatment, ended.reason) == (Treatment.KEEP, Reason.STANDS)
    apply(crm, (ended,))
    assert server.rows["clients"]["7"]["status"] == "restricted"
    apply(crm, crm.plan(standin.ANNA, keys, right="lift", now=NOW, applied=(*first, *second)))
    assert server.rows["clients"]["7"]["status"] == before["status"]


@pytest.mark.parametrize("state", ["pending", "sent", "done"])
@pytest.mark.parametrize("number", [4])
def test_killed_at_each_journaled_step_and_resumed_each_effect_once(
    crm: RestStore, server: standin.Standin, tmp_path: Path, state: str, number: int
) -> None:
    lines = plan(crm)
    (tmp_path / "lines.json").write_text(json.dumps(lines_to_json(lines)), encoding="utf-8")
    child = [sys.executable, "-m", "tests.exporters.http.killed", str(tmp_path), f"{state}:{number}"]
    ended = subprocess.run(child, check=False, capture_output=True, timeout=60, cwd=Path(__file__).parents[3])
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
    journal = FileJournal(tmp_path / "journal")
    sent = len(server.writes)
    assert sent == (number if state == "done" else number - 1)
    outcomes = apply(crm, lines, journal)
    assert Counter(server.writes) == WRITES
    assert sum(one.changed for one in outcomes) == 7


class CrashError(BaseException):
    """The process ends here; nothing may catch it."""


class Crashing(MemoryJournal):
    """Ends the process in effect, right after the N-th step of any state was written."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number

    def put(self, step: Step) -> None:
        super().put(step)
        self.left -= 1
        if self.left == 0:
            raise CrashError


def test_ended_after_every_single_entry_of_the_journal_each_effect_once(
    crm: RestStore, server: standin.Standin
) -> None:
    lines = plan(crm)
    for number in range(1, 3 * 7 + 1):
        standin.reset(server)
        journal = Crashing(number)
        with pytest.raises(CrashError):
            apply(crm, lines, journal)
        outcomes = apply(crm, lines, journal)
        assert Counter(server.writes) == WRITES, number
        assert sum(one.changed for one in outcomes) == 7, number
