"""Where a collected file lies: a piece of a sealed container. Read one after the other, a container is opened once."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from dsr.fulfil.spool import read_from
from exporters.contract import Permanent
from exporters.files.content import Content, FileKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsr.models import Artifact


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a file list: a file of the subject. `size` and `offset` in bytes, `sha256` of the plain bytes.

    `kind` is what it is by content, `claimed` what it wrongly says it is, or empty. `container` is the id of an artifact.
    """

    dataset: str
    name: str = field(repr=False)
    media_type: str
    size: int
    sha256: str
    date: str
    kind: str
    claimed: str
    container: str
    offset: int

    @property
    def content(self) -> Content:
        """What it is, and what it wrongly says it is."""
        return Content(FileKind(self.kind), FileKind(self.claimed) if self.claimed else None)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """The other kind of line: files of a dataset that are not handed out for one reason (X-02), by language."""

    dataset: str
    withheld: dict[str, str]
    count: int


def to_line(item: Piece | HeldBack) -> bytes:
    """A line of the list, with its end."""
    return orjson.dumps(asdict(item), option=orjson.OPT_APPEND_NEWLINE)


def of_line(line: bytes) -> Piece | HeldBack:
    """What a line says."""
    values: dict[str, Any] = orjson.loads(line)
    return HeldBack(**values) if "withheld" in values else Piece(**values)


class Reader:
    """Gives pieces of containers. In the order of the list every container is read once, forwards; anything else opens it
    anew at the piece's first byte. Memory holds one chunk.
    """

    def __init__(self) -> None:
        self._container = ""
        self._chunks: Iterator[bytes] = iter(())
        self._rest, self._at = b"", 0

    def read(self, artifact: Artifact, *, offset: int, size: int) -> Iterator[bytes]:
        """The `size` bytes from `offset` on. Read it to its end before the next one.

        TamperedError, MissingKeyError as the vault has them; Permanent("spool_changed") when the container ends before.
        """
        if not size:
            return
        if (self._container, self._at) != (str(artifact.pk), offset):
            self._container, self._at = str(artifact.pk), offset
            self._chunks, self._rest = read_from(artifact, offset), b""
        while size:
            chunk = self._rest or next(self._chunks, None)
            if chunk is None:
                raise Permanent("spool_changed", "attachments")
            given, self._rest = chunk[:size], chunk[size:]
            size -= len(given)
            self._at += len(given)
            if given:
                yield given
