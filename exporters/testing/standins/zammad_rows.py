"""The rows of the Zammad stand-in: a customer each, some in one organisation, tickets with messages and files, and two of the staff."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from exporters.testing.standins.people import ANNA, NAMESAKE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Tables

AGENT = 3
"""Number of the user behind the token; customers count from 1000."""
MANY = 45
"""Further tickets of the namesake: more than a page."""
_STAFF = "agent.smith@example.net"


def shown_user(row: Mapping[str, Any]) -> dict[str, Any]:
    """A user as single answers and searches show one; plain lists have shown the password's hash, too."""
    return {name: value for name, value in row.items() if name not in {"oracle", "password"}}


def rows(people: Iterable[Person]) -> Tables:
    """All tables. `oracle` is the customer number of whose row it is, 0 for nobody's."""
    tables: Tables = {"users": {}, "tickets": {}, "articles": {}, "attachments": {}}
    tables["users"][str(AGENT)] = _user(AGENT, 0, _STAFF, ("Agent", "Smith"), None)
    for person in people:
        _person(tables, person)
    return tables


def _user(number: int, oracle: int, email: str, name: tuple[str, str], note: str | None) -> dict[str, Any]:
    first, last = name
    return {
        "id": number, "oracle": oracle, "login": email.lower(), "email": email.lower(), "firstname": first, "lastname": last,
        "password": f"$argon2id$v=19$hash-{number}", "note": note, "organization_id": 5, "phone": "", "mobile": "", "fax": "", "web": "",
        "department": "", "street": "", "zip": "", "city": "", "country": "", "address": "", "vip": False, "active": True,
        "image": None, "preferences": {"locale": "en-us"}, "last_login": None, "created_at": "2024-02-03T10:00:00.000Z",
        "updated_at": "2026-01-02T03:04:05.000Z",
    }  # fmt: skip


def _person(tables: Tables, person: Person) -> None:
    n = person.number
    key = 1000 + n
    # Somebody else's note that quotes Anna's address, so that a search for it finds two.
    note = f"Forwards for {_anna(tables)}" if n == NAMESAKE else None
    row = _user(key, n, person.email, (person.first, person.last), note)
    row |= {
        "phone": person.phone,
        "street": person.street,
        "zip": person.postcode,
        "city": person.city,
        "country": person.country,
    }
    if n % 7 == 0:
        row["preferences"] = {
            "locale": "de-de",
            "mail_delivery_failed": True,
            "mail_delivery_failed_reason": f"<{person.email.lower()}> unknown",
        }
    tables["users"][str(key)] = row
    for number in range(n % 3 + (MANY if n == NAMESAKE else 0)):
        _ticket(tables, person, number)


def _anna(tables: Tables) -> str:
    found = tables["users"].get(str(1000 + ANNA))
    return str(found["email"]) if found else "nobody"


def _ticket(tables: Tables, person: Person, number: int) -> None:
    n = person.number
    key = 20_000 + n * 100 + number
    tables["tickets"][str(key)] = {
        "id": key, "oracle": n, "number": f"31{key}", "title": f"No line at {person.street}", "group_id": 1 + number % 2, "group": "Users",
        "state": ("open", "closed", "merged")[number % 3], "priority": "2 normal", "customer_id": 1000 + n, "customer": person.email.lower(),
        "owner": _STAFF, "organization_id": 5, "created_at": "2026-02-03T04:05:06.000Z", "close_at": None,
    }  # fmt: skip
    for at, (sender, source) in enumerate((("Customer", person.email.lower()), ("Agent", f"Agent Smith <{_STAFF}>"))):
        message = key * 10 + at
        tables["articles"][str(message)] = {
            "id": message, "oracle": n, "ticket_id": key, "from": source, "to": "support@example.net", "cc": "neighbour@example.org",
            "subject": f"Fault, {person.name}", "body": f"<p>Call {person.phone}</p>", "content_type": "text/html", "type": "email",
            "sender": sender, "internal": at == 1, "created_by": _STAFF, "created_at": "2026-02-03T04:05:06.000Z",
        }  # fmt: skip
        if at == 0 and number < 2:  # noqa: PLR2004 -- the first two
            data = f"%PDF-1.4 router of {person.username} \x00\xff".encode("latin-1", "replace")
            tables["attachments"][str(message + 5)] = {
                "id": message + 5, "oracle": n, "article_id": message, "ticket_id": key, "filename": f"fault {n}.pdf", "type": "application/pdf",
                "size": len(data), "data": base64.b64encode(data).decode(),
            }  # fmt: skip
