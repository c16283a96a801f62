"""The last passes of a case's life: archive, purge, and the sealed bytes that go after the transaction that shredded their keys.

A process that dies in between leaves names of files whose keys are gone; the next pass removes them (`leftovers`).
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage

from dsr.cases import archive, holds, ledger, purge
from dsr.cases.perform import ConflictError, RefusedError
from dsr.models import Artifact, OneTimeCode, Tombstone
from exporters.contract import Temporary

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import RowId

log = logging.getLogger(__name__)
# A code is good for thirty minutes and counted for an hour; what it proved is an event.
CODES_FOR = timedelta(days=1)


def archive_due(*, now: datetime, limit: int) -> int:
    """Archive at most `limit` cases whose aftercare is over (4.2 no. 24); returns how many."""
    done = 0
    for case_id in archive.due(now=now, limit=limit):
        try:
            archived = archive.archive(case_id=case_id, now=now)
        except (RefusedError, ConflictError) as error:
            log.info("case %s is not archived (%s)", case_id, type(error).__name__)
            continue
        archive.forget_files(archived.files, delete=default_storage.delete)
        done += 1
    return done


def purge_due(*, now: datetime, limit: int) -> int:
    """Purge at most `limit` requests whose retention is over (4.2 no. 25); returns how many."""
    done = 0
    for request_id in purge.due(now=now, limit=limit):
        try:
            purged = purge.purge(request_id=request_id, now=now)
        except (RefusedError, ConflictError) as error:
            log.info("request %s is not purged (%s)", request_id, type(error).__name__)
            continue
        finish(purged)
        done += 1
    return done


def replay(*, request_id: RowId, now: datetime) -> purge.Purged:
    """Purge again what a restored backup brought back; RefusedError under a legal hold."""
    purged = purge.replay(request_id=request_id, now=now)
    finish(purged)
    return purged


def finish(purged: purge.Purged) -> None:
    """After the transaction: the line in the ledger first, because the files are unreadable already."""
    ledger.append(purged.stones)
    for stone in purged.stones:
        _remove_files(stone)


def _remove_files(stone: Tombstone) -> None:
    for name in stone.files:
        default_storage.delete(name)
    if stone.files:
        Tombstone.objects.filter(pk=stone.pk).update(files=[])


def leftovers(*, now: datetime, limit: int) -> int:
    """Remove sealed bytes whose keys are gone, old codes and sessions, and names that no backup needs; returns how many."""
    removed = 0
    try:
        shredded = holds.free(Artifact.objects.filter(wrapped_key="").exclude(storage_name=""), request="case__request")
        names = tuple(shredded.values_list("storage_name", flat=True)[:limit])
        archive.forget_files(names, delete=default_storage.delete)
        stones = list(Tombstone.objects.exclude(files=[])[:limit])
        for stone in stones:
            _remove_files(stone)
        removed += len(names) + len(stones)
    except Temporary as error:
        log.warning("the store of sealed files does not delete now (%s)", error.code)
    codes = holds.free(OneTimeCode.objects.filter(expires_at__lt=now - CODES_FOR), request="request_id")
    old = list(codes.order_by("expires_at").values_list("pk", flat=True)[:limit])
    removed += OneTimeCode.objects.filter(pk__in=old).delete()[0]
    over = list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:limit])
    removed += Session.objects.filter(pk__in=over).delete()[0]
    return removed + purge.forget_names(now=now, limit=limit)
