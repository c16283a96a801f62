"""The process that waits with the typesetter loaded: `python -m dsr.output.stem`, started by dsr.output.renderer.

Loading WeasyPrint costs about a second of CPU, laying out a letter a tenth of it. This process loads it once and forks a
child for each job; the child takes the limits of dsr.output.render before it sees a document, and dies after it. The
waiting process itself never reads a document: it passes the ends of two pipes on. It ends when whoever started it does,
and when nobody asked for anything for a minute.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from contextlib import suppress

from dsr.output import render

IDLE_SECONDS = 60.0
PIPE_ENDS = 2
MESSAGE_BYTES = 64


def child(source: int, sink: int) -> None:
    """Answer the documents of one job with limits of its own; never returns."""
    code = 1
    try:
        render.take_limits()
        with os.fdopen(source, "rb") as documents, os.fdopen(sink, "wb") as answers:
            render.answer(documents, answers)
        code = 0
    finally:
        os._exit(code)


def _fork(control: socket.socket, ends: list[int]) -> int:
    pid = os.fork()
    if pid == 0:
        control.close()
        child(*ends)
    for end in ends:
        os.close(end)
    return pid


def _bury(living: set[int]) -> None:
    """Forget the children that have ended, so that a number given out again is never killed for theirs."""
    for pid in list(living):
        with suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                continue
        living.discard(pid)


def serve(control: socket.socket) -> None:
    """Fork a child per `render` (two pipe ends ride with it), answer its number; `kill N` ends one of ours."""
    living: set[int] = set()
    while True:
        asked = select.select([control], [], [], IDLE_SECONDS)[0]
        _bury(living)
        if not asked:
            if living:
                continue
            return
        message, ends, _flags, _address = socket.recv_fds(control, MESSAGE_BYTES, PIPE_ENDS)
        if not message:
            return
        word, _, number = message.decode("ascii").partition(" ")
        if word == "render" and len(ends) == PIPE_ENDS:
            pid = _fork(control, ends)
            living.add(pid)
            control.send(str(pid).encode("ascii"))
        elif word == "kill" and int(number) in living:
            os.kill(int(number), signal.SIGKILL)


def main() -> None:
    """Load everything a document needs, then wait."""
    from dsr.output import accessible, typeset  # noqa: F401, PLC0415 -- loaded for the children

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the whole group; our starter ends us
    sys.stdout = sys.stderr
    with socket.socket(fileno=os.dup(0)) as control, suppress(ConnectionError):
        serve(control)


if __name__ == "__main__":
    main()
