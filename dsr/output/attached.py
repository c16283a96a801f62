"""Files of the subject in her package: under which names, with which words, straight from where they are sealed.

They are hers: delivered as they are, whatever they are. A file that says it is a picture and is not gets a note, a web
page or a program a neutral warning (decision 060). Nothing here opens, runs or unpacks one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.output import phrases
from dsr.output.cells import to_csv
from dsr.output.files import BYTE_ORDER_MARK, csv_lines
from dsr.output.inputs import OutputError, words
from dsr.output.names import safe
from exporters.files.content import ACTIVE, Content, FileKind
from exporters.files.file_names import file_name, split_ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from django.utils.functional import _StrPromise

    from dsr.output.manifest import FileFact
    from exporters.contract import Text

FOLDER: Final = "attachments/"
LIST: Final = f"{FOLDER}files.csv"
SHOWN_IN_REPORT: Final = 40
SHOWN_IN_READ_ME: Final = 300
_LARGE: Final = 1 << 20

KINDS: Final[Mapping[FileKind, _StrPromise]] = {
    FileKind.PICTURE: gettext_lazy("picture"),
    FileKind.SOUND: gettext_lazy("sound recording"),
    FileKind.VIDEO: gettext_lazy("video"),
    FileKind.PDF: gettext_lazy("PDF document"),
    FileKind.DOCUMENT: gettext_lazy("office document"),
    FileKind.TEXT: gettext_lazy("text"),
    FileKind.PAGE: gettext_lazy("web page"),
    FileKind.PROGRAM: gettext_lazy("program"),
    FileKind.ARCHIVE: gettext_lazy("archive"),
    FileKind.OTHER: gettext_lazy("file"),
}
LIES: Final[Mapping[FileKind, _StrPromise]] = {
    FileKind.PICTURE: gettext_lazy("The file says that it is a picture, and it is not."),
    FileKind.SOUND: gettext_lazy("The file says that it is a sound recording, and it is not."),
    FileKind.VIDEO: gettext_lazy("The file says that it is a video, and it is not."),
    FileKind.PDF: gettext_lazy("The file says that it is a PDF document, and it is not."),
    FileKind.DOCUMENT: gettext_lazy("The file says that it is an office document, and it is not."),
    FileKind.ARCHIVE: gettext_lazy("The file says that it is an archive, and it is not."),
}
_OTHER_LIE: Final = gettext_lazy("The file is something else than its name says.")


@dataclass(frozen=True, slots=True)
class Attached:
    """One file of the subject. `size` in bytes, `sha256` of its bytes; `date` as the store states it, or empty.

    `read` streams the bytes; the files of a package are read once, in their order.
    """

    store: str
    store_label: Text
    dataset: str
    dataset_label: Text
    name: str = field(repr=False)
    media_type: str
    size: int
    sha256: str
    date: str
    content: Content
    read: Callable[[], Iterator[bytes]] = field(repr=False, compare=False)


class Members(Protocol):
    """The archive a package is written into."""

    def add(self, path: str, chunks: Iterable[bytes], *, expected: int = 0, level: int | None = None) -> FileFact:
        """Write one file."""
        ...


def add_all(archive: Members, files: Sequence[Attached]) -> None:
    """Write every file, and the list that says which one is what. Raises OutputError("spool_changed", place)."""
    if not files:
        return
    paths = paths_of(files)
    for item, path in zip(files, paths, strict=True):
        fact = archive.add(path, item.read(), expected=item.size, level=_level(item))
        if (fact.size, fact.sha256) != (item.size, item.sha256):
            raise OutputError("spool_changed", f"{item.store}.{item.dataset}")
    archive.add(LIST, _list(files, paths))


def _level(item: Attached) -> int | None:
    """How hard to compress: not at all what is compressed already, a little what is large, as usual the rest.

    Level 0 puts bytes into the archive as they are. The method is still called deflate, because a member that is "stored"
    must say its size before its bytes, and a package is written in one go: several programs cannot read that.
    """
    kind, media_type = item.content.kind, item.media_type.lower()
    loose = media_type in {"image/bmp", "image/tiff", "audio/wav", "audio/x-wav", "audio/wave", "audio/basic"}
    packed = {FileKind.PICTURE, FileKind.SOUND, FileKind.VIDEO, FileKind.PDF, FileKind.ARCHIVE, FileKind.DOCUMENT}
    if kind in packed and not loose and media_type not in {"application/rtf", "text/rtf"}:
        return 0
    return 1 if item.size >= _LARGE else None


def paths_of(files: Iterable[Attached]) -> tuple[str, ...]:
    """`attachments/STORE/DATASET/NAME` for each file, in order. Names that a computer would take for one get a number."""
    taken = {LIST}
    counts: dict[str, int] = {}
    found = []
    for item in files:
        folder = f"{FOLDER}{safe(item.store)}/{safe(item.dataset)}/"
        stem, ending = split_ending(file_name(item.name))
        first = _same(f"{folder}{stem}{ending}")
        path, number = f"{folder}{stem}{ending}", counts.get(first, 1)
        while _same(path) in taken:
            number += 1
            path = f"{folder}{stem} ({number}){ending}"
        counts[first] = number
        taken.add(_same(path))
        found.append(path)
    return tuple(found)


def _same(path: str) -> str:
    """What two names have in common when Windows or macOS takes them for one."""
    return unicodedata.normalize("NFC", path.casefold())


def notes(item: Attached) -> tuple[str, ...]:
    """What the person should know before she opens the file."""
    claimed = item.content.claimed
    return (str(LIES.get(claimed, _OTHER_LIE)),) if claimed else ()


def _day(text: str) -> str:
    """A date as the language writes it; what is none stays as the store has it."""
    try:
        return phrases.day(date.fromisoformat(text[:10]))
    except ValueError:
        return file_name(text) if text else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A file as report and read-me show it; `href` is its address beside the read-me."""

    path: str
    name: str
    href: str
    kind: str
    size: int
    day: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one data set; `lines` may be only the first of `count`."""

    heading: str
    count: int
    size: int
    active: bool
    lines: tuple[Line, ...] = field(repr=False)


def groups(files: Sequence[Attached], language: str, *, most: int) -> tuple[Group, ...]:
    """The files by data set, of each at most `most` by name. Nothing for no files."""
    gathered: dict[tuple[str, str], list[tuple[Attached, str]]] = {}
    for item, path in zip(files, paths_of(files), strict=True):
        gathered.setdefault((item.store, item.dataset), []).append((item, path))
    return tuple(
        Group(
            heading=_heading(items[0][0], language),
            count=len(items),
            size=sum(item.size for item, _path in items),
            active=any(item.content.kind in ACTIVE for item, _path in items),
            lines=tuple(_line(item, path) for item, path in items[:most]),
        )
        for items in gathered.values()
    )


def _heading(item: Attached, language: str) -> str:
    """The store and the data set, said once where they are called the same."""
    names = (words(item.store_label, language) or item.store, words(item.dataset_label, language) or item.dataset)
    return ": ".join(dict.fromkeys(names))


def _line(item: Attached, path: str) -> Line:
    return Line(
        path=path,
        name=path.rpartition("/")[2],
        href=quote(path),
        kind=str(KINDS[item.content.kind]),
        size=item.size,
        day=_day(item.date),
        notes=notes(item),
    )


def _list(files: Sequence[Attached], paths: Sequence[str]) -> Iterator[bytes]:
    """attachments/files.csv: one line for every file, with the name it has in the store."""
    yield BYTE_ORDER_MARK + csv_lines(
        [("file", "system", "dataset", "name", "kind", "media_type", "bytes", "date", "sha256", "note")]
    )
    for item, path in zip(files, paths, strict=True):
        cells = (
            path,
            item.store,
            item.dataset,
            item.name,
            item.content.kind.value,
            item.media_type,
            str(item.size),
            item.date,
            item.sha256,
            " ".join(notes(item)),
        )
        yield csv_lines([[to_csv(cell) for cell in cells]])


def is_attached(path: str) -> bool:
    """Whether a member of a package is a file of the subject, and not one that we made."""
    return path.startswith(FOLDER) and path != LIST


def left_out_words() -> str:
    """What is left out where whole files are (X-02)."""
    return _("Files")
