"""One subscriber's million sessions: from the store into a sealed spool, from there into sealed JSON Lines and CSV.

The yardstick is the database's own client writing the same rows to a CSV file. Each reading runs in a process of its
own, whose peak memory the kernel reports.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.measure import seconds
from bench.stores.ground import HER, KINDS, Ground, ground, rows_wanted
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.measure import Board

TIMES = {"postgresql": 5, "mariadb": 8}
MEBIBYTES = 150
_SAME_ROWS = (
    "SELECT radacctid, acctsessionid, acctuniqueid, username, nasipaddress, nasportid, acctstarttime, acctstoptime,"
    " acctsessiontime, acctinputoctets, acctoutputoctets, callingstationid, framedipaddress, acctterminatecause"
    " FROM radacct WHERE username = 'ada' ORDER BY radacctid"
)
_KEY = bytes(range(32))


def run(board: Board) -> None:
    """Time against the database's own export, and memory at a hundredth, a tenth and all of the rows."""
    for kind in KINDS:
        for part in (100, 10, 1):
            with (
                ground(kind, sessions=max(300, rows_wanted() // part)) as store,
                tempfile.TemporaryDirectory() as folder,
            ):
                found = [_child(store, folder) for _ in range(3 if part == 1 else 1)]
                peak = max(one["mebibytes"] for one in found)
                board.most(f"collect {store.hers:,} rows, {kind}, peak memory", peak, MEBIBYTES, " MiB")
                if part == 1:
                    _against_export(board, store, folder, found)


def _against_export(board: Board, store: Ground, folder: str, found: Sequence[dict[str, float]]) -> None:
    exports = [seconds(lambda: _export(store, folder)) for _ in found]
    ours = [one["collecting seconds"] + one["writing seconds"] for one in found]
    times = median(ours) / median(exports)
    board.most(f"collect {store.hers:,} rows, {store.kind}, times its own export", times, TIMES[store.kind], "x")
    print(f"  {_split(found[-1])}, export {median(exports):.1f}", flush=True)


def _split(found: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f}" for name, value in found.items())


def _export(store: Ground, folder: str) -> None:
    """The database's client writes the rows to a file, in the format it is best at."""
    target = Path(folder) / "export.csv"
    socket = store.server.folder
    if store.kind == "postgresql":
        copy = f"\\copy ({_SAME_ROWS}) to '{target}' csv header"
        subprocess.run(["psql", "-h", socket, "-U", "postgres", "-d", store.database, "-qc", copy], check=True)
        return
    client = ["mariadb", f"--socket={socket}/s", "-u", "root", "--batch", "--quick", "-e", _SAME_ROWS, store.database]
    with target.open("wb") as out:
        subprocess.run(client, check=True, stdout=out)


def _child(store: Ground, folder: str) -> dict[str, float]:
    """Collect in a process of its own; seconds of each step and the peak of its memory."""
    command = [sys.executable, "-m", "bench.stores.collecting", store.kind, store.server.folder, store.database]
    arguments = [str(store.folder), str(store.sessions), folder]
    told = subprocess.run([*command, *arguments], check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(told.stdout)
    return found


def _collect(store: Ground, folder: Path) -> dict[str, float]:
    """What the desk does between a store and the files of a package, with its own code for each step."""
    _settings(folder)
    from django.utils import translation  # noqa: PLC0415 - after settings

    with translation.override("en"):
        spool = folder / "spool.sealed"
        collecting = seconds(lambda: _spool(store, spool))
        writing = seconds(lambda: _files(store, spool, folder))
    return {
        "collecting seconds": collecting,
        "writing seconds": writing,
        "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _settings(folder: Path) -> None:
    import django  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    settings.configure(
        USE_TZ=True, INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"], MEDIA_ROOT=str(folder)
    )
    django.setup()


def _spool(store: Ground, spool: Path) -> None:
    from dsr.fulfil.lines import line_of  # noqa: PLC0415
    from dsr.vault.files import SealingWriter  # noqa: PLC0415

    exporter = store.store()
    with spool.open("wb") as out:
        writer = SealingWriter(_KEY, out, context="bench")
        for batch in exporter.collect(HER, exporter.locate(HER).keys):
            writer.write(line_of(batch))
        writer.close()


def _files(store: Ground, spool: Path, folder: Path) -> None:
    """One reading of the spool, as a package does it: JSON Lines and CSV side by side."""
    from dsr.fulfil.lines import batches_of, whole_lines  # noqa: PLC0415
    from dsr.output.files import csv_chunks, json_rows  # noqa: PLC0415
    from dsr.vault.files import SealingWriter, open_file  # noqa: PLC0415

    for info in store.store().describe():
        with (
            spool.open("rb") as source,
            (folder / f"{info.name}.jsonl.sealed").open("wb") as json_out,
            (folder / f"{info.name}.csv.sealed").open("wb") as csv_out,
        ):
            objects, table = (SealingWriter(_KEY, out, context="bench") for out in (json_out, csv_out))
            heading: Any = slice(0, None)
            for batch in batches_of(whole_lines(open_file(_KEY, source, context="bench")), info.name):
                for rows in json_rows(iter([batch]), between=b"\n"):
                    objects.write(rows + b"\n")
                for lines in [*csv_chunks(batch.columns, iter([batch]))][heading]:
                    table.write(lines)
                heading = slice(1, None)  # once a file
            objects.close()
            table.close()


if __name__ == "__main__":
    kind, socket, database, configured, sessions, folder = sys.argv[1:]
    ours = Ground(kind, servers.Server(kind, socket), database, Path(configured), int(sessions))
    print(json.dumps(_collect(ours, Path(folder))))
