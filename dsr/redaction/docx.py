"""Word documents: their text, and a new document made of text alone.

The new one has paragraphs and nothing else: no earlier version, comment, tracked change, field, picture, property or name
of an author can come along, because nothing of the old file is copied.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_UNPACKED: Final = 100 << 20
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED: Final = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr", _FALLBACK})
_MAIN: Final = "word/document.xml"
_BEFORE: Final = re.compile(r"word/header\d*\.xml")
_AFTER: Final = re.compile(r"word/(?:footnotes|endnotes|comments|footer\d*)\.xml")
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class BrokenError(Exception):
    """No Word document, or one that cannot be read."""


def text_of(data: bytes) -> tuple[str, bool]:
    """The text, a line a paragraph (headers first, notes and comments last), and whether there are pictures.

    Raises BrokenError for anything else, spreadsheets included.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise BrokenError
            names = sorted(archive.namelist())
            if _MAIN not in names:
                raise BrokenError
            parts = [name for name in names if _BEFORE.fullmatch(name)]
            parts += [_MAIN, *(name for name in names if _AFTER.fullmatch(name))]
            lines = [line for name in parts for line in _lines(archive.read(name))]
            return "\n".join(lines).strip("\n"), any(name.startswith("word/media/") for name in names)
    except (zipfile.BadZipFile, zlib.error, ET.ParseError, NotImplementedError, RuntimeError, EOFError):
        raise BrokenError from None


def _lines(part: bytes) -> Iterator[str]:
    """The paragraphs of one part. A text box stands after the paragraph it hangs on."""
    text = part.decode("utf-8-sig", "replace")
    if (
        "<!DOCTYPE" in text or "<!ENTITY" in text or "\0" in text
    ):  # Word writes none; nobody has to read what it expands to
        raise BrokenError
    stack: list[list[str]] = []
    later: list[str] = []
    skip = 0
    for event, node in ET.iterparse(io.StringIO(text), events=("start", "end")):  # noqa: S314 - no entities, see above
        if node.tag in _SKIPPED:
            skip += 1 if event == "start" else -1
        elif skip:
            continue
        elif node.tag == f"{_W}p":
            if event == "start":
                stack.append([])
            elif len(stack) > 1:
                later.append("".join(stack.pop()))
            else:
                yield "".join(stack.pop())
                yield from later
                later = []
        elif event == "end" and stack:
            stack[-1].append(_run(node))


def _run(node: ET.Element) -> str:
    if node.tag == f"{_W}t":
        return node.text or ""
    if node.tag == f"{_W}tab":
        return "\t"
    return "\n" if node.tag in {f"{_W}br", f"{_W}cr"} else ""


_TYPES: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/{_MAIN}" ContentType="{MEDIA_TYPE}.main+xml"/></Types>'
)
_RELATIONS: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    f'Target="{_MAIN}"/></Relationships>'
)


def made_of(text: str) -> bytes:
    """A Word document of these lines, a paragraph each. The same text gives the same bytes."""
    paragraphs = "".join(f"<w:p>{_runs(line)}</w:p>" for line in _NO_XML.sub("\ufffd", text).split("\n"))
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:document xmlns:w="{_W[1:-1]}"><w:body>{paragraphs}</w:body></w:document>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELATIONS), (_MAIN, body)):
            info = zipfile.ZipInfo(name, date_time=_MOMENT)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            archive.writestr(info, content)
    return out.getvalue()


def _runs(line: str) -> str:
    parts = (f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in line.split("\t"))
    return f"<w:r>{'<w:tab/>'.join(parts)}</w:r>"
