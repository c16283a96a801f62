"""What the stand-in for a Stripe account holds: customers with everything that hangs on them, and what hangs on nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.testing.standins.people import ANNA, NAMESAKE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Tables

DELETED, TWICE, SHOUTED, MIXED = 149, 40, 60, 18
"""Deleted in Stripe itself; a customer twice; twice, once in capitals; kept with capitals where nobody types them."""
MADE = 1_735_776_000
"""The second (UTC) the first record was made: 2 January 2025."""
TABLES = ("customers", "subscriptions", "invoices", "invoice_lines", "charges", "payment_methods", "tax_ids")


def customer_id(number: int, copy: int = 0) -> str:
    """The id of a subscriber's customer; `copy` 1: of the second one."""
    return f"cus_Q{copy}x{number:011d}"


def filled(people: Iterable[Person]) -> Tables:
    """All rows: `oracle` says whose each is, 0 stands for nobody."""
    tables: Tables = {name: {} for name in TABLES}
    for person in people:
        _customer(tables, person)
        if person.number in {TWICE, SHOUTED}:
            _twin(tables, person)
    # Somebody who paid without an account: the charge has no customer, only an address.
    _charge(tables, 0, "ch_3Guest", {"customer": None, "billing_details": _billing("Guest", "guest@example.net", "")})
    return tables


def _customer(tables: Tables, person: Person) -> None:
    n, key = person.number, customer_id(person.number)
    email = person.email.replace("example", "Example") if n == MIXED else person.email
    tables["customers"][key] = {
        "id": key, "object": "customer", "oracle": n, "created": MADE + n, "livemode": True, "balance": 0, "currency": "eur",
        "name": person.name, "email": email, "phone": person.phone, "address": _address(person),
        "description": f"Asked to be called on {person.phone}" if n % 3 == 1 else None,
        "shipping": {"name": person.name, "phone": person.phone, "address": _address(person)} if n % 4 == 1 else None,
        "metadata": {"login": person.username, "installer_note": f"router {person.mac}"} if n % 2 else {},
        "preferred_locales": ["de"] if n % 5 == 0 else [], "tax_exempt": "none", "delinquent": False,
    }  # fmt: skip
    _contract(tables, person, key)
    _documents(tables, person, key)
    _payment_methods(tables, person, key)
    if n == DELETED:
        # What `DELETE` in Stripe leaves: a stub. Invoices and charges keep their copies of name and address.
        tables["customers"][key] = {"id": key, "object": "customer", "deleted": True, "oracle": n}
        for table in ("payment_methods", "tax_ids", "subscriptions"):
            tables[table] = {one: row for one, row in tables[table].items() if row["oracle"] != n}


def _twin(tables: Tables, person: Person) -> None:
    key = customer_id(person.number, 1)
    email = person.email.upper() if person.number == SHOUTED else person.email
    tables["customers"][key] = {
        "id": key, "object": "customer", "oracle": person.number, "created": MADE + 900, "livemode": True, "balance": 0,
        "currency": None, "name": person.name, "email": email, "phone": None, "address": None, "description": None,
        "shipping": None, "metadata": {}, "preferred_locales": [], "tax_exempt": "none", "delinquent": False,
    }  # fmt: skip


def _contract(tables: Tables, person: Person, key: str) -> None:
    n = person.number
    for number in range(1 + n % 4 // 3 + (2 if n == NAMESAKE else 0)):
        one = f"sub_1S{n:05d}n{number}"
        tables["subscriptions"][one] = {
            "id": one, "object": "subscription", "oracle": n, "customer": key, "created": MADE + n + number,
            # The later ones have ended, so a list that is not asked for all leaves them out.
            "status": "canceled" if number else "active", "canceled_at": MADE + 99 if number else None,
            "start_date": MADE + n, "current_period_start": MADE, "current_period_end": MADE + 2_592_000,
            "currency": "eur", "description": None, "metadata": {"line": person.username} if n % 2 else {},
            "items": {"object": "list", "data": [{"id": f"si_{n}", "price": {"nickname": "Fibre 100", "unit_amount": 2990}}]},
        }  # fmt: skip
    if n % 5 == 2:  # noqa: PLR2004 -- every fifth is in business
        one = f"txi_1T{n:05d}"
        tables["tax_ids"][one] = {
            "id": one, "object": "tax_id", "oracle": n, "customer": key, "created": MADE + n, "type": "eu_vat",
            "value": f"DE{n:09d}", "country": "DE", "verification": {"verified_name": person.name},
        }  # fmt: skip


def _documents(tables: Tables, person: Person, key: str) -> None:
    n = person.number
    for number in range(1 + 2 * (n % 20 == ANNA) + (2 if n == NAMESAKE else 0)):
        one, charge = f"in_1I{n:05d}n{number}", f"ch_3C{n:05d}n{number}"
        tables["invoices"][one] = {
            "id": one, "object": "invoice", "oracle": n, "customer": key, "created": MADE + number * 2_678_400,
            "number": f"NW-{n:04d}-{number:04d}", "status": "paid", "total": 2990, "amount_paid": 2990, "currency": "eur",
            "customer_name": person.name, "customer_email": person.email, "customer_phone": person.phone,
            "customer_address": _address(person), "description": None, "charge": charge, "metadata": {},
            "period_start": MADE, "period_end": MADE + 2_592_000,
            "hosted_invoice_url": f"https://invoice.stripe.com/i/acct_1/live_{n}x{number}Klartext",
            "invoice_pdf": f"https://pay.stripe.com/invoice/acct_1/live_{n}x{number}Klartext/pdf",
        }  # fmt: skip
        for part in range(4 if n % 20 == ANNA else 1):
            line = f"il_1L{n:05d}n{number}p{part}"
            tables["invoice_lines"][line] = {
                "id": line, "object": "line_item", "oracle": n, "of": one, "amount": 2990, "currency": "eur", "quantity": 1,
                "description": f"Fibre 100 for {person.street}" if part == 0 else f"Option {part}",
                "period": {"start": MADE, "end": MADE + 2_592_000}, "metadata": {},
            }  # fmt: skip
        billing = _billing(person.name, person.email, person.phone)
        _charge(
            tables,
            n,
            charge,
            {"customer": key, "invoice": one, "receipt_email": person.email, "billing_details": billing},
        )


def _charge(tables: Tables, owner: int, key: str, more: dict[str, Any]) -> None:
    tables["charges"][key] = {
        "id": key, "object": "charge", "oracle": owner, "created": MADE + owner, "amount": 2990, "amount_refunded": 0,
        "currency": "eur", "status": "succeeded", "description": None, "receipt_email": None, "invoice": None, "metadata": {},
        "payment_method_details": {"type": "card", "card": _card(owner, 9)},
        "receipt_url": f"https://pay.stripe.com/receipts/{key}Klartext", **more,
    }  # fmt: skip


def _payment_methods(tables: Tables, person: Person, key: str) -> None:
    n = person.number
    for number in range(1 + (n % 5 == 1) + 4 * (n % 20 == ANNA)):
        one, debit = f"pm_1P{n:05d}n{number}", bool(number % 2)
        print_of = {"fingerprint": f"SepaPrint{n:05d}", "last4": "3000", "country": "DE", "bank_code": "37040044"}
        tables["payment_methods"][one] = {
            "id": one, "object": "payment_method", "oracle": n, "customer": key, "created": MADE + n + number,
            "type": "sepa_debit" if debit else "card", "metadata": {},
            "billing_details": {**_billing(person.name, person.email, person.phone), "address": _address(person)},
            **({"sepa_debit": print_of} if debit else {"card": _card(n, number)}),
        }  # fmt: skip


def _card(owner: int, number: int) -> dict[str, Any]:
    prints = {"fingerprint": f"CardPrint{owner:05d}n{number}", "last4": "4242", "exp_month": 7, "exp_year": 2031}
    return {"brand": "visa", "country": "DE", **prints}


def _billing(name: str, email: str, phone: str) -> dict[str, Any]:
    return {"name": name, "email": email, "phone": phone or None, "address": None}


def _address(person: Person) -> dict[str, Any]:
    return {
        "line1": person.street, "line2": None, "city": person.city, "state": None,
        "postal_code": person.postcode, "country": person.country,
    }  # fmt: skip
