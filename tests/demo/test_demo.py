"""The whole demo as a person starts it: real processes, a real Redis, a folder of its own."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dsr.demo.people import by_position

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
START = 120
"""Seconds a start may take while other tests use the machine; alone it takes a seventh of that."""
ERASED = 52
"""Position of a subscriber whose erasure is under way when the demo opens (`erasure-executing`)."""
pytestmark = pytest.mark.slow


class Demo:
    """`manage.py demo` as a child process, its lines in a queue."""

    def __init__(self, var: Path, *arguments: str) -> None:
        dropped = ("DSR_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        self.var = var
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "demo", *arguments],
            env={**environment, "DSR_VAR": str(var)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=var.parent,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._queue: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self._queue.put(line.rstrip())

    def wait_for(self, pattern: str, *, seconds: float = START) -> re.Match[str]:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                self.lines.append(self._queue.get(timeout=0.2))
            except queue.Empty:
                if self.process.poll() is not None and self._queue.empty():
                    break
                continue
            if found := re.search(pattern, self.lines[-1]):
                return found
        raise AssertionError(f"no line matched {pattern!r}:\n" + "\n".join(self.lines[-40:]))

    def processes(self) -> dict[int, str]:
        """Every process of this demo with its command line, known by its environment, or by its socket: Redis overwrites it."""
        mark = f"DSR_VAR={self.var}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if mark in (entry / "environ").read_bytes().split(b"\0") or f"{self.var}/redis" in command:
                    found[int(entry.name)] = command
            except OSError:
                continue
        return found

    def gone(self, *, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not self.processes():
                return True
            time.sleep(0.1)
        return False


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    started = Demo(tmp_path / "var")
    yield started
    started.process.kill()
    started.process.wait()
    assert started.gone(seconds=15), started.processes()


def _get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 -- our own loopback URL
        return answer.status, answer.read().decode()


def _post(url: str) -> int:
    """The status of a call without a log-in; a port that is open answers when somebody is there to take it."""
    try:
        with urllib.request.urlopen(url, b"action=WhmcsDetails", timeout=30) as answer:  # noqa: S310 -- our own loopback URL
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_demo_starts_serves_heals_and_stops(demo: Demo) -> None:
    base = demo.wait_for(r"Portal\s+(http://127\.0\.0\.1:\d+)/").group(1)
    port = demo.wait_for(r"stand-ins on this machine: whmcs on port (\d+), billmax on port").group(1)
    demo.wait_for(r"Stop with Ctrl-C")

    # serves, and is well as soon as the worker and the first tick have said so
    until = time.monotonic() + 60
    while '"status": "ok"' not in (health := _get(f"{base}/healthz")[1]) and time.monotonic() < until:
        time.sleep(0.5)
    assert '"status": "ok"' in health
    status, page = _get(f"{base}/")
    assert status == 200
    assert "Northwave" in page
    assert _get(f"{base}/desk/")[0] == 200

    # heals
    # the lowest id: a higher one is the process of a job it is just doing
    worker = min(pid for pid, command in demo.processes().items() if "rqworker" in command)
    os.kill(worker, signal.SIGKILL)
    demo.wait_for(r"worker \| ended with signal SIGKILL; starts again in 1 s", seconds=20)
    until = time.monotonic() + 20
    while time.monotonic() < until and not any("rqworker" in command for command in demo.processes().values()):
        time.sleep(0.2)
    assert any("rqworker" in command and pid != worker for pid, command in demo.processes().items())

    # the systems of vendors are back at their address, with what they held
    kept = demo.var / "demo" / "standins" / "whmcs.json"
    held = json.loads(kept.read_bytes())["clients"][str(ERASED)]  # the setup erased this one
    played = min(pid for pid, command in demo.processes().items() if "exporters.testing.standins" in command)
    os.kill(played, signal.SIGKILL)
    demo.wait_for(r"vendors \| ended with signal SIGKILL; starts again in 1 s", seconds=20)
    assert _post(f"http://127.0.0.1:{port}/includes/api.php") == 403  # it answers again, and lets nobody in
    assert json.loads(kept.read_bytes())["clients"][str(ERASED)] == held
    assert by_position(ERASED).email not in held.values()

    # a second one on the same folder is told
    second = Demo(demo.var)
    second.wait_for(rf"runs already at {re.escape(base)}", seconds=30)
    assert second.process.wait(timeout=10) == 1

    # stops
    began = time.monotonic()
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(timeout=15) == 0
    assert time.monotonic() - began < 10
    assert demo.processes() == {}


def test_a_second_start_finds_everything_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first = Demo(var, "--no-serve")
    first.wait_for(r"requests opened")
    first.wait_for(r"more requests opened: every right at every stage")
    assert first.process.wait(timeout=30) == 0
    # A mark in each store: made anew it would be gone. When a file was written says nothing, a worker may be at work in it.
    stores = sorted((var / "demo").glob("*.sqlite3"))
    assert stores
    for path in stores:
        with closing(sqlite3.connect(path)) as store, store:
            store.execute("CREATE TABLE kept (mark TEXT)")

    second = Demo(var)
    second.wait_for(r"requests are there")
    second.wait_for(r"Stop with Ctrl-C")

    for path in stores:
        with closing(sqlite3.connect(path)) as store:
            assert store.execute("SELECT count(*) FROM sqlite_master WHERE name = 'kept'").fetchone() == (1,), path.name
    second.process.kill()
    second.process.wait()
    assert second.gone(seconds=15), second.processes()
