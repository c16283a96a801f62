"""Handing one mail to the mail server, and reading what the server says of it.

The only door for mails of cases, digests and codes. Whatever backend is configured, three things hold: the hand-over is over
when the server has taken the message (trouble while saying good-bye is not a failure), an answer for now is told from an
answer for good, and what is kept of a refusal is a code, never its text, because mail servers quote addresses.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from email.utils import formataddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from dsr.cases.inbound_text import LOOP_HEADER

if TYPE_CHECKING:
    from dsr.models import Controller

log = logging.getLogger(__name__)
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_FINAL_FROM = 500
# What a mail service answers when this mail can never be sent; anything else is about the account, the pace or its own day.
_ABOUT_THE_MAIL = frozenset({400, 413, 422})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a mail was not taken: a code (`5.1.1`, `450`, `ConnectionRefusedError`) and whether trying again is pointless."""

    code: str
    final: bool


def hand_over(*, controller: Controller, to: str, subject: str, body: str, message_id: str) -> Trouble | None:
    """Give one mail to the mail server; None when the server has taken it.

    About a dozen answers are waited for, each EMAIL_TIMEOUT seconds at most; `outbox.lease()` is longer than that, so nobody
    else takes the row meanwhile.
    """
    sender = formataddr((controller.name, controller.privacy_email))
    headers = {
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        LOOP_HEADER: "1",
    }
    envelope = settings.DSR_MAIL_BOUNCES
    if envelope:
        headers["From"] = sender
    try:
        # Opened and closed by us: a backend that opens by itself raises from its good-bye what was taken long before.
        connection = get_connection()
        connection.open()
    except Exception as error:  # noqa: BLE001 -- every library behind a backend has errors of its own
        return Trouble(trouble(error).code, final=False)  # nothing was said of this mail yet
    try:
        taken = EmailMessage(subject, body, envelope or sender, [to], headers=headers, connection=connection).send()
    except Exception as error:  # noqa: BLE001 -- and most of them quote the address
        return trouble(error)
    finally:
        _close(connection)
    return None if taken else Trouble("not_taken", final=True)


def _close(connection: object) -> None:
    try:
        connection.close()  # type: ignore[attr-defined]
    except Exception as error:  # noqa: BLE001 -- see hand_over
        log.info("the mail server did not say good-bye (%s)", type(error).__name__)


def trouble(error: Exception) -> Trouble:
    """What an error of a mail backend means: RFC 5321 4.2.1, 4yz for now, 5yz for good.

    A refusal of our own account or sender address is nothing the recipient's address could be blamed for: somebody repairs
    the settings meanwhile, so it is tried again like a server that is down.
    """
    if isinstance(error, SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()), (0, b""))
        return Trouble(_code(code, text), final=code >= _FINAL_FROM)
    if isinstance(error, (SMTPAuthenticationError, SMTPSenderRefused)):
        return Trouble(_code(error.smtp_code, error.smtp_error), final=False)
    if isinstance(error, SMTPResponseException):
        return Trouble(_code(error.smtp_code, error.smtp_error), final=error.smtp_code >= _FINAL_FROM)
    if isinstance(error, SMTPNotSupportedError):
        return Trouble(type(error).__name__, final=True)  # an address with letters the server cannot take
    status = getattr(error, "status_code", None)
    if isinstance(status, int):  # a mail service behind HTTP (anymail)
        return Trouble(f"HTTP{status}", final=status in _ABOUT_THE_MAIL)
    name = type(error).__name__
    # A header with a line break, an address that cannot be encoded, a service that takes none of the recipients.
    wrong = isinstance(error, (ValueError, TypeError, LookupError)) and not isinstance(error, OSError)
    return Trouble(name, final=wrong or name == "AnymailRecipientsRefused")


def _code(number: int, text: bytes | str) -> str:
    """The enhanced status (RFC 3463) when the server gives one, else the reply code."""
    words = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    found = _ENHANCED.match(words.strip())
    return found.group(1) if found else str(number)
