"""Attachments by reference: what a recording, scan or chat is, without holding it.

Part of the contract: an exporter that can hand out files yields `FileBatch`es beside its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporters.contract import RowKey, Subject
    from exporters.description import Text

CHUNK = 256 * 1024
"""Bytes read at a time: no file is ever in memory whole."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """One file of the subject. `open` streams its bytes in chunks, from the start at every call.

    `sha256` (hex) is what the index states, or empty where it states none; `size` in bytes. `open` raises Temporary, and
    Permanent("changed", place) when what was streamed is not what was described.

    `date`: when the file came to be, as the index states it (`2026-05-04` or a moment), empty where it does not.
    `withheld`: why the file is not handed out, in the languages of the data map (rule X-02); it is never opened then, and
    its name stays behind as well.
    """

    name: str = field(repr=False)
    media_type: str
    size: int
    sha256: str
    open: Callable[[], Iterator[bytes]] = field(repr=False, compare=False)
    date: str = ""
    withheld: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileBatch:
    """Some files of one dataset, in a stable order."""

    dataset: str
    files: tuple[FileRef, ...] = field(repr=False)


@runtime_checkable
class Attaches(Protocol):
    """Can hand out files of the subject."""

    def attachments(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[FileBatch]:
        """Stream references to every file linked to `keys`; nothing is opened."""
        ...
