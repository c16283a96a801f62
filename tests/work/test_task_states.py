"""Odd moments in the life of a task: each ends in a state that people see, with the reason in words."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
import yaml
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.utils import timezone

from dsr.cases import actors, plans, scope, tasks
from dsr.desk.troubles import trouble
from dsr.fulfil import leftovers, operations
from dsr.law.rights import Right
from dsr.models import Artifact, Case, Task
from dsr.work import jobs
from dsr.work.heartbeat import Heartbeat, OvertakenError, TooLongError
from dsr.work.verdict import verdict_on
from tests.chaos import store_yard as yard
from tests.chaos.store_drive import Drive
from tests.factories import make_case, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard_only(monkeypatch):
    """Stores that do not err."""
    monkeypatch.setattr(yard, "STORES", dict.fromkeys(("shop", "post"), "exporters.sql.store:SqlStore"))


@pytest.fixture
def drive(yard_only, tmp_path, settings) -> Drive:
    """One access request, to be located."""
    return Drive.make(tmp_path, settings, erasures=0, accesses=0, collected=1)


def located(drive: Drive) -> Case:
    jobs.run_task(str(Task.objects.get(operation="locate").pk))
    return Case.objects.get()


def claim(task: Task, now: datetime | None = None) -> Task:
    claimed = tasks.claim(task_id=task.pk, now=now or timezone.now())
    assert claimed
    return claimed


def codes(**where) -> set[tuple[str, str]]:
    return set(Task.objects.filter(**where).values_list("status", "error_code"))


def explained(code: str) -> bool:
    return trouble(code) != trouble("never heard of").replace("never heard of", code)


def test_a_task_of_a_store_that_was_removed_waits_for_a_person_with_words(drive, settings):
    case = located(drive)
    path = drive.folder / "stores.yaml"
    listed = yaml.safe_load(path.read_text())
    del listed["stores"]["post"]
    path.write_text(yaml.safe_dump(listed))
    scope.forget()

    for task in case.tasks.filter(operation="collect"):
        jobs.run_task(str(task.pk))

    assert codes(store="post") == {("manual", "store_removed")}
    assert codes(store="shop") == {("done", "")}
    assert Case.objects.get().state == "collecting"
    assert explained("store_removed")


def test_a_worker_of_an_older_release_leaves_a_newer_row_visible_and_hands_it_over_when_nobody_newer_comes(drive):
    case = located(drive)
    task = tasks.ensure(case=case, operation="teleport", store="shop", now=timezone.now())

    for _ in range(tasks.PATIENCE["newer_release"] - 1):
        Task.objects.filter(pk=task.pk).update(not_before=timezone.now())
        jobs.run_task(str(task.pk))
        assert codes(pk=task.pk) == {("queued", "newer_release")}
    Task.objects.filter(pk=task.pk).update(not_before=timezone.now())
    jobs.run_task(str(task.pk))

    assert codes(pk=task.pk) == {("manual", "newer_release")}
    assert case.events.filter(action="task_failed", data__code="newer_release").count() == 4
    assert explained("newer_release")


def test_a_case_withdrawn_while_its_task_runs_keeps_nothing(drive, monkeypatch):
    case = located(drive)
    task = case.tasks.get(operation="collect", store="shop")
    real = operations.OPERATIONS["collect"]

    def withdrawn_meanwhile(*args, **options):
        result = real[0](*args, **options)
        Case.objects.filter(pk=case.pk).update(state="withdrawn")
        return result

    monkeypatch.setitem(operations.OPERATIONS, "collect", (withdrawn_meanwhile, real[1]))
    jobs.run_task(str(task.pk))

    assert codes(pk=task.pk) == {("cancelled", "")}
    assert case.events.filter(action="task_cancelled").count() == 1
    assert not Artifact.objects.exists()
    assert default_storage.listdir(str(case.pk))[1] == []


def test_a_task_of_a_case_that_was_closed_before_it_began_reads_nothing(drive, monkeypatch):
    case = located(drive)
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    called: list[int] = []

    def read(*args, **options):
        called.append(1)

    monkeypatch.setitem(operations.OPERATIONS, "collect", (read, operations.OPERATIONS["collect"][1]))

    jobs.run_task(str(case.tasks.get(operation="collect", store="shop").pk))

    assert codes(store="shop") == {("cancelled", "")}
    assert not called


def test_files_of_an_attempt_that_died_are_gone_and_no_others(drive):
    case = located(drive)
    default_storage.save(f"{case.pk}/left.sealed", ContentFile(b"nobody can read this"))
    first, second = case.tasks.filter(operation="collect").order_by("store")
    tasks.claim(task_id=second.pk, now=timezone.now())

    jobs.run_task(str(first.pk))
    assert default_storage.exists(f"{case.pk}/left.sealed")  # somebody is at work on this case
    Task.objects.filter(pk=second.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    jobs.run_task(str(second.pk))

    assert not default_storage.exists(f"{case.pk}/left.sealed")
    kept = set(Artifact.objects.values_list("storage_name", flat=True))
    assert {f"{case.pk}/{name}" for name in default_storage.listdir(str(case.pk))[1]} == kept
    assert len(kept) == 2
    assert leftovers.sweep("00000000-0000-0000-0000-000000000000") == 0


def test_a_lease_and_a_wait_of_a_clock_that_was_years_ahead_are_not_waited_for(drive):
    case = located(drive)
    now, wrong = timezone.now(), timezone.now() + timedelta(days=900)
    running, queued = case.tasks.filter(operation="collect").order_by("store")
    assert tasks.claim(task_id=running.pk, now=now)
    Task.objects.filter(pk=running.pk).update(leased_until=wrong)
    Task.objects.filter(pk=queued.pk).update(not_before=wrong)

    assert {running.pk, queued.pk} <= set(tasks.due(now).values_list("pk", flat=True))
    for task in (running, queued):
        jobs.run_task(str(task.pk))

    assert codes(operation="collect") == {("done", "")}
    assert case.events.filter(action="task_failed", data__code="worker_died").count() == 1


def test_a_clock_that_differs_by_some_minutes_steals_no_task_and_shortens_no_wait(drive):
    case = located(drive)
    now = timezone.now()
    running, queued = case.tasks.filter(operation="collect").order_by("store")
    tasks.claim(task_id=running.pk, now=now + tasks.SKEW)
    Task.objects.filter(pk=queued.pk).update(not_before=now + tasks.BACKOFF[-1])

    assert not tasks.due(now).exists()
    assert tasks.claim(task_id=running.pk, now=now) is None


def test_work_that_kills_every_worker_waits_longer_each_time_and_ends_with_a_person(drive):
    case = located(drive)
    task = case.tasks.get(operation="collect", store="shop")
    now, waits, deaths = timezone.now(), list[timedelta](), 0
    while task.status != "manual":
        if tasks.claim(task_id=task.pk, now=now):  # a worker takes it, and dies
            now += tasks.lease() + timedelta(seconds=1)
            deaths += 1
            continue
        task.refresh_from_db()
        waits.append(task.not_before - now)
        now = task.not_before

    assert codes(pk=task.pk) == {("manual", "worker_died")}
    assert deaths == tasks.PATIENCE["worker_died"]
    assert tuple(waits[:-1]) == tasks.BACKOFF[: deaths - 2]  # at once after the first; after the last nobody waits
    assert case.events.filter(action="task_failed", data__code="worker_died").count() == deaths
    assert explained("worker_died")


def test_a_hold_uses_up_no_tries_and_the_tick_after_its_lifting_finds_the_task(db):
    case = make_case(rights=(Right.ERASURE,))
    otto, now = actors.staff(make_staff("otto", "lead")), timezone.now()
    task = tasks.ensure(case=case, operation="apply", store="shop", now=now)
    claimed = claim(task, now)
    plans.hold(case_id=case.pk, on=True, reason="court", actor=otto, now=now)
    code, temporary = verdict_on(plans.HeldError(), claimed).code, True
    tasks.fail(task=claimed, code=code, place="", temporary=temporary, actor=actors.SYSTEM, now=now)

    assert codes(pk=task.pk) == {("queued", "on_hold")}
    assert not tasks.due(now + timedelta(days=400)).exists()
    assert Task.objects.get(pk=task.pk).failures == 0
    plans.hold(case_id=case.pk, on=False, reason="done", actor=otto, now=now)
    assert tasks.due(now).count() == 1


def test_our_own_database_being_away_is_tried_again_and_nobody_is_called(drive, monkeypatch):
    case = located(drive)

    def away(*args, **options):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setitem(operations.OPERATIONS, "collect", (away, operations.OPERATIONS["collect"][1]))
    jobs.run_task(str(case.tasks.get(operation="collect", store="shop").pk))

    assert codes(store="shop") == {("queued", "own_database")}
    assert explained("own_database")


def test_a_process_that_slept_longer_than_its_lease_asks_before_its_next_effect(drive, settings):
    """A paused machine: the beat that would have told it has not come yet, and another worker is at work."""
    case = located(drive)
    task = case.tasks.get(operation="collect", store="shop")
    zombie = claim(task)
    heartbeat = Heartbeat(zombie, seconds=60)
    heartbeat.check()
    tasks.claim(task_id=task.pk, now=timezone.now() + tasks.lease() * 2)
    heartbeat._renewed = time.monotonic() - tasks.lease().total_seconds()

    with pytest.raises(OvertakenError):
        heartbeat.check()


def test_a_job_that_is_over_its_time_stops_at_its_next_check(drive):
    case = located(drive)
    task = claim(case.tasks.get(operation="collect", store="shop"))

    with pytest.raises(TooLongError):
        Heartbeat(task, seconds=0).check()


def test_the_progress_of_an_attempt_that_died_is_not_shown_for_the_next(drive):
    """House.md idea 4: records so far."""
    case = located(drive)
    task = case.tasks.get(operation="collect", store="shop")
    claimed = claim(task)
    tasks.renew(task=claimed, now=timezone.now(), progress=41)
    assert Task.objects.get(pk=task.pk).progress == 41

    tasks.claim(task_id=task.pk, now=timezone.now() + tasks.lease() * 2)

    assert Task.objects.get(pk=task.pk).progress == 0


def until(condition) -> None:
    """Poll, ten seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_progress_is_shown_while_the_work_goes_on_and_work_nobody_wants_any_more_stops(drive, settings):
    case = located(drive)
    task = case.tasks.get(operation="collect", store="shop")
    settings.DSR_LEASE_SECONDS = 3
    with Heartbeat(claim(task), seconds=60) as heartbeat:
        heartbeat.check(1234)
        until(lambda: Task.objects.get(pk=task.pk).progress == 1234)
        first = Task.objects.values_list("leased_until").get(pk=task.pk)
        until(
            lambda: Task.objects.values_list("leased_until").get(pk=task.pk) != first
        )  # also when there is nothing new to show
        heartbeat.check()

        Case.objects.filter(pk=case.pk).update(state="withdrawn")

        def stopped() -> bool:
            try:
                heartbeat.check()
            except plans.StoppedError:
                return True
            return False

        until(stopped)
