"""Reads a body within its limits: bytes after decompression, seconds over all; a gzip bomb stops at the limit."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


def decoded(chunks: Iterable[bytes], encoding: str, *, limit: int, place: str) -> Iterator[bytes]:
    """The chunks without gzip or deflate, never more than `limit` bytes at once.

    Raises Permanent("bad_encoding") for encodings nobody asked for, two of them included.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        yield from chunks
        return
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise Permanent("bad_encoding", place)
    unzip = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                yield unzip.decompress(rest, limit + 1)
                rest = unzip.unconsumed_tail
    except zlib.error:
        raise Permanent("bad_encoding", place) from None
    if not unzip.eof:
        raise Temporary("store_down", place)


def read_all(chunks: Iterable[bytes], *, limit: int, until: float, clock: Callable[[], float], place: str) -> bytes:
    """All bytes. Raises Permanent("too_large") beyond `limit` bytes, Temporary("timeout") after `until` on `clock`."""
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > limit:
            raise Permanent("too_large", place)
        if clock() > until:
            raise Temporary("timeout", place)
    return bytes(found)
