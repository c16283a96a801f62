"""The demo shows every right at every stage: what is wanted comes from the law's own table, and each gap says why."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from dsr.audit import verify_case
from dsr.cases import clock
from dsr.demo import cases, office, rights
from dsr.law.decisions import BY_DECISION
from dsr.law.rights import CHANGES_NO_STORE, SEARCHES_FIRST, Right
from dsr.law.steps import STEPS
from dsr.law.workflow import State
from dsr.models import Case, Hold, KeptLine, Rescan, Restriction, Suppression

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
LATE: Final = {"demo-overdue"}
"""The only request that is late on purpose."""
ONCE: Final = {
    State.CLARIFY_PENDING: "only access knows the question (Recital 63)",
    State.FEE_PENDING: "the same letter and page for every right",
    State.NOT_IDENTIFIED: "the same letter and page for every right",
}
GONE: Final = {State.ARCHIVED, State.PURGED}
"""After years; a demo that starts today has none."""
MOMENTARY: Final = {
    **dict.fromkeys(((right, State.NOTIFYING) for right in CHANGES_NO_STORE), "released and closed in one step"),
    **dict.fromkeys(
        ((right, State.APPROVED) for right in BY_DECISION - CHANGES_NO_STORE),
        "carried out in the transaction that approves",
    ),
    **dict.fromkeys(
        (
            (right, state)
            for right in set(Right) - SEARCHES_FIRST
            for state in (State.DRAFTING, State.REVIEW, State.APPROVED)
        ),
        "works at once; drafted only when it is taken back",
    ),
}
UNLIKELY: Final = {
    (Right.MARKETING_OBJECTION, State.NOTIFYING): "answers itself: Art. 19 does not name an objection",
    (Right.MARKETING_OBJECTION, State.ASSESSING): "stopped at receipt",
    (Right.MARKETING_OBJECTION, State.EXECUTING): "the stores stop within seconds; the dozen has one",
    (Right.MARKETING_OBJECTION, State.REFUSED): "absolute: nothing is weighed (21(3))",
    (Right.MARKETING_OBJECTION, State.WITHDRAWN): "stopped at receipt, so there is nothing to take back",
    (Right.MARKETING_OBJECTION, State.CONTESTED): "nobody contests a stop",
    (Right.CONSENT_WITHDRAWAL, State.REFUSED): "absolute: nothing is weighed (7(3))",
    (Right.CONSENT_WITHDRAWAL, State.CONTESTED): "nobody contests a stop",
    (Right.ERASURE, State.COMPLETED): "every subscriber of the demo has invoices, which the law keeps: closed in part",
    **dict.fromkeys(
        ((right, State.PARTLY_COMPLETED) for right in set(Right) - {Right.RECTIFICATION, Right.ERASURE}),
        "answered whole or refused whole",
    ),
}


def wanted() -> dict[Right, set[State]]:
    """The states that the table leads a right into."""
    found: dict[Right, set[State]] = defaultdict(set)
    for step in STEPS:
        for right in step.rights:
            if step.target is not None:
                found[right].add(step.target)
    return found


def test_every_gap_has_a_reason_and_no_story_is_told_twice() -> None:
    keys = [story.key for story in rights.stories()]

    assert len(set(keys)) == len(keys)
    assert not {pair for pair in MOMENTARY if pair[1] not in wanted()[pair[0]]} - {
        pair for pair in MOMENTARY if pair[0] not in SEARCHES_FIRST
    }
    for story in rights.stories():
        assert story.position not in {row.position for row in rights.stories() if row.writes} or story.writes


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("stores")
def test_every_right_stands_at_every_stage_by_the_verbs_alone() -> None:
    """4.2; and 6.5 no. 1: an erasure goes on when a store of paper was erased by the people who keep it."""
    controller = office.open_office()
    say: dict[str, Any] = {"controller": controller, "now": NOW}
    cases.open_all(done=lambda _: None, **say)
    opened = cases.open_further(writes=True, **say) + cases.open_further(writes=False, **say)
    assert opened == len(rights.stories())
    assert cases.open_further(writes=True, **say) + cases.open_further(writes=False, **say) == 0

    rows = list(Case.objects.select_related("request", "controller").order_by("pk"))
    stands = {(Right(case.right), State(case.state)) for case in rows}
    explained = set(MOMENTARY) | set(UNLIKELY)
    unexplained = {
        (right, state)
        for right, states in wanted().items()
        for state in states - GONE - set(ONCE)
        if (right, state) not in stands | explained
    }
    today = clock.local_date(controller, NOW)
    late = {case.request.submission_key for case in rows if case.is_open and case.due_on and case.due_on < today}
    broken = [case.request.submission_key for case in rows if verify_case(case)]
    failed = {case.state for case in rows if case.tasks.filter(error_code="connection_refused").exists()}
    # Everything at once: the demo is played for a minute, and one look should name all that is wrong.
    assert (unexplained, set(ONCE) - {state for _right, state in stands}, late, broken, failed) == (
        set(),
        set(),
        LATE,
        [],
        {"collecting"},
    )
    assert Restriction.objects.filter(ended_at=None, lift_on__isnull=False).count() == 1
    assert Hold.objects.filter(lifted_at=None).count() == 1
    assert Suppression.objects.count() >= 3
    assert KeptLine.objects.filter(case__request__submission_key="demo-erasure-month-ago").exists()
    searched = Rescan.objects.filter(case__request__submission_key="demo-erasure-month-ago")
    assert searched.exists()
    assert not searched.filter(done_at=None).exists()
    assert Case.objects.filter(extended=True).exists()
    assert Case.objects.filter(unclassified=True).exists()
