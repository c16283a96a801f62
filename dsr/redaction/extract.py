"""The text of a file, as it can be read and marked; or why only the whole file can be withheld (X-02).

Nothing here runs, fetches or follows anything a file says. Sizes are bounded before anything is unpacked.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.redaction import docx, pdf, web
from exporters.files.content import FileKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import EmailMessage

MAX_BYTES: Final = 20 << 20
MAX_CHARS: Final = 500_000


class How(StrEnum):
    """What is made of a file when something is taken out of it."""

    TEXT = "text"  # a text file anew: also of a mail or a web page
    DOCX = "docx"  # a document anew, from its paragraphs
    PDF = "pdf"  # pictures of its pages with black boxes


class WhyWhole(StrEnum):
    """Why nothing can be taken out of a file but all of it."""

    PICTURE = "picture"
    SOUND = "sound"
    VIDEO = "video"
    ARCHIVE = "archive"
    PROGRAM = "program"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    SCAN = "scan"


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file in the order in which it is read, and what would be made of it."""

    text: str = field(repr=False)
    how: How
    pictures: bool = False
    """The file also holds pictures, in which words may stand that no program finds."""


_BLIND: Final = {
    FileKind.PICTURE: WhyWhole.PICTURE,
    FileKind.SOUND: WhyWhole.SOUND,
    FileKind.VIDEO: WhyWhole.VIDEO,
    FileKind.ARCHIVE: WhyWhole.ARCHIVE,
    FileKind.PROGRAM: WhyWhole.PROGRAM,
}


def too_early(kind: FileKind, size: int) -> WhyWhole | None:
    """What can be said before the bytes (their number is `size`) are read."""
    return _BLIND.get(kind) or (WhyWhole.TOO_LARGE if size > MAX_BYTES else None)


def extract(data: bytes, *, kind: FileKind, name: str, media_type: str) -> Extracted | WhyWhole:
    """The text of the file `data`, or why there is none that can be marked."""
    why = too_early(kind, len(data))
    if why is not None:
        return why
    try:
        found = _read(data, kind, name.casefold(), media_type.casefold())
    except (ValueError, LookupError, OSError, pdf.BrokenError, docx.BrokenError):
        return WhyWhole.UNREADABLE
    if isinstance(found, Extracted) and len(found.text) > MAX_CHARS:
        return WhyWhole.TOO_LARGE
    return found


def _read(data: bytes, kind: FileKind, name: str, media_type: str) -> Extracted | WhyWhole:
    if name.endswith(".eml") or media_type == "message/rfc822":
        return Extracted(_mail(data), How.TEXT)
    if kind is FileKind.PAGE and (name.endswith((".svg", ".svgz")) or "svg" in media_type):
        return WhyWhole.PICTURE
    reader = _READERS.get(kind)
    return reader(data) if reader else WhyWhole.UNREADABLE


def _pdf(data: bytes) -> Extracted | WhyWhole:
    pages = pdf.texts(data)
    if not all(page.text.strip() for page in pages):
        return WhyWhole.SCAN
    return Extracted(pdf.joined(pages), How.PDF, any(page.pictures for page in pages))


def _document(data: bytes) -> Extracted:
    text, pictures = docx.text_of(data)
    return Extracted(text, How.DOCX, pictures)


def _page(data: bytes) -> Extracted:
    return Extracted(web.text_of(decoded(data)), How.TEXT)


def _text(data: bytes) -> Extracted:
    return Extracted(decoded(data).replace("\r\n", "\n"), How.TEXT)


_READERS: Final[Mapping[FileKind, Callable[[bytes], Extracted | WhyWhole]]] = {
    FileKind.PDF: _pdf,
    FileKind.DOCUMENT: _document,
    FileKind.PAGE: _page,
    FileKind.TEXT: _text,
}


def decoded(data: bytes) -> str:
    """Bytes of a text as text: UTF-8, UTF-16 with a mark, else Windows-1252. ValueError for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if "\0" in text:
        raise ValueError("no text")
    return text


def _mail(data: bytes) -> str:
    """A mail as one reads it: who, when, what about, the words. Its own header lines and attachments stay out."""
    message: EmailMessage = email.message_from_bytes(data, policy=email.policy.default)
    lines = [f"{name}: {message[name]}" for name in ("From", "To", "Cc", "Date", "Subject") if message[name]]
    body = message.get_body(preferencelist=("plain", "html"))
    words = ""
    if body is not None:
        words = str(body.get_content())
        if body.get_content_type() == "text/html":
            words = web.text_of(words)
    count = sum(1 for _ in message.iter_attachments())
    if count:
        words += f"\n\n[+{count}]"
    return "\n".join([*lines, "", words.replace("\r\n", "\n").strip()])
