"""What becomes of a letter once it is there: read by the person, downloaded, superseded (rules 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.cases.perform import record
from dsr.models import Event

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Letter, Upload


def record_read(*, letter: Letter, actor: Actor, now: datetime) -> None:
    """Note that the person opened a letter, the first time she does; reading on is nobody's business."""
    data = {"letter": letter.code, "letter_sha256": letter.content_sha256}
    if not Event.objects.filter(case_id=letter.case_id, action="letter_read", data=data).exists():
        record(case_id=letter.case_id, kind="letter_read", actor=actor, now=now, data=data)


def record_download(*, letter: Letter, actor: Actor, now: datetime) -> None:
    """Note a download of the PDF: when, and which bytes."""
    data = {"letter": letter.code, "letter_sha256": letter.content_sha256, "pdf_sha256": letter.pdf_sha256}
    record(case_id=letter.case_id, kind="letter_downloaded", actor=actor, now=now, data=data)


def record_file(*, upload: Upload, actor: Actor, now: datetime) -> None:
    """Note that the person downloaded a file that went along with a letter or message: when, and which bytes."""
    if upload.request is None:
        raise ValueError("a file of a draft was given to nobody")
    cases = (
        [upload.letter.case_id] if upload.letter else upload.request.cases.order_by("pk").values_list("pk", flat=True)
    )
    data = {"sha256": upload.sha256, "letter": upload.letter.code if upload.letter else ""}
    for case_id in cases:
        record(case_id=case_id, kind="enclosure_downloaded", actor=actor, now=now, data=data)
