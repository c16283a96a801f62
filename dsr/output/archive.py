"""Reads a ZIP archive so strictly that two programs cannot see two different contents in it.

Unpackers disagree: some believe the directory at the end, some the headers before each file, some take the first of two
files with one name. Here everything must agree, files must lie one behind the other from the first byte, nothing may
stand between them, behind them or behind the end of a compressed stream. No Django: `verify` runs anywhere.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

STORED, DEFLATED = 0, 8
CHUNK_BYTES = 1 << 16
MAX_DIRECTORY_BYTES = 1 << 30
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_VERSIONS = {20, 45}  # of the format: deflate, ZIP64
_MADE = _VERSIONS | {3 << 8 | version for version in _VERSIONS}  # by MS-DOS or by Unix
_MODES = {0, 0o600, 0o644}  # plain files: a link would lead out of the folder
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800


class LayoutError(Exception):
    """The archive is not laid out as ours are. `code`: no_zip, layout, locked; `path`: the file, empty for the whole."""

    def __init__(self, code: str, path: str = "") -> None:
        super().__init__(f"{code}: {path}")
        self.code, self.path = code, path


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: where its compressed bytes lie, and what both headers say of it."""

    path: str
    size: int
    packed: int
    crc: int
    method: int
    data_at: int


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    needs: int
    flags: int
    method: int
    stamp: tuple[int, int]
    crc: int
    packed: int
    size: int
    at: int

    @property
    def path(self) -> str:
        return self.name.decode("utf-8" if self.flags & _UTF8 else "cp437", "replace")


def members(source: BinaryIO) -> list[Member]:
    """All files in the order in which they lie. `source` must be seekable. LayoutError when two readings are possible."""
    source.seek(0)
    opening = source.read(8)
    if opening[:4] == b"PK\x03\x04" and opening[6:7] and opening[6] & _ENCRYPTED:
        raise LayoutError("locked")
    total = source.seek(0, io.SEEK_END)
    start, size, count = _directory(source, total)
    entries = _entries(source, start, size)
    if len(entries) != count:
        raise LayoutError("layout")
    found, at = [], 0
    for entry in entries:
        if entry.at != at:
            raise LayoutError("layout", entry.path)
        member, at = _member(source, entry)
        found.append(member)
    if at != start:
        raise LayoutError("layout", entries[-1].path if entries else "")
    return found


def _read(source: BinaryIO, at: int, size: int) -> bytes:
    if at < 0:
        raise LayoutError("no_zip")
    source.seek(at)
    data = source.read(size)
    if len(data) != size:
        raise LayoutError("layout")
    return data


def _directory(source: BinaryIO, total: int) -> tuple[int, int, int]:
    """Where the directory starts, its bytes, its entries; it must end right where the end records begin."""
    end_at = total - _END.size
    signature, disk, first, here, count, size, start, comment = _END.unpack(_read(source, end_at, _END.size))
    if signature != b"PK\x05\x06" or comment:
        raise LayoutError("no_zip")
    if (disk, first) != (0, 0) or here != count:
        raise LayoutError("layout")
    if _FULL16 in {here, count} or _FULL32 in {size, start}:
        start, size, count, end_at = _directory64(source, end_at, (count, size, start))
    if start + size != end_at or size > MAX_DIRECTORY_BYTES:
        raise LayoutError("layout")
    return start, size, count


def _directory64(source: BinaryIO, end_at: int, short: tuple[int, int, int]) -> tuple[int, int, int, int]:
    signature, disk, record_at, disks = _LOCATOR.unpack(_read(source, end_at - _LOCATOR.size, _LOCATOR.size))
    if signature != b"PK\x06\x07" or (disk, disks) != (0, 1) or record_at != end_at - _LOCATOR.size - _END64.size:
        raise LayoutError("layout")
    record = _END64.unpack(_read(source, record_at, _END64.size))
    signature, rest, made, needs, disk, first, here, count, size, start = record
    if signature != b"PK\x06\x06" or rest != _END64.size - 12 or (disk, first) != (0, 0) or here != count:
        raise LayoutError("layout")
    if made not in _MADE or needs not in _VERSIONS:
        raise LayoutError("layout")
    if any(
        given not in {full, value}
        for given, full, value in zip(short, (_FULL16, _FULL32, _FULL32), (count, size, start), strict=True)
    ):
        raise LayoutError("layout")
    return start, size, count, record_at


def _entries(source: BinaryIO, start: int, size: int) -> list[_Entry]:
    data, at, entries = _read(source, start, size), 0, []
    while at < size:
        if size - at < _CENTRAL.size:
            raise LayoutError("layout")
        (signature, made, needs, flags, method, time, date, crc, packed, plain, name_size, extra_size, comment, disk,
         inner, outer, offset) = _CENTRAL.unpack_from(data, at)  # fmt: skip
        at += _CENTRAL.size
        name, extra = data[at : at + name_size], data[at + name_size : at + name_size + extra_size]
        at += name_size + extra_size
        if signature != b"PK\x01\x02" or comment or disk or at > size:
            raise LayoutError("layout")
        plain, packed, offset = _wide(extra, plain, packed, offset)
        entry = _Entry(name, needs, flags, method, (time, date), crc, packed, plain, offset)
        plain_file = not inner and not outer & 0xFFFF and outer >> 16 in _MODES and made in _MADE
        if flags & ~(_DESCRIPTOR | _UTF8) or method not in {STORED, DEFLATED} or not plain_file:
            raise LayoutError("layout", entry.path)
        entries.append(entry)
    return entries


def _wide(extra: bytes, *short: int) -> list[int]:
    """Values of four bytes with those of eight in place of the full ones; the ZIP64 field is the only one allowed."""
    wanted = sum(value == _FULL32 for value in short)
    values = iter(_zip64(extra, wanted))
    return [next(values) if value == _FULL32 else value for value in short]


def _zip64(extra: bytes, count: int) -> tuple[int, ...]:
    if not extra and not count:
        return ()
    if len(extra) != 4 + 8 * count or struct.unpack_from("<HH", extra) != (1, 8 * count):
        raise LayoutError("layout")
    values: tuple[int, ...] = struct.unpack_from(f"<{count}Q", extra, 4)
    return values


def _member(source: BinaryIO, entry: _Entry) -> tuple[Member, int]:
    """The file of an entry, and where the next one must begin."""
    header = _LOCAL.unpack(_read(source, entry.at, _LOCAL.size))
    signature, needs, flags, method, time, date, crc, packed, plain, name_size, extra_size = header
    rest = _read(source, entry.at + _LOCAL.size, name_size + extra_size)
    same = (rest[:name_size], flags, method, (time, date)) == (entry.name, entry.flags, entry.method, entry.stamp)
    same &= needs in _VERSIONS and entry.needs in _VERSIONS
    if signature != b"PK\x03\x04" or not same:
        raise LayoutError("layout", entry.path)
    wide = bool(extra_size)
    plain, packed = _wide(rest[name_size:], plain, packed)
    data_at = entry.at + _LOCAL.size + name_size + extra_size
    end = data_at + entry.packed
    facts = (entry.crc, entry.packed, entry.size)
    if flags & _DESCRIPTOR:
        told = (crc, packed, plain) == (0, 0, 0)
        form = struct.Struct("<4sIQQ" if wide else "<4sIII")
        told &= form.unpack(_read(source, end, form.size)) == (b"PK\x07\x08", *facts)
        end += form.size
    else:
        told = (crc, packed, plain) == facts
    if not told:
        raise LayoutError("layout", entry.path)
    return Member(entry.path, entry.size, entry.packed, entry.crc, method, data_at), end


def content(source: BinaryIO, member: Member) -> Iterator[bytes]:
    """The bytes of a file in pieces; LayoutError("flipped") when they are not what the headers say, to the last bit.

    Never more bytes than the header announces, so a bomb does no harm.
    """
    source.seek(member.data_at)
    crc, size = 0, 0
    for piece in _stored(source, member) if member.method == STORED else _inflated(source, member):
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        if size > member.size:
            break
        yield piece
    if (crc, size) != (member.crc, member.size):
        raise LayoutError("flipped", member.path)


def _stored(source: BinaryIO, member: Member) -> Iterator[bytes]:
    left = member.packed
    while left and (piece := source.read(min(left, CHUNK_BYTES))):
        left -= len(piece)
        yield piece


def _inflated(source: BinaryIO, member: Member) -> Iterator[bytes]:
    machine, fed = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        for piece in _stored(source, member):
            rest, fed = piece, fed + len(piece)
            while not machine.eof:
                out = machine.decompress(rest, CHUNK_BYTES)
                rest = machine.unconsumed_tail
                yield out
                if not rest and len(out) < CHUNK_BYTES:
                    break
            if machine.eof:
                break
    except zlib.error:
        raise LayoutError("flipped", member.path) from None
    if not machine.eof or machine.unused_data or fed != member.packed:  # something hides behind the end of the stream
        raise LayoutError("flipped", member.path)
