from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from dsr.demo.processes import Child, Console

ROOT = Path(__file__).resolve().parents[2]


def _wait_for(condition: object, *, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def _child(code: str, stream: io.StringIO) -> Child:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return Child("job", [sys.executable, "-c", code], environment, Console(stream))


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_lines_carry_the_name_of_their_process() -> None:
    stream = io.StringIO()
    child = _child("print('hello'); print('wörld')", stream)

    child.start()

    assert _wait_for(lambda: stream.getvalue().count("\n") == 2)
    assert stream.getvalue() == "job    | hello\njob    | wörld\n"
    child.kill()


def test_a_dead_child_is_started_again_with_a_growing_pause() -> None:
    stream = io.StringIO()
    child = _child("raise SystemExit(3)", stream)

    child.tend()
    assert _wait_for(lambda: not child.running)
    child.tend()
    assert "ended with code 3; starts again in 1 s" in stream.getvalue()
    assert child.process is None  # not before its pause is over
    child.start_after = 0
    child.tend()
    assert _wait_for(lambda: not child.running)
    child.tend()

    assert "starts again in 2 s" in stream.getvalue()


def test_a_killed_child_says_by_which_signal() -> None:
    stream = io.StringIO()
    child = _child("import time; time.sleep(60)", stream)
    child.start()

    child.send(signal.SIGTERM)

    assert _wait_for(lambda: not child.running)
    child.tend()
    assert "ended with signal SIGTERM" in stream.getvalue()


def test_kill_takes_the_whole_group() -> None:
    stream = io.StringIO()
    child = _child("import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid); time.sleep(60)", stream)
    child.start()
    assert _wait_for(lambda: stream.getvalue().endswith("\n"))
    grandchild = int(stream.getvalue().split("|")[1])
    assert _alive(grandchild)

    child.kill()

    assert _wait_for(lambda: not _alive(grandchild))


def test_a_child_ends_when_its_supervisor_is_killed_without_warning() -> None:
    """The leash: SIGKILL leaves the supervisor no time to tidy up, so the kernel does."""
    code = (
        "import os, sys, time\n"
        "from dsr.demo.processes import Child, Console\n"
        "child = Child('c', ['sleep', '60'], dict(os.environ), Console(sys.stderr)); child.start()\n"
        "print(child.process.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        assert _wait_for(lambda: b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes())

        supervisor.kill()

        assert _wait_for(lambda: not _alive(pid))


def test_a_closed_terminal_stops_nothing() -> None:
    stream = io.StringIO()
    console = Console(stream)
    stream.close()

    console.line("web", "still here")
