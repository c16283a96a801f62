"""The end of files that people sent us, and second looks at them (rules 4.5, I-04): what the tick does, in small steps.

Every step is safe to repeat: a file is claimed by destroying its key, in one transaction with its event; bytes go afterwards,
and what a process that died left behind is found by its name.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F, Q

from dsr.cases import holds, uploads
from dsr.models import Draft, Upload
from dsr.uploads.clamd import Verdict
from dsr.uploads.codes import FileRefusal
from dsr.vault import MissingKeyError, TamperedError
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)
SCANS: Final = 20
"""Files the scanner is asked for in one run of the pass."""
SCAN_ATTEMPTS: Final = 50
"""How often it is asked for one file; what it never has an answer to stays "not scanned" for good."""
_SILENT: Final = 2
"""Files in a row without an answer after which it counts as away."""


def remove_due(*, now: datetime, limit: int) -> int:
    """Delete what is over: proofs after their time or once the identity is confirmed, loose files, drafts with their files.

    Returns how many files and drafts went. A legal hold keeps the files of its request.
    """
    done = 0
    live = Upload.objects.filter(deleted_at=None, delete_after__isnull=False).select_related("request")
    free = holds.free(live, request="request_id")
    proven = Q(purpose=Upload.Purpose.IDENTITY, request__identified_at__gte=F("created_at"))
    for reason, rows in (("time_over", free.filter(delete_after__lte=now)), ("verified", free.filter(proven))):
        for upload in list(rows.order_by("delete_after")[: limit - done]):
            done += uploads.remove(upload=upload, now=now, reason=reason)
    return done + _remove_drafts(now, limit - done) + _remove_bytes(limit)


def _remove_drafts(now: datetime, limit: int) -> int:
    """Drafts nobody went on with for seven days, their files before them."""
    done = 0
    for draft in list(Draft.objects.filter(expires_at__lte=now).order_by("expires_at")[: max(limit, 0)]):
        for upload in draft.uploads.filter(deleted_at=None):
            uploads.remove(upload=upload, now=now, reason="time_over")
        # Asked again: an answer in another window may have given the draft seven more days meanwhile.
        done += Draft.objects.filter(pk=draft.pk, expires_at__lte=now).delete()[0]
    return done


def _remove_bytes(limit: int) -> int:
    """Sealed bytes whose keys are gone, because a process died or the storage did not answer."""
    rows = list(Upload.objects.filter(deleted_at__isnull=False).exclude(storage_name="").order_by("deleted_at")[:limit])
    try:
        for upload in rows:
            uploads.drop_bytes(upload)
    except (Temporary, Permanent, OSError) as error:
        log.warning("the store of sealed files does not delete now (%s)", type(error).__name__)
        return 0
    return len(rows)


def scan_again(*, now: datetime) -> int:
    """Ask the scanner for files it had no answer to, those it was asked for least first; an infected one is deleted.

    Returns how many got an answer. Stops when the scanner is silent: the next tick goes on.
    """
    if not settings.DSR_CLAMD:
        return 0
    rows = Upload.objects.filter(deleted_at=None, scanned=False, scan_attempts__lt=SCAN_ATTEMPTS)
    answered = silent = 0
    for upload in list(rows.select_related("request").order_by("scan_attempts", "created_at")[:SCANS]):
        verdict = _verdict(upload)
        Upload.objects.filter(pk=upload.pk).update(
            scan_attempts=F("scan_attempts") + 1, scanned=verdict is Verdict.CLEAN
        )
        if verdict is Verdict.INFECTED:
            uploads.remove(upload=upload, now=now, reason=FileRefusal.INFECTED.value)
        silent = silent + 1 if verdict is Verdict.UNKNOWN else 0
        answered += verdict is not Verdict.UNKNOWN
        if silent >= _SILENT:
            break
    return answered


def _verdict(upload: Upload) -> Verdict:
    try:
        return uploads.scan(uploads.read(upload))
    except (Temporary, Permanent, OSError, MissingKeyError, TamperedError) as error:
        log.warning("upload %s cannot be read to scan it (%s)", upload.pk, type(error).__name__)
        return Verdict.UNKNOWN


def sweep(*, now: datetime) -> int:
    """Delete sealed files that no row names any more: of drafts whose account went, of a backup that was restored.

    A row is written before its bytes, so whatever has no row lost it. Days that are over are looked at, and lose their
    folder when it is empty. Returns how many files went.
    """
    try:
        days = sorted(default_storage.listdir(uploads.FOLDER)[0])
    except FileNotFoundError:
        return 0
    last = (now - timedelta(days=1)).strftime("%Y-%m-%d")
    return sum(_sweep_day(f"{uploads.FOLDER}/{day}") for day in days if day < last)


def _sweep_day(folder: str) -> int:
    names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1] if name.endswith(".sealed")]
    known = set(Upload.objects.filter(storage_name__in=names).values_list("storage_name", flat=True))
    left = [name for name in names if name not in known]
    for name in left:
        default_storage.delete(name)
    if len(left) == len(names):
        with suppress(OSError):  # something else lies there: it is not ours
            default_storage.delete(folder)
    return len(left)
