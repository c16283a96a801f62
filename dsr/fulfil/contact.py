"""What a store holds on file to reach a person: where codes and letters go, and nowhere else.

What a person types is never a destination here; it only says whose file is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from dsr.fulfil.stores import open_by_name
from exporters.contract import Collects, Identifier, IdentifierKind, Locates, MatchStatus, Subject
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsr.models import Controller
    from exporters.contract import Match

MAX_LINES = 7
MAX_LINE = 60


@dataclass(frozen=True, slots=True)
class OnFile:
    """An e-mail address and a telephone number (E.164) of one customer; empty when the store holds none that is hers alone."""

    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


def on_file(controller: Controller, store: str, customer_number: str) -> OnFile:
    """The contacts that the store holds for a customer number. Temporary when it is down."""
    match = _locate(open_by_name(controller, store), store, customer_number)
    if match is None:
        return OnFile()
    addresses = (text.strip() for text in _alone(match, IdentifierKind.EMAIL))
    numbers = (_e164(text, controller.place[:2]) for text in _alone(match, IdentifierKind.PHONE))
    return OnFile(email=next(filter(_is_address, addresses), ""), phone=next(filter(None, numbers), ""))


def is_customer(controller: Controller, store: str, customer_number: str) -> bool:
    """Whether the store knows exactly one person of this customer number. Temporary when it is down."""
    return _locate(open_by_name(controller, store), store, customer_number) is not None


def contact_on_file(controller: Controller, store: str, customer_number: str) -> str:
    """The e-mail address that the store holds for a customer number; empty when there is none. Temporary when it is down."""
    return on_file(controller, store, customer_number).email


def _subject(store: str, customer_number: str) -> Subject:
    number = Identifier(IdentifierKind.CUSTOMER_NUMBER, customer_number, store)
    return Subject(reference="", identifiers=(number,))


def _locate(exporter: Any, store: str, customer_number: str) -> Match | None:
    """The one person of a customer number; None when the store knows nobody or several."""
    if not capable(exporter, Locates):
        return None
    match: Match = exporter.locate(_subject(store, customer_number))
    return match if match.status is MatchStatus.FOUND and len(match.keys) == 1 else None


def _alone(match: Match, kind: IdentifierKind) -> Iterable[str]:
    """Values of hers only: an address or number several customers share proves none of them."""
    return (one.identifier.value for one in match.learned if one.identifier.kind is kind and not one.shared)


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _e164(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def postal_stores() -> frozenset[str]:
    """The stores of which it is configured where a postal address stands (`DSR_PRINT_ADDRESS`)."""
    return frozenset(settings.DSR_PRINT_ADDRESS)


def address_on_file(controller: Controller, store: str, customer_number: str) -> tuple[str, ...]:
    """Name and address as lines, from the fields that `DSR_PRINT_ADDRESS` names; empty when there is no single address.

    Temporary when the store is down. A dataset with several rows of hers leads to nothing: which of them is the address
    of the contract is for a person to say.
    """
    layout: list[str] = settings.DSR_PRINT_ADDRESS.get(store, [])
    exporter: Any = open_by_name(controller, store)
    match = _locate(exporter, store, customer_number)
    if match is None or not layout or not capable(exporter, Collects):
        return ()
    wanted = {place.partition(".")[0] for line in layout for place in line.split()}
    cells: dict[str, str] = {}
    seen: set[str] = set()
    batches = exporter.collect(_subject(store, customer_number), match.keys)
    for batch in batches:
        if batch.dataset in wanted:
            if batch.dataset in seen or len(batch.rows) != 1:
                return ()
            seen.add(batch.dataset)
            row = zip(batch.columns, batch.rows[0], strict=True)
            cells |= {f"{batch.dataset}.{name}": _text(value) for name, value in row}
        elif seen == wanted:
            break  # everything else of hers is nobody's business here
    lines = (" ".join(filter(None, (cells.get(place, "") for place in line.split()))) for line in layout)
    return tuple(line[:MAX_LINE] for line in lines if line)[:MAX_LINES] if seen == wanted else ()


def _text(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, (str, int)) else ""
