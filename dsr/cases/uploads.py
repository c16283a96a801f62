"""Files that people send us: taken, sealed, handed over to the request, read, deleted (rules 4.5, I-04).

A file is a row first, loose and with an hour to live; then its bytes are sealed into the storage; then one transaction ties
the row to its draft or request. Whatever dies in between leaves a loose row whose hour ends, and with it the bytes.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any, Final, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Sum

from dsr.cases import holds
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.perform import insist, record, staff_id
from dsr.models import Draft, Request, Upload
from dsr.uploads import clamd
from dsr.uploads.check import checked
from dsr.uploads.codes import FileRefusal
from dsr.uploads.errors import UploadRefusedError
from dsr.vault import MissingKeyError, open_file, seal_file
from dsr.wording import uploads as words
from exporters.files.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from dsr.law.workflow import Actor
    from dsr.models import Controller, Message, RowId

__all__ = [
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

FOLDER: Final = "uploads"
PROOF_DAYS: Final = 14
"""I-04, 4.5: a proof of identity or authority goes once it was looked at, and this long after it came at the latest."""
PROOFS: Final = frozenset({Upload.Purpose.IDENTITY, Upload.Purpose.AUTHORITY})
UNSENT_DAYS: Final = 7
"""How long a file waits for the message it was added to, like a draft."""
LOOSE_FOR: Final = timedelta(hours=1)
"""How long a file may be on its way before it counts as left behind."""
_MB: Final = 1 << 20


def receive(
    *,
    controller: Controller,
    file: UploadedFile[Any],
    purpose: str,
    now: datetime,
    draft: Draft | None = None,
    request: Request | None = None,
    actor: Actor = SYSTEM,
) -> Upload:
    """Check a file, seal it under a key of its own and tie it to the draft or the request it belongs to.

    Must not be called inside a transaction: it starts a process, asks the scanner and writes to the storage. Raises
    UploadRefusedError (nothing is kept then; an infected file of a request leaves an event), Temporary when our storage
    is away or full.
    """
    owner = draft or request
    if owner is None or (draft and request):
        raise ValueError("a file belongs to a draft or to a request")
    name = file_name(file.name or "")
    content = _bytes_of(file, name)
    _insist_room(owner, name, files=1, size=len(content))
    clean = checked(content, name=name)
    verdict = scan((content,))
    if verdict is clamd.Verdict.INFECTED:
        if request is not None:
            _tell(request, "upload_refused", purpose, now, actor=actor, reason=FileRefusal.INFECTED.value)
        raise UploadRefusedError(FileRefusal.INFECTED, name=name)
    digest = hashlib.sha256(clean.content).hexdigest()
    # The same file once more is the same page sent once more.
    same: Upload | None = owner.uploads.filter(purpose=purpose, sha256=digest, message=None, deleted_at=None).first()
    if same is not None:
        return same
    upload = Upload(
        controller=controller,
        purpose=Upload.Purpose(purpose),
        media_type=clean.media_type,
        size=len(clean.content),
        sha256=digest,
        created_at=now,
        delete_after=now + LOOSE_FOR,
        scanned=verdict is clamd.Verdict.CLEAN,
    )
    upload.storage_name = f"{FOLDER}/{now:%Y-%m-%d}/{upload.pk}.sealed"
    upload.put({"name": clean.name})
    upload.save(force_insert=True)
    try:
        _seal(upload, clean.content)
        _tie(upload, owner, actor)
    except BaseException:
        _drop(upload)
        raise
    return upload


def _bytes_of(file: UploadedFile[Any], name: str) -> bytes:
    """All of the file, read no further than its limit; `too_large` is what dsr.uploads.handler says of a file it cut."""
    most = settings.DSR_UPLOAD_MAX_MB * _MB
    if getattr(file, "too_large", False) or (file.size or 0) > most:
        raise UploadRefusedError(FileRefusal.TOO_LARGE, name=name)
    file.seek(0)
    content = cast("bytes", file.read(most + 1))
    if len(content) > most:
        raise UploadRefusedError(FileRefusal.TOO_LARGE, name=name)
    return content


def scan(chunks: Iterable[bytes]) -> clamd.Verdict:
    """What the scanner says; UNKNOWN where there is none."""
    address = settings.DSR_CLAMD
    return clamd.scan(chunks, address=address) if address else clamd.Verdict.UNKNOWN


def _insist_room(owner: Draft | Request, name: str, *, files: int = 0, size: int = 0) -> None:
    """UploadRefusedError when so many more files, or bytes, would be too many for one request."""
    held = owner.uploads.filter(deleted_at=None).order_by().aggregate(n=Count("pk"), size=Sum("size"))
    if held["n"] + files > settings.DSR_UPLOADS_MAX:
        raise UploadRefusedError(FileRefusal.REQUEST_MANY, name=name)
    if (held["size"] or 0) + size > settings.DSR_UPLOADS_MAX_MB * _MB:
        raise UploadRefusedError(FileRefusal.REQUEST_FULL, name=name)


def _context(upload: Upload) -> str:
    return f"upload:{upload.pk}"


def _seal(upload: Upload, content: bytes) -> None:
    sealed = io.BytesIO()
    seal_file(upload.vault_key(), (content,), sealed, context=_context(upload))
    sealed.seek(0)
    kept = default_storage.save(upload.storage_name, File(cast("IO[Any]", sealed)))
    if kept != upload.storage_name:  # somebody else's file of this random name cannot be: never leave ours unnamed
        default_storage.delete(kept)
        raise FileExistsError(FOLDER)


@transaction.atomic
def _tie(upload: Upload, owner: Draft | Request, actor: Actor) -> None:
    """Make a loose file one of a draft or request. Two at once wait for each other here, so that both see the limit."""
    draft, request = (owner, None) if isinstance(owner, Draft) else (None, owner)
    there: Any = type(owner).objects.select_for_update().filter(pk=owner.pk).values_list("pk", flat=True)
    upload.draft, upload.request = draft, request
    upload.delete_after = ends = _ends(upload)
    row = Upload.objects.filter(pk=upload.pk, draft=None, request=None)
    # The owner or the loose row went while the file was looked at: the page of the draft is over, the hour was.
    if not there or not row.update(draft=draft, request=request, delete_after=ends):
        raise UploadRefusedError(FileRefusal.TOO_HARD, name=name_of(upload))
    _insist_room(owner, name_of(upload))
    if request is not None:
        _tell(request, "upload_received", upload.purpose, upload.created_at, actor=actor)


def _ends(upload: Upload) -> datetime | None:
    """When a file goes by itself: a proof after PROOF_DAYS (I-04, 4.5), one for a message that is never sent like a draft.

    Other files go with their draft or their case file.
    """
    if upload.purpose in PROOFS:
        return upload.created_at + timedelta(days=PROOF_DAYS)
    if upload.purpose == Upload.Purpose.MESSAGE and upload.request is not None:
        return upload.created_at + timedelta(days=UNSENT_DAYS)
    return None


def _tell(request: Request, kind: str, purpose: str, now: datetime, *, actor: Actor, **data: str | int) -> None:
    """One event on each case of the request: what for and why, never a name."""
    for case_id in request.cases.order_by("pk").values_list("pk", flat=True):
        record(case_id=case_id, kind=kind, actor=actor, now=now, data={"purpose": str(purpose), **data})


def of_draft(draft: Draft, purpose: str) -> list[Upload]:
    """The files of a draft for one purpose, oldest first."""
    return list(draft.uploads.filter(purpose=purpose, deleted_at=None).order_by("created_at", "pk"))


def loose(request: Request, purpose: str) -> list[Upload]:
    """Files of a request that were added for a message which is not sent yet, oldest first."""
    rows = request.uploads.filter(purpose=purpose, message=None, deleted_at=None)
    return list(rows.order_by("created_at", "pk"))


def hand_over(*, draft: Draft, request: Request, now: datetime) -> int:
    """The draft was sent: its files belong to the request now. Part of the caller's transaction; returns how many.

    The time of a proof runs from the day it came, not from the day the request was sent.
    """
    rows = list(Upload.objects.filter(draft=draft, deleted_at=None).order_by("created_at", "pk"))
    for upload in rows:
        Upload.objects.filter(pk=upload.pk).update(draft=None, request=request, delete_after=_ends(upload))
        _tell(request, "upload_received", upload.purpose, now, actor=SYSTEM)
    return len(rows)


def attach(*, message: Message, uploads: Iterable[Upload]) -> int:
    """Tie files of the same request to the message they were sent with; returns how many were free and are tied now."""
    ids = [upload.pk for upload in uploads]
    rows = Upload.objects.filter(pk__in=ids, request_id=message.request_id, message=None, deleted_at=None)
    return rows.update(message=message, delete_after=None)


def read(upload: Upload) -> Iterator[bytes]:
    """The plain bytes in chunks. MissingKeyError after deletion, TamperedError when the sealed file is not what was written."""
    key = upload.vault_key()
    with default_storage.open(upload.storage_name, "rb") as sealed:
        yield from open_file(key, cast("Any", sealed), context=_context(upload))


def remove(*, upload: Upload, now: datetime, reason: str = "withdrawn", actor: Actor = SYSTEM) -> bool:
    """Delete a file: the key first, in one transaction with the event, then the bytes. False when it was gone already.

    What is left of a file of a request is the row: what it was for, when it came and went. A file of a draft leaves nothing.
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
        if upload.request is not None:
            told = {"reason": reason} if reason else {}
            _tell(upload.request, kind, upload.purpose, now, actor=actor, **told)
    drop_bytes(upload)
    if upload.request_id is None:
        Upload.objects.filter(pk=upload.pk).delete()
    return True


def note_opened(*, upload: Upload, case_id: RowId, actor: Actor, now: datetime) -> None:
    """Record on the case that a member of staff opened a file, and what it was for."""
    record(case_id=case_id, kind="upload_opened", actor=actor, now=now, data={"purpose": upload.purpose})


def drop_bytes(upload: Upload) -> None:
    """Delete the sealed bytes, then their name; what dies in between is found by its name (dsr.fulfil.uploads)."""
    if upload.storage_name:
        default_storage.delete(upload.storage_name)
        Upload.objects.filter(pk=upload.pk).update(storage_name="")


def _drop(upload: Upload) -> None:
    """Undo a file that was never tied: its key with the row, its bytes as well where the storage answers."""
    Upload.objects.filter(pk=upload.pk).update(wrapped_key="", deleted_at=upload.created_at, delete_after=None)
    drop_bytes(upload)
    Upload.objects.filter(pk=upload.pk).delete()


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as a page lists it; `name` is safe to show, `size` and `state` are words."""

    id: str
    name: str
    size: str
    state: str
    kind: str
    purpose: str
    upload: Upload


def name_of(upload: Upload) -> str:
    """The name the file was given, made safe; empty once the file is gone."""
    try:
        return file_name(str(upload.content().get("name", ""))) if upload.sealed else ""
    except MissingKeyError:
        return ""


def shown(uploads: Iterable[Upload]) -> list[Shown]:
    """Files in words of the active language, in the order given."""
    return [
        Shown(
            id=str(upload.pk),
            name=name_of(upload),
            size=words.size(upload.size),
            state=words.state(
                deleted=upload.deleted_at is not None, seen=upload.seen_at is not None, scanned=upload.scanned
            ),
            kind=words.media_type(upload.media_type),
            purpose=words.purpose(upload.purpose),
            upload=upload,
        )
        for upload in uploads
    ]
