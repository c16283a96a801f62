"""The rows of the FOSSBilling stand-in, as its tables hold them (0.7): no foreign keys, copies of the buyer in invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.testing.standins.people import ANNA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Tables

TABLES = (
    "client",
    "client_order",
    "client_order_status",
    "service_custom",
    "invoice",
    "invoice_item",
    "transaction",
    "client_balance",
    "support_ticket",
    "support_ticket_message",
    "support_ticket_note",
    "support_p_ticket",
    "support_p_ticket_message",
    "activity_client_email",
    "activity_client_history",
    "activity_system",
)
SHOWN = (
    "id", "aid", "email", "email_approved", "type", "company", "company_vat", "company_number", "first_name", "last_name",
    "gender", "birthday", "phone_cc", "phone", "address_1", "address_2", "city", "state", "postcode", "country", "currency",
    "notes", "created_at", "document_nr",
)  # fmt: skip
"""What the API shows of a client to everybody; an administrator sees more."""
ADDON, PENDING = 1000, 2000
"""Orders that belong to another order count from the one, orders not set up yet from the other."""
PENDING_AT = 30
"""Of fifty subscribers the one whose second order is not set up yet."""
DAY = "2026-05-01 06:00:00"


def busy(person: Person) -> bool:
    """Whether a subscriber has something of everything."""
    return person.number % 10 == ANNA


def secrets_of(number: int) -> tuple[str, ...]:
    """What is a subscriber's and no answer may tell: the key of the API, the password of the line, links without log-in."""
    return (f"token-{number}-x", f"pw-{number}-Klartext!", f"hash-{number}-", f"plain-{number}-")


def rows(people: Iterable[Person]) -> Tables:
    """Everything of these subscribers, and what belongs to nobody."""
    tables: Tables = {name: {} for name in TABLES}
    for person in people:
        _client(tables, person)
        _orders(tables, person)
        _money(tables, person)
        _talk(tables, person)
        _traces(tables, person)
    put(
        tables,
        "activity_system",
        90_001,
        priority=6,
        admin_id=1,
        client_id=None,
        message="Executed cron",
        ip="192.0.2.1",
    )
    return tables


def put(tables: Tables, table: str, key: int, **row: Any) -> None:
    """One row with its number and its two stamps."""
    tables[table][str(key)] = {"id": key, **row, "created_at": DAY, "updated_at": DAY}


def _client(tables: Tables, person: Person) -> None:
    n = person.number
    put(
        tables, "client", n, aid=f"K{n:05d}", client_group_id=1, role="client", auth_type=None, email=person.email,
        **{"pass": f"$2y$10${n}"}, status="active", email_approved=1, tax_exempt=0, type="individual", first_name=person.first,
        last_name=person.last, gender="other" if n % 3 else None, birthday=person.born, phone_cc="44",
        phone=person.phone.removeprefix("+44"), company=person.company or None, company_vat=None, company_number=None,
        address_1=person.street, address_2=None, city=person.city, state=None, postcode=person.postcode,
        country=person.country, document_type=None, document_nr=f"ID{n}" if busy(person) else None,
        notes=f"{person.first} rings from {person.phone}" if busy(person) else None, currency="EUR", lang=None,
        ip=person.ip, api_token=f"token-{n}-x", custom_1=person.username if busy(person) else None, custom_2="",
    )  # fmt: skip


def _orders(tables: Tables, person: Person) -> None:
    n = person.number
    numbers = [n, *([ADDON + n] if busy(person) else []), *([PENDING + n] if n % 50 == PENDING_AT else [])]
    for number in numbers:
        addon, pending = number == ADDON + n, number == PENDING + n
        config = {"username": person.username, "ip": person.ip, "period": "1M", "password": f"pw-{n}-Klartext!"}
        put(
            tables, "client_order", number, client_id=n, product_id=2 if addon else 1, form_id=None, group_id=f"g{n}",
            group_master=0 if addon else 1, title=f"Line at {person.street}", currency="EUR", service_id=None if pending else number,
            service_type="custom", period="1M", quantity=1, unit="product", price="30.00", discount=None,
            status="pending_setup" if pending else "active", reason=None,
            notes=f"Router {person.mac}" if addon else None, config=config, expires_at=DAY,
            unpaid_invoice_id=20 * n + 1 if pending else None,
        )  # fmt: skip
        put(
            tables,
            "client_order_status",
            3 * number,
            client_order_id=number,
            status="active",
            notes=f"set up for {person.username}",
        )
        if not pending:
            put(tables, "service_custom", number, client_id=n, plugin=None, plugin_config=None, config=config)


def _money(tables: Tables, person: Person) -> None:
    n = person.number
    for number in (20 * n, 20 * n + 1):
        buyer = {
            "first_name": person.first, "last_name": person.last, "company": person.company, "address": person.street,
            "city": person.city, "state": "", "country": person.country, "phone": person.phone, "email": person.email,
            "zip": person.postcode,
        }  # fmt: skip
        put(
            tables, "invoice", number, client_id=n, serie="FB", nr=str(number), hash=f"hash-{n}-{number}", currency="EUR",
            status="paid", notes=None, text_1=f"Delivered to {person.street}", buyer=buyer, due_at=DAY, paid_at=DAY,
        )  # fmt: skip
        put(
            tables, "invoice_item", 3 * number, invoice_id=number, type="order", rel_id=n, status="executed",
            title=f"Line of {person.last}", quantity=1, price="30.00",
        )  # fmt: skip
        put(
            tables, "transaction", number, invoice_id=number, gateway_id=1, txn_id=f"T-{number}", txn_status="complete",
            amount="30.00", currency="EUR", type="payment", status="processed", ip=person.ip, note=None,
            ipn={"payer_email": person.email},
        )  # fmt: skip
    put(
        tables,
        "client_balance",
        n,
        client_id=n,
        type="gift",
        rel_id=None,
        amount="5.00",
        description=f"for {person.email}",
    )


def _talk(tables: Tables, person: Person) -> None:
    n = person.number
    if busy(person):
        for number in (4 * n, 4 * n + 1):
            put(
                tables, "support_ticket", number, support_helpdesk_id=1, client_id=n, priority=100, status="closed",
                subject=f"No sync at {person.street}", rel_type="order", rel_id=n, rel_task=None, rel_new_value=None,
            )  # fmt: skip
            for at, admin in ((2 * number, None), (2 * number + 1, 1)):
                put(
                    tables, "support_ticket_message", at, support_ticket_id=number, client_id=None if admin else n,
                    admin_id=admin, content=f"{person.phone} or {person.email}", attachment=None,
                    ip="192.0.2.99" if admin else person.ip,
                )  # fmt: skip
            put(
                tables,
                "support_ticket_note",
                number,
                support_ticket_id=number,
                admin_id=1,
                note=f"{person.email} from {person.ip}",
            )
        put(
            tables, "support_p_ticket", n, hash=f"plain-{n}-y", author_name=person.name, author_email=person.email,
            subject="Is there fibre?", status="open", oracle=n,
        )  # fmt: skip
        put(
            tables,
            "support_p_ticket_message",
            n,
            support_p_ticket_id=n,
            admin_id=None,
            content=f"Call {person.phone}",
            ip=person.ip,
        )


def _traces(tables: Tables, person: Person) -> None:
    n = person.number
    for number in (2 * n, 2 * n + 1) if busy(person) else (2 * n,):
        put(
            tables, "activity_client_email", number, client_id=n, sender="desk@isp.example", recipients=person.email,
            subject="Invoice", content_html=f"<p>Dear {person.name}</p>", content_text=None,
        )  # fmt: skip
    put(tables, "activity_client_history", n, client_id=n, ip=person.ip)
    if busy(person) or n % 3 == 2:  # noqa: PLR2004 -- enough of them for a second page
        put(
            tables, "activity_system", 3 * n, priority=6, admin_id=None, client_id=n, message=f"Client #{n} logged in",
            ip=person.ip,
        )  # fmt: skip
    if busy(person):
        put(
            tables, "activity_system", 3 * n + 1, priority=6, admin_id=None, client_id=None, ip=None, oracle=n,
            message=f'"{person.email}" opened public ticket "{n}"',
        )  # fmt: skip
