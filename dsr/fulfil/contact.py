"""The contact on file of a customer number: where a one-time code goes, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    addresses = (
        learned.identifier.value for learned in match.learned if learned.identifier.kind is IdentifierKind.EMAIL
    )
    return next(addresses, "")
