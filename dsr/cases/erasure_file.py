"""The ledger of erasures outside our database: one line for each entry, so that restoring our own backup forgets no erasure.

The first line says since when the ledger is kept. Whoever makes backups carries the file elsewhere, as with the ledger of
purges. Lines are only added; those whose time is over go when the file is written anew (rules.md 6.4 no. 7).
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction

from dsr.models import Case, Controller, ErasedIdentifier, Erasure
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

log = logging.getLogger(__name__)
FILE: Final = "erased.jsonl"
# No controller has an empty slug, so that these tokens meet no other.
_NOBODY, _KIND = "", "erased_case"
_BEGINS: Final = re.compile(rb'\{"id": "([0-9a-f-]{36})"')


class LedgerError(ValueError):
    """The file is no ledger of erasures; the message says which line is wrong first and never repeats it."""


def path() -> Path:
    """Where the ledger lies."""
    return Path(settings.DSR_LEDGER_DIR) / FILE


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time; another writer waits."""
    folder = path().parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / f"{FILE}.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _put(file: Path, text: str, *, how: int) -> None:
    """Write and have it on the disk. OSError when that is not possible: the file is as long as before."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | how, 0o600)
    try:
        size = os.fstat(handle).st_size
        # Whoever was killed while writing left half a line: what is whole starts on one of its own.
        torn = size and os.pread(handle, 1, size - 1) != b"\n"
        try:
            _write(handle, ("\n" if torn else "") + text)
        except BaseException:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def _write(handle: int, text: str) -> None:
    rest = text.encode()
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def begin(*, now: datetime) -> None:
    """Make the file with its first line when there is none. OSError when the folder cannot be written."""
    with _alone():
        if not path().exists():
            _put(path(), json.dumps({"began_at": now.isoformat()}) + "\n", how=os.O_APPEND)


def write_due(*, now: datetime, limit: int) -> int:
    """Append the entries that are not in the file yet; returns how many.

    OSError when that fails: the erasure stands and the entries wait, so whoever calls this must let it be seen.
    """
    begin(now=now)
    waiting = list(
        Erasure.objects.filter(kept_at__isnull=True)
        .select_related("controller")
        .prefetch_related("identifiers")
        .order_by("applied_at", "pk")[:limit]
    )
    if waiting:
        with _alone():
            _put(path(), "".join(map(_line, waiting)), how=os.O_APPEND)
        # Killed before this, the lines are written twice: whoever reads them takes each entry once.
        Erasure.objects.filter(pk__in=[entry.pk for entry in waiting]).update(kept_at=now)
    return len(waiting)


def _line(entry: Erasure) -> str:
    rows = sorted((one.person, one.kind, one.token, one.stays) for one in entry.identifiers.all())
    said = {
        "id": str(entry.pk),
        "controller": entry.controller.slug,
        "store": entry.store,
        "case": blind.token(_NOBODY, _KIND, str(entry.case_id)) if entry.case_id else "",
        "plan_sha256": entry.plan_sha256,
        "strategy": entry.strategy,
        "persons": entry.persons,
        "applied_at": entry.applied_at.isoformat(),
        "ends_on": entry.ends_on.isoformat(),
        "identifiers": [list(row) for row in rows],
    }
    return json.dumps(said) + "\n"


@dataclass(slots=True)
class _Read:
    """What a file says line by line, and how many lines cannot be read whose entry stands nowhere else in it."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    damaged: int = 0


def _read(file: Path) -> _Read:
    """LedgerError when not one line is whole; a single damaged line takes nobody else's with it."""
    found, torn = _Read(), []
    for number, line in enumerate(file.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            found.lines.append(_said(line))
        except (ValueError, KeyError, TypeError):
            torn.append((number, line))
    if torn and not found.lines:
        raise LedgerError(f"line {torn[0][0]} is not a line of a ledger of erasures")
    whole = {said.get("id") for said in found.lines}
    found.damaged = sum(_torn_id(line) not in whole for _, line in torn)
    return found


def _said(line: bytes) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(line.decode())
    if "began_at" in said:
        datetime.fromisoformat(said["began_at"])
        return said
    date.fromisoformat(said["ends_on"])
    datetime.fromisoformat(said["applied_at"])
    uuid.UUID(said["id"])
    _known = [(int(p), str(k), str(t), bool(s)) for p, k, t, s in said["identifiers"]]
    _known_too = said["controller"], said["store"], said["plan_sha256"], said["persons"]
    return said


def _torn_id(line: bytes) -> str:
    """Whose entry half a line was, if that can be told; a disk that refused half of it got it whole at a later tick."""
    found = _BEGINS.match(line)
    return found[1].decode() if found else ""


def damaged(file: Path | None = None) -> int:
    """How many lines of a ledger cannot be read and stand nowhere else in it: whoever they name is not found by it.

    0 when there is no file. LedgerError when not one line is whole.
    """
    where = file or path()
    return _read(where).damaged if where.is_file() else 0


def began_at(file: Path | None = None) -> datetime | None:
    """Since when the ledger is kept: its first line, or its first entry; None when there is no file.

    LedgerError when not one line is whole.
    """
    where = file or path()
    if not where.is_file():
        return None
    times = [datetime.fromisoformat(said.get("began_at") or said["applied_at"]) for said in _read(where).lines]
    return min(times, default=None)


def take_in(file: Path, *, today: date) -> int:
    """Enter what the file names and the database does not: a backup of ours was restored as well. Returns how many entries.

    Entries whose time is over, those of controllers that are not here and damaged lines stay out. What another file named
    goes into our own at the next tick. LedgerError when not one line is whole, OSError.
    """
    lines = {said["id"]: said for said in _read(file).lines if "id" in said}
    ours = path().is_file() and path().samefile(file)
    have = {str(pk) for pk in Erasure.objects.filter(pk__in=list(lines)).values_list("pk", flat=True)}
    fresh = [one for pk, one in lines.items() if pk not in have and date.fromisoformat(one["ends_on"]) >= today]
    controllers = {one.slug: one for one in Controller.objects.filter(slug__in={one["controller"] for one in fresh})}
    cases = _cases({one["case"] for one in fresh if one["case"]})
    done = 0
    for said in fresh:
        controller = controllers.get(said["controller"])
        if controller is not None:
            done += _enter(said, controller, cases.get(said["case"]), ours=ours)
    return done


def _cases(tokens: set[str]) -> dict[str, Case]:
    """The cases of this database that the file means."""
    found: dict[str, Case] = {}
    if tokens:
        for case in Case.objects.filter(right="erasure").order_by("pk").iterator(chunk_size=500):
            found |= dict.fromkeys(tokens & set(blind.tokens(_NOBODY, _KIND, str(case.pk))), case)
    return found


@transaction.atomic
def _enter(said: dict[str, Any], controller: Controller, case: Case | None, *, ours: bool) -> int:
    same = Erasure.objects.filter(case=case, store=said["store"], plan_sha256=said["plan_sha256"])
    if case is not None and same.exists():
        return 0
    entry = Erasure.objects.create(
        pk=uuid.UUID(said["id"]),
        controller=controller,
        case=case,
        store=said["store"],
        plan_sha256=said["plan_sha256"],
        strategy=said["strategy"],
        persons=said["persons"],
        applied_at=datetime.fromisoformat(said["applied_at"]),
        ends_on=date.fromisoformat(said["ends_on"]),
        kept_at=datetime.fromisoformat(said["applied_at"]) if ours else None,
    )
    ErasedIdentifier.objects.bulk_create(
        ErasedIdentifier(erasure=entry, controller=controller, person=person, kind=kind, token=token, stays=stays)
        for person, kind, token, stays in said["identifiers"]
    )
    return 1


def prune(*, today: date) -> int:
    """Write the file anew without the entries whose time is over; returns how many went. The old file stands until then.

    Lines that cannot be read do not come along, and are said in the log.
    """
    where = path()
    if not where.is_file():
        return 0
    with _alone():
        read = _read(where)
        if read.damaged:
            log.warning("%s lines of the ledger of erasures cannot be read", read.damaged)
        kept, gone = _sorted_out(read.lines, today)
        if gone:
            fresh = where.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            _put(fresh, "".join(json.dumps(one) + "\n" for one in kept), how=os.O_EXCL)
            fresh.replace(where)
    return gone


def _sorted_out(lines: Iterable[dict[str, Any]], today: date) -> tuple[list[dict[str, Any]], int]:
    kept, gone = [], 0
    for said in lines:
        if "id" in said and date.fromisoformat(said["ends_on"]) < today:
            gone += 1
        else:
            kept.append(said)
    return kept, gone
