"""SIGTERM in the middle of work, to real processes: the task is put back at once, the pass ends, the request is answered."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
from django.utils import timezone
from rq import Queue
from rq.serializers import JSONSerializer

from dsr.cases import actors, answer, scope
from dsr.demo import place
from dsr.demo.people import by_position
from dsr.models import Pulse, Task
from dsr.work import jobs
from tests.factories import make_case, make_staff
from tests.processes import database_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


def until(true: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Wait for it; how long a process takes to start depends on what else the machine does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@pytest.fixture
def environment(tmp_path: Path, settings) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DSR_", "REDIS_"))},
        "DATABASE_URL": database_url(),
        "DSR_VAR": str(tmp_path),
        "DSR_KEYS": settings.DSR_KEYS,
        "DSR_SECRET_KEY": settings.SECRET_KEY,
        "DSR_STORES": settings.DSR_STORES,
        "DSR_MAIL_DIR": str(tmp_path / "mail"),
        "DJANGO_SETTINGS_MODULE": "dsr.settings",
        "PYTHONPATH": str(ROOT),
        "SLOW_STARTED": str(tmp_path / "started"),
    }


@pytest.fixture
def start(environment, tmp_path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a process of ours; its lines go to a file that a failing test shows."""
    started: list[subprocess.Popen[bytes]] = []
    log = (tmp_path / "log").open("wb")

    def popen(*command: str, **options: Any) -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [sys.executable, *command],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )
        )
        return started[-1]

    yield popen
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
    log.close()
    sys.stdout.write((tmp_path / "log").read_text(encoding="utf-8"))


@pytest.fixture
def server(tmp_path, environment) -> Iterator[redis.Redis]:
    """A Redis of our own on a socket."""
    path = tmp_path / "r.sock"
    process = subprocess.Popen(place.redis_command(place.redis_program(), path), stdout=subprocess.DEVNULL)
    environment["REDIS_URL"] = place.redis_url(path)
    # Not from_url: that is the in-process server for everything else in these tests.
    client = redis.Redis(unix_socket_path=str(path))

    def up() -> bool:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False

    until(up)
    yield client
    client.close()
    process.terminate()
    process.wait()


def ended(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> tuple[int, float]:
    """The exit code after a signal, and the seconds until then."""
    began = time.monotonic()
    process.send_signal(number)
    return process.wait(timeout=30), time.monotonic() - began


def children(pid: int) -> list[int]:
    """The processes a process started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


STORES = """\
stores:
  slow:
    controller: northwave
    system: tests.work.slow_processes.SlowStore
    label: {en: Slow}
    owner: Nobody
"""


@pytest.fixture
def collecting(environment, tmp_path, settings) -> Iterator[Task]:
    """The task to collect from the slow store, and everything before it done."""
    stores = tmp_path / "slow.yaml"
    stores.write_text(STORES, encoding="utf-8")
    settings.DSR_STORES = environment["DSR_STORES"] = str(stores)
    case = make_case(number=by_position(2).customer_no, at=timezone.now())
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff()), now=timezone.now())
    jobs.run_task(str(case.tasks.get(operation="locate").pk))
    yield case.tasks.get(operation="collect")
    scope.forget()


@pytest.mark.parametrize("everybody", [False, True], ids=["the worker is told", "systemd tells every process"])
def test_a_task_under_way_is_put_back_at_once_and_nothing_counts_as_failed(
    start, server, environment, collecting, tmp_path, everybody
):
    """Issue: graceful shutdown of the worker; the lease would have kept the task for ten minutes."""
    environment["DSR_LEASE_SECONDS"] = "600"
    server_queue("stores", server).enqueue("dsr.work.jobs.run_task", str(collecting.pk), result_ttl=0)
    worker = start("manage.py", "rqworker", "default", "stores", "pdf")
    until((tmp_path / "started").exists)
    alive = Pulse.objects.filter(name__startswith="worker:").count()
    jobs_process = children(worker.pid)

    if everybody:
        for pid in jobs_process:
            os.kill(pid, signal.SIGTERM)
    code, seconds = ended(worker)

    assert (code, alive, len(jobs_process)) == (0, 1, 1)
    assert seconds < 10
    back = Task.objects.get(pk=collecting.pk)
    assert (back.status, back.leased_until, back.attempts) == ("queued", None, 1)
    assert (back.failures, back.error_code) == (0, "")
    assert back.not_before <= timezone.now()
    assert server.llen("rq:queue:stores") == 1  # another worker is woken for it
    assert not Pulse.objects.filter(name__startswith="worker:").exists()
    assert not any(Path(f"/proc/{pid}").exists() for pid in jobs_process)


def server_queue(name: str, server: redis.Redis) -> Queue:
    """The queue in the other process's Redis."""
    return Queue(name, connection=server, serializer=JSONSerializer)


def test_the_tick_finishes_its_pass_starts_no_other_and_interrupts_one_that_hangs(start, environment, tmp_path):
    steady = start("-m", "tests.work.slow_processes", "1.5")
    until((tmp_path / "started").exists)
    assert ended(steady)[0] == 0
    assert set(Pulse.objects.values_list("name", flat=True)) == {"slow_pass_done", "tick:slow_pass"}
    Pulse.objects.all().delete()
    (tmp_path / "started").unlink()

    hanging = start("-m", "tests.work.slow_processes", "600")
    until((tmp_path / "started").exists)
    code, seconds = ended(hanging)

    assert code == 0
    assert 2.5 < seconds < 10
    (pulse,) = Pulse.objects.all()
    assert (pulse.name, pulse.error_code) == ("tick:slow_pass", "out_of_time")


def test_the_web_server_answers_what_it_has_begun(start, environment, tmp_path):
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        options = (
            "-c",
            "python:dsr.gunicorn",
            "--workers",
            "1",
            "--no-control-socket",
            "--bind",
            f"fd://{listener.fileno()}",
        )
        web = start("-m", "gunicorn", *options, "tests.work.slow_processes:application", pass_fds=(listener.fileno(),))
        answers: list[int] = []

        def ask() -> None:
            with urllib.request.urlopen(f"{address}/readyz?name=canary-person", timeout=60) as answer:  # noqa: S310 -- loopback
                answers.append(answer.status)

        asking = threading.Thread(target=ask)
        asking.start()
        until((tmp_path / "started").exists)
        code, seconds = ended(web)
        asking.join(timeout=30)

    assert (code, answers) == (0, [200])
    assert seconds < 15
    lines = (tmp_path / "log").read_text(encoding="utf-8")
    assert "GET /readyz 200" in lines
    assert "canary" not in lines
    assert "127.0.0.1 " not in lines
