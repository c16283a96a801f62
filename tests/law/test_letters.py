"""What letters must contain (5.1): presence is checked, for every letter and outcome."""

from __future__ import annotations

import pytest

from dsr.law.letter_elements import Element
from dsr.law.letters import (
    ANSWERS,
    COMMON,
    MANDATORY,
    NEGATIVE,
    REFUSALS,
    WHEN_GRANTED,
    WHEN_NEGATIVE,
    LetterCode,
    Outcome,
    missing,
    required,
)
from dsr.law.rights import Right
from dsr.law.workflow import STEPS, Action

BLANK: tuple[object, ...] = ("", "  \n", None, (), [])
CODES = {f"L-{n:02}" for n in range(1, 24)} | {"L-07b"}


def test_5_1_all_letters_are_there_and_all_elements_are_asked_for_somewhere() -> None:
    assert {code.value for code in LetterCode} == CODES
    used = {element for code in LetterCode for outcome in Outcome for regime in ("EU_GDPR", "US_CCPA")
            for element in required(code, outcome=outcome, regime=regime)}  # fmt: skip
    assert used == set(Element)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("code", LetterCode)
def test_5_1_each_missing_element_is_noticed_and_nothing_else(code: LetterCode, outcome: Outcome) -> None:
    full = dict.fromkeys(required(code, outcome=outcome), "words")
    assert set(COMMON) <= set(full)
    assert missing(code, full, outcome=outcome) == ()
    for element in full:
        for nothing in BLANK:
            assert missing(code, full | {element: nothing}, outcome=outcome) == (element,)
        assert missing(code, {k: v for k, v in full.items() if k is not element}, outcome=outcome) == (element,)


@pytest.mark.parametrize("code", LetterCode)
def test_12_4_whatever_is_negative_in_any_part_names_reasons_and_remedies(code: LetterCode) -> None:
    assert set(NEGATIVE) <= set(required(code, outcome=Outcome.PARTLY))
    assert set(NEGATIVE) <= set(required(code, outcome=Outcome.REFUSED))


@pytest.mark.parametrize("code", ["L-04", "L-07", "L-07b", "L-08", "L-13", "L-17"])
def test_5_1_letters_that_are_negative_by_nature_always_carry_the_remedies(code: str) -> None:
    assert set(NEGATIVE) <= set(MANDATORY[LetterCode(code)])


def test_a06_a10_a13_the_access_answer_names_recipients_authority_and_safeguards() -> None:
    needed = {Element.RECIPIENTS_NAMED, Element.AUTHORITY, Element.THIRD_COUNTRY_SAFEGUARDS, Element.SOURCES, Element.AUTOMATED_DECISIONS,
              Element.STORAGE_PERIODS, Element.PURPOSES, Element.CONFIRMATION, Element.COPY_OF_DATA}  # fmt: skip
    assert needed <= set(required(LetterCode.ACCESS_ANSWER))


def test_r03_a_refused_rectification_offers_a_statement_and_needs_no_new_value() -> None:
    refused = set(required(LetterCode.RECTIFICATION, outcome=Outcome.REFUSED))
    assert Element.SUPPLEMENTARY_STATEMENT in refused
    assert Element.OLD_AND_NEW_VALUE not in refused
    assert set(WHEN_GRANTED[LetterCode.RECTIFICATION]) <= set(required(LetterCode.RECTIFICATION))
    both = set(required(LetterCode.RECTIFICATION, outcome=Outcome.PARTLY))
    assert {*WHEN_GRANTED[LetterCode.RECTIFICATION], *WHEN_NEGATIVE[LetterCode.RECTIFICATION]} <= both


def test_california_acknowledgements_describe_the_verification() -> None:
    assert Element.VERIFICATION_DESCRIBED in required(LetterCode.ACKNOWLEDGEMENT, regime="US_CCPA")
    assert Element.VERIFICATION_DESCRIBED not in required(LetterCode.ACKNOWLEDGEMENT)


@pytest.mark.parametrize("right", Right)
def test_16_17_each_right_is_answered_and_refused_by_its_own_letter(right: Right) -> None:
    rows = {
        step.action: step
        for step in STEPS
        if right in step.rights and step.action in {Action.COMPLETE, Action.COMPLETE_PARTLY, Action.REFUSE}
    }
    assert rows[Action.COMPLETE].letter is ANSWERS[right]
    assert rows[Action.COMPLETE_PARTLY].letters == (ANSWERS[right], LetterCode.PARTIAL_REFUSAL)
    assert rows[Action.REFUSE].letter is REFUSALS[right]


def test_every_letter_to_the_subject_is_sent_by_a_step_or_by_the_ladder_or_stands_alone() -> None:
    """L-06 is sent on the way, L-21 to L-23 go to others; every other letter hangs on a step."""
    sent = {letter for step in STEPS for letter in step.letters}
    alone = {"L-06", "L-21", "L-22", "L-23"}
    assert {letter.value for letter in sent} == CODES - alone
