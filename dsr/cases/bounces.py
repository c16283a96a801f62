"""Mail that comes back: found by our Message-ID, marked on its row, noted on the case. Sends nothing, so nothing can loop."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from dsr.cases import outbox
from dsr.cases.bounce_text import Verdict, read
from dsr.models import Message, Notice, OwnerMail, RecipientMail

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import Outgoing


class Taken(StrEnum):
    """What was done with one mail that came in."""

    BOUNCED = "bounced"
    DELAYED = "delayed"
    REPEATED = "repeated"  # about a mail that is settled, or was sent again since
    UNKNOWN = "unknown"  # about no mail of ours
    IGNORED = "ignored"  # no report: an automatic answer, a receipt, a person


def take(*, raw: bytes, now: datetime) -> Taken:
    """Read one mail as it came in and mark the mail it is about: `bounced` for a person to settle, or delayed."""
    report = read(raw)
    if report.verdict is Verdict.NOTHING:
        return Taken.IGNORED
    row = _row(report.about)
    if row is None:
        return Taken.UNKNOWN
    if report.verdict is Verdict.DELAYED:
        return Taken.DELAYED if outbox.delayed(row, report.status) else Taken.REPEATED
    return Taken.BOUNCED if outbox.came_back(row, report.status, now=now) else Taken.REPEATED


def _row(about: tuple[tuple[str, int], ...]) -> Outgoing | None:
    """The mail it is about, in the round it speaks of; a report on an earlier round finds a row that has moved on."""
    for pk, number in about:
        known = (
            Message.objects.select_related("request", "controller"),
            Notice.objects.all(),
            OwnerMail.objects.all(),
            RecipientMail.objects.all(),
        )
        for rows in known:
            row: Outgoing | None = rows.filter(pk=pk).first()
            if row is not None:
                row.round = number
                return row
    return None
