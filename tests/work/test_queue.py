"""The queue only wakes a worker: ids travel, nothing personal; Redis may be down, flushed or late (house.md idea 4)."""

from __future__ import annotations

import json
from datetime import timedelta

import django_rq
import pytest
import redis
from django.core import mail
from django.utils import timezone
from rq import SimpleWorker

from dsr.cases import actors, answer
from dsr.demo.people import by_position
from dsr.models import Case, Message, Pulse, Task
from dsr.work import wake
from dsr.work.tick import tick
from dsr.work.worker import DeskWorker
from tests.factories import make_case, make_request, make_staff

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = by_position(2).customer_no


def work() -> None:
    """What `manage.py rqworker` does, until the queues are empty."""
    queues = [django_rq.get_queue(name) for name in wake.QUEUES]
    SimpleWorker(queues, connection=queues[0].connection, serializer=queues[0].serializer).work(
        burst=True, logging_level="ERROR"
    )


def started() -> Case:
    case = make_case(number=NUMBER, at=timezone.now())
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff()), now=timezone.now())
    return case


def test_jobs_wake_workers_until_the_case_is_collected(demo_stores):
    case = started()

    work()

    assert Case.objects.get(pk=case.pk).state == "drafting"
    assert mail.outbox


def test_what_travels_through_redis_is_ids_only(demo_stores):
    started()

    connection = django_rq.get_queue("stores").connection
    seen = b"".join(
        value.encode() if isinstance(value, str) else value
        for key in connection.keys("rq:job:*")
        for value in connection.hgetall(key).values()
    )
    assert seen
    assert b"Anna" not in seen
    assert b"anna@" not in seen
    assert NUMBER.encode() not in seen
    for name in wake.QUEUES:
        for job in django_rq.get_queue(name).jobs:
            assert all(isinstance(argument, str) and len(argument) == 36 for argument in job.args), job.args
            assert json.dumps(job.kwargs) == "{}"


def test_a_flushed_queue_costs_a_tick_and_nothing_else(demo_stores):
    case = started()
    django_rq.get_queue("stores").connection.flushall()

    work()
    assert Case.objects.get(pk=case.pk).state == "collecting"
    for _ in range(3):
        tick(timezone.now())
        work()

    assert Case.objects.get(pk=case.pk).state == "drafting"
    assert Pulse.objects.filter(name="tick").exists()


def test_a_doubled_job_does_nothing_twice(demo_stores):
    case = started()
    task = case.tasks.get()
    for _ in range(3):
        wake.nudge("dsr.work.jobs.run_task", str(task.pk), queue="stores")

    work()

    assert list(case.tasks.values_list("attempts", flat=True)) == [1, 1, 1]
    assert case.events.filter(action="finish_collection").count() == 1


def test_redis_down_neither_fails_the_request_nor_loses_the_work(monkeypatch):
    def down(*args, **kwargs):
        raise redis.ConnectionError

    monkeypatch.setattr("django_rq.connection_utils.get_redis_connection", down)

    request = make_request()

    assert request.reference
    assert Message.objects.get().status == "queued"
    assert wake.state() in {"ok", "down"}


def test_a_worker_that_died_is_replaced_after_its_lease(demo_stores, settings):
    case = started()
    django_rq.get_queue("stores").connection.flushall()
    dead = case.tasks.get()
    Task.objects.filter(pk=dead.pk).update(
        status="running", attempts=1, leased_until=timezone.now() - timedelta(seconds=1)
    )

    for _ in range(3):
        tick(timezone.now())
        work()

    dead.refresh_from_db()
    assert (dead.status, dead.attempts, Case.objects.get(pk=case.pk).state) == ("done", 2, "drafting")


def test_two_ticks_at_once_are_harmless(demo_stores):
    case = started()

    for _ in range(3):
        tick(timezone.now())
        tick(timezone.now())
        work()

    assert Case.objects.get(pk=case.pk).state == "drafting"
    assert case.events.filter(action="task_done").count() == 3
    assert len(mail.outbox) == 1


def test_mail_server_down_then_up_sends_once(settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens on the discard port
    make_request(at=timezone.now())
    work()
    waiting = Message.objects.get()
    assert (waiting.status, waiting.error_code) == ("queued", "ConnectionRefusedError")

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Message.objects.update(not_before=timezone.now())
    for _ in range(2):
        tick(timezone.now())
        work()

    assert len(mail.outbox) == 1
    assert Message.objects.get().status == "sent"
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<{waiting.pk}@")


class Here(DeskWorker):
    """The worker of `manage.py rqworker`, with its jobs in this process."""

    execute_job = SimpleWorker.execute_job


def test_a_long_row_of_letters_does_not_keep_the_stores_waiting():
    """A worker of all queues takes from them in turn: rows wait for each other one job long, not one queue long."""
    for _ in range(6):
        django_rq.get_queue("default").enqueue("time.time")
    erasure = django_rq.get_queue("stores").enqueue("time.time")
    queues = [django_rq.get_queue(name) for name in wake.QUEUES]

    Here(queues, connection=queues[0].connection).work(burst=True, max_jobs=2, logging_level="ERROR")

    assert erasure.is_finished
    assert len(django_rq.get_queue("default")) == 5


def test_who_does_the_work_itself_wakes_nobody_and_the_tick_finds_what_is_left(demo_stores):
    with wake.asleep():
        case = started()
        assert not wake.has_room("stores", rows=1)
    assert [len(django_rq.get_queue(name)) for name in wake.QUEUES] == [0, 0, 0]

    for _ in range(3):
        tick(timezone.now())
        work()

    assert Case.objects.get(pk=case.pk).state == "drafting"
