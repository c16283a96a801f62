"""The workflow as a graph: no dead ends, no islands, no short cuts; and the ways cases take in practice."""

from __future__ import annotations

import pytest

from dsr.law.rights import CHANGES_NO_STORE, Right
from dsr.law.workflow import ANSWERED, CLOSED, OPEN, STEPS, Action, Role, State, refusal, target

from .cases import actor, willing


def edges(right: Right) -> dict[State, set[State]]:
    """Where each state leads to for this right; a contested case may return to any answered state."""
    found: dict[State, set[State]] = {state: set() for state in State}
    for step in STEPS:
        if right not in step.rights:
            continue
        for source in step.sources:
            found[source] |= set(ANSWERED) if step.to_closed_as else {step.target} if step.target else set()
    return found


def reachable(right: Right, start: State, *, without: frozenset[State] | set[State] = frozenset()) -> set[State]:
    seen, todo, ways = {start}, [start], edges(right)
    while todo:
        for state in ways[todo.pop()] - seen - without:
            seen.add(state)
            todo.append(state)
    return seen


@pytest.mark.parametrize("right", Right)
def test_no_open_state_is_a_dead_end(right: Right) -> None:
    """From every open state a case can reach an answer, whatever the right."""
    for state in reachable(right, State.RECEIVED) & OPEN:
        assert reachable(right, state) & ANSWERED, state


@pytest.mark.parametrize("right", Right)
def test_every_closed_state_that_exists_for_a_right_is_reachable(right: Right) -> None:
    # A contested case is upheld only into the state it had, so leave that way out of the search. Rights without an identity
    # query (A11, I-06) end as not identified only as part of a flood.
    assert set(CLOSED) <= reachable(right, State.RECEIVED, without={State.CONTESTED})


def test_every_state_is_reachable_for_access() -> None:
    assert reachable(Right.ACCESS, State.RECEIVED) == set(State) - {State.EXECUTING}


def test_purged_is_the_end_and_nothing_leads_out_of_it() -> None:
    assert all(State.PURGED not in step.sources for step in STEPS)


@pytest.mark.parametrize("right", [Right.ACCESS, Right.ERASURE, Right.PORTABILITY])
def test_4_2_nothing_jumps_from_received_to_completed(right: Right) -> None:
    """Forbidden by 4.2 for 15, 17 and 20: the way always passes second review."""
    # Upholding a contested case returns it only to the answered state it had, so that edge proves nothing here.
    for gate in (State.REVIEW, State.APPROVED):
        assert State.COMPLETED not in reachable(right, State.RECEIVED, without={gate, State.CONTESTED})


@pytest.mark.parametrize("right", CHANGES_NO_STORE)
def test_4_0_1_rights_that_change_no_store_never_execute(right: Right) -> None:
    assert State.EXECUTING not in reachable(right, State.RECEIVED)


HANDLER, REVIEWER, LEAD = (
    actor(Role.HANDLER, name="handler"),
    actor(Role.REVIEWER, name="reviewer"),
    actor(Role.LEAD, name="lead"),
)
SYSTEM, EXECUTOR, SUBJECT = actor(Role.SYSTEM), actor(Role.EXECUTOR), actor(Role.SUBJECT)
A = Action
WAYS = {
    "access in the portal": (Right.ACCESS, State.COMPLETED, [
        (A.ACCEPT, SYSTEM), (A.START_COLLECTION, HANDLER), (A.FINISH_COLLECTION, SYSTEM), (A.SUBMIT_FOR_REVIEW, HANDLER),
        (A.APPROVE, REVIEWER), (A.NOTIFY, SYSTEM), (A.COMPLETE, HANDLER)]),
    "access from an unknown address": (Right.ACCESS, State.COMPLETED, [
        (A.ASK_IDENTITY, HANDLER), (A.CONFIRM_IDENTITY, SYSTEM), (A.ASK_CLARIFICATION, HANDLER), (A.ANSWER_CLARIFICATION, SUBJECT),
        (A.START_COLLECTION, HANDLER), (A.FINISH_COLLECTION, SYSTEM), (A.COLLECT_AGAIN, HANDLER), (A.ASK_IDENTITY, HANDLER),
        (A.CONFIRM_IDENTITY, HANDLER), (A.START_COLLECTION, HANDLER), (A.FINISH_COLLECTION, SYSTEM), (A.SUBMIT_FOR_REVIEW, HANDLER),
        (A.RETURN_TO_DRAFTING, REVIEWER), (A.SUBMIT_FOR_REVIEW, HANDLER), (A.APPROVE, REVIEWER), (A.NOTIFY, SYSTEM), (A.COMPLETE, HANDLER)]),
    "erasure with invoices, plan stale once": (Right.ERASURE, State.PARTLY_COMPLETED, [
        (A.ACCEPT, HANDLER), (A.START_COLLECTION, HANDLER), (A.FINISH_COLLECTION, SYSTEM), (A.SUBMIT_FOR_REVIEW, HANDLER),
        (A.APPROVE, LEAD), (A.START_EXECUTION, EXECUTOR), (A.PLAN_STALE, SYSTEM), (A.SUBMIT_FOR_REVIEW, HANDLER), (A.APPROVE, LEAD),
        (A.START_EXECUTION, SYSTEM), (A.FINISH_EXECUTION, SYSTEM), (A.COMPLETE_PARTLY, HANDLER), (A.ARCHIVE, SYSTEM), (A.PURGE, SYSTEM)]),
    "marketing stop by phone": (Right.MARKETING_OBJECTION, State.COMPLETED, [
        (A.STOP_NOW, actor(Role.INTAKE)), (A.FINISH_EXECUTION, SYSTEM), (A.COMPLETE, SYSTEM)]),
    "consent withdrawn in the portal": (Right.CONSENT_WITHDRAWAL, State.COMPLETED, [
        (A.STOP_NOW, SYSTEM), (A.FINISH_EXECUTION, SYSTEM), (A.COMPLETE, SYSTEM)]),
    "restriction": (Right.RESTRICTION, State.COMPLETED, [
        (A.ACCEPT, SYSTEM), (A.RESTRICT_NOW, HANDLER), (A.FINISH_EXECUTION, SYSTEM), (A.COMPLETE, HANDLER), (A.ANNOUNCE_LIFT, HANDLER),
        (A.LIFT_RESTRICTION, LEAD), (A.ARCHIVE, SYSTEM)]),
    "objection stopped, weighed, accepted": (Right.OBJECTION, State.COMPLETED, [
        (A.RESTRICT_NOW, HANDLER), (A.RESUME_ASSESSMENT, SYSTEM), (A.START_COLLECTION, HANDLER), (A.FINISH_COLLECTION, SYSTEM),
        (A.SUBMIT_FOR_REVIEW, HANDLER), (A.APPROVE, REVIEWER), (A.START_EXECUTION, SYSTEM), (A.FINISH_EXECUTION, SYSTEM),
        (A.COMPLETE, HANDLER)]),
    "objection stopped, weighed, refused": (Right.OBJECTION, State.REFUSED, [
        (A.ACCEPT, HANDLER), (A.RESTRICT_NOW, HANDLER), (A.RESUME_ASSESSMENT, HANDLER), (A.REFUSE, LEAD)]),
    "automated decision": (Right.AUTOMATED_DECISION, State.COMPLETED, [
        (A.ACCEPT, HANDLER), (A.START_COLLECTION, HANDLER), (A.FINISH_COLLECTION, SYSTEM), (A.SUBMIT_FOR_REVIEW, HANDLER),
        (A.APPROVE, REVIEWER), (A.NOTIFY, SYSTEM), (A.COMPLETE, HANDLER)]),
    "fee, paid, refused, contested, upheld": (Right.ACCESS, State.REFUSED, [
        (A.ACCEPT, HANDLER), (A.ANNOUNCE_FEE, LEAD), (A.FEE_SETTLED, HANDLER), (A.EXTEND, LEAD), (A.REFUSE, LEAD), (A.CONTEST, SUBJECT),
        (A.UPHOLD, LEAD)]),
    "silence after the identity query": (Right.ERASURE, State.NOT_IDENTIFIED, [
        (A.ASK_IDENTITY, HANDLER), (A.CLOSE_NOT_IDENTIFIED, LEAD)]),
    "contested from the archive": (Right.ACCESS, State.ASSESSING, [
        (A.ACCEPT, SYSTEM), (A.WITHDRAW, SUBJECT), (A.ARCHIVE, SYSTEM), (A.CONTEST, SUBJECT), (A.REASSESS, LEAD)]),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_the_ways_cases_take_in_practice(name: str) -> None:
    """Each step is allowed in turn, and the case passes the answered state it is meant to reach."""
    right, end, way = WAYS[name]
    state, passed = State.RECEIVED, [State.RECEIVED]
    for action, who in way:
        given = willing(action, state, right)
        assert refusal(given, action, who) is None, (name, state, action, refusal(given, action, who))
        state = target(given, action)
        passed.append(state)
    assert end in passed, passed
