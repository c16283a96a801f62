"""Whether a PDF is only pages: nothing that runs, sends, starts or carries other files (ISO 32000-2, 12.6 and 7.11.4)."""

from __future__ import annotations

import io
from typing import Any, Final

import pikepdf

from dsr.uploads.codes import FileRefusal, RefusedFileError

MAX_PAGES: Final = 300
MAX_DEPTH: Final = 60
"""How deep dictionaries may stand in each other; no program writes them deeper."""
_ACTIONS: Final = frozenset(
    ["/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/Movie", "/Sound", "/GoToE", "/GoTo3DView"]
)
_KEYS: Final = frozenset(["/JS", "/JavaScript", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA"])
_TYPES: Final = frozenset(["/EmbeddedFile", "/3D"])
_PACKED: Final = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"MZ\x90\x00", b"\x7fELF")


def insist_harmless(content: bytes) -> None:
    """RefusedFileError for a PDF that needs a password, does something, carries files, has too many pages or a stowaway.

    One that may be read but not changed or printed without a password is taken: every viewer opens it.
    """
    end = content.rfind(b"%%EOF")
    if end >= 0 and any(mark in content[end:] for mark in _PACKED):
        raise RefusedFileError(FileRefusal.MIXED)
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise RefusedFileError(FileRefusal.TOO_MANY_PAGES)
            for thing in pdf.objects:
                _look(thing, 0)
            _look(pdf.trailer, 0)
    except pikepdf.PasswordError:
        raise RefusedFileError(FileRefusal.LOCKED) from None
    except pikepdf.PdfError:
        raise RefusedFileError(FileRefusal.DAMAGED) from None


def _look(thing: Any, depth: int) -> None:
    """Look at one object and what stands in it; what it refers to has its own turn."""
    if depth > MAX_DEPTH:
        raise RefusedFileError(FileRefusal.DAMAGED)
    if isinstance(thing, pikepdf.Array):
        for item in _own(list(thing.as_list())):
            _look(item, depth + 1)
    elif isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        _insist(thing)
        for key in thing.keys():  # noqa: SIM118 -- a PDF dictionary, not a Python one
            _look_at_value(thing, key, depth)


def _look_at_value(holder: Any, key: str, depth: int) -> None:
    value = holder.get(key)
    if isinstance(value, pikepdf.Object) and not value.is_indirect:
        _look(value, depth + 1)


def _own(items: list[Any]) -> list[Any]:
    return [item for item in items if isinstance(item, pikepdf.Object) and not item.is_indirect]


def _insist(thing: Any) -> None:
    names = set(thing.keys())
    kind, action = thing.get("/Type"), thing.get("/S")
    bad_type = isinstance(kind, pikepdf.Name) and str(kind) in _TYPES
    bad_action = isinstance(action, pikepdf.Name) and str(action) in _ACTIONS
    if names & _KEYS or bad_type or bad_action:
        raise RefusedFileError(FileRefusal.ACTIVE)
