"""The values that replace a person's: nothing, a constant, a token, something coarser (rules 6.2).

Tokens come from the system's random source and are derived from nothing, except the keyed token: equal values become
equal tokens within one run, under a key that exists in the memory of that run only and is never written anywhere.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from exporters.identifiers import IdentifierKind, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

ERASED = "erased"
"""What a constant says where the map names no other word."""
_PREFIX = "erased-"
_RESERVED_DOMAIN = "@example.invalid"  # RFC 2606: can never receive mail
_RESERVED_PHONE = "+447700900"  # Ofcom: for drama, never assigned; three digits follow
_RESERVED_MAC = "00005e0053"  # RFC 7042: documentation; two digits follow
_LEAST = 15
"""Below this length the word `erased-` would leave too little room for the random part."""
_MOST = 39
ENOUGH_FOR_UNIQUE = 12
"""Random hex digits a token needs before a UNIQUE column may rely on it: collisions are then beyond imagination."""
_COARSE_POSTCODE = 2
_IPV4, _IPV6 = 24, 48


@dataclass(frozen=True, slots=True)
class RunKey:
    """The key of keyed tokens: lives as long as one `apply`, in memory, and is not written or logged."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def digits(self, kind: IdentifierKind | None, value: str) -> str:
        """Equal values of a kind give equal digits under this key."""
        text = normalise(kind, value) if kind else value
        return hmac.new(self.secret, f"{kind or ''}\0{text}".encode(), "sha256").hexdigest()


def token(kind: IdentifierKind | None, length: int | None, digits: str | None = None) -> str:
    """A token that fits `length` characters, shaped like its kind and inside a range nobody can own.

    `digits`: hex digits to use instead of fresh random ones (keyed tokens).
    """
    digits = digits or secrets.token_hex(32)
    shaped = _SHAPES[kind](digits) if kind in _SHAPES else ""
    if shaped and (length is None or len(shaped) <= length):
        return shaped
    room = min(length or _MOST, _MOST)
    return f"{_PREFIX}{digits}"[:room] if room >= _LEAST else digits[:room]


def random_digits(kind: IdentifierKind | None, length: int | None) -> int:
    """How many random hex digits `token` has for such a column."""
    sample = token(kind, length, "0" * 64)
    if kind is IdentifierKind.EMAIL and sample.endswith(_RESERVED_DOMAIN):
        return len(sample) - len(_PREFIX) - len(_RESERVED_DOMAIN)
    if kind in _SHAPES and not sample.startswith(_PREFIX):
        return 2
    return len(sample.removeprefix(_PREFIX))


def is_token(value: object) -> bool:
    """Whether a stored value is a token already, so that applying a plan twice leaves it alone."""
    text = str(value)
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    return (
        text.startswith(_PREFIX)
        or (text.startswith(_RESERVED_PHONE) and len(text) == len(_RESERVED_PHONE) + 3)
        or (digits.startswith(_RESERVED_MAC) and len(digits) == len(_RESERVED_MAC) + 2)
    )


def _email(digits: str) -> str:
    return f"{_PREFIX}{digits[:16]}{_RESERVED_DOMAIN}"


def _phone(digits: str) -> str:
    return f"{_RESERVED_PHONE}{int(digits[:8], 16) % 1000:03}"


def _mac(digits: str) -> str:
    pairs = f"{_RESERVED_MAC}{digits[:2]}"
    return ":".join(pairs[at : at + 2] for at in range(0, len(pairs), 2))


_SHAPES: dict[IdentifierKind | None, Callable[[str], str]] = {
    IdentifierKind.EMAIL: _email,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.MAC: _mac,
}


def generalise(kind: IdentifierKind | None, value: object) -> str | None:
    """A coarser value of the same type: decade of birth, month of an event, network of an address, region of a postcode.

    Idempotent. What cannot be made coarser safely becomes nothing.
    """
    if isinstance(value, datetime):
        return value.replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=None).isoformat(" ")
    if isinstance(value, date):
        return date(value.year // 10 * 10, 1, 1).isoformat()
    text = "" if value is None else str(value).strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{int(text[:4]) // 10 * 10:04}-01-01"
    if re.fullmatch(r"\d{4}-\d\d-\d\d[ T].*", text):
        return f"{text[:7]}-01 00:00:00"
    if kind is IdentifierKind.IP:
        return _network(text)
    return text[:_COARSE_POSTCODE] or None


def _network(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.partition("/")[0])
    except ValueError:
        return None
    bits = _IPV4 if address.version == 4 else _IPV6  # noqa: PLR2004
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False).network_address)
