"""The rows of the Splynx stand-in: strings where the original has strings, zero dates, fields of the provider's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.testing.standins.people import ANNA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Tables

TABLES = (
    "customers", "additional", "notes", "documents", "services", "invoices", "invoice_items", "payments", "transactions", "tickets",
    "messages",
)  # fmt: skip
NEVER = "0000-00-00 00:00:00"
DELETED = 150
"""A subscriber whom somebody deleted: hidden, and there to be restored."""


def busy(person: Person) -> bool:
    """Whether a subscriber has something of everything."""
    return person.number % 10 == ANNA


def password(number: int) -> str:
    """The password of a subscriber for the portal; `pw` before it is that of the line."""
    return f"portal-{number}-Klartext!"


def rows(people: Iterable[Person]) -> Tables:
    """Everything of these subscribers."""
    tables: Tables = {name: {} for name in TABLES}
    for person in people:
        _customer(tables, person)
        _money(tables, person)
        if busy(person):
            _talk(tables, person)
    return tables


def put(tables: Tables, table: str, key: object, **row: Any) -> None:
    """One row; the number is a text, as lists show it."""
    tables[table][str(key)] = {"id": str(key).rpartition("/")[2], **row}


def _customer(tables: Tables, person: Person) -> None:
    n = person.number
    elsewhere = n % 50 == ANNA + 10
    put(
        tables, "customers", n, status="active", partner_id="1", location_id="1", login=person.username, password=password(n),
        name=person.name, email=f"other{n}@example.net" if elsewhere else person.email,
        billing_email=person.email if elsewhere or busy(person) else "", phone=person.phone, category="person",
        street_1=person.street, zip_code=person.postcode, city=person.city, gps=f"52.{n},13.{n}" if busy(person) else "",
        date_add="2021-03-01", last_online=NEVER, last_update="2026-05-01 06:00:00", billing_type="recurring",
        deleted="1" if n == DELETED else "0",
    )  # fmt: skip
    for name, value in (
        ("birthday", person.born),
        ("passport", f"P{n}X" if busy(person) else ""),
        ("router_mac", person.mac),
    ):
        put(tables, "additional", f"{n}/{name}", customer_id=str(n), value=value)
    put(
        tables, "services", n, customer_id=str(n), tariff_id="3", description=f"Fibre at {person.street}", status="active",
        unit_price="30.0000", start_date="2021-03-01", end_date="0000-00-00", login=person.username, password=f"pw{password(n)}",
        ipv4=person.ip, mac=person.mac,
    )  # fmt: skip


def _money(tables: Tables, person: Person) -> None:
    n = person.number
    for number in (20 * n, 20 * n + 1):
        put(
            tables, "invoices", number, customer_id=str(n), number=f"2026{number}", date_created="2026-05-01", real_create_datetime=NEVER,
            date_payment="2026-05-02", total="30.0000", status="paid", note="", memo="",
        )  # fmt: skip
        put(
            tables,
            "invoice_items",
            f"{number}/{number + 1}",
            invoice_id=str(number),
            description=f"Line {person.username}",
            price="30.0000",
        )
        put(
            tables, "payments", number, customer_id=str(n), invoice_id=str(number), payment_type="1", receipt_number=f"R{number}",
            date="2026-05-02", amount="30.0000", comment=f"from {person.name}",
        )  # fmt: skip
        put(
            tables, "transactions", number, customer_id=str(n), type="debit", date="2026-05-01", total="30.0000",
            description=f"Fibre {person.username}", comment="",
        )  # fmt: skip


def _talk(tables: Tables, person: Person) -> None:
    n = person.number
    put(
        tables, "notes", n, customer_id=str(n), datetime="2026-04-01 10:00:00", administrator_id="1", name="Admin", title="Call",
        comment=f"{person.first} rings from {person.phone}", type="comment",
    )  # fmt: skip
    put(
        tables,
        "documents",
        n,
        customer_id=str(n),
        added_by="admin",
        type="contract",
        title=f"Contract {person.name}",
        description="",
    )
    for number in (4 * n, 4 * n + 1):
        put(
            tables, "tickets", number, customer_id=str(n), subject=f"No sync, call {person.phone}", status_id="3", priority="low",
            created_at="2026-04-01 10:00:00", deleted="0",
        )  # fmt: skip
        for at, author in ((2 * number, "customer"), (2 * number + 1, "admin")):
            put(
                tables, "messages", at, ticket_id=str(number), customer_id=str(n) if author == "customer" else "0", author_type=author,
                date="2026-04-01", time="10:00:00", mail_to=person.email if author == "admin" else "", mail_cc="",
                message=f"<p>My router {person.mac} at {person.ip}</p>",
            )  # fmt: skip
