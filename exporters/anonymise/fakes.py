"""Values of the same shape and length that can belong to nobody: only from ranges reserved for examples (rules 6.2).

Mail under example.com (RFC 2606), telephone numbers Ofcom keeps for drama, addresses of documentation networks (RFC 5737,
RFC 3849), hardware addresses of RFC 7042. Drawn from the system's random source, derived from nothing.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import string
from typing import TYPE_CHECKING

from exporters.identifiers import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DOMAIN = "@example.com"
_NETWORKS = tuple(map(ipaddress.IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))
_NETWORK_6 = ipaddress.IPv6Network("2001:db8::/32")
_DRAMA = "7700900"
"""Ofcom: 07700 900000 to 900999 are given to nobody."""
_PHONE_STARTS = ("+44", "0044", "0", "44")
_MAC = "00005e0053"
_MAC_DIGITS = 12
_LETTERS = string.ascii_lowercase


def fake(kind: IdentifierKind | None, value: str) -> str | None:
    """A value shaped like `value` from a reserved range; None for a kind without one, nothing for nothing.

    E-mail addresses keep their length from 13 characters on, IPv4 addresses their number of digits where the networks
    allow it, hardware addresses their separators. Telephone numbers keep how they begin (+, 00, 0) and their separators
    where those of a British number fit, since drama numbers exist with one length only.
    """
    text = value.strip()
    maker = _MAKERS.get(kind) if kind else None
    if maker is None:
        return None
    return maker(text) if text else value


def is_fake(kind: IdentifierKind | None, value: str) -> bool:
    """Whether a stored value comes from such a range already, so that a plan applied twice leaves it alone."""
    test = _TESTS.get(kind) if kind else None
    return bool(test and test(value.strip()))


def _email(text: str) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(max(len(text) - len(_DOMAIN), 1))) + _DOMAIN


def _phone(text: str) -> str:
    digits = f"{_DRAMA}{secrets.randbelow(1000):03}"
    start = next((one for one in _PHONE_STARTS if text.startswith(one)), "+44" if text.startswith("+") else "0")
    plain = start + digits
    # The separators of a number with as many digits stand where they stood.
    places = [at for at, char in enumerate(text) if char.isdigit()]
    if len(places) != sum(char.isdigit() for char in plain) or text.startswith("+") != plain.startswith("+"):
        return plain
    shaped = list(text)
    for at, digit in zip(places, filter(str.isdigit, plain), strict=True):
        shaped[at] = digit
    return "".join(shaped)


def _ip(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.partition("/")[0])
    except ValueError:
        address = _NETWORKS[0][1]
    if address.version == 6:  # noqa: PLR2004
        return str(_NETWORK_6[1 + secrets.randbelow(0xFFFF)])
    candidates: list[str] = [str(network[number]) for network in _NETWORKS for number in range(1, 255)]
    same = [one for one in candidates if len(one) == len(str(address))]
    return secrets.choice(same or candidates)


def _mac(text: str) -> str:
    places = [at for at, char in enumerate(text) if char in string.hexdigits]
    if len(places) != _MAC_DIGITS:
        return _mac("00:00:00:00:00:00")
    digits = f"{_MAC}{secrets.token_hex(1)}"
    shaped = list(text)
    for at, digit in zip(places, digits.upper() if text.upper() == text else digits, strict=True):
        shaped[at] = digit
    return "".join(shaped)


def _reserved_ip(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text.partition("/")[0])
    except ValueError:
        return False
    return address in _NETWORK_6 or any(address in network for network in _NETWORKS)


_MAKERS: Mapping[IdentifierKind, Callable[[str], str]] = {
    IdentifierKind.EMAIL: _email,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.IP: _ip,
    IdentifierKind.MAC: _mac,
}
_TESTS: Mapping[IdentifierKind, Callable[[str], bool]] = {
    IdentifierKind.EMAIL: lambda text: text.lower().endswith(_DOMAIN),
    IdentifierKind.PHONE: lambda text: re.sub(r"\D", "", text)[-10:-3] == _DRAMA,
    IdentifierKind.IP: _reserved_ip,
    IdentifierKind.MAC: lambda text: re.sub(r"[^0-9a-f]", "", text.lower()).startswith(_MAC),
}
LONGEST: Mapping[IdentifierKind, int] = {
    IdentifierKind.EMAIL: 1 + len(_DOMAIN),
    IdentifierKind.PHONE: len("+44") + 10,
    IdentifierKind.IP: len("2001:db8::ffff"),
    IdentifierKind.MAC: 17,
}
"""Characters a column needs to take a fake of each kind, however short the value was."""
FAKED = frozenset(_MAKERS)
"""The kinds a reserved range exists for."""
