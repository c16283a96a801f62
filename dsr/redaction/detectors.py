"""Places in a free text that may speak of somebody else: suggestions, which a person accepts or dismisses (X-04).

Deterministic: the same text and the same known identifiers give the same suggestions. What is the subject's own is never
suggested (X-05).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import phonenumbers
from stdnum import iban, luhn
from stdnum.exceptions import ValidationError

from dsr.law.redaction import Reason
from dsr.redaction.cues import NUMBERS, SECRETS
from dsr.redaction.names import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Known:
    """What is hers, or the house's, and therefore no suggestion. `region` is a country code for numbers without one.

    `identifiers` and `names` as they were given; `houses` are domains of the controller's own mail addresses.
    """

    identifiers: frozenset[str] = field(default=frozenset(), repr=False)
    numbers: frozenset[str] = field(default=frozenset(), repr=False)
    names: frozenset[str] = field(default=frozenset(), repr=False)
    phones: frozenset[str] = field(default=frozenset(), repr=False)
    houses: frozenset[str] = frozenset()
    region: str = ""

    @property
    def plain(self) -> frozenset[str]:
        """Identifiers as they are compared: letters and digits only, in lower case."""
        return frozenset(bare(one) for one in (*self.identifiers, *self.numbers))


@dataclass(frozen=True, slots=True, order=True)
class Suggestion:
    """A place and what found it; `end` is the first character that stays."""

    start: int
    end: int
    reason: Reason
    found_by: str


def bare(value: str) -> str:
    """An identifier without case, blanks and signs."""
    return "".join(char for char in value.casefold() if char.isalnum())


_MAIL: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_CARD: Final = re.compile(r"(?<![\d-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\d-])")
_MAC: Final = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])")
_IP4: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")
_IP6: Final = re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_PHONE: Final = re.compile(r"(?<![\w.,/-])(?:\+|00|\(?0)\d?(?:[ ()./-]{0,2}\d){6,15}(?!\w)")
_DATE: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}")
_CODE: Final = re.compile(r"(?<![\w@.+-])[\w-]*\d[\w-]*(?![\w@-])")
_NUMBER_CUE: Final = re.compile(NUMBERS + r"[\w. :#-]{0,24}$", re.IGNORECASE)
_SECRET: Final = re.compile(rf"(?<!\w){SECRETS}(?:\s+(?:is|ist|est|es|è|to|é))?\s*[:=]?\s+?(\S*\d\S*)", re.IGNORECASE)
MAX_CARD: Final = 19
_LONG_NUMBER: Final = 6


_HERS: Final = "hers"


def suggestions(text: str, known: Known) -> list[Suggestion]:
    """Every suggestion in `text`, in order, none inside another, and none inside what is hers."""
    found: list[Suggestion] = []
    for detector in _DETECTORS:
        for one in detector(text, known):
            if not any(one.start < other.end and other.start < one.end for other in found):
                found.append(one)
    return sorted(one for one in found if one.found_by != _HERS)


def _about(start: int, value: str, found_by: str, known: Known, *, ours: bool = False) -> Suggestion:
    """The suggestion for `value` at `start`; where it is hers or the house's, a note that nothing in it is looked at again."""
    hers = ours or bare(value) in known.plain
    return Suggestion(start, start + len(value), Reason.OTHER_PERSON, _HERS if hers else found_by)


def _mails(text: str, known: Known) -> Iterator[Suggestion]:
    for match in _MAIL.finditer(text):
        value = match.group().rstrip(".-")
        domain = value.rpartition("@")[2].casefold()
        yield _about(match.start(), value, "email", known, ours=domain in known.houses)


def _ibans(text: str, known: Known) -> Iterator[Suggestion]:
    for match in _IBAN.finditer(text):
        value = _longest_iban(match.group())
        if value:
            yield _about(match.start(), value, "iban", known)


def _longest_iban(words: str) -> str:
    """The beginning of `words` that is an IBAN: what follows it may look like more of it."""
    for end in range(len(words), 14, -1):
        try:
            iban.validate(words[:end])
        except ValidationError:
            continue
        return words[:end].rstrip()
    return ""


def _cards(text: str, known: Known) -> Iterator[Suggestion]:
    for match in _CARD.finditer(text):
        digits = bare(match.group())
        if len(digits) <= MAX_CARD and luhn.is_valid(digits):
            yield _about(match.start(), match.group(), "card", known)


def _devices(text: str, known: Known) -> Iterator[Suggestion]:
    for match in _MAC.finditer(text):
        yield _about(match.start(), match.group(), "mac", known)


def _addresses(text: str, known: Known) -> Iterator[Suggestion]:
    own = {_address(one) for one in known.identifiers} - {None}
    for pattern in (_IP4, _IP6):
        for match in pattern.finditer(text):
            address = _address(match.group())
            if address is not None and address.is_global:
                yield _about(match.start(), match.group(), "ip", known, ours=address in own)


def _address(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(value)
    except ValueError:
        return None


def _phones(text: str, known: Known) -> Iterator[Suggestion]:
    own = {number for one in known.phones if (number := _e164(one, known.region))}
    for match in _PHONE.finditer(text):
        value = match.group()
        number = "" if _DATE.search(value) else _e164(value, known.region)
        if number:
            yield _about(match.start(), value, "phone", known, ours=number in own)


def _e164(value: str, region: str) -> str:
    """The number as E.164 when its length can be one, else nothing. Numbers for films are no valid ones, and are numbers."""
    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _numbers(text: str, known: Known) -> Iterator[Suggestion]:
    """Numbers that look like hers and are not: with a word before them that says so, or with the same beginning."""
    shapes = {_shape(one): one for one in known.numbers}
    if not shapes:
        return
    for match in _CODE.finditer(text):
        value = match.group()
        hers = shapes.get(_shape(value))
        if hers is None or bare(value) in known.plain:
            continue
        alike = _same_start(value, hers)
        if alike or _NUMBER_CUE.search(text[max(0, match.start() - 60) : match.start()]):
            yield Suggestion(match.start(), match.end(), Reason.OTHER_PERSON, "customer_number")


def _shape(value: str) -> str:
    return "".join("9" if c.isdigit() else "A" if c.isalpha() else c for c in value)


def _same_start(value: str, hers: str) -> bool:
    """A prefix of letters, or half of a number of at least six digits: a date or an amount does not begin so."""
    letters = re.match(r"[^\d]+", hers)
    if letters:
        return value.casefold().startswith(letters.group().casefold())
    return len(hers) >= _LONG_NUMBER and value[: (len(hers) + 1) // 2] == hers[: (len(hers) + 1) // 2]


def _secrets(text: str, _known: Known) -> Iterator[Suggestion]:
    for match in _SECRET.finditer(text):
        value = match.group(1).rstrip(".,;!?)")
        yield Suggestion(match.start(1), match.start(1) + len(value), Reason.SECURITY, "secret")


def _names(text: str, known: Known) -> Iterator[Suggestion]:
    for start, end, reason in named(text, known.names):
        yield Suggestion(start, end, reason, "name")


# In this order, because what an earlier one found is not looked at by a later one.
_DETECTORS: Final[tuple[Callable[[str, Known], Iterator[Suggestion]], ...]] = (
    _mails,
    _ibans,
    _cards,
    _devices,
    _addresses,
    _secrets,
    _numbers,
    _phones,
    _names,
)
