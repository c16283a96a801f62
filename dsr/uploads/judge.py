"""What a file is by its content, and whether we take it: the quick look at its first bytes, before anything opens it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dsr.uploads.codes import FileRefusal
from dsr.uploads.errors import UploadRefusedError
from exporters.files.content import HEAD, FileKind, judge
from exporters.files.file_names import file_name, split_ending


class Form(StrEnum):
    """A form of file we take; the value is its media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    TEXT = "text/plain"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ODT = "application/vnd.oasis.opendocument.text"


ACCEPT: Final = "image/*,application/pdf,.pdf,.txt,.docx,.odt"
"""For the browser: `image/*` makes a phone offer its camera, and an iPhone send JPEG where the page does not take HEIC."""
PICTURES: Final = frozenset({Form.JPEG, Form.PNG, Form.WEBP})
ENDINGS: Final = {
    Form.PDF: (".pdf",),
    Form.JPEG: (".jpg", ".jpeg"),
    Form.PNG: (".png",),
    Form.WEBP: (".webp",),
    # No .csv: a spreadsheet would run the formulas in it.
    Form.TEXT: (".txt", ".text", ".log", ".md"),
    Form.DOCX: (".docx",),
    Form.ODT: (".odt",),
}
_REFUSED: Final = {
    FileKind.PAGE: FileRefusal.PAGE,
    FileKind.PROGRAM: FileRefusal.PROGRAM,
    FileKind.ARCHIVE: FileRefusal.ARCHIVE,
}
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODT_MARK: Final = b"mimetypeapplication/vnd.oasis.opendocument.text"
_PLAIN_CONTROLS: Final = frozenset(b"\t\n\r\f")
_LAST_CONTROL: Final = 0x1F
_DELETE: Final = 0x7F


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file is: its form and a name that is safe and ends as such a file ends."""

    form: Form
    name: str


def look(content: bytes, *, name: str) -> Judged:
    """Say which of the forms we take this is, by content alone; UploadRefusedError (see FileRefusal) for everything else."""
    shown = file_name(name)
    if not content:
        raise UploadRefusedError(FileRefusal.EMPTY, name=shown)
    form = _form(content)
    if form is None:
        raise UploadRefusedError(_why_not(content, shown), name=shown)
    return Judged(form, _named(shown, form))


def _form(content: bytes) -> Form | None:
    if content.startswith(b"%PDF-"):
        return Form.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return Form.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Form.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Form.WEBP
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return Form.TEXT if _is_text(content) else None


def _office(content: bytes) -> Form | None:
    """What kind of document a ZIP claims to be; dsr.uploads.child unpacks it and finds out whether that is true."""
    if _ODT_MARK in content[:200]:
        return Form.ODT
    return Form.DOCX if b"[Content_Types].xml" in content and b"word/document.xml" in content else None


def _is_text(content: bytes) -> bool:
    """Text without anything that a terminal or a browser would act on."""
    kind = judge(content[:HEAD], name="", media_type="").kind
    if kind not in {FileKind.TEXT, FileKind.OTHER}:
        return False
    try:
        content = content.decode("utf-16").encode() if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else content
    except UnicodeDecodeError:
        return False
    rare = set(content)
    return not any((byte <= _LAST_CONTROL and byte not in _PLAIN_CONTROLS) or byte == _DELETE for byte in rare)


def _why_not(content: bytes, name: str) -> FileRefusal:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return FileRefusal.HEIC
    if content.startswith(_OLE):
        return FileRefusal.OLD_OFFICE
    kind = judge(content[:HEAD], name="", media_type="").kind
    if content.startswith(b"PK\x03\x04"):
        kind = judge(content[:HEAD], name=name, media_type="").kind
        return FileRefusal.OLD_OFFICE if kind is FileKind.DOCUMENT else _REFUSED.get(kind, FileRefusal.ARCHIVE)
    return _REFUSED.get(kind, FileRefusal.UNKNOWN_TYPE)


def _named(name: str, form: Form) -> str:
    """The name with an ending that tells the truth, so that no desktop opens it with something else."""
    stem, ending = split_ending(name)
    if ending.lower() in ENDINGS[form]:
        return name
    return file_name(f"{stem}{ending}{ENDINGS[form][0]}")
