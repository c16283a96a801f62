"""What names a person in a store: kinds of identifiers, how they compare and how stores may spell them.

Comparison is exact after the normalisation of the kind, never "contains": a substring match hands one person's data to
another. E-mail addresses compare without regard to case on purpose: a case-sensitive search misses data the subject
is entitled to (rule A-01), and no provider tells two customers apart by the case of an address.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class IdentifierKind(StrEnum):
    """The kinds of values that name a person or her line, account or device."""

    RECORD = "record"
    """A person's key in one store, as `Candidate.key` spells it; a person's choice among candidates comes back so."""
    CUSTOMER_NUMBER = "customer_number"
    CONTRACT_NUMBER = "contract_number"
    INVOICE_NUMBER = "invoice_number"
    USERNAME = "username"
    EMAIL = "email"
    PHONE = "phone"
    MAC = "mac"
    SERIAL = "serial"
    IBAN = "iban"
    IP = "ip"
    NAME = "name"
    COMPANY = "company"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"


NEVER_UNIQUE = frozenset(
    {
        IdentifierKind.IP,  # leased today, somebody else's tomorrow, shared behind carrier-grade NAT
        IdentifierKind.NAME,
        IdentifierKind.COMPANY,
        IdentifierKind.ADDRESS,
        IdentifierKind.BIRTH_DATE,
    }
)
"""Kinds that never lead to a row and never to a write (house.md, Locate): several people carry the same value."""

STORE_BOUND = frozenset(
    {
        IdentifierKind.RECORD,
        IdentifierKind.CUSTOMER_NUMBER,
        IdentifierKind.CONTRACT_NUMBER,
        IdentifierKind.INVOICE_NUMBER,
    }
)
"""Kinds whose numbering belongs to one store: number 7 of the billing system is not number 7 of the ticket system."""

_RADIUS_SAFE = frozenset(b"@abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_: /")
_RADIUS_SIGNS = frozenset("@.-_: /")
"""The safe characters of FreeRADIUS that are no letters or digits: at most 127 ways to escape some of them."""
_ESCAPE = re.compile(r"(?:=[0-9A-F]{2})+")
_MAC_DIGITS = 12
_MAC_PAIRS = 6
_LEAST_IP_NUMBER = 2**24
"""1.0.0.0: smaller whole numbers are row numbers, not addresses."""
_SHORT = 4
"""Numbers up to this length are masked like words: two digits of four would be half of them."""
_LAST_ASCII = "\x7f"


def radius_escape(value: str, *, all_bytes: bool = False) -> str:
    """Write `value` as FreeRADIUS writes it into SQL: an unsafe byte becomes `=XX`.

    FreeRADIUS 3 keeps characters beyond ASCII, version 2 escapes each of their bytes (`all_bytes`).
    """
    return "".join(
        char if char > _LAST_ASCII and not all_bytes else "".join(_escaped_byte(byte) for byte in char.encode())
        for char in value
    )


def _escaped_byte(byte: int) -> str:
    return chr(byte) if byte in _RADIUS_SAFE else f"={byte:02X}"


def radius_unescape(stored: str) -> str:
    """Read a value that FreeRADIUS escaped; text that is not a valid escape stays as it is."""

    def plain(found: re.Match[str]) -> str:
        try:
            return bytes.fromhex(found.group().replace("=", "")).decode()
        except UnicodeDecodeError:
            return found.group()

    return _ESCAPE.sub(plain, stored)


def radius_spellings(value: str) -> tuple[str, ...]:
    """Every form under which the daemon may have stored the user name `value`.

    The plain form counts only while it holds no `=`: the stored text `a=2Bb` is the user `a+b`, never the user `a=2Bb`.
    Administrators shorten the daemon's list of safe characters, and rows written under either list stand side by side:
    so each sign of the shipped list counts plain or escaped (`@` as `=40`).
    """
    plain = () if "=" in value else (value,)
    signs = sorted(_RADIUS_SIGNS.intersection(value))
    forms = (radius_escape(value), radius_escape(value, all_bytes=True))
    more = (
        form.translate({ord(sign): f"={ord(sign):02X}" for sign in some})
        for form in forms
        for some in chain.from_iterable(combinations(signs, many + 1) for many in range(len(signs)))
    )
    return tuple(dict.fromkeys((*plain, *forms, *more)))


def _words(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())


def _email(value: str) -> str:
    """Case does not matter, a plus part does: `anna+isp@…` may be handed to somebody else by the provider of the mailbox.

    A domain compares in letters, whether it was written so or as `xn--…`.
    """
    local, at, domain = unicodedata.normalize("NFC", value.strip()).casefold().rpartition("@")
    return f"{local}{at}{_readable(domain.rstrip('.')) if at else domain}"


def _readable(domain: str) -> str:
    if "xn--" not in domain:
        return domain
    try:
        # casefold once more: the decoded letters may be capitals.
        return unicodedata.normalize("NFC", domain.encode("ascii").decode("idna")).casefold()
    except UnicodeError:
        return domain


def _phone(value: str) -> str:
    """Digits with a leading `+` when the number is written internationally; a national number stays national.

    The zero in `+49 (0)30 …` is dialled at home only and no part of the number (E.123).
    """
    text = unicodedata.normalize("NFKC", value).strip().lower().removeprefix("tel:").partition(";")[0].strip()
    international = text.startswith(("+", "00"))
    text = re.sub(r"\(\s*0\s*\)", "", text) if international else text
    digits = "".join(char for char in text if char.isascii() and char.isdigit())
    if text.startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _mac(value: str) -> str:
    """Twelve hex digits; some programs leave out leading zeros of a pair (`2:0:5e:0:0:a`)."""
    text = value.strip().lower()
    pairs = re.split(r"[:-]", text)
    if len(pairs) == _MAC_PAIRS and all(re.fullmatch(r"[0-9a-f]{1,2}", pair) for pair in pairs):
        return "".join(pair.zfill(2) for pair in pairs)
    digits = re.sub(r"[\s:.-]", "", text)
    return digits if re.fullmatch(rf"[0-9a-f]{{{_MAC_DIGITS}}}", digits) else text


def _ip(value: str) -> str:
    """The shortest text of an address, from text (zeros, brackets, zone, length of a network) or from a whole number."""
    text = value.strip().lower().strip("[]").partition("/")[0].partition("%")[0]
    try:
        address = _address(text)
    except ValueError:
        return value.strip().lower()
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).compressed


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if re.fullmatch(r"-?[0-9]+", text):
        number = int(text)
        if -(2**31) <= number < 0:
            number += 2**32  # a signed column
        if number < _LEAST_IP_NUMBER:
            raise ValueError
        return ipaddress.ip_address(number)
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", text):
        return ipaddress.IPv4Address(".".join(str(int(part)) for part in text.split(".")))
    return ipaddress.ip_address(text)


def _day(value: str) -> str:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T].*", value.strip())
    return found[1] if found else value.strip()


def _compact_upper(value: str) -> str:
    return re.sub(r"[\s-]", "", value).upper()


_NORMALISE: dict[IdentifierKind, Callable[[str], str]] = {
    IdentifierKind.EMAIL: _email,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.MAC: _mac,
    IdentifierKind.SERIAL: _compact_upper,
    IdentifierKind.IBAN: _compact_upper,
    IdentifierKind.IP: _ip,
    IdentifierKind.NAME: _words,
    IdentifierKind.COMPANY: _words,
    IdentifierKind.ADDRESS: _words,
    IdentifierKind.BIRTH_DATE: _day,
    # A user name is what its system says it is, byte for byte: `Anna` and `anna` may be two people.
    IdentifierKind.USERNAME: str,
}


def normalise(kind: IdentifierKind, value: str) -> str:
    """The form in which two spellings of one identifier are equal."""
    return _NORMALISE.get(kind, str.strip)(value)


def _mac_spellings(digits: str) -> tuple[str, ...]:
    if not re.fullmatch(rf"[0-9a-f]{{{_MAC_DIGITS}}}", digits):
        return ()
    pairs = [digits[at : at + 2] for at in range(0, _MAC_DIGITS, 2)]
    dotted = ".".join(digits[at : at + 4] for at in range(0, _MAC_DIGITS, 4))
    halves = f"{digits[:6]}-{digits[6:]}"
    short = ":".join(pair.removeprefix("0") for pair in pairs)
    lower = ("-".join(pairs), ":".join(pairs), digits, dotted, halves, short)
    return (*lower, *(form.upper() for form in lower))


def _ip_spellings(value: str) -> tuple[str, ...]:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return ()
    # Some billing systems keep addresses as unsigned integers, where a text search finds nothing.
    number = int(address)
    signed = (str(number - 2**32),) if address.version == 4 and number >= 2**31 else ()  # noqa: PLR2004
    return (address.compressed, address.exploded, str(number), *signed)


def _wire_form(email: str) -> str:
    """The address with its domain as mail servers carry it."""
    local, _, domain = email.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}" if local else email
    except UnicodeError:
        return email


def spellings(kind: IdentifierKind, value: str) -> tuple[str, ...]:
    """The forms under which a store may hold `value`: the given one first, no duplicates."""
    normal = normalise(kind, value)
    forms: tuple[str, ...] = (value, value.strip(), normal)
    match kind:
        case IdentifierKind.EMAIL:
            forms += (value.strip().lower(), value.strip().upper(), _wire_form(normal))
        case IdentifierKind.PHONE if normal.startswith("+"):
            forms += (normal[1:], f"00{normal[1:]}")
        case IdentifierKind.MAC:
            forms += _mac_spellings(normal)
        case IdentifierKind.IP:
            forms += _ip_spellings(normal)
        case IdentifierKind.IBAN:
            forms += (" ".join(normal[at : at + 4] for at in range(0, len(normal), 4)),)
        case IdentifierKind.USERNAME:
            forms = (value, *radius_spellings(value))
        case _:
            pass
    return tuple(form for form in dict.fromkeys(forms) if form)


def mask(value: str) -> str:
    """A hint for a person who must choose between records: enough to recognise, not enough to disclose.

    An e-mail address keeps the first letter of each half, a text its first letter and rough length, a number its
    last two digits, a date its year.
    """
    text = value.strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d.*", text):
        return f"{text[:4]}-••-••"
    if "@" in text:
        local, _, domain = text.partition("@")
        return f"{local[:1]}•••@{domain[:1]}•••"
    if len(text) > _SHORT and sum(char.isdigit() for char in text) * 2 > len(text):
        return f"•••{text[-2:]}"
    return f"{text[:1]}{'•' * min(len(text) - 1, 6)}" if text else ""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One value that names a subject; `store` is set when it means something in that store only.

    The value stays out of `repr`, so that neither a log line nor a traceback shows it.
    """

    kind: IdentifierKind
    value: str = field(repr=False)
    store: str | None = None

    @property
    def unique(self) -> bool:
        """Whether one value of this kind can stand for one person; others are learned but never followed."""
        return self.kind not in NEVER_UNIQUE

    @property
    def normalised(self) -> str:
        """The form in which two spellings of the value are equal."""
        return normalise(self.kind, self.value)

    def spellings(self) -> tuple[str, ...]:
        """The forms under which a store may hold the value."""
        return spellings(self.kind, self.value)

    def matches(self, stored: str) -> bool:
        """Whether `stored` is this value, spelled in whatever way its kind allows."""
        return normalise(self.kind, stored) == self.normalised
