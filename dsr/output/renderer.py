"""Jobs for the renderer: starts the waiting process of dsr.output.stem when it is needed, and hands it one job at a time.

A job's child reads from one pipe and writes to another, and is killed when its time is over. Each process that lays
documents out has a stem of its own; one that was forked off (a worker's job) starts its own rather than share one.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "dsr" / "output" / "fonts"
CHUNK = 1 << 16
NUMBER_BYTES = 32
# Loading the typesetter on a busy machine; a job's own time begins after it.
START_SECONDS = 60.0


class LateError(Exception):
    """The job's time is over; `answered` is what it wrote until then."""

    def __init__(self, answered: bytes) -> None:
        super().__init__("the renderer's time is over")
        self.answered = answered


def environment() -> dict[str, str]:
    """All it gets: where the code is, which fonts exist, and a fixed hash seed. No proxy, no secret, no home."""
    return {
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "FONTCONFIG_FILE": str(FONTS / "fonts.conf"),
    }


class _Stem:
    """The waiting process as its starter holds it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dsr.output.stem"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # tracebacks quote the document
                cwd=FONTS,  # beside it lies nothing but what every document shows anyway
                env=environment(),
            )
        self.control.settimeout(START_SECONDS)

    def begin(self, source: int, sink: int) -> int:
        """Start a job on two pipe ends; OSError when the process is gone."""
        socket.send_fds(self.control, [b"render"], [source, sink])
        number = self.control.recv(NUMBER_BYTES)
        if not number:
            raise ConnectionResetError("the renderer is gone")
        return int(number)

    def kill(self, pid: int) -> None:
        """End a job."""
        with suppress(OSError):
            self.control.send(f"kill {pid}".encode("ascii"))

    def end(self) -> None:
        """Let go of it: it ends by itself when nobody holds the other end."""
        self.control.close()
        if self.owner == os.getpid():
            self.process.kill()
            self.process.wait()


_lock = threading.Lock()
_stem: _Stem | None = None


def _begin(source: int, sink: int) -> tuple[_Stem, int]:
    global _stem  # noqa: PLW0603 -- one per process, like a connection pool
    with _lock:
        if _stem is not None and _stem.owner != os.getpid():
            _stem.control.close()  # our parent's; its own end stays open
            _stem = None
        for again in (True, False):
            _stem = _stem or _Stem()
            try:
                return _stem, _stem.begin(source, sink)
            except OSError:
                _stem.end()
                _stem = None
                if not again:
                    raise
    raise AssertionError("unreachable")


def run(payload: bytes, *, seconds: float) -> bytes:
    """What the renderer answers to `payload` (dsr.output.frames) within `seconds`; LateError when it takes longer.

    Empty or cut short when the renderer died.
    """
    their_in, ours = os.pipe()
    answers, their_out = os.pipe()
    # Unbuffered file objects rather than numbers: closing one twice can never close somebody else's file.
    with os.fdopen(ours, "wb", buffering=0) as out, os.fdopen(answers, "rb", buffering=0) as back:
        try:
            stem, pid = _begin(their_in, their_out)
        except OSError:
            return b""
        finally:
            os.close(their_in)
            os.close(their_out)
        try:
            return _exchange(out, back, payload, time.monotonic() + seconds)
        except LateError:
            stem.kill(pid)
            raise


def _exchange(out: FileIO, back: FileIO, payload: bytes, until: float) -> bytes:
    """Write and read at the same time, so that neither side waits for the other with a full pipe."""
    os.set_blocking(out.fileno(), False)
    waiting, answered = memoryview(payload), bytearray()
    while True:
        left = until - time.monotonic()
        readable, writable, _ = select.select([back], [out] if waiting else [], [], max(left, 0))
        if left <= 0 or not (readable or writable):
            raise LateError(bytes(answered))
        if writable:
            try:
                waiting = waiting[out.write(waiting[:CHUNK]) or 0 :]
            except BrokenPipeError:  # it died; what it said before is still to be read
                waiting = memoryview(b"")
            if not waiting:
                out.close()
        if readable:
            data = back.read(CHUNK)
            if not data:
                return bytes(answered)
            answered += data
