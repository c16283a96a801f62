"""Reading a mail that somebody sent us: who, what, when, which of ours it answers. Pure; hostile input is the normal case.

The mail is parsed with the standard library. Headers are cut before they are read, parts are counted, and what cannot be
read says so instead of raising: `unreadable`. Nothing here is ever shown as HTML.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import EmailPolicy
from email.utils import getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, cast

from dsr.cases import inbound_html
from dsr.cases.inbound_clean import clean_line, clean_text
from dsr.cases.inbound_headers import authentic, one_sender
from exporters.files.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

LOOP_HEADER: Final = "X-DSR-Desk"
"""Every mail of ours carries it; whatever comes in with it is one of ours that found its way back."""
REFERENCE: Final = re.compile(r"\bDSR-\d{4}-\d{6}\b", re.IGNORECASE)
MAX_HEADER: Final = 2000
MAX_PARTS: Final = 100
MAX_BOUNDARIES: Final = 60
"""Multiparts inside one another; honest mail has three or four."""
_OUR_ID: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.\d{1,5})?@[\w.-]+>")
_ADDRESS: Final = re.compile(
    r"[^\s\x00-\x1f\x7f-\x9f@<>\"(),:;\\\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
)
_RESULTS: Final = "authentication-results"
_SKEW: Final = timedelta(minutes=10)
_OLDEST: Final = timedelta(days=30)


class _Cut(EmailPolicy):
    """The default policy of the standard library, with headers cut to a length at which no parser of theirs takes long."""

    def header_source_parse(self, sourcelines: Any) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        # Our own server writes down every signature the sender made up, and its verdict behind them: read whole, by a reader of ours.
        return name, value if name.lower() == _RESULTS else value[:MAX_HEADER]


_POLICY: Final = _Cut(raise_on_defect=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in the mail; `number` counts from 0 in the order of the mail, `content` is decoded."""

    number: int
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says. Addresses are in lower case; `address` is empty when the sender is not exactly one address.

    `automatic`, `list_mail` and `looped` say why nobody has to read it. `authentic` is False only when our own server says
    that the sender's domain disowns the mail (DMARC), None when nobody checked.
    """

    address: str = ""
    name: str = ""
    subject: str = ""
    text: str = ""
    was_html: bool = False
    language: str = ""
    message_id: str = ""
    digest: str = ""
    references: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    automatic: bool = False
    list_mail: bool = False
    looped: bool = False
    authentic: bool | None = None
    received_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    unreadable: bool = False


def read(raw: bytes, *, received_by: tuple[str, ...] = (), authserv: str = "") -> Letter:
    """Read one mail as it came in. Never raises for what is in it."""
    if len(re.findall(rb"boundary\s*=", raw[: 4 << 20], re.IGNORECASE)) > MAX_BOUNDARIES:
        return _only_head(raw)
    try:
        mail = cast("EmailMessage", BytesParser(policy=_POLICY).parsebytes(raw))
        return _letter(mail, received_by, authserv)
    # The parser of the standard library raises much on what was built to break it, and every release something else.
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError, NotImplementedError):
        return _only_head(raw)


def _only_head(raw: bytes) -> Letter:
    """What can be said of a mail that cannot be read: who it claims to be from."""
    head = re.split(rb"\r?\n\r?\n", raw[:65536], maxsplit=1)[0].decode("utf-8", "replace")
    senders = re.findall(r"^from:[ \t]*(.{0,500})$", head, re.IGNORECASE | re.MULTILINE)
    address, name = _sender(senders) if len(senders) == 1 else ("", "")
    return Letter(address=address, name=name, unreadable=True)


def _letter(mail: EmailMessage, received_by: tuple[str, ...], authserv: str) -> Letter:
    address, name = _sender_of(mail)
    text, was_html = _text(mail)
    files = tuple(_attachments(mail))
    subject = clean_line(_one(mail, "Subject"))[:300]
    message_id = clean_line(_one(mail, "Message-ID"))[:500]
    said = "\0".join((message_id, address, _one(mail, "Date"), subject, text))
    digest = hashlib.sha256(said.encode())
    for one in files:
        digest.update(hashlib.sha256(one.content).digest())
    named = f"{_one(mail, 'In-Reply-To')} {_one(mail, 'References')}"
    return Letter(
        address=address,
        name=name,
        subject=subject,
        text=text,
        was_html=was_html,
        language=_one(mail, "Content-Language").strip().lower()[:2],
        message_id=message_id,
        digest=digest.hexdigest(),
        references=tuple(dict.fromkeys(found.upper() for found in REFERENCE.findall(subject))),
        answers=tuple(dict.fromkeys(_OUR_ID.findall(named))),
        automatic=_automatic(mail),
        list_mail=bool(_one(mail, "List-Id") or _one(mail, "List-Unsubscribe")),
        looped=bool(_one(mail, LOOP_HEADER)),
        authentic=authentic(_raw(mail, _RESULTS), authserv),
        received_at=_received(mail, received_by),
        attachments=files,
    )


def _all(mail: EmailMessage, name: str) -> list[str]:
    """Values of a header as text; one that the standard library cannot read is read as it stands."""
    try:
        return [str(value) for value in mail.get_all(name, [])]
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError):
        return _raw(mail, name)


def _raw(mail: EmailMessage, name: str) -> list[str]:
    """Values of a header as they stand."""
    return [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]


def _one(mail: EmailMessage, name: str) -> str:
    values = _all(mail, name)
    return values[0] if values else ""


def _sender_of(mail: EmailMessage) -> tuple[str, str]:
    """The sender as the standard library takes the header apart: a name that looks like addresses stays a name."""
    try:
        values = mail.get_all("From", [])
        found = [one for value in values for one in value.addresses]
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError):
        return _sender(_all(mail, "From"))
    if len(values) != 1 or len(found) != 1 or not one_sender(_raw(mail, "From")[0], found[0].addr_spec):
        return "", ""
    return _plain(found[0].display_name, found[0].addr_spec)


def _sender(values: list[str]) -> tuple[str, str]:
    """Address and name when there is exactly one sender, else two empty words: two are nobody."""
    found = getaddresses(values)
    if len(values) != 1 or len(found) != 1 or not one_sender(values[0], found[0][1]):
        return "", ""
    return _plain(*found[0])


def _plain(name: str, address: str) -> tuple[str, str]:
    """An address that can be written to, and a name that is no other address."""
    shown, plain = clean_line(name)[:100], address.strip()
    if "@" in shown and plain.lower() not in shown.lower():
        shown = ""
    return (plain.lower(), shown) if _ADDRESS.fullmatch(plain) else ("", shown)


def _automatic(mail: EmailMessage) -> bool:
    """RFC 3834 and what came before it: nobody wrote this."""
    told = _one(mail, "Auto-Submitted").strip().lower()
    if told and not told.startswith("no"):
        return True
    old = any(_one(mail, name) for name in ("X-Autoreply", "X-Autorespond"))
    bulk = _one(mail, "Precedence").strip().lower() in {"bulk", "junk", "auto_reply"}
    nobody = _one(mail, "Return-Path").strip() == "<>"
    return old or bulk or nobody or mail.get_content_type() == "multipart/report"


def _received(mail: EmailMessage, hosts: tuple[str, ...]) -> datetime | None:
    """When it first reached a server of ours: the lowest of the topmost Received headers that our servers wrote (T-02).

    Whoever sends a mail writes what stands below; a header of ours that stands below one of theirs is forged.
    """
    found = None
    for value in _all(mail, "Received") if hosts else ():
        by = re.search(r"\bby\s+([\w.-]+)", value, re.IGNORECASE)
        if by is None or by.group(1).lower() not in hosts:
            break
        try:
            at = parsedate_to_datetime(value.rpartition(";")[2].strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            break
        found = at.astimezone(UTC) if at.tzinfo else None
    return found


def reached_at(letter: Letter, *, internal: datetime, now: datetime) -> datetime:
    """The moment of receipt (T-02): our server's own Received header when it is plausible beside INTERNALDATE, else that.

    Never the Date header, which the sender writes, and never after `now`.
    """
    told = letter.received_at
    plausible = told is not None and internal - _OLDEST <= told <= internal + _SKEW
    return min(told if plausible and told is not None else internal, now)


def _leaves(mail: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something. A mail inside the mail is a file of its own. ValueError when there are too many."""
    stack, seen = [mail], 0
    while stack:
        part = stack.pop()
        seen += 1
        if seen > MAX_PARTS:
            raise ValueError("too many parts")
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            stack.extend(reversed([one for one in part.get_payload() if not isinstance(one, str)]))  # type: ignore[misc]
        else:
            yield part


def _is_text(part: EmailMessage) -> bool:
    return (
        part.get_content_type() in {"text/plain", "text/html"}
        and part.get_content_disposition() != "attachment"
        and not part.get_filename()
    )


def _text(mail: EmailMessage) -> tuple[str, bool]:
    """The words: all plain parts, or the HTML parts as text when there is no plain one that says something."""
    plain: list[str] = []
    html: list[str] = []
    for part in _leaves(mail):
        if _is_text(part):
            (plain if part.get_content_type() == "text/plain" else html).append(_decoded(part))
    told = clean_text("\n\n".join(plain))
    if told or not html:
        return told, False
    return clean_text(inbound_html.all_as_text(html)), True


def _decoded(part: EmailMessage) -> str:
    """Text in whatever character set it is really in: the declared one, UTF-8, or the old western one that reads anything."""
    payload = _bytes(part)
    declared = str(part.get_content_charset("utf-8"))
    for charset in (declared, "utf-8"):
        try:
            return payload.decode(charset)
        except (LookupError, ValueError):
            continue
    return payload.decode("cp1252", "replace")


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attachments(mail: EmailMessage) -> Iterator[Attachment]:
    for number, part in enumerate(one for one in _leaves(mail) if not _is_text(one)):
        if part.get_content_maintype() == "message":
            yield Attachment(number, "message.eml", _inside(part))
            continue
        content = _bytes(part)
        if content:
            yield Attachment(number, file_name(clean_line(str(part.get_filename() or "file"))), content)


def _inside(part: EmailMessage) -> bytes:
    """A mail that was attached to a mail, as the bytes of a file."""
    inner = part.get_payload()
    return b"\n".join(one.as_bytes() for one in inner if not isinstance(one, str)) if isinstance(inner, list) else b""
