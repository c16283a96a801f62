"""What the parts of a text document say that only a reader of XML sees: in whatever encoding, spelling or prefix they say it.

Looking for words in the bytes is not enough: a part may be UTF-16, and an attribute may spell `External` in numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from dsr.uploads.codes import FileRefusal, RefusedFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MACRO: Final = re.compile(r"macroEnabled|vbaProject|oleObject|activeX", re.IGNORECASE)
_FIELD: Final = re.compile(
    r"(?:^|\0)\s*(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)\b", re.IGNORECASE
)
"""Fields of Word that start a program or fetch something; what is only shown (page numbers, links to click) stays."""
_ACTING: Final = frozenset({"event-listener", "script", "dde-source", "dde-connection-decl", "applet", "plugin"})
_CLICKED: Final = frozenset({"a"})
_OUTSIDE: Final = re.compile(r"^\s*(?:[a-z][a-z0-9+.\-]*:|//|\\\\|/|\.\./)", re.IGNORECASE)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*_args: object) -> None:
    raise RefusedFileError(FileRefusal.ACTIVE)


def _walk(
    content: bytes, start: Callable[[str, dict[str, str]], None], text: Callable[[str], None] | None = None
) -> None:
    """Read one part; RefusedFileError DAMAGED for what is no XML, ACTIVE for a document type (entities, files)."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise RefusedFileError(FileRefusal.DAMAGED) from None


def insist_relations(content: bytes) -> None:
    """Refused when a part is loaded from somewhere else (a template, a picture, a frame); a link to click is not."""

    def start(_name: str, given: dict[str, str]) -> None:
        if any(_MACRO.search(value) for value in given.values()):
            _refuse()
        outside = _value(given, "TargetMode").strip().lower() == "external"
        if outside and not _value(given, "Type").strip().lower().endswith("/relationships/hyperlink"):
            _refuse()

    _walk(content, start)


def insist_types(content: bytes) -> None:
    """Refused when a part is declared to be a program."""

    def start(_name: str, given: dict[str, str]) -> None:
        if any(_MACRO.search(value) for value in given.values()):
            _refuse()

    _walk(content, start)


def insist_fields(content: bytes) -> None:
    """Refused for a field that starts or fetches something; its code may lie in several pieces."""
    said: list[str] = []
    inside = [False]

    def start(name: str, given: dict[str, str]) -> None:
        inside[0] = _local(name) == "instrText"
        if _local(name) == "fldChar":
            said.append("\0")
        elif _local(name) == "fldSimple":
            said.append(f"\0{_value(given, 'instr')}\0")

    def text(piece: str) -> None:
        if inside[0]:
            said.append(piece)

    _walk(content, start, text)
    if _FIELD.search("".join(said)):
        _refuse()


def insist_open(content: bytes) -> None:
    """The same for a part of an OpenDocument text: nothing that acts, and only links to click lead out of the file."""

    def start(name: str, given: dict[str, str]) -> None:
        local = _local(name)
        if local in _ACTING or (local not in _CLICKED and _OUTSIDE.match(_value(given, "href"))):
            _refuse()

    _walk(content, start)


def _value(given: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in given.items() if _local(name) == wanted), "")
