"""Files of a package set aside between the survey that counts and hashes them and the archive they go into.

Report and letter stand first in a package and name what follows, so everything is rendered before anything is written:
once, into files without a name that only ever hold sealed bytes, under a key that is nowhere but in this process.
"""

from __future__ import annotations

import secrets
import tempfile
from typing import TYPE_CHECKING, Any, Self, cast

from dsr.vault.files import SealingWriter, open_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY_BYTES = 32


class Aside:
    """Bytes to write one after the other and, from the first `take` on, to read in the same order; `rewind` begins again.

    Use it in a `with`. OSError when the disk is full.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._writer = SealingWriter(self._key, cast("Any", self._file), context="aside")
        self._chunks: Iterator[bytes] | None = None
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        """Set aside more bytes. ValueError once they are being read."""
        if self._writer.closed:
            raise ValueError("already being read")
        self._writer.write(data)

    def rewind(self) -> None:
        """The next `take` begins at the first byte again."""
        self._chunks, self._rest = None, b""

    def take(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes in pieces; EOFError when there are not so many. Read it to its end before the next one."""
        if self._chunks is None:
            self._writer.close()
            self._file.seek(0)
            self._chunks = open_file(self._key, cast("Any", self._file), context="aside")
        while size > 0:
            piece = self._rest or next(self._chunks, b"")
            if not piece:
                raise EOFError("nothing more was set aside")
            given, self._rest = piece[:size], piece[size:]
            size -= len(given)
            if given:
                yield given
