"""6.5 no. 1: what a department erased where no program writes is proved by its word, and by nothing less."""

from __future__ import annotations

import pytest
from django.utils import timezone

from dsr.cases import actors, hand_answers
from dsr.cases.facts import facts_of
from dsr.cases.hand_answers import Said
from dsr.fulfil import closing
from dsr.law.rights import Right
from dsr.models import Case, Event, HandTask, Plan, Task
from tests.factories import make_case, make_staff
from tests.owners.conftest import case_of

pytestmark = pytest.mark.django_db

LINE = {"store": "calls", "dataset": "", "label": {}, "treatment": "manual", "count": 0, "reason": "by_hand"}


@pytest.fixture
def waiting(by_hand: None) -> Task:
    """The store of a department in an approved erasure: the worker has found that no program writes there."""
    now = timezone.now()
    case = make_case(store="calls", at=now, rights=[Right.ERASURE])
    task: Task = Task.objects.create(
        controller=case.controller,
        case=case,
        store="calls",
        operation="apply",
        status=Task.Status.MANUAL,
        error_code="by_hand",
        not_before=now,
        created_at=now,
    )
    return task


def answered(task: Task, outcome: str) -> Case:
    """The case after somebody at the desk has given this answer."""
    now = timezone.now()
    hand_answers.settle(
        hand=hand_answers.hand_of(task_id=task.pk, now=now),
        said=Said(outcome, "Support", "The tapes are kept by a court."),
        counts={},
        proofs=[],
        actor=actors.staff(make_staff("mara")),
        now=now,
    )
    return case_of()


@pytest.mark.parametrize("outcome", [HandTask.Outcome.DONE, HandTask.Outcome.NOTHING])
def test_6_5_the_word_of_a_department_is_enough_and_its_store_waits_no_more(waiting: Task, outcome: str) -> None:
    plan = Plan(summary=[LINE])
    case = case_of()
    assert not facts_of(case, now=timezone.now()).residue_clear
    assert [(line.store, line.reason) for line in closing._deferred(case, plan)] == [("calls", "person")]

    case = answered(waiting, outcome)

    assert facts_of(case, now=timezone.now()).residue_clear
    assert closing._deferred(case, plan) == ()
    assert closing._erased(case, plan) == ()
    assert Event.objects.filter(case=case, action="hand_answered").count() == 1


def test_6_5_a_department_that_cannot_proves_nothing(waiting: Task) -> None:
    case = answered(waiting, HandTask.Outcome.CANNOT)

    assert not facts_of(case, now=timezone.now()).residue_clear
    assert [line.store for line in closing._deferred(case, Plan(summary=[LINE]))] == ["calls"]


def test_6_5_what_a_program_erased_is_read_again(waiting: Task) -> None:
    Task.objects.filter(pk=waiting.pk).update(status=Task.Status.DONE, error_code="", result={"lines": []})

    assert not facts_of(case_of(), now=timezone.now()).residue_clear


def test_6_5_a_store_that_programs_can_read_is_searched_after_people_erased_in_it(waiting: Task) -> None:
    """The department of a store that only cannot be written says done: the search follows, and the case waits for it."""
    Task.objects.filter(pk=waiting.pk).update(store="billing", error_code="not_capable")

    case = answered(waiting, HandTask.Outcome.DONE)

    assert Task.objects.filter(case=case, operation="verify", store="billing").count() == 1
    assert not facts_of(case, now=timezone.now()).residue_clear
