"""The contact on file of a customer number: where a one-time code goes, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from dsr.fulfil.stores import open_by_name
from exporters.contract import Identifier, IdentifierKind, Locates, MatchStatus, Subject
from exporters.registry import capable

if TYPE_CHECKING:
    from dsr.models import Controller


def contact_on_file(controller: Controller, store: str, customer_number: str) -> str:
    """The e-mail address that the store holds for a customer number; empty when there is none. Temporary when it is down."""
    exporter = open_by_name(controller, store)
    if not capable(exporter, Locates):
        return ""
    number = Identifier(IdentifierKind.CUSTOMER_NUMBER, customer_number, store)
    match = exporter.locate(Subject(reference="", identifiers=(number,)))
    if match.status is not MatchStatus.FOUND or len(match.keys) != 1:
        return ""
    # An address several customers share proves none of them; one that is no single address cannot be written to.
    addresses = (
        learned.identifier.value.strip()
        for learned in match.learned
        if learned.identifier.kind is IdentifierKind.EMAIL and not learned.shared
    )
    return next(filter(_is_address, addresses), "")


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
