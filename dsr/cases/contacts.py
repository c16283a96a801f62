"""An address or number that marketing goes to: when two spellings are one, what a store may hold, what may be shown of it.

An e-mail address compares without regard to case, a phone number in its international form (a number written as at home
is read as of the controller's country), a postal address by its words, a customer number as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from dsr.cases import postal
from dsr.models import Suppression
from exporters.contract import Identifier, IdentifierKind
from exporters.identifiers import mask, normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Controller

Kind = Suppression.Kind
MOST: Final[Mapping[str, int]] = {Kind.EMAIL: 254, Kind.PHONE: 40, Kind.POST: 400, Kind.CUSTOMER_NUMBER: 60}
"""Characters; what is longer is none."""
_IDENTIFIER: Final[Mapping[str, IdentifierKind]] = {
    Kind.EMAIL: IdentifierKind.EMAIL,
    Kind.PHONE: IdentifierKind.PHONE,
    Kind.CUSTOMER_NUMBER: IdentifierKind.CUSTOMER_NUMBER,
}
# How a request's identifiers are called, and what they are for marketing.
OF_IDENTIFIER: Final[Mapping[str, Kind]] = {
    "email": Kind.EMAIL,
    "phone": Kind.PHONE,
    "address": Kind.POST,
    "customer_number": Kind.CUSTOMER_NUMBER,
}
_LEAST_DIGITS = 3
# Addresses of the plainest form, which are most of a campaign: in lower case they are normal and valid as they are.
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_-]{1,64}(?:[.+][a-z0-9_-]{1,64}){0,5}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}[a-z]{2,24}"
)


class BadContactError(ValueError):
    """What was given is no address or number of its kind. The message names the kind, never the value."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"not a {kind}")
        self.kind = kind


class Contact(NamedTuple):
    """One address or number in its normal form; the value stays out of `repr`. A tuple, because campaigns make millions."""

    kind: Kind
    value: str

    def __repr__(self) -> str:
        """The kind alone."""
        return f"Contact({self.kind.value})"

    @property
    def masked(self) -> str:
        """Enough for its owner to recognise, not enough to disclose."""
        return mask(self.value)


def contact(controller: Controller, kind: str, given: str) -> Contact:
    """The normal form of what somebody typed or a program sent. BadContactError when it is none of its kind."""
    text = given.strip()
    most = MOST.get(kind, 0)
    if not text or len(text) > most:
        raise BadContactError(kind if most else "kind")
    if kind == Kind.EMAIL:
        return Contact(Kind.EMAIL, _email(text))
    if kind == Kind.PHONE:
        return Contact(Kind.PHONE, _phone(controller, text))
    if kind == Kind.POST:
        words = postal.words(text)
        if not words:
            raise BadContactError(kind)
        return Contact(Kind.POST, words)
    return Contact(Kind.CUSTOMER_NUMBER, normalise(IdentifierKind.CUSTOMER_NUMBER, text))


def _email(text: str) -> str:
    plain = text.lower()
    if text.isascii() and "xn--" not in plain and _PLAIN_EMAIL.fullmatch(plain):
        return plain
    value = normalise(IdentifierKind.EMAIL, text)
    try:
        validate_email(value)
    except ValidationError:
        raise BadContactError(Kind.EMAIL) from None
    return value


def _phone(controller: Controller, text: str) -> str:
    value = normalise(IdentifierKind.PHONE, text)
    if sum(char.isdigit() for char in value) < _LEAST_DIGITS or any(
        char.isalpha() for char in text.lower().removeprefix("tel:")
    ):
        raise BadContactError(Kind.PHONE)
    try:
        read = phonenumbers.parse(value, controller.country)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def identifiers(controller: Controller, one: Contact, stores: Mapping[str, object]) -> dict[str, list[Identifier]]:
    """What to look for in each of `stores` (names of stores -> identifiers); a postal address leads to no row."""
    if one.kind == Kind.POST:
        return {}
    kind = _IDENTIFIER[one.kind]
    if one.kind == Kind.CUSTOMER_NUMBER:
        # Number 7 of one store is not number 7 of another: only where subscribers know it from.
        numbered = [name for name in controller.customer_stores if name in stores] or list(stores)[:1]
        return {name: [Identifier(kind, one.value, name)] for name in numbered}
    forms = [one.value, *(_at_home(controller, one.value) if one.kind == Kind.PHONE else ())]
    return {name: [Identifier(kind, form) for form in forms] for name in stores}


def _at_home(controller: Controller, value: str) -> tuple[str, ...]:
    """The number as it is dialled in the controller's own country, which is how many stores hold it."""
    try:
        read = phonenumbers.parse(value, controller.country)
    except phonenumbers.NumberParseException:
        return ()
    if read.country_code != phonenumbers.country_code_for_region(controller.country):
        return ()
    local = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.NATIONAL)
    return (normalise(IdentifierKind.PHONE, local),)
