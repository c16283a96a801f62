"""The checklist and the step never differ: both are the row of the table, guard by guard (4.2 nos. 11, 13; house.md idea 1)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from dsr.law.attest import ATTESTATIONS, Attest
from dsr.law.checklist import NOT_LISTED, checklist
from dsr.law.decisions import Opinion
from dsr.law.rights import Right
from dsr.law.workflow import Action, Facts, Guard, Role, State, refusal, step_for
from dsr.wording.checks import ATTESTS, CONTENT

from .cases import actor, willing

LEAD = actor(Role.LEAD, name="chief")
LISTED = {
    Action.SUBMIT_FOR_REVIEW: State.DRAFTING,
    Action.APPROVE: State.REVIEW,
    Action.COMPLETE: State.NOTIFYING,
    Action.COMPLETE_PARTLY: State.NOTIFYING,
}
# One change for every guard of these rows that makes it say no.
BREAKS: dict[Guard, dict[str, Any]] = {
    Guard.STORES_ANSWERED: {"stores_open": 1},
    Guard.REDACTED: {"redactions_open": 2},
    Guard.PACKAGE_READY: {"package_ready": False},
    Guard.SECOND_PERSON: {"handler_id": "chief"},
    Guard.OTHER_REVIEWER: {"first_reviewer_id": "chief"},
    Guard.NOT_RULE_OWNER: {"rule_owner_id": "chief"},
    Guard.LEAD_OR_DPO: {"objected": frozenset({Opinion.ERASURE})},
    Guard.RETENTION_ADVISED: {"retention_uncertain": True, "advised": frozenset()},
    Guard.MANIFEST_BOUND: {"manifest_sha256": ""},
    Guard.IDENTITY_SUFFICIENT: {"identity_level": 0},
    Guard.REMAINDER_IN_TIME: {"kept_remainder": True, "first_month_due_on": date(2026, 6, 9), "advised": frozenset()},
    Guard.TASKS_DONE: {"tasks_manual": 1},
    Guard.UNCHANGED_SINCE_APPROVAL: {"approved_sha256": "b"},
    Guard.POLICY_OR_APPROVAL: {"approved_sha256": "b"},
    Guard.LETTER_READY: {"letter_ready": False},
    Guard.RECIPIENTS_TOLD: {"recipients_open": 1},
    Guard.NOTHING_KEPT: {"kept_remainder": True},
    Guard.REMAINDER_TOLD: {"first_month_due_on": date(2026, 6, 9)},
}


def rows() -> list[tuple[Action, Right, Guard]]:
    found = []
    for action, state in LISTED.items():
        for right in Right:
            step = step_for(Facts(state=state, right=right, today=date(2026, 6, 10)), action)
            found += [(action, right, guard) for guard in (step.guards if step else ())]
    return found


def test_4_2_no_11_every_guard_of_these_rows_is_a_line_with_words_and_a_case_below() -> None:
    guards = {guard for _, _, guard in rows()}
    assert guards - NOT_LISTED == set(CONTENT) == set(BREAKS)
    assert {Guard.ATTESTED} == NOT_LISTED
    assert set(ATTESTS) == set(Attest)


@pytest.mark.parametrize("guard", BREAKS)
def test_4_2_no_13_a_line_is_red_exactly_when_the_step_is_refused_for_it(guard: Guard) -> None:
    seen = 0
    for action, right, found in rows():
        if found is not guard:
            continue
        state = LISTED[action]
        content = willing(action, state, right)
        assert refusal(content, action, LEAD) is None
        assert all(check.ok for check in checklist(content, action, LEAD))
        broken = willing(action, state, right, **BREAKS[guard])
        listed = {check.guard: check.refusal for check in checklist(broken, action, LEAD)}
        refused = refusal(broken, action, LEAD)
        # An absolute right asks for no proof of identity: then neither the line nor the step says no.
        assert (listed[guard] is None) == (refused is None), (action, right)
        assert refused == next((one for one in listed.values() if one is not None), None)
        seen += 1
    assert seen


def test_4_2_no_13_what_only_a_human_can_say_is_asked_for_by_the_step() -> None:
    for right, wanted in ATTESTATIONS.items():
        content = willing(Action.APPROVE, State.REVIEW, right)
        for one in wanted:
            refused = refusal(replace(content, attested=frozenset(wanted) - {one}), Action.APPROVE, LEAD)
            assert refused is not None
            assert refused.code == "not_attested"
    assert {field.name for field in fields(Facts)} >= {"attested", "advised", "objected"}
