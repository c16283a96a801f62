"""Whether a text document (OOXML, OpenDocument) is only text and pictures: no macros, no other files, nothing from outside.

Names and sizes are read from the archive's directory, and the few parts that say what the document is are unpacked with a
limit of our own: a directory may lie about sizes.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Final

from dsr.uploads.codes import FileRefusal, RefusedFileError

MAX_PARTS: Final = 3_000
MAX_UNPACKED: Final = 100 << 20
MAX_PART: Final = 8 << 20
"""Bytes of one part that is read here."""
_FOREIGN: Final = re.compile(
    r"vbaproject|\.bin$|(^|/)(embeddings|activex|basic|scripts|object \d+)(/|$)|\.(exe|js|vbs|html?|svgz?|jar|zip|docm)$",
    re.IGNORECASE,
)
_MACRO: Final = re.compile(rb"macroEnabled|vbaProject|oleObject|activeX", re.IGNORECASE)
_OUTSIDE: Final = re.compile(rb"<[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
_LINK: Final = re.compile(rb"/relationships/hyperlink[\"']", re.IGNORECASE)
_DOCUMENT: Final = b"wordprocessingml.document.main+xml"
_OPEN: Final = b"application/vnd.oasis.opendocument.text"
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22


def insist_harmless(content: bytes) -> None:
    """RefusedFileError for macros, embedded or linked files, passwords, too much inside, and bytes before or after the archive."""
    _insist_whole(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _insist_size(parts)
            if any(_FOREIGN.search(part.filename) for part in parts):
                raise RefusedFileError(FileRefusal.ACTIVE)
            if any(part.flag_bits & 1 for part in parts):
                raise RefusedFileError(FileRefusal.LOCKED)
            _insist_document(archive, {part.filename for part in parts})
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
        raise RefusedFileError(FileRefusal.DAMAGED) from None


def _insist_whole(content: bytes) -> None:
    """The archive begins at the first byte and ends at the last one."""
    end = content.rfind(_END)
    if end < 0 or end + _END_BYTES > len(content):
        raise RefusedFileError(FileRefusal.DAMAGED)
    comment = int.from_bytes(content[end + 20 : end + _END_BYTES], "little")
    if end + _END_BYTES + comment != len(content) or comment:
        raise RefusedFileError(FileRefusal.MIXED)


def _insist_size(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise RefusedFileError(FileRefusal.TOO_MUCH_INSIDE)
    if len(set(names)) != len(names):  # two readers could read two documents
        raise RefusedFileError(FileRefusal.MIXED)


def _insist_document(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "mimetype" in names:
        if _part(archive, "mimetype").strip() != _OPEN:
            raise RefusedFileError(FileRefusal.OLD_OFFICE)
        _insist_open(archive)
        return
    types = _part(archive, "[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if _MACRO.search(types):
        raise RefusedFileError(FileRefusal.ACTIVE)
    if _DOCUMENT not in types:
        raise RefusedFileError(FileRefusal.OLD_OFFICE)
    for name in sorted(names):
        if name.endswith(".rels") and _fetches(_part(archive, name)):
            raise RefusedFileError(FileRefusal.ACTIVE)


def _insist_open(archive: zipfile.ZipFile) -> None:
    manifest = _part(archive, "META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""
    if b"encryption-data" in manifest:
        raise RefusedFileError(FileRefusal.LOCKED)
    if b"script:event-listener" in _part(archive, "content.xml"):
        raise RefusedFileError(FileRefusal.ACTIVE)


def _fetches(relations: bytes) -> bool:
    """Whether a part is loaded from somewhere else (a template, a picture, a frame); a link to click is not."""
    return bool(_MACRO.search(relations)) or any(not _LINK.search(one) for one in _OUTSIDE.findall(relations))


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        content = part.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise RefusedFileError(FileRefusal.TOO_MUCH_INSIDE)
    return content
