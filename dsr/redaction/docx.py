"""Word documents: their text, and a new document made of text alone.

The new one has paragraphs and nothing else: no earlier version, comment, tracked change, field, picture, property or name
of an author can come along, because nothing of the old file is copied.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
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
_PLAIN: Final = re.compile(
    r"\[Content_Types\]\.xml|(?:|word/|docProps/)_rels/[\w.]*\.rels|word/media/.*|docProps/(?:app|core)\.xml|"
    r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments|styles|stylesWithEffects|settings|webSettings|fontTable|"
    r"numbering|theme/theme\d*)\.xml"
)
"""Parts whose words are read, or which hold none of a person; pictures are told of by themselves."""
_PROPERTIES: Final = ("docProps/core.xml", "docProps/app.xml")
_SAYS_NOTHING: Final = frozenset(
    re.findall(
        r"\w+",
        "created modified lastPrinted revision language Application AppVersion Template DocSecurity TotalTime Pages Words Lines "
        "Characters CharactersWithSpaces Paragraphs ScaleCrop SharedDoc LinksUpToDate HyperlinksChanged lpstr i4",
    )
)
_EARLIER: Final = frozenset(f"{_W}{name}" for name in ("del", "moveFrom", "vanish", "webHidden"))
_TOLD: Final = frozenset({f"{_W}author", f"{_W}instr", "descr"})
"""Attributes that hold a name, what a field fetches, or the words instead of a picture."""
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class BrokenError(Exception):
    """No Word document, or one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Words:
    """The text, a line a paragraph (headers first, notes and comments last); whether there are `pictures`; and `hidden`:
    whether the file holds words that are not in the text, such as what was deleted, who wrote it, or other files.
    """

    text: str = field(repr=False)
    pictures: bool
    hidden: bool


def read(data: bytes) -> Words:
    """The words of a document. Raises BrokenError for anything else, spreadsheets included."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise BrokenError
            names = sorted(archive.namelist())
            if _MAIN not in names:
                raise BrokenError
            names_of_parts = [name for name in names if _BEFORE.fullmatch(name)]
            names_of_parts += [_MAIN, *(name for name in names if _AFTER.fullmatch(name))]
            parts = [_Part(_safe(archive.read(name))) for name in names_of_parts]
            text = "\n".join(line for part in parts for line in part.lines()).strip("\n")
            hidden = any(part.hidden for part in parts) or _beside(archive, names)
            return Words(text, any(name.startswith("word/media/") for name in names), hidden)
    except (zipfile.BadZipFile, zlib.error, ET.ParseError, NotImplementedError, RuntimeError, EOFError):
        raise BrokenError from None


def _beside(archive: zipfile.ZipFile, names: list[str]) -> bool:
    """Whether there is something beside the text: comments and their authors, properties with words, links, other files."""
    if archive.comment or "word/comments.xml" in names or not all(_PLAIN.fullmatch(name) for name in names):
        return True
    if any(name.endswith(".rels") and b'"External"' in archive.read(name) for name in names):
        return True
    found = [ET.fromstring(_safe(archive.read(name))) for name in _PROPERTIES if name in names]  # noqa: S314 - no entities
    nodes = (node for root in found for node in root.iter() if node.tag.rpartition("}")[2] not in _SAYS_NOTHING)
    return any((node.text or "").strip() for node in nodes)


def _safe(part: bytes) -> str:
    text = part.decode("utf-8-sig", "replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text or "\0" in text:
        raise BrokenError  # Word writes none; nobody has to read what it expands to
    return text


class _Part:
    """One part; `hidden` is known when its lines were read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.hidden = False

    def lines(self) -> Iterator[str]:
        """The paragraphs. A text box stands after the paragraph it hangs on."""
        stack: list[list[str]] = []
        later: list[str] = []
        skip = 0
        for event, node in ET.iterparse(io.StringIO(self._text), events=("start", "end")):  # noqa: S314 - no entities
            if event == "end":
                self._note(node, read=bool(stack) and not skip)
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

    def _note(self, node: ET.Element, *, read: bool) -> None:
        """Words that stand in no line: of an earlier version, in a field, a formula, a drawing, an attribute."""
        words = (node.text or "").strip()
        unread = bool(words) and (node.tag != f"{_W}t" or not read)
        # Places and sizes of drawings are numbers between tags.
        if unread and (node.tag.startswith(_W) or any(map(str.isalpha, words))) and not _is_place(node):
            self.hidden = True
        if node.tag in _EARLIER or any(node.get(name) for name in _TOLD):
            self.hidden = True


def _is_place(node: ET.Element) -> bool:
    return node.tag.startswith("{http://schemas.openxmlformats.org/drawingml/") and node.tag.endswith("}align")


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
