"""The text of a file, as it can be read and marked; or why only the whole file can be withheld (X-02).

Nothing here runs, fetches or follows anything a file says. Sizes are bounded before anything is unpacked.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.redaction import docx, pdf, web
from exporters.files.content import FileKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import EmailMessage

MAX_BYTES: Final = 20 << 20
MAX_CHARS: Final = 500_000
_UNWRITABLE: Final = re.compile("[\0\ud800-\udfff]")
_HEADERS: Final = ("From", "To", "Cc", "Date", "Subject")
_FRAME: Final = frozenset({"mime-version", "content-type", "content-transfer-encoding"})
"""Header lines of a mail that say only how its words are written."""


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
    HIDDEN = "hidden"
    """It holds words that nobody sees here. With a text it leaves made anew; without one only a look at the file itself helps."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file in the order in which it is read, and what would be made of it."""

    text: str = field(repr=False)
    how: How
    pictures: bool = False
    """The file also holds pictures, in which words may stand that no program finds."""
    hidden: bool = False
    """The file also holds what is not in `text`: then it never leaves as it is, for whoever read the text has not read it."""


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
    if not isinstance(found, Extracted):
        return found
    if len(found.text) > MAX_CHARS:
        return WhyWhole.TOO_LARGE
    if found.hidden and not found.text.strip():
        return WhyWhole.HIDDEN
    # Each character that no file can hold becomes the sign for unreadable, so that places stay.
    return replace(found, text=_UNWRITABLE.sub("\ufffd", found.text))


def _read(data: bytes, kind: FileKind, name: str, media_type: str) -> Extracted | WhyWhole:
    if name.endswith(".eml") or media_type == "message/rfc822":
        return _mail(data)
    if kind is FileKind.PAGE and (name.endswith((".svg", ".svgz")) or "svg" in media_type):
        return WhyWhole.PICTURE
    reader = _READERS.get(kind)
    return reader(data) if reader else WhyWhole.UNREADABLE


def _pdf(data: bytes) -> Extracted | WhyWhole:
    pages = pdf.texts(data)
    if not all(page.text.strip() for page in pages):
        return WhyWhole.SCAN
    return Extracted(pdf.joined(pages), How.PDF, any(page.pictures for page in pages), pdf.hides(data))


def _document(data: bytes) -> Extracted:
    words = docx.read(data)
    return Extracted(words.text, How.DOCX, words.pictures, words.hidden)


def _page(data: bytes) -> Extracted | WhyWhole:
    source = decoded(data)
    if len(source) > MAX_CHARS:
        return WhyWhole.TOO_LARGE
    page = web.read(source)
    return Extracted(page.text, How.TEXT, hidden=page.hidden)


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


def _mail(data: bytes) -> Extracted | WhyWhole:
    """A mail as one reads it: who, when, what about, the words. Its other header lines and attachments stay out."""
    message: EmailMessage = email.message_from_bytes(data, policy=email.policy.default)
    lines = [f"{name}: {message[name]}" for name in _HEADERS if message[name]]
    body = message.get_body(preferencelist=("plain", "html"))
    words, hidden = "", not _is_bare(message)
    if body is not None:
        words = str(body.get_content())
        if body.get_content_type() == "text/html":
            if len(words) > MAX_CHARS:
                return WhyWhole.TOO_LARGE
            page = web.read(words)
            words, hidden = page.text, hidden or page.hidden
    count = sum(1 for _ in message.iter_attachments())
    if count:
        words += f"\n\n[+{count}]"
    return Extracted("\n".join([*lines, "", words.replace("\r\n", "\n").strip()]), How.TEXT, hidden=hidden)


def _is_bare(message: EmailMessage) -> bool:
    """Whether a mail is nothing but the header lines that are shown, each once, and one text."""
    names = [name.casefold() for name in message.keys()]  # noqa: SIM118 - the header lines, repeated ones too
    shown = {name.casefold() for name in _HEADERS} | _FRAME
    told = {name for name, _value in message.get_params(failobj=[])[1:]}
    return (
        not message.is_multipart()
        and not message.defects
        and message.get_content_maintype() == "text"
        and len(names) == len(set(names))
        and shown.issuperset(names)
        and told <= {"charset", "format", "delsp"}
    )
