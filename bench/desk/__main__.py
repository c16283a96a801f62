"""The desk with 200,000 cases of which 20,000 are open: every page of the queue, searches and case pages.

Eight colleagues open pages and think for a second, on PostgreSQL and the production server. Limits: the 95th percentile of
each kind of page, and how many statements it sends.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import world
from bench.desk import fill
from bench.desk.drive import work
from bench.measure import Board

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CASES = int(os.environ.get("BENCH_DESK_CASES", "200000"))
OPEN = CASES // 10
CLIENTS = 8
SECONDS = float(os.environ.get("BENCH_DESK_SECONDS", "90"))
LIMIT, STATEMENTS = 150, 15


def pages(filled: fill.Filled) -> dict[str, list[str]]:
    """The addresses of each kind of page."""
    from dsr.desk.shell import VIEWS  # noqa: PLC0415
    from dsr.models import Case  # noqa: PLC0415

    views = {f"view {view}": [f"/desk/?view={view}"] for view in VIEWS}
    rows = Case.objects.of(filled.controller)
    some = [*rows.open().order_by("pk")[:300], *rows.exclude(closed_at=None).order_by("pk")[:100]]
    return {
        "queue": ["/desk/", "/desk/?view=open&page=3"],
        **views,
        "filter right": ["/desk/?view=open&right=erasure", "/desk/?view=open&right=objection"],
        "filter state": ["/desk/?view=open&state=review", "/desk/?view=open&state=collecting"],
        "filter both": ["/desk/?view=open&right=portability&state=assessing"],
        "case": [f"/desk/cases/{case.pk}/" for case in some],
    }


def sessions(staff: Sequence[Any]) -> list[str]:
    """The session cookies of colleagues who have signed in."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    cookies = []
    for user in staff[:CLIENTS]:
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
    return cookies


@contextmanager
def server() -> Iterator[int]:
    """The production server on a free port of the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dsr.gunicorn", "dsr.wsgi", "--bind", f"127.0.0.1:{port}"]
    log = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the process
    running = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        running.terminate()
        running.wait(30)
        log.close()


def statements(staff: Any, addresses: dict[str, list[str]]) -> dict[str, int]:
    """How many statements one page of each kind sends."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client()
    client.force_login(staff, backend=settings.AUTHENTICATION_BACKENDS[0])
    sent = {}
    for kind, found in addresses.items():
        client.get(found[0])
        with CaptureQueriesContext(connection) as captured:
            client.get(found[0])
        sent[kind] = len(captured)
    return sent


def cpu_seconds() -> float:
    """What this process's children (the server) and every PostgreSQL process have computed so far; the colleagues do not count."""
    ticks = 0
    for one in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = one.read_text().partition("(")[2].rpartition(")")
        except OSError:  # it has ended
            continue
        said = rest.split()
        ours = name == "postgres" or (name.startswith(("gunicorn", "python")) and _descends(int(one.parent.name)))
        ticks += int(said[11]) + int(said[12]) if ours else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _descends(pid: int) -> bool:
    """Whether a process was started by this one, in however many steps."""
    while pid > 1:
        pid = _parent(pid)
        if pid == os.getpid():
            return True
    return False


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def main() -> None:
    """Fill, open every kind of page, count statements."""
    board = Board()
    os.environ["DSR_STAFF_FACTOR"] = "optional"
    os.environ["DSR_COUNTS_SECONDS"] = "5"  # as in production
    with world.postgresql():
        from django.db import connection  # noqa: PLC0415

        filled = fill.fill(cases=CASES, still_open=OPEN, now=fill.NOW)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        addresses = pages(filled)
        cookies = sessions(filled.staff)
        for kind, sent in statements(filled.staff[2], addresses).items():
            board.most(f"desk: statements of {kind}", sent, STATEMENTS)
        words = [filled.reference, filled.email, filled.name, filled.name.split()[1], filled.name[:4]]
        with server() as port:
            work(port=port, sessions=cookies, pages=addresses, words=words, seconds=SECONDS / 10)  # what is loaded once
            before = cpu_seconds()
            measured = work(port=port, sessions=cookies, pages=addresses, words=words, seconds=SECONDS)
            used = cpu_seconds() - before
        opened = sum(len(found) for found in measured.seconds.values())
        print(f"desk: CPU of the server and PostgreSQL, {used / opened * 1000:.0f} ms a page of {opened}")
        for kind in ("search", *addresses):
            board.most(f"desk: {kind}, 95 of 100 pages", measured.percentile(kind), LIMIT, " ms")
        for why, number in Counter(measured.refused).most_common(5):
            print(f"desk: did not open, {number} times: {why}")
        board.most("desk: pages that did not open", len(measured.refused), 0)
    board.leave()


if __name__ == "__main__":
    main()
