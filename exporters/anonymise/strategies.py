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

from exporters.anonymise.scrub import Scrubber
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
    """What a run knows and forgets: the key of keyed tokens, and her identifiers. In memory only, never written or logged."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    scrubber: Scrubber = field(default_factory=lambda: Scrubber(()), repr=False)
    """What scrubbed texts lose in this run."""

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


def generalise(kind: IdentifierKind | None, value: object, coarse: str | None = None) -> str | None:
    """A coarser value of the same type: decade of birth, month of an event, network of an address, region of a postcode.

    `coarse` (decade, year, month, region, network) says how coarse where type and kind are not to decide. Idempotent.
    What cannot be made coarser safely becomes nothing.
    """
    if isinstance(value, datetime):
        day = _coarse_day(value.date(), coarse or "month")
        return f"{day.isoformat()} 00:00:00" if day else None
    if isinstance(value, date):
        return _iso(_coarse_day(value, coarse or "decade"))
    text = "" if value is None else str(value).strip()
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)([ T].*)?", text)
    if found:
        return _coarse_text(found.group(1), has_time=bool(found.group(2)), coarse=coarse)
    if kind is IdentifierKind.IP:
        return _network(text)
    # A text that should be a date and is none could be anything.
    return None if coarse in {"decade", "year", "month"} else text[:_COARSE_POSTCODE] or None


def _coarse_text(day: str, *, has_time: bool, coarse: str | None) -> str | None:
    if coarse in {"region", "network"}:
        return None
    try:
        found = _coarse_day(date.fromisoformat(day), coarse or ("month" if has_time else "decade"))
    except ValueError:  # 0000-00-00 and the like say nothing
        return None
    return f"{found.isoformat()} 00:00:00" if found and has_time else _iso(found)


def _coarse_day(day: date, coarse: str) -> date | None:
    match coarse:
        case "decade":
            return date(max(day.year // 10 * 10, 1), 1, 1)
        case "year":
            return date(day.year, 1, 1)
        case "month":
            return day.replace(day=1)
        case _:
            return None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _network(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.partition("/")[0])
    except ValueError:
        return None
    bits = _IPV4 if address.version == 4 else _IPV6  # noqa: PLR2004
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False).network_address)
