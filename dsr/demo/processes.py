"""One process of the demo: started on a leash, its lines prefixed, restarted with a growing pause when it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
"""The project's folder, where every child runs: the demo may be started from anywhere."""
LONGEST_PAUSE = 30.0
"""Seconds between two starts of a process that keeps dying, at most."""
STEADY = 60.0
"""A process that has lived this many seconds is healthy again: its next pause starts from one second."""
COLOURS = (36, 33, 35, 32, 34)


class Console:
    """Whole lines from many threads to one stream, each with the name of its source."""

    def __init__(self, stream: TextIO, *, width: int = 6) -> None:
        self._stream = stream
        self._width = width
        self._lock = threading.Lock()
        self._colours: dict[str, int] = {}
        self._colourful = stream.isatty() and not os.environ.get("NO_COLOR")

    def line(self, source: str, text: str) -> None:
        """Write one line; a stream that has gone away (a closed terminal) is no reason to stop."""
        label = f"{source:<{self._width}} |"
        with self._lock:
            if self._colourful:
                number = self._colours.setdefault(source, COLOURS[len(self._colours) % len(COLOURS)])
                label = f"\x1b[{number}m{label}\x1b[0m"
            try:
                self._stream.write(f"{label} {text}\n")
                self._stream.flush()
            except (OSError, ValueError):
                self._colourful = False


@dataclass
class Child:
    """A command the supervisor keeps alive. Times are seconds of the monotonic clock."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    console: Console
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_after: float = 0.0
    _reader: threading.Thread | None = field(default=None, repr=False)

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the command in a session of its own, so that Ctrl-C in the terminal reaches the supervisor only."""
        command = [sys.executable, "-m", "dsr.demo.leash", str(os.getpid()), *self.command]
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command,
            env=dict(self.environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self.pass_fds,
        )
        self._reader = threading.Thread(target=self._pump, args=(self.process,), daemon=True, name=f"log-{self.name}")
        self._reader.start()

    def tend(self) -> None:
        """Start the process again if it has died and its pause is over."""
        now = time.monotonic()
        if self.running:
            return
        if self.process is not None:
            code = self.process.returncode
            self.failures = 1 if now - self.started > STEADY else self.failures + 1
            pause = min(LONGEST_PAUSE, 2.0 ** (self.failures - 1))
            self.start_after = now + pause
            self.process = None
            self.console.line(self.name, f"ended with {_ending(code)}; starts again in {pause:.0f} s")
        if now >= self.start_after:
            self.start()

    def send(self, number: int) -> None:
        """Send a signal to the process itself, not to those it started: it knows how to end them."""
        if self.process is not None and self.running:
            self.process.send_signal(number)

    def kill(self) -> None:
        """End the process and its group at once."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def drain(self) -> None:
        """Wait until the last lines of an ended process are written."""
        if self._reader:
            self._reader.join(timeout=5)

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                self.console.line(self.name, line.decode(errors="replace").rstrip())


def _ending(code: int | None) -> str:
    if code is None:
        return "no code"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
