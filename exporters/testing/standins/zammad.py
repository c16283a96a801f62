"""A stand-in for a Zammad: users, tickets, messages with files, over REST v1 with a token.

Searches are full text and capped whatever is asked for, tickets may be missing from the index, unknown attributes are dropped without a
word, a login that is taken gets digits, a missing row and a wrong address are both a JSON 404, deleting a ticket takes all in it along.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from exporters.testing.standins.server import Answer, StandIn
from exporters.testing.standins.zammad_rows import AGENT, rows, shown_user

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporters.testing.standins.server import Asked, Tables

    Row = dict[str, Any]

TOKEN = "zammad-Klartext-token"  # noqa: S105 -- of the stand-in
PAGE = 40
"""Rows of a page at most, whatever is asked for."""
_WORDS = (
    "login firstname lastname email phone mobile fax web department street zip city country address note vip active"
)
WRITABLE = frozenset(_WORDS.split())
_FLAGS = frozenset({"vip", "active"})
_NO = (False, 0, "0", "f", "F", "false", "FALSE", "off", "OFF")
_BY_CUSTOMER = re.compile(r"customer_id:(\d+)")
_FEW = 15
"""Tickets of each kind that the list beside a customer shows."""


class Zammad(StandIn):
    """See the module. `unindexed`: numbers of tickets the search does not know yet; `indexed`: whether there is a search index at all."""

    name = "zammad"
    forbidden = Answer({"error": "Not authorized", "error_human": "Not authorized"}, 403)
    expired = Answer({"error": "Invalid token.", "error_human": "Invalid token."}, 401)

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.indexed = True
        self.unindexed: set[int] = set()
        self.groups = [1, 2]
        """Groups whose tickets the user behind the token reads in full."""

    def fill(self) -> Tables:
        return rows(self.people)

    def secrets(self) -> tuple[str, ...]:
        """Hashes of passwords, which some answers would show."""
        return tuple(row["password"] for row in self.tables["users"].values())

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """As it was filled."""
        return int(row["oracle"]) or None

    def answer(self, asked: Asked) -> Answer:
        if asked.path[:2] != ("api", "v1"):
            return _no_route(asked)
        if asked.headers.get("authorization") != f"Token token={self.token}":
            return self.expired
        found = self._about_users(asked) if asked.path[2:3] in {("users",), ("groups",)} else self._about_tickets(asked)
        return found or _no_route(asked)

    def _about_users(self, asked: Asked) -> Answer | None:
        match asked.method, asked.path[2:]:
            case "GET", ("users",):
                return Answer(self._page(asked, self.tables["users"].values()))
            case "GET", ("users", "me"):
                groups = {str(one): ["full"] for one in self.groups}
                return Answer({**shown_user(self.tables["users"][str(AGENT)]), "group_ids": groups})
            case "GET", ("users", "search"):
                return Answer([shown_user(row) for row in self._page(asked, self._full_text(asked.given("query")))])
            case "GET", ("groups",):
                return Answer(
                    [{"id": number, "name": name, "active": True} for number, name in ((1, "Users"), (2, "Billing"))]
                )
            case _, ("users", key):
                return self._user(asked, key)
        return None

    def _about_tickets(self, asked: Asked) -> Answer | None:
        match asked.method, asked.path[2:]:
            case "GET", ("ticket_customer",):
                return self._beside(asked.given("customer_id"))
            case "GET", ("tickets", "search"):
                return self._searched(asked)
            case _, ("tickets", key):
                return self._ticket(asked, key)
            case "GET", ("ticket_articles", "by_ticket", key):
                return self._articles(key)
            case "GET", ("ticket_attachment", ticket, article, key):
                return self._file(ticket, article, key)
        return None

    def _page(self, asked: Asked, found: Iterable[Row]) -> list[Row]:
        size = min(int(asked.given("per_page") or PAGE), PAGE)
        start = (int(asked.given("page") or 1) - 1) * size
        return [
            {name: one for name, one in row.items() if name != "oracle"} for row in list(found)[start : start + size]
        ]

    def _full_text(self, query: str) -> list[Row]:
        wanted = query.lower()
        columns = ("login", "firstname", "lastname", "email", "phone", "note")
        return [
            row
            for row in self.tables["users"].values()
            if any(wanted in str(row[one] or "").lower() for one in columns)
        ]

    def _user(self, asked: Asked, key: str) -> Answer:
        row = self.tables["users"].get(key)
        if row is None:
            return _missing("User", key)
        if asked.method == "GET":
            return Answer(shown_user(row))
        if asked.method != "PUT":
            return _no_route(asked)
        return self._changed(row, asked.data)

    def _changed(self, row: Row, data: Any) -> Answer:
        if not isinstance(data, dict):
            return _unprocessable("no attributes")
        given = {name: _cast(name, value) for name, value in data.items() if name in WRITABLE}
        email = given.get("email")
        others = [one for one in self.tables["users"].values() if one is not row]
        if email and "@" not in email:
            return _unprocessable(f"Invalid email '{email}'")
        if email and email in {one["email"] for one in others}:
            return _unprocessable(f"Email address '{email}' is already used for another user.")
        after = {**row, **given}
        if "email" in given and row["email"] == after["login"] != email:
            after["login"] = email or "auto-1750000000-123456"
        while after["login"] in {one["login"] for one in others}:
            after["login"] += "7"
        if not (after["firstname"] or after["lastname"]) and after["email"]:
            after["firstname"] = after["email"].partition("@")[0].capitalize()
        row.update({**after, "updated_at": f"2026-06-15T08:00:00.{len(self.calls):03d}Z"})
        self.wrote()
        return Answer(shown_user(row))

    def _beside(self, customer: str) -> Answer:
        hers = [
            row
            for row in self.tables["tickets"].values()
            if str(row["customer_id"]) == customer and row["group_id"] in self.groups
        ]
        ids = {
            kind: [row["id"] for row in hers if (row["state"] == "open") is (kind == "open")][:_FEW]
            for kind in ("open", "closed")
        }
        return Answer({"ticket_ids_open": ids["open"], "ticket_ids_closed": ids["closed"], "assets": {}})

    def _searched(self, asked: Asked) -> Answer:
        # Without an index the words are looked for as they stand, and no ticket says "customer_id:7".
        found = _BY_CUSTOMER.fullmatch(asked.given("query")) if self.indexed else None
        tickets = [
            row
            for row in self.tables["tickets"].values()
            if found
            and row["customer_id"] == int(found[1])
            and row["id"] not in self.unindexed
            and row["group_id"] in self.groups
        ]
        page = self._page(asked, tickets)
        if asked.given("expand") == "true":
            return Answer(page)
        return Answer({"tickets": [row["id"] for row in page], "tickets_count": len(page), "assets": {"Ticket": {}}})

    def _ticket(self, asked: Asked, key: str) -> Answer:
        row = self.tables["tickets"].get(key)
        if row is None:
            return _missing("Ticket", key)
        if row["group_id"] not in self.groups:
            return self.forbidden
        if asked.method == "GET":
            names = () if asked.given("expand") == "true" else ("group", "state", "priority", "customer", "owner")
            return Answer({name: one for name, one in row.items() if name not in {"oracle", *names}})
        if asked.method != "DELETE":
            return _no_route(asked)
        for table in ("articles", "attachments"):
            inside = self.tables[table]
            for one in [one for one, message in inside.items() if message["ticket_id"] == row["id"]]:
                del inside[one]
        del self.tables["tickets"][key]
        self.wrote()
        return Answer("", 200)

    def _articles(self, key: str) -> Answer:
        if key not in self.tables["tickets"]:
            return _missing("Ticket", key)
        hers = [row for row in self.tables["articles"].values() if str(row["ticket_id"]) == key]
        return Answer([self._article(row) for row in hers])

    def _article(self, row: Row) -> Row:
        files = [
            {
                "id": one["id"],
                "store_file_id": 1,
                "filename": one["filename"],
                "size": str(one["size"]),
                "preferences": {"Mime-Type": one["type"]},
            }
            for one in self.tables["attachments"].values()
            if one["article_id"] == row["id"]
        ]
        return {**{name: one for name, one in row.items() if name != "oracle"}, "attachments": files}

    def _file(self, ticket: str, article: str, key: str) -> Answer:
        row = self.tables["attachments"].get(key)
        if row is None or str(row["article_id"]) != article:
            return Answer({"error": "The file does not belong to the specified article."}, 403)
        if str(row["ticket_id"]) != ticket:
            return Answer({"error": "The article does not belong to the specified ticket."}, 403)
        return Answer(base64.b64decode(row["data"]), 200, {"Content-Type": row["type"]})


def _cast(name: str, value: Any) -> Any:
    """As Rails casts: few words mean no, all others yes; addresses and logins in small letters."""
    if name in _FLAGS:
        return value not in _NO
    return str(value).strip().lower() if name in {"email", "login"} and value is not None else value


def _missing(kind: str, key: str) -> Answer:
    text = f"Couldn't find {kind} with 'id'={key}"
    return Answer({"error": text, "error_human": text}, 404)


def _no_route(asked: Asked) -> Answer:
    text = f"No route matches [{asked.method}] /{'/'.join(asked.path)}"
    return Answer({"error": text, "error_human": text}, 404)


def _unprocessable(text: str) -> Answer:
    return Answer({"error": text, "error_human": text}, 422)
