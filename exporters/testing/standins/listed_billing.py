"""Stand-ins for two billing systems that publish no interface: a plain one of lists, as `rest.yaml` of each assumes, with bad manners.

Filters compare whole values and ignore case, one that is not known filters nothing, pages are short (however many rows are asked
for), numbers are integers in lists and texts in single records, texts come with HTML entities, a list leaks a hash of the token's
owner, deleted rows stay in a bin, and a PATCH with an unknown name, a null or a taken user name changes nothing.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, ClassVar

from exporters.testing.standins.people import ANNA, NAMESAKE, SUBSCRIBERS
from exporters.testing.standins.server import Answer, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Asked, Tables

    Row = dict[str, Any]

TOKEN, LEAKED = "stand-in-token", "5f4dcc3b-hash-of-an-administrator"
_MOST = 40
"""Rows of one page, whatever is asked for."""


def password(number: int) -> str:
    """The portal's password of a subscriber, shown to whoever reads her record."""
    return f"portal-{number}-Klartext!"


def google_id(number: int) -> str:
    """The subject id of her Google account: 21 digits."""
    return f"1{number:020d}"


class ListedBilling(StandIn):
    """See the module."""

    forbidden = Answer({"message": "Your address 192.0.2.77 may not call this"}, 403)
    more: ClassVar[str] = ""
    """The list this system has besides the four."""

    def __init__(self) -> None:
        super().__init__()
        self.deaf: frozenset[str] = frozenset()
        """Filters this installation does not know."""

    @classmethod
    def own_fields(cls, person: Person) -> Row:
        """What only this system knows of a subscriber."""
        raise NotImplementedError

    @classmethod
    def own_row(cls, person: Person) -> Row:
        """A row of the list `more`."""
        raise NotImplementedError

    def fill(self) -> Tables:
        """A record each, invoices and a payment, tickets of some; texts name the housemate's neighbours, too."""
        tables: Tables = {name: {} for name in ("customers", "invoices", "payments", "tickets", self.more)}
        for person in self.people:
            n = person.number
            tables["customers"][str(n)] = {
                "id": n, "username": person.username, "password": password(n), "name": person.name, "company": person.company,
                "email": person.email, "phone": person.phone, "address": person.street, "city": person.city,
                "zip": person.postcode, "country": person.country, "status": "active", "marketing": "yes",
                "notes": f"calls from {person.phone}", **self.own_fields(person),
            }  # fmt: skip
            whole = {"customer_id": n, "date": "2026-02-11", "amount": "20.00"}
            for at in range(45 if n == ANNA else 1):
                _put(
                    tables,
                    "invoices",
                    n * 100 + at,
                    {**whole, "billed_to": f"{person.name}, {person.street}", "status": "paid"},
                )
            _put(tables, "payments", n, {**whole, "method": "card", "card": f"4111 **** {n:04d}"})
            for at in range(2 if n % 2 else 1):
                text = f"I am {person.name} <{person.email}>, call {person.phone}"
                _put(
                    tables,
                    "tickets",
                    n * 10 + at,
                    {"customer_id": n, "date": "2026-03-01", "subject": "Slow", "message": text},
                )
            _put(tables, self.more, n, {"customer_id": n, **self.own_row(person)})
        return tables

    def secrets(self) -> tuple[str, ...]:
        """Passwords, cards, and the hash each list leaks."""
        numbers = range(1, SUBSCRIBERS + 1)
        return (LEAKED, *map(password, numbers), *(f"4111 **** {number:04d}" for number in numbers))

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """As every row says."""
        return int(row["id" if table == "customers" else "customer_id"])

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return self.expired
        table, *key = asked.path
        if table not in self.tables or len(key) > 1:
            return Answer("<html>Not Found</html>", 404, {"Content-Type": "text/html"})
        if not key:
            return self._list(table, asked) if asked.method == "GET" else Answer({"message": "Method"}, 405)
        row = self.tables[table].get(key[0])
        if row is None or row.get("binned"):
            return Answer({"message": "No such record"}, 404)
        if asked.method == "GET":
            return Answer({**_shown(row), "id": str(row["id"])})
        return self._write(table, row, asked)

    def _list(self, table: str, asked: Asked) -> Answer:
        rows = [row for row in self.tables[table].values() if not row.get("binned")]
        for name, value in asked.query:
            if rows and name in rows[0] and name not in self.deaf:
                rows = [row for row in rows if str(row[name]).casefold() == value.casefold()]
        start, size = int(asked.given("offset", "0")), min(int(asked.given("limit", "20")), _MOST)
        return Answer({"data": [_shown(row) for row in rows[start : start + size]], "total": len(rows), "by": LEAKED})

    def _write(self, table: str, row: Row, asked: Asked) -> Answer:
        if asked.method == "DELETE" and table in {"tickets", self.more}:
            # The bin holds the number and nothing of what stood in the row.
            kept = {"id": row["id"], "customer_id": row["customer_id"], "binned": True}
            row.clear()
            row.update(kept)
            self.wrote()
            return Answer(None, 204)
        data = asked.data
        if asked.method != "PATCH" or table != "customers" or not isinstance(data, dict):
            return Answer({"message": "Method"}, 405)
        taken = {one["username"] for one in self.tables[table].values() if one is not row}
        if any(name == "id" or name not in row or not isinstance(value, str) for name, value in data.items()):
            return Answer({"message": f"Invalid: {data}"}, 422)
        if not data.get("username", "-") or data.get("username") in taken:
            return Answer({"message": f"User name taken: {data}"}, 409)
        row.update(data)
        self.wrote()
        return Answer(_shown(row))


class InterfaceBilling(ListedBilling):
    """Interface Billing: the Google account some sign in with, and who visited the portal from where."""

    name = "interface_billing"
    more = "visits"

    @classmethod
    def own_fields(cls, person: Person) -> Row:
        signs_in = person.number % 3 == 1 or person.number == NAMESAKE
        return {"google_id": google_id(person.number) if signs_in else ""}

    @classmethod
    def own_row(cls, person: Person) -> Row:
        return {
            "date": "2026-05-01 10:00:00",
            "ip": person.ip,
            "browser": "Browser/1.0",
            "referrer": "https://example.com/",
        }


class INetBills(ListedBilling):
    """iNetBills: a secret question, a picture, the device at the line."""

    name = "inetbills"
    more = "devices"

    def fill(self) -> Tables:
        tables = super().fill()
        tables["recordings"] = {}
        for person in self.people:
            n = person.number
            _put(tables, "recordings", n, {"customer_id": n, "date": "2026-01-02", "file": f"photos/{n}.jpg"})
        return tables

    def secrets(self) -> tuple[str, ...]:
        return (*super().secrets(), *(f"cat-{number}-Klartext" for number in range(1, SUBSCRIBERS + 1)))

    @classmethod
    def own_fields(cls, person: Person) -> Row:
        n = person.number
        return {"secret_question": "My cat?", "secret_answer": f"cat-{n}-Klartext"}

    @classmethod
    def own_row(cls, person: Person) -> Row:
        return {"mac": person.mac, "ip": person.ip, "model": "CPE & router"}


def _put(tables: Tables, table: str, number: int, row: Row) -> None:
    tables[table][str(number)] = {"id": number, **row}


def _shown(row: Row) -> Row:
    return {name: html.escape(value) if isinstance(value, str) else value for name, value in row.items()}
