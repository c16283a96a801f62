"""Who approves which letter, held against the workflow table (rules 4.2, 4.3, 4.0.7)."""

from __future__ import annotations

import pytest

from dsr.law.codes import Guard
from dsr.law.letter_approval import APPROVALS, Approval, approval
from dsr.law.letters import LetterCode
from dsr.law.steps import STEPS
from dsr.law.terms import Action, Role

ENDS = {Action.COMPLETE, Action.COMPLETE_PARTLY}  # released after the approval of the whole answer
TWO = {Guard.SECOND_PERSON, Guard.TWO_PERSONS, Guard.OTHER_REVIEWER}
PAIRS = [(step, letter) for step in STEPS for letter in step.letters]


def test_every_letter_has_its_rule():
    assert set(APPROVALS) == set(LetterCode)


@pytest.mark.parametrize(("step", "letter"), PAIRS, ids=lambda one: getattr(one, "action", one))
def test_4_2_what_only_a_lead_may_do_is_a_letter_that_only_a_lead_sends(step, letter):
    rule, people = approval(letter), step.roles - {Role.SYSTEM, Role.EXECUTOR}
    if step.action in ENDS:
        assert rule in {Approval.CASE, Approval.HANDLER}
        return
    assert (people == {Role.LEAD}) == (rule in {Approval.LEAD, Approval.CASE})
    if rule is Approval.CASE:
        assert TWO & set(step.guards), "two persons decide (4.0.7)"


def test_4_0_7_an_answer_that_goes_with_the_case_was_approved_by_a_second_person():
    for step in STEPS:
        if step.action is Action.APPROVE:
            assert TWO & set(step.guards)
