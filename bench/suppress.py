"""The suppression list against a campaign: a million addresses of a file, a million entries on the list, one command.

Each measurement is the whole of `manage.py suppressed` in a process of its own: reading, normalising, hashing, asking, writing. Time is
CPU time, because a busy machine stretches the clock. One in ten of the file is on the list, and what comes out is counted.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import uuid
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import world
from bench.measure import Board

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTED = int(os.environ.get("BENCH_SUPPRESS", "1000000"))
"""Entries of the list and rows of the campaign; smaller while something is being developed."""
EVERY = 10
"""One address of the campaign in so many is on the list."""
SLUG = "northwave"
LIMITS = {"email": 15, "phone": 90}
MIB = 300
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def _value(kind: str, number: int) -> str:
    """An invented address or number; numbers as people write them at home, and every other one internationally."""
    if kind == "email":
        return f"Person.{number}@customers{number % 97}.example.com"
    digits = f"{number:08d}"
    return f"+49176{digits}" if number % 2 else f"0176 {digits[:4]} {digits[4:]}"


def fill() -> None:
    """A controller with LISTED entries for each kind, half of them for all channels, half for one. Past the models: it takes half the time."""
    from django.db import connection, transaction  # noqa: PLC0415

    from dsr.cases import contacts, suppression_keys  # noqa: PLC0415
    from tests.factories import make_controller  # noqa: PLC0415

    controller = make_controller(SLUG)
    hashes = suppression_keys.ensured_hashes(controller, now=NOW)
    columns = "id, controller_id, kind, token, channels, since, source, review_on"
    insert = f"INSERT INTO dsr_suppression ({columns}) VALUES (%s, %s, %s, %s, %s, %s, 'portal', '2029-05-04')"  # noqa: S608

    def entries(kind: str) -> Iterator[tuple[str, ...]]:
        for number in range(LISTED):
            # The campaign has the numbers up to LISTED; the list shares one in EVERY of them.
            said = _value(kind, number if number % EVERY == 0 else number + 10 * LISTED)
            token = hashes.token(contacts.contact(controller, kind, said))
            channels = '["email", "phone", "post", "sms"]' if number % 2 else f'["{kind}"]'
            yield uuid.uuid4().hex, controller.pk.hex, kind, token, channels, NOW.isoformat(" ")

    for kind in LIMITS:
        rows = entries(kind)
        with transaction.atomic(), connection.cursor() as cursor:
            while batch := list(islice(rows, 5000)):
                cursor.executemany(insert, batch)


def campaign(kind: str, path: Path) -> None:
    """A file of LISTED rows with a name beside the address."""
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(["name", kind, "offer"])
        table.writerows([f"Example {number}", _value(kind, number), "fibre"] for number in range(LISTED))


def child(kind: str, given: str, allowed: str) -> None:
    """Run the command, and print CPU seconds and MiB."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415 -- only the child needs it

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    before = _cpu()
    call_command("suppressed", "--controller", SLUG, "--csv", given, "--channel", kind, "--allowed", allowed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"cpu": _cpu() - before, "mib": peak}, sys.stdout)


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run(*words: str) -> dict[str, Any]:
    """What a child says; its database is the one of DATABASE_URL."""
    done = subprocess.run([sys.executable, "-m", "bench.suppress", *words], capture_output=True, check=False, text=True)
    if done.returncode:
        sys.exit(f"suppress: the child ended with {done.returncode}\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main() -> None:
    """E-mails, then phone numbers: seconds, memory, and that nobody on the list is in the file that goes out."""
    board = Board()
    with world.sqlite(), tempfile.TemporaryDirectory() as folder:
        fill()
        for kind, limit in LIMITS.items():
            given, allowed = Path(folder) / f"{kind}.csv", Path(folder) / f"{kind}-allowed.csv"
            campaign(kind, given)
            took = run(kind, str(given), str(allowed))
            what = f"suppress: {LISTED:,} {kind}s against {LISTED:,} entries"
            board.most(f"{what}, CPU", took["cpu"], limit, " s")
            board.most(f"{what}, peak memory", took["mib"], MIB, " MiB")
            with allowed.open(encoding="utf-8") as lines:
                left = sum(1 for _ in lines) - 1
            wrong = abs(left - (LISTED - LISTED // EVERY))
            board.most(f"{what}, rows in the wrong file", wrong, 0)
    board.leave()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        child(*sys.argv[1:])
    else:
        main()
