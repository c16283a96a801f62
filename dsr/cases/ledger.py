"""The ledger of purges: what a restored backup of ours must not bring back (house.md "Personal data at home").

One line for each purged case, appended to a file outside our database: a keyed hash of the case's random id, the day it was
purged, and the day on which no backup can hold it any more. `manage.py purge --replay FILE` reads it after a restore.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from dsr.models import Case, Tombstone
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

log = logging.getLogger(__name__)
FILE: Final = "purged.jsonl"
# No controller has an empty slug, so that these tokens meet no other.
_NOBODY, _KIND = "", "purged_case"


class LedgerError(ValueError):
    """The file is no ledger of purges; the message says which line is wrong and never repeats it."""


def path() -> Path:
    """Where the ledger lies; whoever makes backups carries it elsewhere."""
    return Path(settings.DSR_LEDGER_DIR) / FILE


def _line(stone: Tombstone) -> str:
    said = {
        "case": blind.token(_NOBODY, _KIND, str(stone.case_id)),
        "purged_on": stone.purged_at.date().isoformat(),
        "ends_on": stone.ends_on.isoformat(),
    }
    return json.dumps(said) + "\n"


def append(stones: Iterable[Tombstone]) -> bool:
    """Append the lines and have them on the disk; False when that failed (`manage.py purge --export` writes them later)."""
    file = path()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, "".join(_line(stone) for stone in stones).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        log.error("the ledger of purges was not written (%s): manage.py purge --export", type(error).__name__)  # noqa: TRY400
        return False
    return True


def again() -> int:
    """Append every living entry under the first ring key, so that an old key may leave the ring; returns how many."""
    stones = list(Tombstone.objects.exclude(reference="").order_by("purged_at", "case_id"))
    return len(stones) if stones and append(stones) else 0


def read(file: Path) -> Iterator[tuple[str, date]]:
    """The hashes and end days of a ledger. LedgerError for a line that is none; OSError when it cannot be read."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                said: dict[str, Any] = json.loads(line)
                yield str(said["case"]), date.fromisoformat(said["ends_on"])
            except (ValueError, KeyError, TypeError):
                raise LedgerError(f"line {number} is not a line of a ledger of purges") from None


def returned(file: Path, *, today: date) -> list[Case]:
    """The cases in this database that the ledger says were purged: a restored backup brought them back."""
    gone = {token for token, ends_on in read(file) if ends_on >= today}
    rows = Case.objects.select_related("request").order_by("pk")
    return [case for case in rows.iterator(chunk_size=500) if gone & set(blind.tokens(_NOBODY, _KIND, str(case.pk)))]
