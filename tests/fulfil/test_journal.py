"""The journal of a plan on rows: what outlives a crash, sealed, and a secret that can be destroyed."""

from __future__ import annotations

import pytest

from dsr.cases import plans
from dsr.cases.actors import SYSTEM
from dsr.fulfil.journal import RowJournal
from dsr.models import Case, JournalSecret, JournalStep, Plan
from exporters.journal import Step, StepState
from tests.factories import MONDAY, make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    case = make_case()
    made = Plan(controller=case.controller, case=case, number=1, created_at=MONDAY)
    made.put({"stores": {}})
    made.save(force_insert=True)
    return made


def test_a_step_replaces_itself_and_comes_back_in_order(plan):
    journal = RowJournal(plan, "billing")

    journal.put(Step(1, 0, StepState.PENDING, {"from": ["a@example.com"]}))
    journal.put(Step(0, 1, StepState.DONE, {"count": 3}))
    journal.put(Step(0, 0, StepState.DONE))
    journal.put(Step(1, 0, StepState.SENT, {"from": ["a@example.com"], "post": "f00"}))

    again = RowJournal(Plan.objects.get(pk=plan.pk), "billing").steps()
    assert [(one.line, one.number, one.state) for one in again] == [
        (0, 0, StepState.DONE),
        (0, 1, StepState.DONE),
        (1, 0, StepState.SENT),
    ]
    assert again[2].data == {"from": ["a@example.com"], "post": "f00"}
    assert RowJournal(plan, "radius").steps() == ()


def test_keys_of_rows_are_sealed(plan):
    RowJournal(plan, "billing").put(Step(0, 0, StepState.SENT, {"from": ["anna@example.com"]}))

    row = JournalStep.objects.get()
    assert b"anna" not in bytes(row.sealed)


def test_the_secret_stays_the_same_until_it_is_destroyed(plan):
    journal = RowJournal(plan, "billing")

    first = journal.secret()
    assert (len(first), journal.secret(), RowJournal(plan, "billing").secret()) == (32, first, first)
    assert RowJournal(plan, "radius").secret() != first

    journal.forget()
    journal.forget()
    assert not JournalSecret.objects.filter(store="billing").exists()
    assert journal.secret() != first


def test_n06_a_plan_that_ends_before_its_end_leaves_no_key_behind(plan):
    """Stale half way: the tokens of the batches that are done can never be made again."""
    journal = RowJournal(plan, "billing")
    journal.secret()
    journal.put(Step(0, 0, StepState.DONE, {"from": ["anna@example.com"]}))
    Case.objects.filter(pk=plan.case_id).update(state="executing")
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.APPROVED)

    plans.back_to_draft(
        case_id=plan.case_id, status=Plan.Status.STALE, reason="plan_stale: billing.client", actor=SYSTEM, now=MONDAY
    )

    assert not JournalSecret.objects.exists()
    (step,) = journal.steps()
    assert (step.state, step.data) == (StepState.DONE, {})
