"""Tasks: claimed once, leased, fenced, retried, handed to a person; never lost and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsr.cases import actors, tasks
from dsr.cases.perform import RefusedError
from dsr.models import Event, Task
from tests.cases.test_perform import race
from tests.factories import MONDAY, make_case, make_staff

NOW = MONDAY + timedelta(hours=2)


@pytest.fixture
def task(db) -> Task:
    return tasks.ensure(case=make_case(), operation="collect", store="billing", now=NOW)


def claim(task: Task, now=NOW) -> Task:
    claimed = tasks.claim(task_id=task.pk, now=now)
    assert claimed is not None
    return claimed


def test_a_task_is_made_once(task):
    assert tasks.ensure(case=task.case, operation="collect", store="billing", now=NOW).pk == task.pk
    assert Task.objects.count() == 1


def test_a_claimed_task_is_nobody_elses_until_its_lease_ends(task):
    first = claim(task)

    assert tasks.claim(task_id=task.pk, now=NOW + tasks.lease() / 2) is None
    second = claim(task, NOW + tasks.lease() * 2)
    assert (first.attempts, second.attempts) == (1, 2)


def test_a_zombie_cannot_finish_what_another_took_over(task):
    zombie = claim(task)
    owner = claim(task, NOW + tasks.lease() * 2)

    assert not tasks.finish(task=zombie, result={"rows": 1}, actor=actors.SYSTEM, now=NOW)
    assert not tasks.renew(task=zombie, now=NOW)
    assert not tasks.fail(task=zombie, code="x", place="", temporary=True, actor=actors.SYSTEM, now=NOW)
    assert tasks.finish(task=owner, result={"rows": 2}, actor=actors.SYSTEM, now=NOW)
    assert Task.objects.get().result == {"rows": 2}
    assert Event.objects.filter(action="task_done").count() == 1


def test_a_temporary_failure_waits_longer_each_time_and_ends_with_a_person(task):
    waits, now = [], NOW
    for _ in tasks.BACKOFF:
        tasks.fail(
            task=claim(task, now), code="store_down", place="billing", temporary=True, actor=actors.SYSTEM, now=now
        )
        task.refresh_from_db()
        assert task.status == "queued"
        waits.append(task.not_before - now)
        now = task.not_before
    assert tuple(waits) == tasks.BACKOFF

    tasks.fail(task=claim(task, now), code="store_down", place="billing", temporary=True, actor=actors.SYSTEM, now=now)

    task.refresh_from_db()
    assert (task.status, task.error_code, task.error_place) == ("manual", "store_down", "billing")


def test_a_permanent_failure_goes_to_a_person_at_once_and_a_retry_starts_over(task):
    tasks.fail(
        task=claim(task), code="schema_changed", place="billing.invoice", temporary=False, actor=actors.SYSTEM, now=NOW
    )
    assert Task.objects.get().status == "manual"

    tasks.retry(task_id=task.pk, actor=actors.staff(make_staff()), now=NOW)

    task.refresh_from_db()
    assert (task.status, task.failures, task.attempts) == ("queued", 0, 1)


def test_4_2_no_10_only_a_lead_leaves_a_store_out_and_only_with_a_reason(task):
    tasks.fail(task=claim(task), code="schema_changed", place="billing", temporary=False, actor=actors.SYSTEM, now=NOW)
    mara, otto = actors.staff(make_staff()), actors.staff(make_staff("otto", "lead"))

    for actor, reason in ((mara, "gone"), (otto, " ")):
        with pytest.raises(RefusedError):
            tasks.waive(task_id=task.pk, reason=reason, actor=actor, now=NOW)
    assert Task.objects.get().status == "manual"
    tasks.waive(task_id=task.pk, reason="system switched off in 2024", actor=otto, now=NOW)

    assert Task.objects.get().status == "waived"


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_claim_and_one_gets_it():
    task = tasks.ensure(case=make_case(), operation="collect", store="billing", now=NOW)

    results = race(lambda: tasks.claim(task_id=task.pk, now=NOW), 20)

    assert len([result for result in results if isinstance(result, Task)]) == 1, results
    assert len([result for result in results if result is None]) == 19, results
