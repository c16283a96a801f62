"""Rows of the billing system that people wrote or left behind: tickets, notes, consents, log-ins, mails, audit entries."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from dsr.demo import names, texts
from dsr.demo.billing_rows import Rows, add, at
from dsr.demo.people import HOMONYMS, SEED, Person, by_position, subscribers

WITHDRAWN_SHARE = 0.2


def add_contacts(rows: Rows, today: date) -> None:
    """Append the contact history of every subscriber to `rows`, built as of `today`."""
    rng = random.Random(SEED + 2)
    for person in subscribers():
        last_day = person.left_on(today) or today
        for index in range(rng.randint(0, 2) if person.n > max(HOMONYMS) else rng.randint(1, 3)):
            _ticket(rows, person, last_day - timedelta(days=rng.randint(3, 300)), index, rng)
        _notes(rows, person, last_day, rng)
        _consents(rows, person, today, last_day, rng)
        _logins(rows, person, last_day, rng)
        _mails(rows, person, last_day, rng)
        _audit(rows, person, last_day, rng)
    _mix_up(rows, today)
    _prospects(rows, today)


def _fill(text: str, person: Person) -> str:
    return text.format(
        name=person.name,
        customer_no=person.customer_no,
        street=person.address.street,
        town=person.address.town,
        phone=person.phone,
        email=person.email or "–",
        mac=person.mac,
        iban=person.iban,
        iban_end=person.iban[-4:],
    )


def _ticket(rows: Rows, person: Person, day: date, index: int, rng: random.Random) -> None:
    choices = texts.DIALOGUES.get(person.language, texts.DIALOGUES["en"])
    subject, messages = choices[(person.n + index) % len(choices)]
    agent = rng.randint(1, len(names.STAFF))
    ticket = add(
        rows,
        "tickets",
        ticket_no=f"T-{20001 + len(rows['tickets'])}",
        customer_id=person.n,
        staff_id=agent,
        subject=subject,
        status="closed",
        channel="mail" if person.email else "phone",
        contact_email=person.email or None,
        contact_phone=person.phone,
        opened_at=at(day, 7, 40),
        closed_at=at(day + timedelta(days=2), 16),
    )
    for step, (author, body) in enumerate(messages):
        by_staff = author == "staff"
        add(
            rows,
            "ticket_messages",
            ticket_id=ticket,
            author_kind=author,
            staff_id=agent if by_staff else None,
            sent_at=at(day, 8 + 2 * step, rng.randint(0, 59)),
            from_ip=None if by_staff else person.ipv4,
            body=_fill(body, person),
        )
    if person.n % 4 == 1:
        _note(
            rows,
            ("ticket", ticket),
            agent,
            day,
            _fill("Line tested for {name}: noise on the copper pair in {street}.", person),
        )


def _note(rows: Rows, about: tuple[str, int], agent: int, day: date, body: str) -> None:
    """A note points at a customer, a contract or a ticket by type and number, without a foreign key."""
    add(rows, "notes", about_type=about[0], about_id=about[1], staff_id=agent, written_at=at(day, 17, 5), body=body)


def _notes(rows: Rows, person: Person, last_day: date, rng: random.Random) -> None:
    day = last_day - timedelta(days=rng.randint(5, 200))
    agent = rng.randint(1, len(names.STAFF))
    if person.n % 2:
        _note(rows, ("customer", person.n), agent, day, _fill(rng.choice(texts.NOTES), person))
    if person.n % 6 == 0:
        _note(
            rows, ("contract", person.n), agent, day, _fill("{name} wants to switch to Fibre 1000 next year.", person)
        )


def _mix_up(rows: Rows, today: date) -> None:
    subject, other = by_position(HOMONYMS[1]), by_position(HOMONYMS[2])
    body = texts.MIX_UP.format(other_no=other.customer_no, other_email=other.email)
    _note(rows, ("customer", subject.n), 3, today - timedelta(days=75), body)


def _consents(rows: Rows, person: Person, today: date, last_day: date, rng: random.Random) -> None:
    given = at(person.joined_on(today), 10, 30)
    for purpose in ("newsletter", "traffic_data_marketing", "profiling")[: rng.randint(0, 3)]:
        withdrawn = at(last_day - timedelta(days=rng.randint(1, 60)), 20) if rng.random() < WITHDRAWN_SHARE else None
        add(
            rows,
            "consents",
            customer_id=person.n,
            purpose=purpose,
            given_at=given,
            withdrawn_at=withdrawn,
            source="order form",
            ip=person.ipv4,
            wording_version="2023-04",
        )
    if person.n % 3 != 1:
        rows["marketing_profiles"].append(
            {
                "customer_id": person.n,
                "newsletter_email": person.email or None,
                "segment": rng.choice(("family", "gamer", "silver", "price-driven")),
                "churn_score": round(rng.random(), 3),
                "interests": {
                    "products": rng.sample(["tv", "mobile", "speed", "security"], 2),
                    "contact": person.email or None,
                },
                "scored_at": at(last_day - timedelta(days=20), 3),
            }
        )
    if person.n % 4 == 2:
        add(
            rows,
            "credit_checks",
            customer_id=person.n,
            agency="Beispiel-Auskunft GmbH",
            agency_reference=f"BA{person.n:07d}",
            score=rng.randint(300, 990),
            checked_on=person.joined_on(today),
        )


def _login(rows: Rows, customer: int | None, login: str, **rest: Any) -> None:
    add(rows, "portal_logins", customer_id=customer, login=login, **rest)


def _logins(rows: Rows, person: Person, last_day: date, rng: random.Random) -> None:
    if not person.email:
        return
    for _ in range(rng.randint(2, 9)):
        day = last_day - timedelta(days=rng.randint(1, 90))
        stamp = at(day, rng.randint(6, 22), rng.randint(0, 59))
        _login(
            rows, person.n, person.email, at=stamp, ip=person.ipv4, user_agent=rng.choice(texts.AGENTS), success=True
        )
    if person.n % 5 == 0:
        # A failed attempt is stored before the customer is known: only the typed login ties it to her.
        stamp = at(last_day - timedelta(days=9), 23, 11)
        _login(
            rows, None, person.email.upper(), at=stamp, ip="198.51.100.77", user_agent=texts.AGENTS[0], success=False
        )


def _mails(rows: Rows, person: Person, last_day: date, rng: random.Random) -> None:
    """Sent mail carries no customer number; the address is the only link."""
    if not person.email:
        return
    for subject, body in rng.sample(texts.MAILS, rng.randint(1, len(texts.MAILS))):
        stamp = at(last_day - timedelta(days=rng.randint(2, 120)), 5, 30)
        add(
            rows,
            "sent_mails",
            to_email=person.email,
            subject=_fill(subject, person),
            sent_at=stamp,
            body=_fill(body, person),
        )


def _audit(rows: Rows, person: Person, last_day: date, rng: random.Random) -> None:
    stamp = at(last_day - timedelta(days=rng.randint(10, 250)), 11, 20)
    details: dict[str, str | None] = {"field": "phone", "old": f"+447700900{800 + person.n}", "new": person.phone}
    add(
        rows,
        "audit_log",
        at=stamp,
        staff_id=3,
        action="customer.update",
        entity_type="customer",
        entity_id=person.n,
        details=details,
    )
    if person.n % 7 == 0:
        details = {"mail": person.email or None, "reason": "address check"}
        add(
            rows,
            "audit_log",
            at=stamp,
            staff_id=1,
            action="contract.view",
            entity_type="contract",
            entity_id=person.n,
            details=details,
        )


def _prospects(rows: Rows, today: date) -> None:
    """People who asked for an offer; one of them became a customer later, and nobody joined the two records."""
    known = by_position(13)
    for name, email, phone, street in (
        (known.name, known.email, known.phone, known.address.street),
        ("Ida Feldkamp", "ida.feldkamp@example.net", "+447700900191", "Lindenweg 2"),
        ("Maria Kowalska", "maria.k.kowalska@example.org", "+447700900192", "Kupferplatz 8"),
    ):
        add(
            rows,
            "prospects",
            name=name,
            email=email,
            phone=phone,
            street=street,
            asked_at=at(today - timedelta(days=400), 12),
            interest="Fibre 250",
        )
