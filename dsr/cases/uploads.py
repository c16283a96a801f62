"""Files that people send us: handed over to the request, read, listed, deleted (rules 4.5, I-04). `receive` takes one in."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.core.files.storage import default_storage
from django.db import transaction

from dsr.cases import holds
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.perform import insist, record, staff_id
from dsr.cases.upload_intake import receive, scan
from dsr.cases.upload_rows import FOLDER, OURS, PROOFS, drop_bytes, ends_at, name_of, seal_context, tell
from dsr.models import Draft, Request, Upload
from dsr.uploads.errors import UploadRefusedError
from dsr.vault import open_file
from dsr.wording import uploads as words
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Message, RowId

log = logging.getLogger(__name__)
__all__ = [
    "FOLDER",
    "OURS",
    "PROOFS",
    "Shown",
    "UploadRefusedError",
    "attach",
    "drop_bytes",
    "hand_over",
    "loose",
    "name_of",
    "note_opened",
    "of_draft",
    "read",
    "receive",
    "remove",
    "scan",
    "seen",
    "shown",
]


def of_draft(draft: Draft, purpose: str) -> list[Upload]:
    """The files of a draft for one purpose, oldest first."""
    return list(draft.uploads.filter(purpose=purpose, deleted_at=None).order_by("created_at", "pk"))


def loose(request: Request, purpose: str) -> list[Upload]:
    """Files of a request that were added for a message which is not sent yet, oldest first."""
    rows = request.uploads.filter(purpose=purpose, message=None, letter=None, matter=None, deleted_at=None)
    return list(rows.order_by("created_at", "pk"))


def hand_over(*, draft: Draft, request: Request, now: datetime) -> int:
    """The draft was sent: its files belong to the request now. Part of the caller's transaction; returns how many.

    The time of a proof runs from the day it came, not from the day the request was sent.
    """
    rows = list(Upload.objects.filter(draft=draft, deleted_at=None).order_by("created_at", "pk"))
    for upload in rows:
        Upload.objects.filter(pk=upload.pk).update(draft=None, request=request, delete_after=ends_at(upload))
        tell(request, "upload_received", upload.purpose, now, actor=SYSTEM)
    return len(rows)


def attach(*, message: Message, uploads: Iterable[Upload]) -> int:
    """Tie files of the same request to the message they were sent with; returns how many were free and are tied now."""
    ids = [upload.pk for upload in uploads]
    rows = Upload.objects.filter(
        pk__in=ids, request_id=message.request_id, message=None, letter=None, deleted_at=None
    ).exclude(purpose=Upload.Purpose.MATTER)
    return rows.update(message=message, delete_after=None)


def read(upload: Upload) -> Iterator[bytes]:
    """The plain bytes in chunks. MissingKeyError after deletion, TamperedError when the sealed file is not what was written."""
    key = upload.vault_key()
    with default_storage.open(upload.storage_name, "rb") as sealed:
        yield from open_file(key, cast("Any", sealed), context=seal_context(upload))


def remove(*, upload: Upload, now: datetime, reason: str = "withdrawn", actor: Actor = SYSTEM) -> bool:
    """Delete a file: the key first, in one transaction with the event, then the bytes. False when it was gone already.

    A storage that is away stops nothing: the bytes are unreadable, and deleted later. What is left of a file of a request is the row: what it was for, when it came and went. A file of a draft leaves nothing.
    """
    return _end(upload, "upload_removed", now, actor, reason=reason)


def seen(*, upload: Upload, actor: Actor, now: datetime) -> bool:
    """A member of staff looked at a proof: it is deleted at once, and only who saw what when is left (I-04, 4.5).

    RefusedError for a role that does not confirm identities, or under a legal hold; ValueError for what is no proof.
    """
    insist(actor, Duty.IDENTIFY)
    if upload.purpose not in PROOFS or upload.request_id is None:
        raise ValueError("only a proof of a request is looked at and deleted")
    holds.insist_free(upload.request_id)
    return _end(upload, "upload_seen", now, actor, seen_by_id=staff_id(actor), seen_at=now)


def _end(upload: Upload, kind: str, now: datetime, actor: Actor, *, reason: str = "", **columns: Any) -> bool:
    with transaction.atomic():
        rows = Upload.objects.filter(pk=upload.pk, deleted_at=None)
        if not rows.update(wrapped_key="", sealed=b"", deleted_at=now, delete_after=None, **columns):
            return False
        # A letter of an authority that no step was noted with was never part of a case.
        unnoted = upload.purpose == Upload.Purpose.MATTER and upload.matter_id is None
        if upload.request is not None and not unnoted:
            told = {"reason": reason} if reason else {}
            tell(upload.request, kind, upload.purpose, now, actor=actor, **told)
    try:
        drop_bytes(upload)
    except (Temporary, Permanent, OSError) as error:
        # Nobody can read them any more, and the tick tries again (dsr.fulfil.uploads).
        log.warning("the store of sealed files does not delete now (%s)", type(error).__name__)
    return True


def note_opened(*, upload: Upload, case_id: RowId, actor: Actor, now: datetime) -> None:
    """Record on the case that a member of staff opened a file, and what it was for."""
    record(case_id=case_id, kind="upload_opened", actor=actor, now=now, data={"purpose": upload.purpose})


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as a page lists it: a name that is safe to show, and words. `state` is empty while the file is kept.

    `scan` is for staff: whether the virus scanner looked at it.
    """

    id: str
    name: str
    size: str
    state: str
    scan: str
    kind: str
    purpose: str
    upload: Upload


def shown(uploads: Iterable[Upload]) -> list[Shown]:
    """Files in words of the active language, in the order given."""
    return [
        Shown(
            id=str(upload.pk),
            name=name_of(upload),
            size=words.size(upload.size),
            state=words.state(deleted=upload.deleted_at is not None, seen=upload.seen_at is not None),
            scan=words.scan(scanned=upload.scanned),
            kind=words.media_type(upload.media_type),
            purpose=words.purpose(upload.purpose),
            upload=upload,
        )
        for upload in uploads
    ]
