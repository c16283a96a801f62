"""A job over its memory, CPU or time ends as a task that says so; its worker goes on with the next (docs/tasks.md)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.utils import timezone

from dsr.desk.troubles import trouble
from dsr.models import Artifact, Task
from dsr.work import jobs, limits, wake
from tests.chaos import store_yard as yard
from tests.chaos.store_drive import Drive

FAST = {"memory": "out_of_memory", "computing": "too_long", "waiting": "too_long"}
SLOW = {**FAST, "deaf": "too_long", "endless": "too_long"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ways", [FAST, pytest.param(SLOW, marks=pytest.mark.slow)], ids=["fast", "slow"])
def test_a_job_over_its_limits_ends_with_words_and_its_worker_lives(ways, tmp_path, settings, monkeypatch):
    """House.md idea 4: the job's time limit stands apart from the lease."""
    monkeypatch.setattr(yard, "STORES", {name: f"tests.chaos.greedy_store:{name.title()}" for name in ways})
    Drive.make(tmp_path, settings, erasures=0, accesses=0, collected=1, store="memory")
    jobs.run_task(str(Task.objects.get(operation="locate").pk))
    with tempfile.TemporaryDirectory(prefix="dsr-q-") as place:
        queue = yard.Queue(Path(place))
        queue.start()
        yard.real_queue(monkeypatch, queue)
        try:
            for task in Task.objects.filter(operation="collect"):
                wake.nudge("dsr.work.jobs.run_task", str(task.pk), queue="stores")
            worker = one_worker(queue, Path(settings.DSR_STORES))
        finally:
            queue.stop()

    found = Task.objects.filter(operation="collect").values_list("store", "status", "attempts", "error_code")
    assert {row[0]: row[1:] for row in found} == {name: ("queued", 1, code) for name, code in ways.items()}, worker
    assert worker.returncode == 0, worker
    assert not Artifact.objects.exists()
    assert all(task.not_before > timezone.now() for task in Task.objects.filter(operation="collect"))
    assert all(trouble(code) != trouble("never heard of") for code in ways.values())


def one_worker(queue: yard.Queue, stores: Path) -> subprocess.CompletedProcess[bytes]:
    """A worker until the queue is empty, whose jobs get four seconds (two of them computing) and a gigabyte."""
    return subprocess.run(
        [sys.executable, "manage.py", "rqworker", "stores", "--burst", "-v", "0"],
        cwd=yard.ROOT,
        env=yard.environment(
            redis_url=queue.url, stores=stores, smtp_port=9, DSR_STORE_SECONDS="4", DSR_JOB_MEMORY_MB="1024"
        ),
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_limits_come_from_the_settings_and_short_work_has_its_own(settings):
    settings.DSR_STORE_SECONDS, settings.DSR_PDF_SECONDS, settings.DSR_JOB_MEMORY_MB = 600, 90, 512

    assert limits.limits_of("stores") == limits.Limits(600, 300, 512 << 20)
    assert limits.limits_of("pdf") == limits.Limits(90, 45, 512 << 20)
    assert limits.limits_of("default").seconds == limits.SHORT_SECONDS
    settings.DSR_JOB_MEMORY_MB = 0
    assert limits.limits_of("stores").memory_bytes == 0
