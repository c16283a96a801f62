"""Values a column spells in a form of its own (an IP address as a number): read for people, written back by strategies."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from exporters.datamap.model import Encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_IPV4_MOST = 2**32


def decode(encoding: Encoding, stored: object) -> object:
    """What a stored value says; unchanged where it is not of that form (nothing is lost by a wrong guess).

    Copies in capitals or small letters are what they are: their case cannot be known.
    """
    decoder = _DECODERS.get(encoding)
    if stored is None or decoder is None:
        return stored
    try:
        return decoder(stored)
    except (ValueError, TypeError, OverflowError, OSError, binascii.Error):
        return stored


def encode(encoding: Encoding, text: str) -> str | None:
    """The form in which a column of this encoding holds `text`, as text; None where it cannot hold it.

    Bytes have no text: an `ip_bytes` column gives None.
    """
    try:
        return _ENCODERS[encoding](text)
    except (ValueError, OverflowError):
        return None


def _bytes(stored: object) -> bytes:
    if isinstance(stored, (bytes, bytearray, memoryview)):
        return bytes(stored)
    return str(stored).encode("latin-1")


def _ip_of_number(stored: object) -> str:
    number = int(str(stored))
    # A signed 32-bit column holds the upper half of the addresses as negative numbers.
    number += _IPV4_MOST if -(2**31) <= number < 0 else 0
    return str(ipaddress.IPv4Address(number) if number < _IPV4_MOST else ipaddress.IPv6Address(number))


def _plain(raw: bytes) -> object:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


_DECODERS: Mapping[Encoding, Callable[[object], object]] = {
    Encoding.IP_INTEGER: _ip_of_number,
    Encoding.IP_BYTES: lambda stored: str(ipaddress.ip_address(_bytes(stored))),
    Encoding.UNIX_TIME: lambda stored: datetime.fromtimestamp(float(str(stored)), UTC),
    Encoding.HEX: lambda stored: _plain(bytes.fromhex(_bytes(stored).decode().removeprefix("0x"))),
    Encoding.BASE64: lambda stored: _plain(base64.b64decode(_bytes(stored), validate=True)),
}
_ENCODERS: Mapping[Encoding, Callable[[str], str | None]] = {
    Encoding.IP_INTEGER: lambda text: str(int(ipaddress.ip_address(text))),
    Encoding.IP_BYTES: lambda _: None,
    Encoding.UNIX_TIME: lambda text: str(int(_moment(text).timestamp())),
    Encoding.UPPER: str.upper,
    Encoding.LOWER: str.lower,
    Encoding.HEX: lambda text: text.encode().hex(),
    Encoding.BASE64: lambda text: base64.b64encode(text.encode()).decode(),
}


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
