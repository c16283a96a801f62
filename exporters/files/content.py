"""What a file is by its first bytes, beside what it says it is. It is looked at, never opened, run or unpacked."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

import puremagic

HEAD: Final = 8 * 1024
"""First bytes that are looked at."""
_EVIDENCE: Final = 0.3
"""How sure the table of signatures must be: a signature of two bytes proves nothing."""


class FileKind(StrEnum):
    """What a file is to the person who gets it."""

    PICTURE = "picture"
    SOUND = "sound"
    VIDEO = "video"
    PDF = "pdf"
    DOCUMENT = "document"
    TEXT = "text"
    PAGE = "page"  # HTML, SVG: a browser that opens it does what it says
    PROGRAM = "program"
    ARCHIVE = "archive"
    OTHER = "other"


ACTIVE: Final = frozenset({FileKind.PAGE, FileKind.PROGRAM})
"""Kinds that do something when they are opened."""
_MEDIA: Final = frozenset({FileKind.SOUND, FileKind.VIDEO})
# Their signatures are certain: without one the file is no such picture, whatever else it may be.
_SIGNED: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff"})
_PAGES: Final = frozenset({"html", "htm", "xhtml", "svg", "svgz", "mht", "mhtml", "shtml"})
_PROGRAMS: Final = frozenset(
    [
        "exe",
        "com",
        "scr",
        "pif",
        "dll",
        "sys",
        "msi",
        "msp",
        "bat",
        "cmd",
        "ps1",
        "psm1",
        "vbs",
        "vbe",
        "js",
        "jse",
        "wsf",
        "wsh",
        "hta",
        "lnk",
        "reg",
        "jar",
        "apk",
        "app",
        "dmg",
        "deb",
        "rpm",
        "sh",
        "bash",
        "py",
        "pl",
        "docm",
        "dotm",
        "xlsm",
        "xltm",
        "xlam",
        "pptm",
        "potm",
        "ppam",
        "chm",
        "cpl",
        "gadget",
        "iso",
        "url",
    ]
)
_DOCUMENTS: Final = frozenset(["doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "ppt", "pptx", "odp", "eml", "msg"])
_ARCHIVES: Final = frozenset(["zip", "gz", "tgz", "bz2", "xz", "7z", "rar", "tar", "zst"])
_TAGS: Final = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<iframe", b"<body")
_RUNS: Final = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!/")

# What a media type contains, where its first part says nothing.
_WORDS: Final = (
    (("executable", "x-msdownload", "x-sh", "java-archive", "javascript", "macroenabled"), FileKind.PROGRAM),
    (("officedocument", "opendocument", "msword", "ms-excel", "ms-powerpoint", "/rtf"), FileKind.DOCUMENT),
    (("zip", "x-tar", "x-7z", "x-rar", "vnd.rar", "x-xz", "zstd"), FileKind.ARCHIVE),
)


@dataclass(frozen=True, slots=True)
class Content:
    """`kind` by content. `claimed` is set where name or media type say something else, and are wrong."""

    kind: FileKind
    claimed: FileKind | None = None


def judge(head: bytes, *, name: str, media_type: str) -> Content:
    """Say what a file is from its first HEAD bytes, its name and the media type it came with.

    A wrong claim is one with proof against it: a picture format whose signature is not there, or the signature of
    something else. Formats without a signature (raw sound) are taken at their word.
    """
    claims = _claims(name, media_type)
    found = _found(head)
    for claim in claims:
        if claim in found or (claim in _MEDIA and found & _MEDIA):
            lie = next((one for one in claims if _refuted(one, found, name, media_type)), None)
            return Content(claim, lie)
    meant = next((one for one in claims if not _refuted(one, found, name, media_type)), None)
    kind = _first(found) or meant or (FileKind.TEXT if head and _is_text(head) else FileKind.OTHER)
    lie = next((one for one in claims if one is not kind and _refuted(one, found, name, media_type)), None)
    return Content(kind, lie)


def _claims(name: str, media_type: str) -> tuple[FileKind, ...]:
    """What the name's ending says, then what the media type says."""
    guessed = mimetypes.guess_type(name)[0] or ""
    said = (_by_ending(name) or _by_type(guessed), _by_type(media_type))
    return tuple(dict.fromkeys(kind for kind in said if kind))


def _by_ending(name: str) -> FileKind | None:
    ending = PurePosixPath(name).suffix[1:].lower()
    for endings, kind in (
        (_PAGES, FileKind.PAGE),
        (_PROGRAMS, FileKind.PROGRAM),
        (_DOCUMENTS, FileKind.DOCUMENT),
        (_ARCHIVES, FileKind.ARCHIVE),
    ):
        if ending in endings:
            return kind
    return None


def _by_type(media_type: str) -> FileKind | None:
    """The kind of a media type; None where it says nothing."""
    kind = media_type.partition(";")[0].strip().lower()
    main = kind.partition("/")[0]
    whole = {"text/html": FileKind.PAGE, "application/xhtml+xml": FileKind.PAGE, "image/svg+xml": FileKind.PAGE}
    by_main = {
        "image": FileKind.PICTURE,
        "audio": FileKind.SOUND,
        "video": FileKind.VIDEO,
        "text": FileKind.TEXT,
    }
    known = {**whole, "application/pdf": FileKind.PDF}.get(kind) or by_main.get(main)
    return known or next((one for words, one in _WORDS if any(word in kind for word in words)), None)


def _found(head: bytes) -> frozenset[FileKind]:
    """Every kind whose signature the first bytes carry. A ZIP may be an office document as well: it is not unpacked."""
    kinds: set[FileKind] = set()
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"\xfe\xff", b"\xff\xfe")) and any(tag in start for tag in _TAGS):
        kinds.add(FileKind.PAGE)
    if head.startswith(_RUNS):
        kinds.add(FileKind.PROGRAM)
    if b"%PDF-" in head[:1024]:
        kinds.add(FileKind.PDF)
    for match in _matches(head):
        kind = _by_type(match.mime_type) or _by_ending(f"x{match.extension}")
        if kind and match.confidence >= _EVIDENCE:
            kinds.add(kind)
    if head.startswith(b"PK\x03\x04"):
        # Every office document and every Java archive begins like this; only the name can say which it is.
        return frozenset((kinds - {FileKind.PROGRAM}) | {FileKind.ARCHIVE, FileKind.DOCUMENT})
    return frozenset(kinds)


def _matches(head: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return list(puremagic.magic_string(head))
    except (puremagic.PureError, ValueError):  # nothing known, nothing at all
        return []


def _first(found: frozenset[FileKind]) -> FileKind | None:
    """The kind to name where the claims do not help: what does something when opened comes first."""
    order = (FileKind.PROGRAM, FileKind.PAGE, FileKind.PDF, FileKind.PICTURE, FileKind.SOUND, FileKind.VIDEO)
    for kind in (*order, FileKind.ARCHIVE, FileKind.DOCUMENT):
        if kind in found:
            return kind
    return None


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # not only a character that the cut went through
            return False
        text = head[: error.start].decode()
    return "\0" not in text


def _refuted(claim: FileKind, found: frozenset[FileKind], name: str, media_type: str) -> bool:
    if claim in found or (claim in _MEDIA and found & _MEDIA):
        return False
    if claim is FileKind.PDF:
        return True
    if claim is FileKind.PICTURE and {mimetypes.guess_type(name)[0], media_type} & _SIGNED:
        return True
    return claim not in {FileKind.TEXT, FileKind.PROGRAM, FileKind.PAGE} and bool(found)
