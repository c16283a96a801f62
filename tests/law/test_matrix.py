"""Every state x action x right x role against the rule book: sixty thousand cases, none by hand (4.2, 4.3)."""

from __future__ import annotations

from itertools import product

import pytest

from dsr.law.rights import Right
from dsr.law.workflow import STEPS, Action, Actor, RefusalCode, Role, State, available, refusal, target

from .cases import actor, facts, willing
from .expected import COMPLETED_BY_SYSTEM, MOVES

ACTORS = {role: actor(role) for role in Role}


def roles_for(action: Action, right: Right) -> set[Role]:
    roles = set(MOVES[action][2])
    if action is Action.COMPLETE and right in COMPLETED_BY_SYSTEM:
        roles.add(Role.SYSTEM)
    if Role.SYSTEM in roles:
        roles.add(Role.EXECUTOR)  # the executor is a service account: the system in another coat
    if Role.REVIEWER in roles:
        roles.add(Role.LEAD)
    return roles


@pytest.mark.parametrize("action", Action)
def test_4_2_an_action_is_possible_exactly_where_the_rule_book_says(action: Action) -> None:
    """With all guards content, only state, right and role decide; each has a refusal of its own."""
    sources, end, _, rights = MOVES[action]
    for state, right in product(State, Right):
        given = willing(action, state, right)
        for role, who in ACTORS.items():
            refused = refusal(given, action, who)
            where = (action, state, right, role)
            code = refused.code if refused is not None else None
            if state not in sources:
                assert code == RefusalCode.WRONG_STATE, where
            elif right not in rights:
                assert code == RefusalCode.NOT_FOR_RIGHT, where
            elif role not in roles_for(action, right):
                assert code == RefusalCode.ROLE, where
            else:
                assert refused is None, (*where, refused)
                assert target(given, action) is (end or state), where


def test_the_expected_table_names_every_action() -> None:
    assert set(MOVES) == set(Action)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_4_3_auditor_and_administrator_move_nothing(role: Role) -> None:
    who = actor(role)
    for state, right in product(State, Right):
        assert available(willing(Action.ACCEPT, state, right), who) == ()


def test_4_0_7_the_dpo_decides_nothing_even_when_she_is_also_a_lead() -> None:
    """Art. 38(6): two hats, one head; what is left is contesting and correcting the receipt."""
    both = actor(Role.DPO, Role.LEAD, Role.REVIEWER)
    moves = {
        step.action
        for action, state, right in product(Action, State, Right)
        for step in available(willing(action, state, right), both)
    }
    assert moves == {Action.CONTEST, Action.CORRECT_RECEIPT}


def test_4_0_7_a_lead_is_also_a_reviewer() -> None:
    lead = actor(Role.LEAD, name="lead")
    assert Role.REVIEWER in lead.effective
    assert refusal(willing(Action.APPROVE, State.REVIEW, Right.ACCESS), Action.APPROVE, lead) is None


def test_a_subject_has_no_role_but_her_own() -> None:
    """Roles somebody smuggles onto a subject do not count."""
    smuggler = Actor("subject", "x", frozenset({Role.LEAD, Role.SYSTEM}))
    assert smuggler.effective == {Role.SUBJECT}


def test_the_default_facts_are_the_cautious_answer() -> None:
    """Whoever sets no facts gets nowhere near a store, a package or an end, except by what needs no proof."""
    harmless = {Action.ACCEPT, Action.ANSWER_CLARIFICATION, Action.FEE_SETTLED, Action.CONTEST, Action.REASSESS, Action.FINISH_COLLECTION,
                Action.RESUME_ASSESSMENT, Action.FINISH_EXECUTION, Action.WITHDRAW}  # fmt: skip
    for step in STEPS:
        for state, right, who in product(step.sources, step.rights, ACTORS.values()):
            if refusal(facts(state, right), step.action, who) is None:
                assert step.action in harmless, (step.action, state, right)
