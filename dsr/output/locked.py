"""The protected copy of a package for the post: one ZIP with a password (AES-256, WinZip AE-2) around the finished one.

It is made while it is read: chunks of the package in, chunks of the copy out, no second copy on a disk. The package is
inside as it is, with its manifest and signature, so opening the copy gives exactly what can be checked; and because it is
one file, nobody without the password sees how many files or which systems there are (AE-2 does not hide file names).

The copy is the one thing here that differs every time: its salt is random, as it must be.
"""

from __future__ import annotations

import secrets
import zlib
from typing import TYPE_CHECKING

from stream_zip import ZIP_64, stream_zip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits nobody confuses on paper: no i and 1, no l, no o and 0."""
GROUPS, GROUP_LENGTH = 5, 5
CHUNK_BYTES = 1 << 16
_MODE = 0o100600


def new_password() -> str:
    """A password to print in a letter of its own: five groups of five, more than 120 bits (25 times log2 of 31)."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def locked(chunks: Iterable[bytes], *, file_name: str, password: str, written_at: datetime) -> Iterator[bytes]:
    """The bytes of the protected copy. `file_name` is the package's own name inside, `written_at` its date (aware).

    What is inside is compressed already, so it is only stored. Memory stays at some chunks.
    """
    member = (file_name, written_at, _MODE, ZIP_64, chunks)
    yield from stream_zip(
        [member],
        chunk_size=CHUNK_BYTES,
        password=password,
        get_compressobj=lambda: zlib.compressobj(level=0, wbits=-zlib.MAX_WBITS),
        extended_timestamps=False,
    )
