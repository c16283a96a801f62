"""Sealed files, streamed: AES-256-GCM in 64 KiB chunks whose nonces carry their order and mark the last one.

Layout: magic (4 bytes), nonce prefix (7), then chunks of ciphertext with their 16-byte tags. Nonce = prefix, counter
(4 bytes), 1 for the last chunk else 0. A swapped, dropped, repeated or cut chunk does not authenticate. Every chunk but the
last is full, so the chunk that holds a byte is found by division: `open_range` starts there.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dsr.vault.keys import TamperedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAGIC = b"DSR1"
PREFIX_BYTES = 7
TAG_BYTES = 16
CHUNK_BYTES = 64 * 1024
MAX_CHUNKS = 2**32
"""What four bytes can count: 256 TiB a file. A counter that began anew would repeat a nonce, which breaks AES-GCM."""


def _nonce(prefix: bytes, counter: int, *, last: bool) -> bytes:
    return prefix + counter.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


class SealingWriter:
    """A write-only file object: seals what is written to it into `out`; `close()` writes the authenticated end."""

    def __init__(self, key: bytes, out: BinaryIO, *, context: str) -> None:
        self._cipher, self._out, self._context = AESGCM(key), out, context.encode()
        self._prefix = secrets.token_bytes(PREFIX_BYTES)
        self._buffer, self._counter, self.closed = bytearray(), 0, False
        out.write(MAGIC + self._prefix)

    def write(self, data: bytes) -> int:
        """Take bytes; full chunks leave at once, so memory stays at one chunk."""
        self._buffer += data
        while len(self._buffer) > CHUNK_BYTES:
            self._emit(bytes(self._buffer[:CHUNK_BYTES]), last=False)
            del self._buffer[:CHUNK_BYTES]
        return len(data)

    def flush(self) -> None:
        """Nothing to do: an unfinished chunk must wait, because only `close` knows that it is the last."""

    def close(self) -> None:
        """Write the last chunk. Without it the file cannot be opened to its end."""
        if not self.closed:
            self._emit(bytes(self._buffer), last=True)
            self.closed = True

    def _emit(self, plain: bytes, *, last: bool) -> None:
        if self._counter >= MAX_CHUNKS:
            raise OverflowError("a sealed file holds at most 2^32 chunks of 64 KiB")
        self._out.write(self._cipher.encrypt(_nonce(self._prefix, self._counter, last=last), plain, self._context))
        self._counter += 1


def seal_file(key: bytes, chunks: Iterable[bytes], out: BinaryIO, *, context: str) -> None:
    """Seal an iterable of bytes into `out`."""
    writer = SealingWriter(key, out, context=context)
    for chunk in chunks:
        writer.write(chunk)
    writer.close()


def open_file(key: bytes, src: BinaryIO, *, context: str) -> Iterator[bytes]:
    """Yield the plain bytes chunk by chunk; TamperedError at the first chunk that is not what was sealed."""
    return _opened(key, src, 0, context=context)


def open_range(key: bytes, src: BinaryIO, *, start: int, context: str) -> Iterator[bytes]:
    """Yield the plain bytes from `start` (bytes, from 0) to the end, without reading the chunks before.

    `src` must seek. Each chunk authenticates its place in the file; that the file is whole is known when the last one has
    been read, as with `open_file`. TamperedError also where the file ends before `start`.
    """
    number, skip = divmod(start, CHUNK_BYTES)
    chunks = _opened(key, src, number, context=context)
    first = next(chunks, b"")
    if skip > len(first):
        raise TamperedError(f"sealed file ends before byte {start}")
    yield first[skip:]
    yield from chunks


def _opened(key: bytes, src: BinaryIO, counter: int, *, context: str) -> Iterator[bytes]:
    head = src.read(len(MAGIC) + PREFIX_BYTES)
    if len(head) != len(MAGIC) + PREFIX_BYTES or not head.startswith(MAGIC):
        raise TamperedError("not a sealed file")
    cipher, prefix, aad = AESGCM(key), head[len(MAGIC) :], context.encode()
    if counter:
        src.seek(len(head) + counter * (CHUNK_BYTES + TAG_BYTES))
    block = src.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = src.read(CHUNK_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(prefix, counter, last=not following), block, aad)
        except (InvalidTag, ValueError, OverflowError):
            raise TamperedError(f"sealed file fails at chunk {counter}") from None
        if not following:
            return
        counter, block = counter + 1, following
