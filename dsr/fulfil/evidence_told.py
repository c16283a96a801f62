"""Tables of an evidence pack about what went to whom beside the answer: enclosures, recipients, another controller, authorities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dsr.cases.uploads import OURS, name_of
from dsr.fulfil.evidence_reading import coded, day
from dsr.models import AuthorityCase, Letter, RecipientNotice, Transmission, Upload
from dsr.output.evidence import Table
from dsr.wording import filed, recipients, uploads
from dsr.wording.letters import LETTERS
from dsr.wording.portability import NO_TRANSMISSION

if TYPE_CHECKING:
    from dsr.fulfil.evidence_reading import Reading


def transmission(reading: Reading) -> Table:
    """The copy that went to another controller, with its receipt, or why none went (P-05, Art. 20(2))."""
    rows = tuple(
        (
            row.receiver.name if row.receiver else "",
            coded(filed.TRANSMISSIONS, row.status),
            filed.said(NO_TRANSMISSION, row.reason),
            row.file_name,
            str(row.size or ""),
            reading.at(row.sent_at),
            row.encrypted_sha256,
        )
        for row in Transmission.objects.filter(case=reading.case).select_related("receiver")
    )
    return Table(
        "transmission",
        _("Transmission to another controller (Art. 20(2))"),
        (
            pgettext("heading in an evidence file", "To"),
            _("State"),
            _("Why not"),
            _("File"),
            _("Bytes"),
            _("Sent"),
            _("SHA-256"),
        ),
        rows,
    )


def enclosures(reading: Reading) -> Table:
    """What went along with letters of this case and with messages of the request: name where words go in, size, hash (4.6).

    Of letters of and to an authority no name: it may say which one it was, and the pack may be for another.
    """
    left = Q(letter__case=reading.case, letter__status=Letter.Status.SENT) | Q(message__request=reading.case.request_id)
    left |= Q(matter__case=reading.case)
    rows = tuple(
        (
            *_with(reading, row),
            name_of(row) if reading.with_words and row.matter is None else "",
            str(row.size),
            row.sha256,
            reading.at(row.deleted_at),
        )
        for row in Upload.objects.filter(left, purpose__in=OURS)
        .select_related("letter", "message", "matter")
        .order_by("created_at", "pk")
    )
    return Table(
        "enclosures",
        _("Files that went along with letters and messages"),
        (_("With"), _("Sent"), _("Name"), _("Bytes"), _("SHA-256"), _("Deleted")),
        rows,
    )


def _with(reading: Reading, row: Upload) -> tuple[str, str]:
    """What a file went along with, and when that was."""
    if row.matter is not None:
        return uploads.purpose(row.purpose), reading.at(row.created_at)
    if row.letter is not None:
        return coded(LETTERS, row.letter.code), reading.at(row.letter.sent_at)
    return _("message"), reading.at(row.message.created_at if row.message else None)


def notices(reading: Reading) -> Table:
    """Each recipient with what it was told of, when, by how many mails or calls, and whether it confirmed (Art. 19, 17(2))."""
    rows = tuple(
        (
            row.recipient.name,
            coded(recipients.CHANGES, row.change),
            coded(LETTERS, row.letter),
            coded(recipients.STATUSES, row.status),
            reading.at(row.told_at),
            str(sum(mail.sent_at is not None for mail in row.mails.all())),
            reading.at(row.acknowledged_at),
        )
        for row in RecipientNotice.objects.filter(case=reading.case)
        .select_related("recipient")
        .prefetch_related("mails")
        .order_by("created_at", "recipient__name", "pk")
    )
    return Table(
        "recipient-notices",
        _("What each recipient was told"),
        (
            _("Recipient"),
            pgettext("heading in an evidence file", "Change"),
            _("Letter"),
            _("State"),
            _("Told"),
            _("Mails sent"),
            _("Confirmed"),
        ),
        rows,
    )


def authorities(reading: Reading) -> Table:
    """Matters before a supervisory authority about this case, by their days; which authority it is stands in the cover or nowhere."""
    rows = tuple(
        (
            day(row.received_on),
            coded(filed.AUTHORITY_STATES, row.state),
            day(row.answer_due_on),
            day(row.answered_on),
            reading.at(row.closed_at),
            coded(filed.AUTHORITY_OUTCOMES, row.outcome),
        )
        for row in AuthorityCase.objects.filter(case=reading.case).order_by("received_on", "opened_at", "pk")
    )
    return Table(
        "authority",
        _("Matters before a supervisory authority"),
        (_("Received"), _("State"), _("Answer by"), _("Answered"), _("Closed"), _("Result")),
        rows,
    )
