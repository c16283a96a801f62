"""Messages between a process and the renderer it started: a JSON header and any number of byte strings, length-prefixed."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LENGTH = struct.Struct(">I")
MAX_HEADER_BYTES = 1 << 20
MAX_BLOB_BYTES = 256 << 20


class FrameError(ValueError):
    """The stream ended in the middle of a message, or the message is no message."""


def write(out: BinaryIO, header: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Write one message and flush."""
    head = json.dumps({**header, "sizes": [len(blob) for blob in blobs]}).encode()
    out.write(_LENGTH.pack(len(head)) + head)
    out.writelines(blobs)
    out.flush()


def read(source: BinaryIO) -> tuple[dict[str, Any], list[bytes]] | None:
    """Read one message; None at a clean end of the stream, FrameError at a torn or oversized message."""
    prefix = source.read(_LENGTH.size)
    if not prefix:
        return None
    if len(prefix) < _LENGTH.size:
        raise FrameError("torn length")
    (length,) = _LENGTH.unpack(prefix)
    if length > MAX_HEADER_BYTES:
        raise FrameError("header too long")
    try:
        header = json.loads(_exactly(source, length))
        sizes = [int(size) for size in header.pop("sizes")]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FrameError("header is not a header") from None
    if any(size < 0 or size > MAX_BLOB_BYTES for size in sizes):
        raise FrameError("blob too long")
    return header, [_exactly(source, size) for size in sizes]


def _exactly(source: BinaryIO, length: int) -> bytes:
    data = source.read(length)
    if len(data) != length:
        raise FrameError("torn message")
    return data
