"""Making a package: how long for a subscriber of many years, and in how much memory for a million sessions.

Each size runs in a process of its own, so that its peak memory is its own. The cost of a table cell is reckoned beside
a plain table without our style on the same machine, and time is CPU time: a busy machine stretches the clock.
"""

from __future__ import annotations

import io
import json
import os
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bench.measure import Board, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dsr.output.attached import Attached
    from dsr.output.inputs import Found

SESSIONS, INVOICES, TICKETS = 12_000, 200, 40
MANY = 1_000_000
CARRIED = 45_000
"""Sessions whose JSON and CSV are just below the 25 MB that ride inside the report."""
BATCH = 2_000
PICTURE_BYTES = 300_000
NAMES = ("Ευαγγελία Παπαδοπούλου", "Щерева Цветелина", "Иван Ковачев", "Νίκος Αθανασίου")
CELL_MILLISECONDS = 0.9
"""What a table cell costs in WeasyPrint on the machine where the cap was chosen (ux.md 5.4)."""
_YARDSTICK_ROWS, _YARDSTICK_COLUMNS = 500, 9


def _start() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415 -- only the child needs it

    django.setup()


def sessions(count: int) -> Found:
    """RADIUS sessions, made while they are read: eleven columns, as the sample of the tests has them."""
    from dataclasses import replace  # noqa: PLC0415

    from exporters.contract import Batch  # noqa: PLC0415
    from tests.output import sample  # noqa: PLC0415

    last = datetime(2026, 5, 19, 21, 0, tzinfo=UTC)

    def rows(start: int) -> Iterator[tuple[Any, ...]]:
        for number in range(start, min(start + BATCH, count)):
            at = last - timedelta(minutes=3 * (count - number))
            yield (
                "evangelia=40example.com",
                at.strftime("%Y-%m-%dT%H:%M:%S"),
                (at + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%S"),
                f"192.0.2.{number % 250 + 1}",
                "00-53-00-AA-BB-CC",
                number * 7919 % 4_000_000_000,
                number * 104_729 % 900_000_000,
                "198.51.100.1",
                ("User-Request", "Lost-Carrier", "Session-Timeout")[number % 3],
                f"8{number:07x}",
                "100000/40000",
            )

    def read() -> Iterable[Batch]:
        for start in range(0, count, BATCH):
            yield Batch("radacct", sample.SESSION_COLUMNS, tuple(rows(start)))

    return replace(sample.sessions(0), read=read)


def rest() -> tuple[Found, ...]:
    """200 invoices, 40 tickets, a customer with a Greek and a Bulgarian name."""
    from tests.output import sample  # noqa: PLC0415

    first = date(2010, 1, 5)
    invoices = [
        (
            f"R-{number:05d}",
            (first + timedelta(days=30 * number)).isoformat(),
            "39.90",
            f"Fibre 100, {NAMES[number % 4]}",
        )
        for number in range(INVOICES)
    ]
    tickets = [(f"{NAMES[number % 4]}: η σύνδεση, връзката, отново. " * 12,) for number in range(TICKETS)]
    info = sample.dataset("tickets", "Tickets", [sample.field("text", "Text")])
    customer = (*sample.CUSTOMER_ROW[:1], " ".join(NAMES[:2]), *sample.CUSTOMER_ROW[2:])
    return (
        sample.found("billing", "Billing", sample.CUSTOMER, sample.CUSTOMER_COLUMNS, [customer]),
        sample.found("billing", "Billing", sample.INVOICES, ("number", "issued_on", "amount", "text"), invoices),
        sample.found("tickets", "Support", info, ("text",), tickets),
    )


def attachments() -> tuple[Attached, ...]:
    """A picture for every ticket."""
    import hashlib  # noqa: PLC0415

    from dsr.output.attached import Attached  # noqa: PLC0415
    from exporters.files.content import Content, FileKind  # noqa: PLC0415

    chance = random.Random(7)

    def one(number: int) -> Attached:
        picture = b"\xff\xd8\xff\xe0" + chance.randbytes(PICTURE_BYTES)
        return Attached(
            store="tickets",
            store_label={"en": "Support"},
            dataset="files",
            dataset_label={"en": "Files"},
            name=f"{NAMES[number % 4]} {number}.jpg",
            media_type="image/jpeg",
            size=len(picture),
            sha256=hashlib.sha256(picture).hexdigest(),
            date="2026-05-01",
            content=Content(FileKind.PICTURE, None),
            read=lambda: iter([picture]),
        )

    return tuple(one(number) for number in range(TICKETS))


def child(kind: str) -> None:
    """Make one package into a sealing writer that keeps nothing, and print what it took."""
    _start()
    from dataclasses import replace  # noqa: PLC0415

    from dsr.output.package import PackageInput, build  # noqa: PLC0415
    from dsr.output.signing import Signer  # noqa: PLC0415
    from dsr.vault.files import SealingWriter  # noqa: PLC0415
    from tests.output import sample  # noqa: PLC0415

    class Nowhere(io.RawIOBase):
        size = 0

        def write(self, data: Any, /) -> int:
            self.size += len(data)
            return len(data)

    order = PackageInput(sample.SENDER, sample.ADDRESSEE, sample.HEAD, sample.INQUIRY, ())
    if kind == "years":
        order = replace(order, found=(sessions(SESSIONS), *rest()), attached=attachments())
    else:
        order = replace(order, found=(sessions(int(kind)),))
    sink = Nowhere()
    before = _seconds_of(resource.RUSAGE_SELF)
    started = time.perf_counter()
    writer = SealingWriter(bytes(32), sink, context="bench")  # type: ignore[arg-type]
    manifest = build(writer, order, signer=Signer(bytes(range(32))))
    writer.close()
    took = time.perf_counter() - started
    cpu = sum(_seconds_of(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) - before
    json.dump(
        {
            "seconds": took,
            "cpu": cpu,
            "rows": sum(sum(counts.values()) for counts in manifest.counts.values()),
            "bytes": sink.size,
            "plain": sum(fact.size for fact in manifest.files),
            "files": len(manifest.files),
            "parent": _peak(resource.RUSAGE_SELF),
            "renderer": _peak(resource.RUSAGE_CHILDREN),
        },
        sys.stdout,
    )


def _seconds_of(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _peak(who: int) -> float:
    """Peak resident memory in MiB (Linux counts KiB)."""
    return resource.getrusage(who).ru_maxrss / 1024


def cell_costs() -> None:
    """CPU seconds of a cell of a report of MAX_ROWS rows, and of a cell of a plain table of about as many cells."""
    _start()
    from dsr.output import pdf  # noqa: PLC0415
    from dsr.output.report import ReportInput, report_document  # noqa: PLC0415
    from dsr.output.survey import survey  # noqa: PLC0415
    from tests.output import sample  # noqa: PLC0415

    found = [sessions(200), *rest()]
    numbered = [
        survey(_as(item, f"store{number:02d}")) for number in range(8) for item in found if item.info.name != "tickets"
    ]
    paths = {(item.found.store, item.found.info.name): f"csv/{n}.csv" for n, item in enumerate(numbered)}
    document = report_document(ReportInput(sample.SENDER, sample.HEAD, sample.INQUIRY, tuple(numbered), paths))
    row = "<tr>" + "<td>2026-05-19 21:00:00</td>" * _YARDSTICK_COLUMNS + "</tr>"
    plain = pdf.Document(
        f'<!doctype html><html lang="en"><title>t</title><table>{row * _YARDSTICK_ROWS}</table></html>',
        document.written_at,
    )
    empty = pdf.Document('<!doctype html><html lang="en"><title>t</title><p>x</p></html>', document.written_at)
    base = min(_cpu([empty]) for _ in range(2))
    ours = (min(_cpu([document]) for _ in range(2)) - base) / pdf.cells(document.html)
    theirs = (min(_cpu([plain]) for _ in range(2)) - base) / pdf.cells(plain.html)
    json.dump(
        {"ours": ours, "plain": theirs, "cells": pdf.cells(document.html), "rows": document.html.count("<tr")},
        sys.stdout,
    )


def _as(found: Found, store: str) -> Found:
    from dataclasses import replace  # noqa: PLC0415

    return replace(found, store=store)


def _cpu(documents: list[Any]) -> float:
    from dsr.output import pdf  # noqa: PLC0415

    before = _seconds_of(resource.RUSAGE_CHILDREN)
    pdf.render_pdf(documents)
    return _seconds_of(resource.RUSAGE_CHILDREN) - before


def run(kind: str) -> dict[str, Any]:
    """What a child says."""
    done = subprocess.run([sys.executable, "-m", "bench.package", kind], capture_output=True, check=False, text=True)
    if done.returncode:
        sys.exit(f"package: the child ended with {done.returncode}\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def protected_copy(board: Board) -> None:
    """The copy for the post, streamed."""
    from dsr.output.locked import locked  # noqa: PLC0415

    piece = random.Random(1).randbytes(1 << 20)
    pieces = 256
    when = datetime(2026, 5, 20, tzinfo=UTC)

    def copy() -> None:
        chunks = (piece for _ in range(pieces))
        for _chunk in locked(chunks, file_name="x.zip", password="abcde-fghjk", written_at=when):  # noqa: S106
            pass

    board.least("package: the protected copy for the post", pieces / seconds(copy), 50, " MiB/s")


def main() -> None:
    """A package of many years, one of a million sessions, the cost of a cell, the copy for the post."""
    board = Board()
    many = int(os.environ.get("BENCH_SESSIONS", MANY))
    years = run("years")
    name = f"package: {SESSIONS:,} sessions, {INVOICES} invoices, {TICKETS} tickets with pictures"
    print(f"{name}: {years['seconds']:.1f} s by the clock, which a busy machine stretches")
    board.most(f"{name} ({years['bytes'] / 2**20:.0f} MiB), renderer included", years["cpu"], 20, " s of CPU")
    board.most("package: of them, renderer's peak memory", years["renderer"], 300, " MiB")
    carrying = run(str(CARRIED))
    board.most("package: as much as a report can carry inside, peak memory", carrying["parent"], 150, " MiB")
    board.most("package: the same, peak memory of the renderer", carrying["renderer"], 300, " MiB")
    large = run(str(many))
    print(
        f"package: {many:,} sessions took {large['seconds']:.1f} s ({large['cpu']:.1f} s of CPU), {large['plain'] / 2**20:.0f} MiB of files"
    )
    board.most(
        f"package: {many:,} sessions, peak memory of the process that streams them", large["parent"], 150, " MiB"
    )
    board.most(f"package: {many:,} sessions, peak memory of the renderer", large["renderer"], 300, " MiB")
    cells = run("cells")
    print(f"package: a cell of a plain table costs {cells['plain'] * 1000:.2f} ms of CPU on this machine")
    board.most(
        f"package: a cell of a report of {cells['cells']:,}", cells["ours"] * 1000, 1.5 * CELL_MILLISECONDS, " ms"
    )
    board.most("package: a cell of the report, in cells of the plain table", cells["ours"] / cells["plain"], 1.5)
    board.most("package: table rows of a report of 24 data sets, headings and overviews included", cells["rows"], 1_150)
    protected_copy(board)
    board.leave()


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "cells":
        cell_costs()
    else:
        child(sys.argv[1])
