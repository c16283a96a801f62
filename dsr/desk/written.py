"""The mails of the demo as the `file` backend wrote them, codes and sign-up mails too: what a mailbox would show.

Only where DSR_DEMO is set: these files hold one-time codes, and who reads those could be anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from email.message import EmailMessage

    from dsr.models import Controller

SHOWN: Final = 50
_BETWEEN: Final = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True, slots=True)
class Written:
    """One mail of an invented person."""

    to: str
    subject: str
    at: datetime | None
    body: str


def possible() -> bool:
    """Whether this is the demo and its mails are files."""
    return bool(settings.DSR_DEMO and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"))


def newest(controller: Controller) -> list[Written]:
    """The newest mails of this controller, the newest first; empty when there are none or this is not the demo."""
    if not possible():
        return []
    found: list[Written] = []
    for path in sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), key=_when, reverse=True):
        mine = [one for one in _mails(path) if controller.privacy_email in str(one["From"])]
        found += [_read(one) for one in reversed(mine)]
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]


def _when(path: Path) -> int:
    return path.stat().st_mtime_ns


def _mails(path: Path) -> Iterator[EmailMessage]:
    for raw in path.read_bytes().split(_BETWEEN):
        if raw.strip():
            yield message_from_bytes(raw, policy=default)


def _read(mail: EmailMessage) -> Written:
    text = mail.get_body(("plain",))
    date = str(mail["Date"] or "")
    return Written(
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        at=parsedate_to_datetime(date) if date else None,
        body=str(text.get_content()) if text is not None else "",
    )
