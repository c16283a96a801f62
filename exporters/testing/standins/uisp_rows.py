"""The rows of the UISP stand-in: numbers as numbers, nothing as null, addresses for mail in contacts only, and
a user name for every second client: not everybody has an account in the client zone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.testing.standins.people import ANNA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Tables

TABLES = (
    "clients", "contacts", "bank_accounts", "attributes", "services", "invoices", "invoice_items", "payments", "refunds", "quotes",
    "logs", "documents", "tickets", "activities", "jobs",
)  # fmt: skip
ARCHIVED = 55
"""A subscriber whom somebody archived: in no list that does not ask for such."""


def busy(person: Person) -> bool:
    """Whether a subscriber has something of everything."""
    return person.number % 10 == ANNA


def password(number: int) -> str:
    """The password of a subscriber for the client zone; no answer shows it."""
    return f"zone-{number}-Klartext!"


def rows(people: Iterable[Person]) -> Tables:
    """Everything of these subscribers."""
    tables: Tables = {name: {} for name in TABLES}
    for person in people:
        _client(tables, person)
        _money(tables, person)
        if busy(person):
            _talk(tables, person)
            _papers(tables, person)
    return tables


def put(tables: Tables, table: str, key: int, /, **row: Any) -> None:
    """One row under its number."""
    tables[table][str(key)] = {"id": key, **row}


def place(person: Person) -> dict[str, Any]:
    """The address as clients and services have it."""
    gps = busy(person)
    return {
        "street1": person.street, "street2": None, "city": person.city, "zipCode": person.postcode,
        "addressGpsLat": 52.0 + person.number / 1000 if gps else None,
        "addressGpsLon": 13.0 + person.number / 1000 if gps else None,
    }  # fmt: skip


def _client(tables: Tables, person: Person) -> None:
    n = person.number
    put(
        tables, "clients", n, userIdent=f"C-{n}", previousIsp="Other Net" if busy(person) else None, isLead=False,
        clientType=2 if person.company else 1, companyName=person.company or None, companyRegistrationNumber=None, companyTaxId=None,
        companyContactFirstName=person.first if person.company else None, companyContactLastName=person.last if person.company else None,
        firstName=person.first, lastName=person.last, username=person.username if n % 2 else None, password=password(n), **place(person),
        note=f"{person.first} can be reached at {person.phone}" if busy(person) else None, isArchived=n == ARCHIVED,
        registrationDate="2021-03-01T00:00:00+0000", organizationId=1, invoiceAddressSameAsContact=n % 3 != ANNA % 3,
        invoiceStreet1=None if n % 3 != ANNA % 3 else f"{n} Letter Box Lane", invoiceStreet2=None,
        invoiceCity=None if n % 3 != ANNA % 3 else person.city, invoiceZipCode=None, companyWebsite=None,
    )  # fmt: skip
    put(
        tables,
        "contacts",
        2 * n,
        clientId=n,
        name=None,
        email=person.email,
        phone=person.phone,
        isBilling=True,
        isContact=True,
    )
    if busy(person):
        put(
            tables, "contacts", 2 * n + 1, clientId=n, name=person.name, email=f"second{n}@example.net", phone=None,
            isBilling=False, isContact=True,
        )  # fmt: skip
        put(tables, "bank_accounts", n, clientId=n, accountNumber=f"DE00 0000 {n:04d}")
        put(tables, "attributes", n, clientId=n, customAttributeId=4, name="Router", key="router", value=person.mac)
    put(
        tables, "services", n, clientId=n, name=f"Fibre {person.name}", status=1, price=30.0, servicePlanId=3,
        activeFrom="2021-03-01T00:00:00+0000", activeTo=None, note=f"{person.ip} {person.mac}", **place(person),
    )  # fmt: skip
    if busy(person):
        put(
            tables, "services", 1000 + n, clientId=n, name="Old line", status=2, price=20.0, servicePlanId=2,
            activeFrom="2019-03-01T00:00:00+0000", activeTo="2021-02-28T00:00:00+0000", note=None, **place(person),
        )  # fmt: skip


def _money(tables: Tables, person: Person) -> None:
    n = person.number
    for number in (20 * n, 20 * n + 1) if busy(person) else (20 * n,):
        put(
            tables, "invoices", number, clientId=n, number=f"2026{number}", createdDate="2026-05-01T00:00:00+0000", total=30.0, status=3,
            clientFirstName=person.first, clientLastName=person.last, clientCompanyName=person.company or None,
            clientStreet1=person.street, clientCity=person.city, clientZipCode=person.postcode, notes=None, adminNotes=None,
        )  # fmt: skip
        put(
            tables,
            "invoice_items",
            2 * number,
            invoiceId=number,
            label=f"Fibre {person.username}",
            quantity=1.0,
            price=30.0,
        )
        put(
            tables, "payments", number, clientId=n, createdDate="2026-05-02T00:00:00+0000", amount=30.0, currencyCode="EUR",
            providerName=None, providerPaymentId=None, note=f"from {person.name}", userId=1,
        )  # fmt: skip


def _talk(tables: Tables, person: Person) -> None:
    n = person.number
    put(
        tables, "logs", n, clientId=n, userId=1, createdDate="2026-04-01T10:00:00+0000",
        message=f"{person.first} rings from {person.phone}",
    )  # fmt: skip
    for number in (4 * n, 4 * n + 1):
        put(
            tables, "tickets", number, clientId=n, subject=f"No sync, call {person.phone}", emailFromAddress=person.email,
            emailFromName=person.name, phoneFrom=None, status=0, createdAt="2026-04-01T10:00:00+0000",
        )  # fmt: skip
        for at, staff in ((2 * number, None), (2 * number + 1, 1)):
            put(
                tables, "activities", at, ticketId=number, userId=staff, type="comment", createdAt="2026-04-01T10:00:00+0000",
                comment={
                    "body": f"My router {person.mac} at {person.ip}",
                    "emailFromAddress": None if staff else person.email,
                    "emailFromName": None if staff else person.name,
                },
            )  # fmt: skip
    put(
        tables, "jobs", n, clientId=n, title=f"Visit {person.name}", description=f"ring {person.phone}", address=person.street,
        gpsLat="52.1", gpsLon="13.1", date="2026-04-03T10:00:00+0000", status=2,
    )  # fmt: skip


def _papers(tables: Tables, person: Person) -> None:
    n = person.number
    put(
        tables,
        "refunds",
        n,
        clientId=n,
        createdDate="2026-05-03T00:00:00+0000",
        amount=3.0,
        currencyCode="EUR",
        note=person.name,
    )
    put(
        tables, "quotes", n, clientId=n, number=f"Q{n}", createdDate="2021-02-01T00:00:00+0000", total=30.0,
        clientFirstName=person.first, clientLastName=person.last, notes=None,
    )  # fmt: skip
    # More than one page of papers.
    for number in range(200 * n, 200 * n + (130 if n == ANNA else 2)):
        put(
            tables,
            "documents",
            number,
            clientId=n,
            name=f"{person.last}.pdf",
            type="pdf",
            createdDate="2021-03-01T00:00:00+0000",
        )
