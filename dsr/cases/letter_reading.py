"""What becomes of a letter once it is there: read by the person, downloaded, superseded (rules 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.cases.perform import record
from dsr.models import Event

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Letter


def record_read(*, letter: Letter, actor: Actor, now: datetime) -> None:
    """Note that the person opened a letter, the first time she does; reading on is nobody's business."""
    data = {"letter": letter.code, "letter_sha256": letter.content_sha256}
    if not Event.objects.filter(case_id=letter.case_id, action="letter_read", data=data).exists():
        record(case_id=letter.case_id, kind="letter_read", actor=actor, now=now, data=data)


def record_download(*, letter: Letter, actor: Actor, now: datetime) -> None:
    """Note a download of the PDF: when, and which bytes."""
    data = {"letter": letter.code, "letter_sha256": letter.content_sha256, "pdf_sha256": letter.pdf_sha256}
    record(case_id=letter.case_id, kind="letter_downloaded", actor=actor, now=now, data=data)
