"""Mailboxes: fetched, kept, taken apart, let go (T-02, 4.5). The only place where mail that comes in meets network and storage.

A mail is kept here, sealed, before the server hears that it was read; what dies in between is fetched again and recognised.
What dies after that is taken up by its row. A file that the pipeline refuses stays in the mail as it came.
"""

from __future__ import annotations

import io
import logging
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any, Final, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from dsr.carriers import imap
from dsr.cases import holds, inbound, uploads
from dsr.cases.inbound_doubts import Doubt
from dsr.cases.inbound_text import Letter, reached_at, read
from dsr.cases.inbound_words import state_of
from dsr.models import InboundMail, Upload
from dsr.uploads.errors import UploadRefusedError
from dsr.uploads.handler import HeldFile
from dsr.vault import MissingKeyError, TamperedError, open_file, seal_file
from dsr.work import wake
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dsr.carriers.imap import Folder, Mailbox, Waiting
    from dsr.cases.inbound_text import Attachment
    from dsr.models import Controller, RowId

log = logging.getLogger(__name__)
FOLDER: Final = "inbound"
LEASE: Final = timedelta(minutes=5)
"""Longer than a job of this queue may run."""
TRIES: Final = 5
"""After so many a mail nobody could read goes to a person, and files that did not pass stay in the mail."""
ROWS_KEPT: Final = timedelta(days=90)
"""How long the row of a mail that belongs to no request is listed; its content goes earlier."""
Kind = InboundMail.Kind


# --- from the server into the house -------------------------------------------------------------------------------------


def fetch(*, controller: Controller, now: datetime) -> int:
    """Fetch what is new in the mailbox of a controller; returns how many mails were kept. Temporary and Permanent as codes."""
    box = imap.mailbox(controller.slug)
    if box is None:
        return 0
    kept = 0
    with imap.opened(box) as folder:
        rows = InboundMail.objects.of(controller).filter(folder=box.folder, uid_validity=folder.uid_validity)
        last = rows.aggregate(last=Max("uid"))["last"] or 0
        waiting = folder.waiting(after=last)
        known = set(rows.filter(uid__in=[one.uid for one in waiting]).values_list("uid", flat=True))
        for one in waiting:
            if one.uid not in known:
                kept += _fetch_one(controller, box, folder, one, now)
            folder.done(one.uid)
    return kept


def _fetch_one(controller: Controller, box: Mailbox, folder: Folder, one: Waiting, now: datetime) -> bool:
    large = one.size > settings.DSR_INBOX_MAX_MB << 20
    raw = folder.head(one.uid) if large else folder.whole(one.uid)
    if raw is None:
        return False  # somebody moved it meanwhile
    mail = InboundMail(
        controller=controller,
        folder=box.folder,
        uid_validity=folder.uid_validity,
        uid=one.uid,
        size=one.size,
        received_at=min(one.at, now),
        fetched_at=now,
        not_before=now,
        doubt=Doubt.TOO_LARGE.value if large else "",
    )
    return _keep(mail, raw)


def _keep(mail: InboundMail, raw: bytes) -> bool:
    """Seal the bytes, then write the row that knows their key: without it they are noise, and are swept."""
    mail.storage_name = f"{FOLDER}/{mail.fetched_at:%Y-%m-%d}/{mail.pk}.sealed"
    sealed = io.BytesIO()
    seal_file(mail.vault_key(), (raw,), sealed, context=_context(mail))
    sealed.seek(0)
    default_storage.save(mail.storage_name, File(cast("IO[Any]", sealed)))
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
            wake.nudge("dsr.work.jobs.take_mail", str(mail.pk))
    except IntegrityError:  # another worker was faster
        default_storage.delete(mail.storage_name)
        return False
    return True


def _context(mail: InboundMail) -> str:
    """What binds sealed bytes to their row."""
    return f"inbound:{mail.pk}"


def original(mail: InboundMail) -> Iterator[bytes]:
    """The mail as it came, in chunks. MissingKeyError after its time, TamperedError when it is not what was written."""
    key = mail.vault_key()
    with default_storage.open(mail.storage_name, "rb") as sealed:
        yield from open_file(key, cast("Any", sealed), context=_context(mail))


# --- from the row to a request ------------------------------------------------------------------------------------------


def take(*, mail_id: RowId, now: datetime) -> InboundMail | None:
    """Make something of one mail that is due: sort it, then hand its files to the request. None when it is not due.

    Safe to repeat at any point. Temporary when our storage is away.
    """
    due = InboundMail.objects.filter(pk=mail_id, not_before__lte=now, deleted_at=None)
    if not due.update(not_before=now + LEASE, attempts=F("attempts") + 1):
        return None
    mail: InboundMail = InboundMail.objects.select_related("controller", "request", "message").get(pk=mail_id)
    try:
        return _taken(mail, now)
    except (Temporary, OSError):
        # Ours to repair, so it does not count as a try of the mail.
        wait = now + timedelta(minutes=min(60, 2**mail.attempts))
        InboundMail.objects.filter(pk=mail.pk).update(not_before=wait, attempts=F("attempts") - 1)
        raise


def _taken(mail: InboundMail, now: datetime) -> InboundMail:
    raw = _whole(mail)
    box = imap.mailbox(mail.controller.slug)
    letter = _letter(mail, raw, box)
    if mail.kind == Kind.NEW:
        at = reached_at(letter, internal=mail.received_at, now=now)
        InboundMail.objects.filter(pk=mail.pk, kind=Kind.NEW).update(received_at=at)
        mail = inbound.sort(mail_id=mail.pk, letter=letter, raw=raw, now=now)
    if mail.request_id and mail.not_before is not None:
        _hand_over_files(mail, letter, now)
    return mail


def _letter(mail: InboundMail, raw: bytes, box: Mailbox | None) -> Letter:
    """What the mail says; only who it is from once it has ended the process too often, or was too large to fetch."""
    if mail.kind == Kind.NEW and (mail.attempts > TRIES or mail.doubt):
        head = raw.split(b"\r\n\r\n", 1)[0][:65536] + b"\r\n\r\n"
        said = read(head, authserv=box.authserv if box else "")
        return Letter(
            address=said.address, name=said.name, subject=said.subject, authentic=said.authentic, unreadable=True
        )
    return read(raw, received_by=box.received_by if box else (), authserv=box.authserv if box else "")


def _whole(mail: InboundMail) -> bytes:
    try:
        return b"".join(original(mail))
    except (MissingKeyError, TamperedError):
        raise Permanent("sealed_mail", place="inbox") from None


def _hand_over_files(mail: InboundMail, letter: Letter, now: datetime) -> None:
    """Each file through the pipeline of files from strangers (docs/uploads.md), each once; what it refuses is noted by code."""
    for one in letter.attachments:
        if state_of(mail.content(), one.number):
            continue
        code = "too_hard" if mail.attempts > TRIES else ""
        upload: Upload | None = None
        if not code:
            upload, code = _received(mail, one, now)
        with transaction.atomic():
            if upload is not None and mail.message is not None:
                uploads.attach(message=mail.message, uploads=[upload])
            _note(mail, one.number, code)
    InboundMail.objects.filter(pk=mail.pk).update(not_before=None)
    mail.not_before = None


def _received(mail: InboundMail, one: Attachment, now: datetime) -> tuple[Upload | None, str]:
    file = HeldFile(io.BytesIO(one.content), one.name, size=len(one.content))
    purpose = Upload.Purpose.MESSAGE if mail.message_id else Upload.Purpose.EVIDENCE
    try:
        kept = uploads.receive(controller=mail.controller, file=file, purpose=purpose, now=now, request=mail.request)
    except UploadRefusedError as error:
        return None, error.code.value
    return kept, "kept"


def _note(mail: InboundMail, number: int, code: str) -> None:
    """Write down what became of a file; the row is locked, because staff may decide something else about it meanwhile."""
    row = InboundMail.objects.select_for_update().get(pk=mail.pk)
    content = row.content()
    row.put(content | {"done": {**content.get("done", {}), str(number): code}})
    row.save(update_fields=["sealed"])
    mail.sealed = row.sealed


# --- the tick -----------------------------------------------------------------------------------------------------------


def due(*, now: datetime, limit: int) -> list[RowId]:
    """Mails something is left to do with, the longest waiting first."""
    rows = InboundMail.objects.filter(not_before__lte=now, deleted_at=None)
    return list(rows.order_by("not_before").values_list("pk", flat=True)[:limit])


def remove_due(*, now: datetime, limit: int) -> int:
    """Let go of mails whose time is over: the key first, with all that was sealed under it, then the bytes (4.5).

    What became of a mail stays: words and files in the request, kind and day in the row; the row of a mail without a
    request goes later. A legal hold keeps the mails of its request.
    """
    over = InboundMail.objects.filter(deleted_at=None, delete_after__lte=now, not_before=None)
    done = 0
    for mail in list(holds.free(over, request="request_id").order_by("delete_after")[:limit]):
        rows = InboundMail.objects.filter(pk=mail.pk, deleted_at=None)
        done += rows.update(wrapped_key="", sealed=b"", sender_token="", deleted_at=now, delete_after=None)
    _drop_bytes(limit)
    old = InboundMail.objects.filter(deleted_at__lte=now - ROWS_KEPT, request=None, storage_name="")
    ids = list(old.values_list("pk", flat=True)[:limit])
    return done + InboundMail.objects.filter(pk__in=ids).delete()[0]


def _drop_bytes(limit: int) -> None:
    rows = InboundMail.objects.filter(deleted_at__isnull=False).exclude(storage_name="")
    for mail in list(rows.order_by("deleted_at")[:limit]):
        try:
            default_storage.delete(mail.storage_name)
        except (Temporary, Permanent, OSError) as error:
            log.warning("the store of sealed files does not delete now (%s)", type(error).__name__)
            return
        InboundMail.objects.filter(pk=mail.pk).update(storage_name="")


def sweep(*, now: datetime) -> int:
    """Delete sealed mails that no row names: of a worker that died, of a request that was purged. Returns how many went."""
    try:
        days = sorted(default_storage.listdir(FOLDER)[0])
    except FileNotFoundError:
        return 0
    last = (now - timedelta(days=1)).strftime("%Y-%m-%d")
    gone = 0
    for day in (one for one in days if one < last):
        names = [f"{FOLDER}/{day}/{name}" for name in default_storage.listdir(f"{FOLDER}/{day}")[1]]
        known = set(InboundMail.objects.filter(storage_name__in=names).values_list("storage_name", flat=True))
        for name in (one for one in names if one not in known):
            default_storage.delete(name)
            gone += 1
    return gone
