"""Runs the demo's processes together: web, worker, tick and a private Redis; one Ctrl-C ends them all."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from dsr.demo.place import LOOPBACK, DemoError, redis_command, redis_program, redis_socket, redis_url
from dsr.demo.processes import Child, Console

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

READY_WITHIN = 90.0
"""Seconds the web page may take to answer for the first time."""
POLITE = 5.0
"""Seconds a process has to end by itself; a job that is interrupted is repeated from its row."""
FIRM = 2.0
"""Seconds after the second request, before the process is killed."""
BEAT = 0.2
PR_SET_CHILD_SUBREAPER = 36


class Supervisor:
    """Keeps the demo's processes alive until it is told to stop.

    `environment` is what `place.prepare` returned; `listener` the open web port, handed to the web server.
    """

    def __init__(self, *, environment: dict[str, str], var: Path, listener: socket.socket, console: Console) -> None:
        self._environment = {**environment, "PYTHONUNBUFFERED": "1"}
        self._console = console
        self._listener = listener
        self._url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        self._stop = threading.Event()
        self._redis: Child | None = None
        self._socket: Path | None = None
        if not environment.get("REDIS_URL") and not environment.get("REDIS_URL_FILE"):
            self._socket = redis_socket(var)
            self._environment["REDIS_URL"] = redis_url(self._socket)
            self._redis = self._child("redis", redis_command(redis_program(), self._socket))
        self._children = [
            self._child("web", self._web_command(), pass_fds=(listener.fileno(),)),
            self._child(
                "worker",
                self._manage("rqworker", "stores", "default", "pdf", "--serializer", "rq.serializers.JSONSerializer"),
            ),
            self._child("tick", self._manage("tick", "--loop")),
        ]

    def run(self, *, on_ready: Callable[[], None]) -> int:
        """Start everything, call `on_ready` once the health page is content, and return 0 after a requested stop.

        Returns 1 when the demo does not become healthy within READY_WITHIN seconds.
        """
        _adopt_orphans()
        with self._signals():
            try:
                return self._run(on_ready)
            finally:
                self._end()

    def stop(self) -> None:
        """Ask `run` to end; safe from any thread."""
        self._stop.set()

    def _run(self, on_ready: Callable[[], None]) -> int:
        if self._redis:
            self._redis.start()
            self._await_redis()
        deadline = time.monotonic() + READY_WITHIN
        ready = False
        while not self._stop.is_set():
            for child in self._everyone():
                child.tend()
            if not ready:
                health = self._health()
                ready = health == "ok"
                if ready:
                    on_ready()
                elif time.monotonic() > deadline:
                    self._console.line(
                        "demo", f"Not healthy after {READY_WITHIN:.0f} s ({health}). The lines above say why."
                    )
                    return 1
            self._stop.wait(BEAT)
        return 0

    def _everyone(self) -> list[Child]:
        return [self._redis, *self._children] if self._redis else self._children

    def _await_redis(self) -> None:
        """Wait until Redis answers: a worker that starts before it would only fail and pause."""
        until = time.monotonic() + 10
        client = redis.Redis.from_url(self._environment["REDIS_URL"])
        with client:
            while not self._stop.is_set():
                with contextlib.suppress(redis.RedisError):
                    client.ping()
                    return
                if time.monotonic() > until or (self._redis and not self._redis.running):
                    raise DemoError("The private Redis server does not start; the lines above say why.")
                self._stop.wait(0.05)

    def _health(self) -> str:
        """`ok`, or what keeps the health page from saying so."""
        try:
            with urllib.request.urlopen(f"{self._url}/healthz", timeout=5) as answer:  # noqa: S310 -- our own loopback URL
                return str(json.load(answer)["status"])
        except urllib.error.HTTPError as error:
            with error:
                return f"HTTP {error.code}"
        except (OSError, ValueError, KeyError) as error:
            return type(error).__name__

    def _end(self) -> None:
        """Ask, insist, kill: the three workers first, Redis last, so that nobody loses it in mid-job."""
        self._console.line("demo", "stopping …")
        self._finish(self._children)
        if self._redis:
            self._finish([self._redis])
        if self._socket:
            self._socket.unlink(missing_ok=True)
            if self._socket.parent.name.startswith("dsr-redis-"):
                shutil.rmtree(self._socket.parent, ignore_errors=True)
        _kill_orphans()
        self._listener.close()
        self._console.line("demo", "stopped.")

    @staticmethod
    def _finish(children: list[Child]) -> None:
        for patience in (POLITE, FIRM):
            for child in children:
                child.send(signal.SIGTERM)
            until = time.monotonic() + patience
            while time.monotonic() < until and any(child.running for child in children):
                time.sleep(0.05)
        for child in children:
            child.kill()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Ctrl-C, a polite kill and a closed terminal all mean: stop."""
        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, lambda *_: self._stop.set()) for number in wanted}
        try:
            yield
        finally:
            for number, old in before.items():
                signal.signal(number, old)

    def _child(self, name: str, command: list[str], *, pass_fds: tuple[int, ...] = ()) -> Child:
        return Child(name, command, self._environment, self._console, pass_fds=pass_fds)

    def _web_command(self) -> list[str]:
        options = (
            "--workers",
            "2",
            "--threads",
            "4",
            "--graceful-timeout",
            "4",
            "--no-control-socket",
            "--log-level",
            "warning",
        )
        return [sys.executable, "-m", "gunicorn", "dsr.wsgi", "--bind", f"fd://{self._listener.fileno()}", *options]

    @staticmethod
    def _manage(*arguments: str) -> list[str]:
        return [sys.executable, str(Path(__file__).resolve().parents[2] / "manage.py"), *arguments]


def _adopt_orphans() -> None:
    """Become the parent of what dead children leave behind (a worker's job, say), so that nothing outlives the demo."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _kill_orphans() -> None:
    """Kill and reap adopted processes until none is left."""
    while True:
        try:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
        except OSError:
            return
        if not children:
            return
        for pid in map(int, children):
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
