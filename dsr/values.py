"""Values as people type them, checked in their words: account number, e-mail, phone, day, address (ux.md 1.5).

Each function takes the text and gives it back as it is kept, or raises ValidationError with a sentence that says what to do.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from stdnum import iban
from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as NumberError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OLDEST_YEAR: Final = 1900
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4})")
# Postcodes as the countries of Europe write them; whoever moved abroad must be able to say so as well.
_POSTCODE: Final = re.compile(
    r"\b(\d{4,6}|\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3}|[A-Z]{1,2}-?\d{4,5}"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[AC-FHKNPRTV-Y]\d[\dW] ?[\dAC-FHKNPRTV-Y]{4}|\d{4} ?[A-Z]{2})\b",
    re.IGNORECASE,
)
_POSTCODE_LIKE: Final[Mapping[str, str]] = {
    "AT": "1010", "BG": "1000", "CH": "8001", "DE": "10115", "ES": "28001", "FR": "75001", "GB": "SW1A 1AA",
    "GR": "105 57", "IE": "D02 AF30", "IT": "00184", "NL": "1012 AB", "PL": "00-001", "PT": "1000-001", "RO": "010011",
}  # fmt: skip


def account(text: str) -> str:
    """An IBAN in groups of four."""
    plain = "".join(text.split()).replace("-", "").upper()
    if not plain[:2].isalpha():
        raise ValidationError(_("IBAN must start with two letters, like IE29AIBK93115212345678"))
    try:
        return str(iban.format(iban.validate(plain)))
    except InvalidChecksum:
        raise ValidationError(_("This IBAN has a typing mistake. Compare it with your bank card")) from None
    except NumberError:
        raise ValidationError(_("This IBAN is too short, too long, or not of a country that uses IBANs")) from None


def email(text: str) -> str:
    """An e-mail address."""
    try:
        validate_email(text.strip())
    except ValidationError:
        raise ValidationError(_("E-mail address must have an @ sign, like name@example.org")) from None
    return text.strip()


def phone(text: str, country: str) -> str:
    """A telephone number that can exist, as typed; without a country code it is one of `country`."""
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(text, country or None))
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        raise ValidationError(_("Phone must be a number that can be called, like 07700 900123"))
    return text.strip()


def day(text: str) -> str:
    """A day in the past, typed as `27 3 1985`, `27.03.1985` or `1985-03-27`; kept as ISO text."""
    found = _DAY_FIRST.fullmatch(text.strip())
    try:
        read = (
            date(int(found[3]), int(found[2]), int(found[1])) if found is not None else date.fromisoformat(text.strip())
        )
    except ValueError:
        raise ValidationError(_("Enter a real date, like 27 3 1985")) from None
    if read.year < OLDEST_YEAR:
        raise ValidationError(_("Enter a real date, like 27 3 1985"))
    return read.isoformat()


def address(text: str, country: str) -> str:
    """A postal address; it has a postcode of some country of Europe."""
    if not _POSTCODE.search(text):
        example = _POSTCODE_LIKE.get(country, _POSTCODE_LIKE["DE"])
        raise ValidationError(_("Address must have a postcode, like %(postcode)s") % {"postcode": example})
    return text.strip()


def checked(kind: str, text: str, *, country: str) -> str:
    """The value of a correction of this kind (dsr.wording.choices.CORRECTED); what has no form is taken as it is."""
    checks: Mapping[str, Callable[[], str]] = {
        "iban": lambda: account(text),
        "email": lambda: email(text),
        "phone": lambda: phone(text, country),
        "birth_date": lambda: day(text),
        "address": lambda: address(text, country),
    }
    if not text.strip():
        raise ValidationError(_("Enter the correct value"))
    return checks.get(kind, text.strip)()
