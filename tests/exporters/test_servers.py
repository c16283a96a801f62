"""The throw-away servers leave nothing behind, even when the test run is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import servers

PROGRAM = """
import json, time
from tests import servers
found = servers.{kind}()
print(json.dumps([found.folder, str(servers._root())]), flush=True)
time.sleep(120)
"""


@pytest.mark.stores
@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
def test_a_killed_run_takes_its_server_along(kind: str) -> None:
    getattr(servers, kind)()  # skips where the server is not installed
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    run = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(kind=kind)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env=environment,
    )
    assert run.stdout is not None
    folder, root = json.loads(run.stdout.readline())
    assert _processes_of(folder)

    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    run.stdout.close()

    end = time.monotonic() + 30
    while (_processes_of(folder) or Path(root).exists()) and time.monotonic() < end:
        time.sleep(0.1)
    assert _processes_of(folder) == []
    assert not Path(root).exists()


def _processes_of(folder: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if folder in entry.read_bytes().decode(errors="replace"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_binary_skips_but_fails_in_ci(monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type) -> None:
    monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="mariadb is not installed"):
        servers._server("mariadb", None, None)
