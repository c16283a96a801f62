"""Reading what a mail server sends back: a report (RFC 3464) or the plain text of older servers. Pure; says codes, never text.

There is no variable sender (VERP): a report is about one of our mails when our Message-ID stands in it, in the returned
headers, among its references or anywhere in its text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import compat32
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

# A report quotes headers, or a mail of ours, which is short. What lies beyond is somebody's attachment.
MAX_BYTES: Final = 1024 * 1024
_ID: Final = re.compile(
    r"<?\b(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\.(?P<round>[0-9]{1,5}))?@[\w.-]+"
)
_STATUS: Final = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_MACHINES: Final = re.compile(r"\b(mailer-daemon|postmaster|mail-daemon|mdaemon|mailerdaemon)@", re.IGNORECASE)
_LATER: Final = re.compile(r"\b(delay|delayed|warning|will (keep|continue)|still trying|verz\u00f6ger)", re.IGNORECASE)
_NO_STATUS: Final = "5.0.0"
_NO_DELAY: Final = "4.0.0"


class Verdict(StrEnum):
    """What a mail that came in says of one of ours."""

    FAILED = "failed"
    DELAYED = "delayed"
    NOTHING = "nothing"  # an out-of-office answer, a receipt, a person who wrote, delivered


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict, the status (RFC 3463) and which mails it may be about, the surest first: (row id, round)."""

    verdict: Verdict
    status: str = ""
    about: tuple[tuple[str, int], ...] = ()


def read(raw: bytes) -> Report:
    """Read one mail as it came in. Never raises: what cannot be understood says nothing."""
    try:
        mail: Message = message_from_bytes(raw[:MAX_BYTES], policy=compat32)
        verdict, status = _verdict(mail)
        about = tuple(dict.fromkeys(_ids(mail))) if verdict is not Verdict.NOTHING else ()
    except (ValueError, LookupError, RecursionError):  # built to break a parser, or broken on the way
        return Report(Verdict.NOTHING)
    return Report(verdict, status, about)


def _verdict(mail: Message) -> tuple[Verdict, str]:
    if mail.get_content_type() == "multipart/report":
        kind = _param(mail, "report-type")
        return _of_report(mail) if kind in {"delivery-status", ""} else (Verdict.NOTHING, "")
    if mail.get("X-Failed-Recipients") or _MACHINES.search(_header(mail, "From")):
        return _of_text(mail)
    return Verdict.NOTHING, ""


def _of_report(mail: Message) -> tuple[Verdict, str]:
    """The worst that is said of any recipient; mails of ours have one."""
    found = (Verdict.NOTHING, "")
    for part in mail.walk():
        action = _header(part, "Action").strip().lower()
        status = _STATUS.search(_header(part, "Status")) if action else None
        if action == "failed":
            return Verdict.FAILED, status.group(1) if status else _NO_STATUS
        if action == "delayed":
            found = (Verdict.DELAYED, status.group(1) if status else _NO_DELAY)
    return found


def _of_text(mail: Message) -> tuple[Verdict, str]:
    """A machine wrote, in words: for now when it says so or its first status does, else for good."""
    words = "\n".join(_own_texts(mail))
    first = _STATUS.search(words)
    status = first.group(1) if first else ""
    if status.startswith("4") or (not status and _LATER.search(f"{_header(mail, 'Subject')}\n{words[:2000]}")):
        return Verdict.DELAYED, status or _NO_DELAY
    return Verdict.FAILED, status or _NO_STATUS


def _ids(mail: Message) -> Iterator[tuple[str, int]]:
    """The returned mail's own Message-ID, what the report answers to, then anywhere in its text."""
    parts = list(mail.walk())
    for part in parts[1:]:
        yield from _in(_header(part, "Message-ID"))
        if part.get_content_type() in {"text/rfc822-headers", "message/global-headers"}:
            yield from _in(_own_id(_text(part)))
    for name in ("In-Reply-To", "References"):
        yield from _in(_header(mail, name))
    for part in parts:
        if not part.is_multipart():
            yield from _in(_text(part))


def _own_id(headers: str) -> str:
    found = re.search(r"^Message-ID:\s*(\S+)", headers, re.IGNORECASE | re.MULTILINE)
    return found.group(1) if found else ""


def _in(text: str) -> Iterator[tuple[str, int]]:
    for found in _ID.finditer(text):
        yield found["id"], int(found["round"] or 0)


def _own_texts(mail: Message) -> Iterator[str]:
    """What the machine wrote itself, without the mail it returns."""
    if mail.get_content_maintype() == "text":
        yield _text(mail)
    elif mail.get_content_maintype() == "multipart":
        for part in mail.get_payload():
            if not isinstance(part, str):
                yield from _own_texts(part)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _header(part: Message, name: str) -> str:
    return str(part.get(name, ""))


def _param(mail: Message, name: str) -> str:
    value = mail.get_param(name, "")
    return value.lower() if isinstance(value, str) else ""
