"""A stand-in for FOSSBilling 0.7: `GET|POST api/admin/MODULE/METHOD`, with the habits its published source shows.

Errors are HTTP 200 with `error` set, only bad credentials are 401; `page` and `per_page` count in the query only; an empty value
changes nothing; lists of orders leave out those that belong to another order; deleting an order takes its service along and makes
the orders below it orders of their own; deleting a client destroys the invoices and leaves messages and services behind.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from exporters.testing.standins.fossbilling_rows import SHOWN, rows, secrets_of
from exporters.testing.standins.fossbilling_writes import WRITES, ApiError, write
from exporters.testing.standins.people import subscribers
from exporters.testing.standins.server import Answer, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.testing.standins.server import Asked, Tables

    Row = dict[str, Any]
    Given = Mapping[str, str]

TOKEN = "stand-in-token"  # noqa: S105 -- nobody's
_PAGE = 100
_ABOVE = {
    "client_order_status": ("client_order", "client_order_id"),
    "invoice_item": ("invoice", "invoice_id"),
    "transaction": ("invoice", "invoice_id"),
    "support_ticket_message": ("support_ticket", "support_ticket_id"),
    "support_ticket_note": ("support_ticket", "support_ticket_id"),
    "support_p_ticket_message": ("support_p_ticket", "support_p_ticket_id"),
}
"""Whose a row is follows from another row: table, and the column that names it."""
_MISSING = {
    "client": "Client",
    "client_order": "Order",
    "support_ticket": "Ticket",
    "support_p_ticket": "Ticket",
    "invoice": "Invoice",
}


class FossBilling(StandIn):
    """See the module. `show_addons`: the setting of the order module that lets lists show orders below others."""

    name = "fossbilling"
    forbidden = Answer({"result": None, "error": {"message": "Not allowed from 192.0.2.77", "code": 1004}}, 403)
    expired = Answer({"result": None, "error": {"message": "Authentication failed", "code": 206}}, 401)

    def __init__(self) -> None:
        super().__init__()
        self.show_addons = False

    def fill(self) -> Tables:
        return rows(subscribers())

    def secrets(self) -> tuple[str, ...]:
        """Keys, passwords of lines and links that open records without a log-in."""
        return tuple(one for number in range(1, 301) for one in secrets_of(number))

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """Items, messages and the like through the row they belong to."""
        if "oracle" in row:
            return int(row["oracle"])
        if table in _ABOVE:
            other, column = _ABOVE[table]
            above = self.tables[other].get(str(row[column]))
            return self.owner(other, above) if above else None
        return int(row["id"] if table == "client" else row["client_id"] or 0) or None

    def answer(self, asked: Asked) -> Answer:
        expected = "Basic " + base64.b64encode(f"admin:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != expected:
            return self.expired
        method = "/".join(asked.path[2:])
        if asked.path[:2] != ("api", "admin"):
            return Answer("<html>Not Found</html>", 404, {"Content-Type": "text/html"})
        given = dict(asked.form) if asked.method == "POST" else dict(asked.query)
        try:
            return Answer({"result": self._done(method, given, dict(asked.query)), "error": None})
        except ApiError as error:
            return Answer({"result": None, "error": {"message": str(error), "code": 0}})

    def _done(self, method: str, given: dict[str, str], query: Given) -> Any:
        if method in self._lists():
            return self._page(self._lists()[method](given), query)
        if method in self._ones():
            return self._ones()[method](given)
        if method not in WRITES:
            message = f"Admin API call {method} does not exist in module"
            raise ApiError(message)
        done = write(self.tables, method, given)
        self.wrote()
        return done

    # Reading.

    def _lists(self) -> Mapping[str, Callable[[Given], list[Row]]]:
        def by_client(table: str) -> Callable[[Given], list[Row]]:
            # An empty client_id filters nothing.
            return lambda given: [
                row for row in self._newest(table) if given.get("client_id") in {None, "", "0", str(row["client_id"])}
            ]

        return {
            "client/balance_get_list": lambda given: [
                {name: row[name] for name in ("id", "description", "amount", "created_at")} | {"currency": "EUR"}
                for row in by_client("client_balance")(given)
            ],
            "client/login_history_get_list": lambda given: [
                {"id": row["id"], "ip": row["ip"], "created_at": row["created_at"], "client": self._brief(row["client_id"])}
                for row in by_client("activity_client_history")(given)
            ],
            "order/get_list": lambda given: [
                self._order(row) for row in by_client("client_order")(given) if self.show_addons or row["group_master"]
            ],
            "order/status_history_get_list": lambda given: [
                row for row in self._newest("client_order_status") if str(row["client_order_id"]) == self._one("client_order", given)
            ],
            "invoice/get_list": lambda given: [self._invoice(row) for row in by_client("invoice")(given)],
            "invoice/transaction_get_list": lambda given: [
                {name: value for name, value in row.items() if name != "ipn"}
                for row in self._newest("transaction")
                if given.get("invoice_id") in {None, "", "0", str(row["invoice_id"])}
            ],
            # The list joins the messages: a ticket without one is not in it.
            "support/ticket_get_list": lambda given: [
                shown for row in by_client("support_ticket")(given) if (shown := self._ticket(row))["messages"]
            ],
            "support/public_ticket_get_list": lambda given: [
                self._public(row, deep=False)
                for row in self._newest("support_p_ticket")
                if not given.get("email") or row["author_email"].casefold() == given["email"].casefold()
            ],
            "email/email_get_list": by_client("activity_client_email"),
            "activity/log_get_list": self._log,
        }  # fmt: skip

    def _ones(self) -> Mapping[str, Callable[[Given], Any]]:
        return {
            "client/get": self._client,
            "order/get": lambda given: self._order(self._row("client_order", given)),
            "order/service": lambda given: self._service(self._row("client_order", given)),
            "order/addons": lambda given: [
                self._order(row)
                for row in self.tables["client_order"].values()
                if row["group_id"] == self._row("client_order", given)["group_id"] and not row["group_master"]
            ],
            "invoice/get": lambda given: self._invoice(self._row("invoice", given)),
            "support/ticket_get": lambda given: self._ticket(self._row("support_ticket", given)),
            "support/public_ticket_get": lambda given: self._public(self._row("support_p_ticket", given), deep=True),
            "email/email_get": lambda given: self._row("activity_client_email", given),
        }

    def _newest(self, table: str) -> list[Row]:
        return list(reversed(self.tables[table].values()))

    def _page(self, found: list[Row], query: Given) -> Row:
        page, size = int(query.get("page") or 1), int(query.get("per_page") or _PAGE)
        part = found[(page - 1) * size : page * size]
        pages = -(-len(found) // size)
        return {
            "pages": pages,
            "page": page,
            "per_page": size,
            "total": len(found),
            "list": [_own(row) for row in part],
        }

    def _one(self, table: str, given: Given) -> str:
        return str(self._row(table, given)["id"])

    def _row(self, table: str, given: Given) -> Row:
        if not given.get("id"):
            message = "Id is missing"
            raise ApiError(message)
        row = self.tables[table].get(given["id"])
        if row is None:
            message = "Email not found" if table == "activity_client_email" else f"{_MISSING[table]} not found"
            raise ApiError(message)
        return row

    def _brief(self, number: int) -> Row:
        row = self.tables["client"].get(str(number), {})
        return {"id": number, **{name: row.get(name) for name in ("first_name", "last_name", "email")}}

    def _client(self, given: Given) -> Row:
        row = self.tables["client"].get(given.get("id", ""))
        if row is None and given.get("email"):
            alike = (
                one for one in self.tables["client"].values() if one["email"].casefold() == given["email"].casefold()
            )
            row = next(alike, None)
        if row is None:
            message = "Client not found" if given.get("id") or given.get("email") else "Client ID or email is required"
            raise ApiError(message)
        shown = {name: row[name] for name in SHOWN}
        custom = {name: value for name, value in row.items() if name.startswith("custom_") and value}
        more = {name: row[name] for name in ("auth_type", "api_token", "ip", "status", "tax_exempt", "updated_at")}
        return {**shown, "group_id": row["client_group_id"], "balance": "5.00", **custom, **more, "group": "Default"}

    def _order(self, row: Row) -> Row:
        return {
            **row,
            "total": 30,
            "meta": [],
            "active_tickets": None,
            "client": self._client({"id": str(row["client_id"])}),
        }

    def _service(self, order: Row) -> Row | None:
        row = self.tables["service_custom"].get(str(order["service_id"]))
        if row is None:
            return None
        return {
            **row["config"],
            **{name: row[name] for name in ("id", "client_id", "plugin", "updated_at", "created_at")},
        }

    def _invoice(self, row: Row) -> Row:
        lines = [one for one in self.tables["invoice_item"].values() if one["invoice_id"] == row["id"]]
        shown = [
            {name: one[name] for name in ("id", "title", "quantity", "price", "type", "rel_id", "status")}
            for one in lines
        ]
        return {
            **row,
            "total": 30.0,
            "lines": shown,
            "seller": {"company": "ISP"},
            "client": self._brief(row["client_id"]),
        }

    def _ticket(self, row: Row) -> Row:
        def below(table: str) -> list[Row]:
            author = {"name": "Demo Admin", "email": "admin@isp.example"}
            return [
                {**one, "author": author}
                for one in self.tables[table].values()
                if one["support_ticket_id"] == row["id"]
            ]

        notes = below("support_ticket_note")
        whole = {**row, "messages": below("support_ticket_message"), "client": self._brief(row["client_id"])}
        # Without a note the key is not there.
        return {**whole, "notes": notes} if notes else whole

    def _public(self, row: Row, *, deep: bool) -> Row:
        messages = [
            one for one in self.tables["support_p_ticket_message"].values() if one["support_p_ticket_id"] == row["id"]
        ]
        return {**_own(row), "messages": messages} if deep else _own(row)

    def _log(self, given: Given) -> list[Row]:
        found = self._newest("activity_system")
        if given.get("only_clients"):
            found = [row for row in found if row["client_id"] is not None]
        if given.get("search"):
            # LIKE as the caller writes it: without % it must be the whole message.
            pattern = re.escape(given["search"]).replace("%", ".*").replace("_", ".")
            found = [row for row in found if re.fullmatch(pattern, row["message"], re.IGNORECASE)]
        staff = {"staff_id": 1, "staff": {"id": 1, "name": "Demo Admin", "email": "admin@isp.example"}}
        return [{**row, **(staff if row["admin_id"] else {})} for row in found]


def _own(row: Row) -> Row:
    """A row without the column of the oracle."""
    return {name: value for name, value in row.items() if name != "oracle"}
