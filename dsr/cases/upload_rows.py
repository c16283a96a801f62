"""What every part of the work with sent files shares: how long one stays, how it is named and told of, how its bytes go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.core.files.storage import default_storage

from dsr.cases.perform import record
from dsr.models import Upload
from dsr.vault import MissingKeyError
from exporters.files.file_names import file_name

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Request

FOLDER: Final = "uploads"
PROOF_DAYS: Final = 14
"""I-04, 4.5: a proof of identity or authority goes once it was looked at, and this long after it came at the latest."""
PROOFS: Final = frozenset({Upload.Purpose.IDENTITY, Upload.Purpose.AUTHORITY})
OURS: Final = frozenset({Upload.Purpose.ENCLOSURE, Upload.Purpose.MATTER})
"""What the office brings itself: never hers, told of with the letter, message or matter that it goes with."""
_SENT_WITH: Final = OURS | {Upload.Purpose.MESSAGE}
UNSENT_DAYS: Final = 7
"""How long a file waits for the message it was added to, like a draft."""


def seal_context(upload: Upload) -> str:
    """What binds sealed bytes to their row: under another row's name they do not open."""
    return f"upload:{upload.pk}"


def ends_at(upload: Upload) -> datetime | None:
    """When a file goes by itself: a proof after PROOF_DAYS (I-04, 4.5), one for a message that is never sent like a draft.

    Other files go with their draft or their case file.
    """
    if upload.purpose in PROOFS:
        return upload.created_at + timedelta(days=PROOF_DAYS)
    if upload.purpose in _SENT_WITH and upload.request is not None:
        return upload.created_at + timedelta(days=UNSENT_DAYS)
    return None


def tell(request: Request, kind: str, purpose: str, now: datetime, *, actor: Actor, **data: str | int) -> None:
    """One event on each case of the request: what for and why, never a name."""
    for case_id in request.cases.order_by("pk").values_list("pk", flat=True):
        record(case_id=case_id, kind=kind, actor=actor, now=now, data={"purpose": str(purpose), **data})


def drop_bytes(upload: Upload) -> None:
    """Delete the sealed bytes of a file whose key is gone, then their name; the whole row where no request needs it as proof.

    What dies in between is found by its name (dsr.fulfil.uploads).
    """
    if upload.storage_name:
        default_storage.delete(upload.storage_name)
    rows = Upload.objects.filter(pk=upload.pk, deleted_at__isnull=False)
    rows.filter(request=None).delete()
    rows.update(storage_name="")


def name_of(upload: Upload) -> str:
    """The name the file was given, made safe; empty once the file is gone."""
    try:
        return file_name(str(upload.content().get("name", ""))) if upload.sealed else ""
    except MissingKeyError:
        return ""
