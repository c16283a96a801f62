"""What a store holds on file to reach a person: where codes and letters go, and nowhere else.

What a person types is never a destination here; it only says whose file is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from dsr.cases import contacts_seen
from dsr.fulfil.stores import open_by_name
from dsr.law.identity import NEW_FOR
from exporters.contract import Collects, Identifier, IdentifierKind, Locates, MatchStatus, Subject
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsr.models import Controller
    from exporters.contract import Match

MAX_LINES = 7
MAX_LINE = 60


@dataclass(frozen=True, slots=True)
class OnFile:
    """An e-mail address and a telephone number (E.164) of one customer; empty when the store holds none that is hers alone."""

    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    changed: Mapping[str, datetime] = field(default_factory=dict)
    """When the store says that `email` or `phone` was changed (aware), where `DSR_CONTACT_CHANGED` names the field."""


def on_file(controller: Controller, store: str, customer_number: str) -> OnFile:
    """The contacts that the store holds for a customer number. Temporary when it is down."""
    exporter: Any = open_by_name(controller, store)
    match = _locate(exporter, store, customer_number)
    if match is None:
        return OnFile()
    named: dict[str, str] = settings.DSR_CONTACT_CHANGED.get(store, {})
    cells = _cells(exporter, store, customer_number, match, set(named.values())) if named else {}
    stamps = ((kind, _instant(cells.get(place, ""), controller)) for kind, place in named.items())
    addresses = (text.strip() for text in _alone(match, IdentifierKind.EMAIL))
    numbers = (_e164(text, controller.place[:2]) for text in _alone(match, IdentifierKind.PHONE))
    return OnFile(
        email=next(filter(_is_address, addresses), ""),
        phone=next(filter(None, numbers), ""),
        changed={kind: at for kind, at in stamps if at is not None},
    )


def new_until(
    held: OnFile, kind: str, *, controller: Controller, store: str, customer_number: str, now: datetime
) -> datetime | None:
    """Until when a contact counts as new (ux.md 1.6), by what the store says and by what we remember; None: it does not."""
    remembered = contacts_seen.note(
        controller=controller,
        store=store,
        customer_number=customer_number,
        kind=kind,
        contact=getattr(held, kind),
        now=now,
    )
    changed = held.changed.get(kind)
    ends = [at for at in (remembered, changed and changed + NEW_FOR) if at is not None and at > now]
    return max(ends, default=None)


def _instant(text: str, controller: Controller) -> datetime | None:
    """A day or a moment as stores spell them, in the controller's time zone where they say none; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(controller.timezone))


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
    if match is None or not layout:
        return ()
    places = {place for line in layout for place in line.split()}
    cells = _cells(exporter, store, customer_number, match, places)
    lines = (" ".join(filter(None, (cells.get(place, "") for place in line.split()))) for line in layout)
    return tuple(line[:MAX_LINE] for line in lines if line)[:MAX_LINES]


def _cells(exporter: Any, store: str, customer_number: str, match: Match, places: set[str]) -> dict[str, str]:
    """The values at `dataset.field` places of one person; empty unless each dataset holds exactly one row of hers."""
    if not capable(exporter, Collects):
        return {}
    wanted = {place.partition(".")[0] for place in places}
    cells: dict[str, str] = {}
    seen: set[str] = set()
    for batch in exporter.collect(_subject(store, customer_number), match.keys):
        if batch.dataset in wanted:
            if batch.dataset in seen or len(batch.rows) != 1:
                return {}
            seen.add(batch.dataset)
            row = zip(batch.columns, batch.rows[0], strict=True)
            cells |= {f"{batch.dataset}.{name}": _text(value) for name, value in row}
        elif seen == wanted:
            break  # everything else of hers is nobody's business here
    return cells if seen == wanted else {}


def _text(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, (str, int)) else ""
