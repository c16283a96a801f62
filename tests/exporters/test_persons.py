"""Who is meant: found, none or ambiguous, from what each identifier says."""

from __future__ import annotations

import pytest

from exporters.contract import MatchStatus
from exporters.persons import Evidence, Person, Verdict, decide

A, B, C = (Person("customer", name) for name in "abc")
FOUND, NONE, AMBIGUOUS = MatchStatus.FOUND, MatchStatus.NONE, MatchStatus.AMBIGUOUS


def _said(*persons: Person, pinned: bool = False) -> Evidence:
    return Evidence(frozenset(persons), pinned=pinned)


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        pytest.param([], Verdict(NONE), id="nothing was asked"),
        pytest.param([_said(), _said()], Verdict(NONE), id="nobody"),
        pytest.param([_said(A), _said(), _said(A)], Verdict(FOUND, (A,)), id="all mean one"),
        pytest.param([_said(A), _said(B)], Verdict(AMBIGUOUS, others=(A, B)), id="two mean different people"),
        pytest.param([_said(A, B)], Verdict(AMBIGUOUS, others=(A, B)), id="one is shared"),
        pytest.param([_said(A), _said(A, B)], Verdict(FOUND, (A,), (B,)), id="shared, and one of hers alone"),
        pytest.param([_said(A), _said(B, C)], Verdict(AMBIGUOUS, others=(A, B, C)), id="shared by others only"),
        pytest.param([_said(A, B), _said(B, C)], Verdict(AMBIGUOUS, others=(A, B, C)), id="two shared prove nothing"),
        pytest.param([_said(A, pinned=True), _said(B)], Verdict(FOUND, (A,), (B,)), id="tied to this store"),
        pytest.param([_said(A, pinned=True), _said(B, pinned=True)], Verdict(FOUND, (A, B)), id="two records are hers"),
        pytest.param([_said(A, B, pinned=True)], Verdict(AMBIGUOUS, others=(A, B)), id="a number two people have"),
        pytest.param([_said(pinned=True), _said(B)], Verdict(FOUND, (B,)), id="her old record is gone"),
        pytest.param([Evidence(near=frozenset({A}))], Verdict(AMBIGUOUS, others=(A,)), id="differs in case"),
        pytest.param(
            [_said(A), Evidence(near=frozenset({A}))], Verdict(FOUND, (A,)), id="differs in case, hers anyway"
        ),
        pytest.param([_said(A), Evidence(near=frozenset({B}))], Verdict(FOUND, (A,), (B,)), id="resembles another"),
    ],
)
def test_decide(evidence: list[Evidence], verdict: Verdict) -> None:
    assert decide(evidence) == verdict
    assert decide(evidence[::-1]) == verdict, "the order of the identifiers must not matter"
