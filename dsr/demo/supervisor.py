"""Runs the demo's processes together: a private Redis, the stand-ins, setup, web, worker and tick; one Ctrl-C ends them all."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from dsr.demo import place, vendors
from dsr.demo.processes import ROOT, Child, Console

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping

READY_WITHIN = 90.0
"""Seconds the web page may take to answer for the first time."""
POLITE = 5.0
"""Seconds a process has to end by itself; a job that is interrupted is repeated from its row."""
FIRM = 2.0
"""Seconds after the second request, before the process is killed."""
BEAT = 0.2
PR_SET_CHILD_SUBREAPER = 36
FIRST, FURTHER = "1", "further"
"""What the inner runs of `manage.py demo` do: everything that the first page needs, and what may follow while people look."""
MANAGE = ROOT / "manage.py"
WORKER = ("rqworker", "default", "stores", "pdf", "--serializer", "rq.serializers.JSONSerializer", "-v", "0")
WEB = ("--workers", "2", "--threads", "4", "--graceful-timeout", "4", "--no-control-socket", "--log-level", "warning")


class Supervisor:
    """Keeps the demo's processes alive until it is told to stop.

    `environment` is what `place.prepare` returned; `listener` the open web port, handed to the web server, or None when
    only the setup shall run; `played` the open ports of the systems that the stand-ins play.
    """

    def __init__(
        self,
        *,
        environment: dict[str, str],
        var: Path,
        listener: socket.socket | None,
        played: Mapping[str, socket.socket],
        console: Console,
    ) -> None:
        self._environment = {**environment, "PYTHONUNBUFFERED": "1"}
        self._console = console
        self._listener = listener
        self._stop = threading.Event()
        self._url = f"http://{place.LOOPBACK}:{listener.getsockname()[1]}" if listener else ""
        if listener:
            self._environment.setdefault("DSR_BASE_URL", self._url)
        socket_path = place.redis_socket(var)
        private = environment.get("REDIS_URL") == place.redis_url(socket_path)
        self._redis = self._child("redis", place.redis_command(place.redis_program(), socket_path)) if private else None
        self._played = tuple(played.values())
        command, fds = vendors.command(var / "demo", played), tuple(one.fileno() for one in self._played)
        self._below = [self._child("vendors", command, pass_fds=fds), *([self._redis] if self._redis else [])]
        """What the others ask: it comes first and goes last."""
        self._children: list[Child] = []
        self._filling: list[Child] = []

    def run(self, *, on_ready: Callable[[], None]) -> int:
        """Set up, start everything, call `on_ready` once the health page is content; 0 after a requested stop.

        Returns the setup's exit code when that fails, and 1 when the demo is not healthy within READY_WITHIN seconds.
        DemoError when the private Redis does not start.
        """
        _adopt_orphans()
        with self._signals():
            try:
                for child in self._below:
                    child.start()
                if self._redis:
                    self._await_redis()
                code = self._set_up(FIRST)
                if code or self._stop.is_set():
                    return code
                return self._set_up(FURTHER) if self._listener is None else self._serve(self._listener, on_ready)
            finally:
                self._end()

    def stop(self) -> None:
        """Ask `run` to end; safe from any thread."""
        self._stop.set()

    def _part(self, part: str) -> Child:
        """The rest of `manage.py demo`, where the settings are complete."""
        child = self._child("setup", [sys.executable, str(MANAGE), "demo"])
        child.environment = {**self._environment, "DSR_DEMO_SETUP": part}
        child.start()
        return child

    def _set_up(self, part: str) -> int:
        """Run one part to its end; its exit code."""
        child = self._part(part)
        self._children = [child]
        while child.running and not self._stop.is_set():
            for other in self._below:
                other.tend()
            self._stop.wait(0.05)
        if self._stop.is_set():
            return 0
        self._children = []
        child.drain()
        return child.process.returncode if child.process else 1

    def _serve(self, listener: socket.socket, on_ready: Callable[[], None]) -> int:
        web = [sys.executable, "-m", "gunicorn", "dsr.wsgi", "--bind", f"fd://{listener.fileno()}", *WEB]
        self._children = [
            self._child("web", web, pass_fds=(listener.fileno(),)),
            self._child("worker", [sys.executable, str(MANAGE), *WORKER]),
            self._child("tick", [sys.executable, str(MANAGE), "tick", "--loop"]),
        ]
        deadline = time.monotonic() + READY_WITHIN
        ready = False
        while not self._stop.is_set():
            for child in (*self._below, *self._children):
                child.tend()
            if not ready:
                health = self._health()
                ready = health in {"ok", "degraded"}  # a small disk or a failed mail keeps nobody from looking around
                if ready:
                    on_ready()
                    self._filling = [self._part(FURTHER)]
                elif time.monotonic() > deadline:
                    self._console.line(
                        "demo", f"Not healthy after {READY_WITHIN:.0f} s ({health}). The lines above say why."
                    )
                    return 1
            self._stop.wait(BEAT)
        return 0

    def _await_redis(self) -> None:
        """Wait until Redis answers: whoever starts before it would only fail and pause."""
        until = time.monotonic() + 10
        client = redis.Redis.from_url(self._environment["REDIS_URL"], retry=None)
        with client:
            while not self._stop.is_set():
                with contextlib.suppress(redis.RedisError):
                    client.ping()
                    return
                if time.monotonic() > until or (self._redis and not self._redis.running):
                    raise place.DemoError("The private Redis server does not start; var/redis/redis.log says why.")
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
        """Ask, insist, kill: the three workers first, what they ask last, so that nobody loses it in mid-job."""
        self._console.line("demo", "stopping …")
        self._finish([*self._filling, *self._children])
        self._finish(self._below)
        _kill_orphans()
        for listener in (self._listener, *self._played):
            if listener:
                listener.close()
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
