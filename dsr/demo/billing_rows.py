"""Rows of the billing system: who has which contract, what was invoiced, what was paid."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from dsr.demo import names
from dsr.demo.people import HOUSEHOLD, SEED, Person, by_position, subscribers

Row = dict[str, Any]
Rows = defaultdict[str, list[Row]]
PAPER_SHARE = 0.1
VAT_RATE = Decimal("0.19")
INVOICE_MONTHS = 18
COLLECTED_AFTER = 10
"""Days until an invoice is collected by direct debit; younger ones are open."""
LANDLINES = {HOUSEHOLD[0]: "+442079460101", HOUSEHOLD[1]: "+442079460101", 5: "+442079460105"}
"""Land lines by position; the family shares one, so it points to nobody in particular."""


def add(rows: Rows, table: str, **values: Any) -> int:
    """Append a row to `table` and return its number, counted from 1."""
    number = len(rows[table]) + 1
    rows[table].append({"id": number, **values})
    return number


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A naive UTC time stamp, as the billing system writes them."""
    return datetime.combine(day, time(hour, minute), tzinfo=UTC).replace(tzinfo=None)


def master_rows(today: date) -> Rows:
    """Plans, staff, addresses, customers, contracts, services, invoices, items and payments, built as of `today`."""
    rng = random.Random(SEED + 1)
    rows: Rows = defaultdict(list)
    rows["plans"] = [
        {"code": code, "label": label, "monthly_price": Decimal(price)} for code, label, price in names.PLANS
    ]
    for login, name, email, role in names.STAFF:
        add(rows, "staff", login=login, name=name, email=email, role=role)
    for address in dict.fromkeys(person.address for person in subscribers()):
        place = {"latitude": 48 + rng.random(), "longitude": 11 + rng.random()}
        rows["addresses"].append(
            {"id": address.id, "street": address.street, "postcode": address.postcode, "town": address.town}
            | {"region": address.region, "country": address.country}
            | place
        )
    for person in subscribers():
        _customer(rows, person, today)
        contract = _contract(rows, person, today)
        _invoices(rows, person, contract, today, rng)
    return rows


def _customer(rows: Rows, person: Person, today: date) -> None:
    joined = at(person.joined_on(today), 10, person.n % 60)
    add(
        rows,
        "customers",
        customer_no=person.customer_no,
        kind="company" if person.company else "person",
        first_name=person.first,
        last_name=person.last,
        company_name=person.company or None,
        vat_id=person.vat_id or None,
        birth_date=None if person.company else person.born,
        email=person.email or None,
        phone=person.phone,
        landline=LANDLINES.get(person.n),
        language=person.language,
        address_id=person.address.id,
        iban=person.iban,
        account_holder=by_position(HOUSEHOLD[0]).name if person.n in HOUSEHOLD else person.bill_to,
        portal_password_hash=f"pbkdf2_sha256$600000$invented{person.n:04d}$not-a-real-hash",
        status="ended" if person.left_days is not None else "active",
        marketing_blocked=person.n % 9 == 0,
        created_at=joined,
        updated_at=joined + timedelta(days=30),
        cancelled_on=person.left_on(today),
    )


def _contract(rows: Rows, person: Person, today: date) -> int:
    joined, left = person.joined_on(today), person.left_on(today)
    contract = add(
        rows,
        "contracts",
        customer_id=person.n,
        contract_no=f"V{joined:%Y}-{person.n:05d}",
        plan_code=names.PLANS[person.plan][0],
        signed_on=joined,
        minimum_until=joined + timedelta(days=730),
        ended_on=left,
        signature_file=f"contracts/{person.customer_no}.pdf",
    )
    add(
        rows,
        "services",
        contract_id=contract,
        kind="internet",
        radius_username=person.username,
        mac_address=person.mac.replace("-", ":").lower(),
        ipv4=person.ipv4,
        ipv6_prefix=person.ipv6_prefix,
        phone_number=None,
        device_serial=f"NWR{person.n:06d}",
        active=left is None,
    )
    if person.n % 3 == 0:
        add(
            rows,
            "services",
            contract_id=contract,
            kind="voice",
            radius_username=None,
            mac_address=None,
            ipv4=None,
            ipv6_prefix=None,
            phone_number=person.phone,
            device_serial=None,
            active=left is None,
        )
    return contract


def _invoices(rows: Rows, person: Person, contract: int, today: date, rng: random.Random) -> None:
    """One invoice a month while the contract ran, at most the last eighteen; old ones of former subscribers stay for tax law."""
    last = person.left_on(today) or today
    months = min(INVOICE_MONTHS, max(1, (last - person.joined_on(today)).days // 30))
    _, label, price = names.PLANS[person.plan]
    for back in range(months, 0, -1):
        issued = last - timedelta(days=30 * back - 25)
        if issued > today:
            continue
        gross = Decimal(price) + (Decimal("2.99") if rng.random() < PAPER_SHARE else 0)
        net = (gross / (1 + VAT_RATE)).quantize(Decimal("0.01"))
        invoice = _invoice(rows, person, issued, net, gross, open_=issued > today - timedelta(days=COLLECTED_AFTER))
        add(
            rows,
            "invoice_items",
            invoice_id=invoice,
            description=_item_text(person, label, issued),
            quantity=1,
            amount=Decimal(price),
        )
        if gross != Decimal(price):
            add(
                rows,
                "invoice_items",
                invoice_id=invoice,
                description="Paper invoice by post",
                quantity=1,
                amount=gross - Decimal(price),
            )
        if issued <= today - timedelta(days=COLLECTED_AFTER):
            _payment(rows, person, invoice, issued, gross)
    if person.left_on(today) is None and person.n % 11 == 0:
        rows["contracts"][contract - 1]["minimum_until"] = today + timedelta(days=90)


def _item_text(person: Person, label: str, issued: date) -> str:
    """Some operators type the subscriber into the line text: free text where nobody expects it."""
    extra = f" – {person.name}, {person.address.street}" if person.n % 5 == 0 else ""
    return f"{label}, {issued:%m/%Y}{extra}"


def _invoice(rows: Rows, person: Person, issued: date, net: Decimal, gross: Decimal, *, open_: bool) -> int:
    number = f"R{issued:%Y}-{len(rows['invoices']) + 10001}"
    return add(
        rows,
        "invoices",
        invoice_no=number,
        customer_id=person.n,
        issued_on=issued,
        due_on=issued + timedelta(days=14),
        buyer_name=person.name,
        buyer_company=person.company or None,
        buyer_vat_id=person.vat_id or None,
        buyer_street=person.address.street,
        buyer_postcode=person.address.postcode,
        buyer_town=person.address.town,
        buyer_country=person.address.country,
        buyer_email=person.email or None,
        net=net,
        vat=gross - net,
        gross=gross,
        status="open" if open_ else "paid",
        pdf_file=f"invoices/{number}.pdf",
    )


def _payment(rows: Rows, person: Person, invoice: int, issued: date, gross: Decimal) -> None:
    add(
        rows,
        "payments",
        invoice_id=invoice,
        paid_on=issued + timedelta(days=COLLECTED_AFTER),
        amount=gross,
        method="direct_debit",
        payer_name=rows["customers"][person.n - 1]["account_holder"],
        payer_iban=person.iban,
        reference=f"{rows['invoices'][invoice - 1]['invoice_no']} {person.customer_no}",
    )
