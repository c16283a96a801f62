"""Every scenario of the rule book has its story: a table of scenario and tests, and a proof that each of those can be run."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = "tests/scenarios"
STORIES: Final = {
    "SC-01": ("tests/journeys/test_access.py::test_SC_01_an_access_request_from_receipt_to_release",),
    "SC-02": (f"{HERE}/test_sc02_unknown_address.py",),
    "SC-03": (
        "tests/journeys/test_erasure.py::test_SC_03_an_erasure_from_receipt_to_certificate",
        "tests/cases/test_kept.py::test_SC_03_each_year_of_invoices_has_its_own_end_and_goes_on_its_day",
    ),
    "SC-04": (f"{HERE}/test_sc04_disputed_invoice.py",),
    "SC-05": (f"{HERE}/test_sc05_erasure_by_a_prospect.py",),
    "SC-06": (f"{HERE}/test_sc06_marketing_by_phone.py",),
    "SC-07": (f"{HERE}/test_sc07_objection_to_scoring.py",),
    "SC-08": (f"{HERE}/test_sc08_rectification.py",),
    "SC-09": (f"{HERE}/test_sc09_disputed_usage.py", f"{HERE}/test_sc09_restriction.py"),
    "SC-10": (f"{HERE}/test_sc10_evidence.py",),
    "SC-11": ("tests/fulfil/test_portability.py::test_SC_11_P_07_a_portability_case_from_receipt_to_release",),
    "SC-12": ("tests/fulfil/test_portability.py::test_SC_12_a_declined_wish_is_answered_with_its_reason",),
    "SC-13": (f"{HERE}/test_sc13_human_review.py",),
    "SC-14": (f"{HERE}/test_sc14_consent_by_one_tap.py",),
    "SC-15": (f"{HERE}/test_sc15_call_recordings.py",),
    "SC-16": (f"{HERE}/test_sc16_household.py",),
    "SC-17": (f"{HERE}/test_sc17_identity_restart.py",),
    "SC-18": (
        (
            f"{HERE}/test_sc18_on_behalf.py"
            "::test_SC_18_T_02_H_04_a_lawyers_letter_starts_the_clock_on_delivery_and_its_gaps_are_seen"
        ),
    ),
    "SC-19": (f"{HERE}/test_sc19_death_of_the_subscriber.py",),
    "SC-20": (
        (
            f"{HERE}/test_sc20_extension.py"
            "::test_SC_20_T_16_T_17_one_extension_within_the_first_month_is_three_months_from_receipt"
        ),
    ),
    "SC-21": (
        (
            f"{HERE}/test_sc20_extension.py"
            "::test_SC_21_T_20_a_refusal_after_the_first_month_needs_its_mark_and_the_officers_opinion"
        ),
    ),
    "SC-22": (f"{HERE}/test_sc22_fourth_request.py",),
    "SC-23": (f"{HERE}/test_sc23_overdue.py",),
    "SC-24": (f"{HERE}/test_sc24_restore.py",),
    "SC-25": (
        f"{HERE}/test_sc25_several_rights.py",
        f"{HERE}/test_sc25_order.py",
        f"{HERE}/test_sc25_directory.py",
    ),
}


def names_of(file: Path) -> set[str]:
    """The names pytest collects from a file."""
    found = ast.parse(file.read_text(encoding="utf-8")).body
    return {one.name for one in found if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


@pytest.mark.parametrize("scenario", [f"SC-{number:02}" for number in range(1, 26)])
def test_the_scenario_has_a_story_that_names_it(scenario: str) -> None:
    stories = STORIES[scenario]
    assert stories
    for story in stories:
        path, _, name = story.partition("::")
        names = names_of(ROOT / path)
        assert name in names if name else names, f"{story} is not there"
        named = {name} if name else names
        assert any(scenario.replace("-", "_") in one for one in named), f"{story} does not say which scenario it is"


def test_no_story_stands_for_a_scenario_that_is_none_and_no_story_is_left_out() -> None:
    assert sorted(STORIES) == [f"SC-{number:02}" for number in range(1, 26)]
    told = {story.partition("::")[0] for stories in STORIES.values() for story in stories}
    files = {f"{HERE}/{one.name}" for one in (ROOT / HERE).glob("test_sc[0-9]*.py")}
    of_a_right = {f"{HERE}/test_sc24_all_rights.py"}  # SC-24 on a server of its own, told by test_sc24_restore.py here
    assert files - told - of_a_right == set()
