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

from dsr.uploads import office_xml
from dsr.uploads.codes import FileRefusal, RefusedFileError

MAX_PARTS: Final = 3_000
MAX_UNPACKED: Final = 100 << 20
MAX_PART: Final = 8 << 20
"""Bytes of one part that is read here."""
_FOREIGN: Final = re.compile(
    r"vbaproject|\.bin$|(^|/)(embeddings|activex|basic|scripts|object \d+)(/|$)|\.(exe|js|vbs|html?|svgz?|jar|zip|docm)$",
    re.IGNORECASE,
)
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
    if _DOCUMENT not in types:
        raise RefusedFileError(FileRefusal.OLD_OFFICE)
    office_xml.insist_types(types)
    for name in sorted(names):
        if name.lower().endswith(".rels"):
            office_xml.insist_relations(_part(archive, name))
        elif name.lower().startswith("word/") and name.lower().endswith(".xml"):
            office_xml.insist_fields(_part(archive, name))


def _insist_open(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    manifest = _part(archive, "META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
    if b"encryption-data" in manifest:
        raise RefusedFileError(FileRefusal.LOCKED)
    if "content.xml" not in names:
        raise RefusedFileError(FileRefusal.DAMAGED)
    for name in ("content.xml", "styles.xml"):
        if name in names:
            office_xml.insist_open(_part(archive, name))


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        content = part.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise RefusedFileError(FileRefusal.TOO_MUCH_INSIDE)
    return content
