"""The kit itself: each broken exporter is caught by the one check that is meant for it, and a sound one by none."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from exporters.registry import load_stores, open_store
from tests.exporters import club, mutants
from tests.exporters.test_kit import ClubKit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CAUGHT_BY = {
    "EagerList": "collect_is_a_lazy_stream",
    "Hoarder": "memory_does_not_grow_with_the_rows",
    "OneByOneBatchOfAll": "batches_are_of_moderate_size",
    "UnstableOrder": "order_is_stable",
    "FilesLie": "files_are_what_they_are_described_as",
    "GoesOnWhereItStopped": "collect_can_be_stopped_and_started_again",
    "NotJson": "values_are_json",
    "RawDates": "values_are_json",
    "Undescribed": "describe_covers_every_column_and_nothing_closed_appears",
    "NoPurpose": "describe_says_everything_the_report_needs",
    "KnowsEverybody": "unknown_subject_is_none_and_has_no_keys",
    "ByName": "a_name_alone_finds_nobody",
    "ToldMore": "no_foreign_identifier_appears",
    "SharedRows": "namesakes_are_not_mixed",
    "PlanWrites": "planning_twice_gives_the_same_plan_and_changes_nothing",
    "NoReason": "every_line_says_whose_why_and_under_which_rule",
    "AnyRight": "another_right_is_refused_with_a_code",
    "ForeignRowTouched": "applied_as_counted_and_no_row_besides",
    "PlansForeignRows": "the_namesake_loses_nothing",
    "NotIdempotent": "applying_twice_is_harmless",
    "StalePlanIgnored": "a_stale_plan_writes_nothing",
    "StaleRuleIgnored": "a_changed_rule_makes_the_plan_stale",
    "NeverAsks": "a_case_that_was_stopped_writes_nothing",
    "KeysOnly": "rows_that_arrive_are_erased_and_do_not_make_the_plan_stale",
    "HalfDone": "killed_on_the_way_nothing_is_half_done_and_the_next_try_finishes",
    "ResidueHidesHers": "residue_is_there_before_and_gone_after",
    "ResidueReadsTheMapOnly": "residue_finds_a_copy_no_map_reaches",
    "SwallowsTimeout": "a_store_that_never_answers_is_given_up_and_temporary",
    "DownIsPermanent": "store_down_is_temporary_and_says_nothing_about_anybody",
    "NamesThePerson": "store_down_is_temporary_and_says_nothing_about_anybody",
    "LockIsPermanent": "rows_the_system_holds_make_it_temporary_and_nothing_is_written",
}
KILLED = {"Sound", "HalfDone"}
"""Killing takes a process each time: only where it can show something."""


class MutantKit(ClubKit):
    """The whole kit on the club, the exporter replaced by a broken one."""

    backend = "sqlite"
    points = ("check:1", "write:4", "check:2")
    mutant = "Sound"

    def gives(self, hook: str) -> bool:
        return super().gives(hook) and (hook != "configured" or self.mutant in KILLED)

    def opened(self, url: str) -> Any:
        return open_store(load_stores(self._config(url))["store"])

    def _config(self, url: str) -> Path:
        path = super()._config(url)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("system: sql", f"system: tests.exporters.mutants:{self.mutant}"), encoding="utf-8")
        return path


def _checks() -> dict[str, list[dict[str, Any]]]:
    """Every check of the kit with the arguments it is to be called with."""
    found = {}
    for name in sorted(vars_of(MutantKit)):
        method = getattr(MutantKit, name)
        asked = [mark.args for mark in getattr(method, "pytestmark", ()) if mark.name == "parametrize"]
        choices = [[{argument: value} for value in values] for argument, values in asked]
        if name.startswith("test_killed"):
            choices = [[{"point": point} for point in MutantKit.points]]
        found[name] = [{k: v for one in chosen for k, v in one.items()} for chosen in itertools.product(*choices)]
    return found


def vars_of(kit: type) -> set[str]:
    """Names of all checks."""
    return {name for name in dir(kit) if name.startswith("test_")}


def _failing(mutant: str, tmp_path: Path, *, only: str = "") -> dict[str, str]:
    """The checks this exporter does not pass, each with what it says."""
    failed = {}
    numbers = itertools.count()
    for name, calls in _checks().items():
        for arguments in calls if only in {"", name.removeprefix("test_")} else ():
            message = _outcome(mutant, tmp_path / str(next(numbers)), lambda kit: getattr(kit, name)(**arguments))  # noqa: B023
            if message:
                failed[name.removeprefix("test_")] = message
    return failed


def _outcome(mutant: str, folder: Path, check: Callable[[Any], None]) -> str:
    folder.mkdir()
    kit = MutantKit()
    kit.mutant = mutant
    kit.folder = folder
    with club.fresh("sqlite", folder) as kit.own:
        try:
            check(kit)
        except pytest.skip.Exception:
            return ""
        except (AssertionError, pytest.fail.Exception) as error:
            return str(error) or "no message"
        except Exception as error:  # noqa: BLE001 - a check that lets an exporter's error through has caught it as well
            return f"{type(error).__name__}: {error}"
    return ""


@pytest.fixture(autouse=True)
def _as_at_first() -> Iterator[None]:
    mutants.UnstableOrder.asked = 0
    yield


@pytest.mark.slow
@pytest.mark.parametrize("mutant", CAUGHT_BY)
def test_a_broken_exporter_is_caught_by_the_check_meant_for_it(mutant: str, tmp_path: Path) -> None:
    meant = CAUGHT_BY[mutant]

    failed = _failing(mutant, tmp_path, only=meant)

    assert failed[meant] != "no message"


@pytest.mark.slow
@pytest.mark.parametrize("mutant", CAUGHT_BY)
def test_and_by_no_other(mutant: str, tmp_path: Path) -> None:
    failed = _failing(mutant, tmp_path)

    assert set(failed) == {CAUGHT_BY[mutant]}, failed


@pytest.mark.slow
def test_a_sound_exporter_passes_every_check(tmp_path: Path) -> None:
    assert _failing("Sound", tmp_path) == {}


def test_every_broken_exporter_is_in_the_table() -> None:
    broken = {name for name, one in vars(mutants).items() if isinstance(one, type) and issubclass(one, mutants.Sound)}

    assert broken == {*CAUGHT_BY, "Sound"}


def test_what_an_exporter_does_not_claim_is_skipped_and_says_so() -> None:
    class LocatesOnly:
        def locate(self, subject: Any) -> None: ...

    class Kit(ClubKit):
        def exporter(self) -> Any:
            return LocatesOnly()

        def gives(self, hook: str) -> bool:
            return True

    kit: Any = Kit()
    for name, claim in {
        "test_values_are_json": "Collects",
        "test_check_finds_no_error": "Checks",
        "test_applying_twice_is_harmless": "Plans",
    }.items():
        with pytest.raises(pytest.skip.Exception, match=f"LocatesOnly does not claim {claim}"):
            getattr(kit, name)()
