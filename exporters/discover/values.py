"""What values look like: e-mail addresses, telephone numbers, IBANs, VAT numbers, MAC and IP addresses, in any text.

Check digits and number plans are python-stdnum's and phonenumbers' business. Telephone numbers compare by their last
nine digits here, since a store may keep them with or without a country code; that is enough for a guess and never used
to find a person.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import phonenumbers
from stdnum import iban, luhn
from stdnum.eu import vat

from exporters.identifiers import IdentifierKind as Kind
from exporters.identifiers import normalise, radius_unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CARD = "payment card"
VAT = "VAT number"
COORDINATES = "coordinates"

_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_MAC = re.compile(
    r"(?<![0-9A-Fa-f])(?:(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})(?![0-9A-Fa-f:])"
)
_IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?:/\d{1,3})?(?![\w:]|\.\d)"
)
_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ()/.-]{0,2}\d){6,14}(?!\w)")
_COORDINATES = re.compile(r"-?\d{1,2}\.\d{3,},\s*-?\d{1,3}\.\d{3,}")
_CARD = re.compile(r"\d{13,19}")
_VAT = re.compile(r"[A-Z]{2}[A-Z0-9]{8,12}")
_WORD = re.compile(r"\w+")
_WORDY = re.compile(r"[^\W\d_]{4}|\d[:]\d|\d{4}-\d\d-\d\d")
_PHONE_DIGITS = 9
_NUMBER_DIGITS = range(6, 17)
_AGES = range(14, 111)
_MANY = 20
_IP_NUMBERS = range(2**24, 2**32)
LONGEST = 4000
"""Characters of a value that are looked at."""


@dataclass(frozen=True, slots=True)
class Token:
    """One value inside a text; `whole` when the text is nothing else, `sure` when its form alone says what it is."""

    kind: Kind
    normal: str
    whole: bool
    sure: bool = True


def phone_key(text: str) -> str:
    """The last nine digits: what a telephone number shares with its other spellings."""
    return re.sub(r"\D", "", text)[-_PHONE_DIGITS:]


def key_of(kind: Kind, value: str) -> str:
    """The form in which a known value is looked up."""
    match kind:
        case Kind.PHONE:
            return phone_key(value)
        case Kind.USERNAME:
            return radius_unescape(value).casefold()
        case _:
            return normalise(kind, value)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text without case and punctuation, so that names and streets are found inside sentences."""
    return tuple(_WORD.findall(text.casefold()))


def tokens(text: str) -> Iterator[Token]:
    """Every value in a text whose form says what it is, and numbers that may be telephone numbers."""
    text = text[:LONGEST]
    rest = text
    for kind, pattern in ((Kind.EMAIL, _EMAIL), (Kind.IBAN, _IBAN), (Kind.MAC, _MAC), (Kind.IP, _IP)):
        for found in pattern.finditer(rest):
            if _is(kind, found[0]):
                value = radius_unescape(found[0]) if kind is Kind.EMAIL else found[0]
                yield Token(kind, key_of(kind, value), whole=found[0] == text.strip())
                rest = rest.replace(found[0], " ")
    for found in _PHONE.finditer(_MOMENT.sub(" ", rest)):
        whole = found[0] == text.strip()
        yield Token(Kind.PHONE, phone_key(found[0]), whole=whole, sure=_is_phone(found[0]))
    if text.isdigit() and int(text) in _IP_NUMBERS:
        # Some billing systems keep addresses as unsigned integers; only a known address is recognised by it.
        yield Token(Kind.IP, ipaddress.ip_address(int(text)).compressed, whole=True, sure=False)


def _is(kind: Kind, text: str) -> bool:
    match kind:
        case Kind.IBAN:
            return bool(iban.is_valid(text))
        case Kind.IP:
            try:
                address = ipaddress.ip_interface(text).ip
            except ValueError:
                return False
            return not (address.is_loopback or address.is_unspecified)
        case _:
            return True


def _is_phone(text: str) -> bool:
    if not text.startswith("+"):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def detail_of(text: str) -> str:
    """What a whole value is beyond the identifiers: a payment card, a VAT number, coordinates; or nothing."""
    compact = re.sub(r"[ -]", "", text.strip())
    if _CARD.fullmatch(compact) and compact[0] in "23456" and luhn.is_valid(compact):
        return CARD
    if _VAT.fullmatch(compact) and vat.is_valid(compact):
        return VAT
    return COORDINATES if _COORDINATES.fullmatch(text.strip()) else ""


def born(text: str, today: date) -> bool:
    """Whether a text is a date on which a customer may have been born: between 14 and 110 years ago."""
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return False
    return today.year - day.year in _AGES


def json_paths(text: str) -> Iterator[tuple[str, str]]:
    """Paths and values of the plain values inside a JSON object: (`router.ssid`, …); lists are not walked."""
    if not text.lstrip().startswith("{"):
        return
    try:
        value = json.loads(text)
    except ValueError:
        return
    yield from _walk("", value)


def _walk(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _walk(f"{path}.{key}" if path else str(key), part)
    elif path and isinstance(value, (str, int)) and not isinstance(value, bool):
        yield path, str(value)


@dataclass(slots=True)
class Profile:
    """What a column's sampled values look like, in counts of rows; no value stays here."""

    rows: int = 0
    filled: int = 0
    distinct: int = 0
    whole: Counter[Kind] = field(default_factory=Counter)
    inside: Counter[Kind] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)
    births: int = 0
    phonelike: int = 0
    paths: Counter[str] = field(default_factory=Counter)
    path_kinds: dict[str, Kind] = field(default_factory=dict)

    @property
    def varied(self) -> bool:
        """Whether the values differ from row to row, as those of persons do and settings or senders do not."""
        return self.distinct > 1 and (self.distinct >= _MANY or self.distinct >= self.filled * 0.3)

    @property
    def unique(self) -> bool:
        """Whether no two rows share a value."""
        return self.filled == self.rows == self.distinct > 0

    def mostly(self) -> Kind | None:
        """The kind at least six of ten values are and nothing else."""
        kind, rows = next(iter(self.whole.most_common(1)), (None, 0))
        return kind if self.filled and rows >= self.filled * 0.6 else None

    def mostly_detail(self) -> str:
        """The detail (payment card, VAT number, coordinates) at least six of ten values are."""
        detail, rows = next(iter(self.details.most_common(1)), ("", 0))
        return detail if self.filled and rows >= self.filled * 0.6 else ""


def profile(texts: Iterable[str | None], *, today: date) -> Profile:
    """Look at a column's sampled values."""
    found = Profile()
    seen: set[str] = set()
    for text in texts:
        found.rows += 1
        if text is None or not text.strip() or text.startswith("0000-00-00"):
            continue
        found.filled += 1
        if text in seen:
            continue
        seen.add(text)
    _look(found, seen, today)
    found.distinct = len(seen)
    return found


def _look(found: Profile, seen: set[str], today: date) -> None:
    """Look at each different value once and scale the counts up to rows."""
    for text in seen:
        sure = [token for token in tokens(text) if token.sure]
        found.whole.update({token.kind for token in sure if token.whole})
        found.inside.update({token.kind for token in sure if not token.whole})
        if detail := detail_of(text):
            found.details[detail] += 1
        found.births += born(text, today)
        found.phonelike += sum(map(str.isdigit, text)) in _NUMBER_DIGITS and not _WORDY.search(text)
        for path, value in json_paths(text[:LONGEST]):
            found.paths[path] += 1
            for token in tokens(value):
                if token.sure and token.whole:
                    found.path_kinds[path] = token.kind
    scale = found.filled / len(seen) if seen else 0
    found.whole = Counter({kind: round(rows * scale) for kind, rows in found.whole.items()})
    found.inside = Counter({kind: round(rows * scale) for kind, rows in found.inside.items()})
    found.details = Counter({detail: round(rows * scale) for detail, rows in found.details.items()})
    found.births, found.phonelike = round(found.births * scale), round(found.phonelike * scale)
