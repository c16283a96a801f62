"""A file on its way in: checked, scanned, sealed, tied to the draft or request it belongs to.

It is a row first, loose and with an hour to live; then its bytes are sealed into the storage; then one transaction ties the
row to its owner. Whatever dies in between leaves a loose row whose hour ends, and with it the bytes (dsr.fulfil.uploads).
"""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any, Final, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Q, Sum

from dsr.cases.actors import SYSTEM
from dsr.cases.upload_rows import FOLDER, OURS, drop_bytes, ends_at, name_of, seal_context, tell
from dsr.models import Draft, Request, Upload
from dsr.uploads import clamd
from dsr.uploads.check import checked
from dsr.uploads.codes import FileRefusal
from dsr.uploads.errors import UploadRefusedError
from dsr.vault import seal_file
from exporters.files.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from dsr.law.workflow import Actor
    from dsr.models import Controller

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
    from_person: bool | None = None,
) -> Upload:
    """Check a file, seal it under a key of its own and tie it to the draft or the request it belongs to.

    `from_person`: whether she sent it, so that she may have it again in the portal. What the portal and the mail take in is hers;
    what staff adds is so only where they say it.
    Must not be called inside a transaction: it starts a process, asks the scanner and writes to the storage. Raises
    UploadRefusedError (nothing is kept then; an infected file of a request leaves an event), Temporary when our storage
    is away or full.
    """
    owner = draft or request
    if owner is None or (draft and request):
        raise ValueError("a file belongs to a draft or to a request")
    name = file_name(file.name or "")
    content = bytes_of(file, name)
    _insist_room(owner, name, purpose, files=1, size=len(content))
    clean = checked(content, name=name)
    verdict = scan((content,))
    if verdict is clamd.Verdict.INFECTED:
        # The history that she gets is no place for what an authority wrote to us: the page of the colleague says it.
        if request is not None and purpose != Upload.Purpose.MATTER:
            tell(request, "upload_refused", purpose, now, actor=actor, reason=FileRefusal.INFECTED.value)
        raise UploadRefusedError(FileRefusal.INFECTED, name=name)
    digest = hashlib.sha256(clean.content).hexdigest()
    # The same file once more is the same page sent once more.
    free = owner.uploads.filter(purpose=purpose, message=None, letter=None, matter=None, deleted_at=None)
    same: Upload | None = free.filter(sha256=digest).first()
    hers = actor.kind != "staff" if from_person is None else from_person
    if same is not None:
        if hers and not same.from_person:
            Upload.objects.filter(pk=same.pk).update(from_person=True)
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
        from_person=hers and purpose not in OURS,
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


def bytes_of(file: UploadedFile[Any], name: str) -> bytes:
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


def _insist_room(owner: Draft | Request, name: str, purpose: str, *, files: int = 0, size: int = 0) -> None:
    """UploadRefusedError when so many more files, or bytes, would be too many for one request.

    What the office gives along takes nothing of what the person may send, and the other way round.
    """
    ours = Q(purpose__in=OURS)
    side = ours if purpose in OURS else ~ours
    held = owner.uploads.filter(side, deleted_at=None).order_by().aggregate(n=Count("pk"), size=Sum("size"))
    if held["n"] + files > settings.DSR_UPLOADS_MAX:
        raise UploadRefusedError(FileRefusal.REQUEST_MANY, name=name)
    if (held["size"] or 0) + size > settings.DSR_UPLOADS_MAX_MB * _MB:
        raise UploadRefusedError(FileRefusal.REQUEST_FULL, name=name)


def _seal(upload: Upload, content: bytes) -> None:
    sealed = io.BytesIO()
    seal_file(upload.vault_key(), (content,), sealed, context=seal_context(upload))
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
    upload.delete_after = ends = ends_at(upload)
    row = Upload.objects.filter(pk=upload.pk, draft=None, request=None)
    # The owner or the loose row went while the file was looked at: the page of the draft is over, the hour was.
    if not there or not row.update(draft=draft, request=request, delete_after=ends):
        raise UploadRefusedError(FileRefusal.TOO_HARD, name=name_of(upload))
    _insist_room(owner, name_of(upload), upload.purpose)
    # Of what the office brings, the letter, message or matter tells that it goes with it.
    if request is not None and upload.purpose not in OURS:
        tell(request, "upload_received", upload.purpose, upload.created_at, actor=actor)


def _drop(upload: Upload) -> None:
    """Undo a file that was never tied: its key with the row, its bytes as well where the storage answers."""
    rows = Upload.objects.filter(pk=upload.pk)
    rows.update(wrapped_key="", sealed=b"", deleted_at=upload.created_at, delete_after=None, draft=None, request=None)
    drop_bytes(upload)
