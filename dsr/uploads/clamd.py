"""A client of clamd, the daemon of ClamAV: one command (INSTREAM), no state, nothing about the file but its bytes.

Whatever goes wrong is UNKNOWN, never CLEAN: a scanner that does not answer in time, hangs up, or says something we do not know.
"""

from __future__ import annotations

import socket
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

CHUNK: Final = 64 * 1024
CONNECT_SECONDS: Final = 3.0
SCAN_SECONDS: Final = 20.0
"""For all of one file, also where the scanner sends a byte now and then."""
_REPLY_BYTES: Final = 4096
_PORT: Final = 3310


class Verdict(StrEnum):
    """What the scanner found out."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"


def scan(chunks: Iterable[bytes], *, address: str, seconds: float = SCAN_SECONDS) -> Verdict:
    """Have the bytes looked at by the clamd at `address` (tcp://host:port, or the path of a socket) within `seconds`.

    Never raises for what the scanner or the network does; errors of `chunks` itself pass through.
    """
    until = time.monotonic() + seconds
    try:
        connection = _connect(address, min(CONNECT_SECONDS, seconds))
    except (OSError, ValueError):
        return Verdict.UNKNOWN
    with connection:
        whole = _send(connection, chunks, until)
        try:
            reply = _reply(connection, until)
        except OSError:
            return Verdict.UNKNOWN
    return _verdict(reply, whole=whole)


def _connect(address: str, seconds: float) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "localhost", parts.port or _PORT), timeout=seconds)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.settimeout(seconds)
        made.connect(parts.path)
    except BaseException:
        made.close()
        raise
    return made


def _send(connection: socket.socket, chunks: Iterable[bytes], until: float) -> bool:
    """Send everything; False when the scanner stopped listening, which it does before it says why (its size limit)."""
    parts = (chunk[at : at + CHUNK] for chunk in chunks for at in range(0, len(chunk), CHUNK))
    for part in _framed(parts):
        try:
            connection.settimeout(_left(until))
            connection.sendall(part)
        except OSError:
            return False
    return True


def _framed(parts: Iterable[bytes]) -> Iterable[bytes]:
    yield b"zINSTREAM\0"
    for part in parts:
        yield len(part).to_bytes(4, "big") + part
    yield bytes(4)


def _reply(connection: socket.socket, until: float) -> bytes:
    """The answer up to its NUL, or what came before the other side hung up."""
    found = b""
    while b"\0" not in found and len(found) < _REPLY_BYTES:
        connection.settimeout(_left(until))
        more = connection.recv(_REPLY_BYTES)
        if not more:
            break
        found += more
    return found


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _verdict(reply: bytes, *, whole: bool) -> Verdict:
    """CLEAN only for the whole answer to the whole file; the name of a virus is of no use to anybody here."""
    text, ended, _rest = reply.partition(b"\0")
    if text.startswith(b"stream: ") and text.endswith(b" FOUND"):
        return Verdict.INFECTED
    return Verdict.CLEAN if whole and ended and text == b"stream: OK" else Verdict.UNKNOWN
