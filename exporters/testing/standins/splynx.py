"""A stand-in for Splynx's API 2.0 as public clients speak it: signed log-ins whose nonce must grow, tokens that end, PUT and 202.

Filters are `main_attributes[name]`; a name that is not known filters nothing. Deleting a customer hides it, and all of its
documents and services with it, until somebody restores it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from typing import TYPE_CHECKING, Any

from exporters.testing.standins.people import subscribers
from exporters.testing.standins.server import Answer, StandIn
from exporters.testing.standins.splynx_rows import password, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.server import Asked, Tables

    Row = dict[str, Any]

KEY, SECRET = "stand-in-key", "stand-in-secret"
PATHS: Mapping[str, str] = {
    "customers/customer": "customers",
    "customers/customer-notes": "notes",
    "customers/customer-documents": "documents",
    "finance/invoices": "invoices",
    "finance/payments": "payments",
    "finance/transactions": "transactions",
    "support/tickets": "tickets",
    "support/ticket-messages": "messages",
}
_FILTER = re.compile(r"main_attributes\[(\w+)\]")
_SERVICES = re.compile(r"customers/customer/(\d+)/internet-services(?:--(\d+))?")
_PAGE = 1000


class Splynx(StandIn):
    """See the module. `lives`: seconds a token is said to be good for; `denied`: paths the key has no right to."""

    name = "splynx"
    forbidden = Answer({"error": {"code": 403, "message": "Access denied for 192.0.2.77"}}, 403)
    expired = Answer({"error": {"code": 401, "message": "Token expired"}}, 401)

    def __init__(self) -> None:
        super().__init__()
        self.lives = 1800
        self.denied: frozenset[str] = frozenset()
        self.log_ins = 0
        self._nonce = 0
        self._token = ""

    def fill(self) -> Tables:
        return rows(subscribers())

    def secrets(self) -> tuple[str, ...]:
        """The passwords for the portal, and within them those of the lines."""
        return tuple(password(number) for number in range(1, 301))

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """Messages and items through the row they belong to."""
        if table == "customers":
            return int(row["id"])
        if table == "messages":
            return int(self.tables["tickets"][row["ticket_id"]]["customer_id"])
        if table == "invoice_items":
            return int(self.tables["invoices"][row["invoice_id"]]["customer_id"])
        return int(row["customer_id"])

    def end_sessions(self) -> None:
        """Every token handed out is worth nothing from now on."""
        self._token = ""

    def answer(self, asked: Asked) -> Answer:
        if asked.path[:3] != ("api", "2.0", "admin"):
            return Answer("<html>Not Found</html>", 404, {"Content-Type": "text/html"})
        path = "/".join(asked.path[3:])
        if path == "auth/tokens" and asked.method == "POST":
            return self._log_in(asked.data or {})
        if not self._token or asked.headers.get("authorization") != f"Splynx-EA (access_token={self._token})":
            return self.expired
        if any(path.startswith(one) for one in self.denied):
            return self.forbidden
        return self._answered(asked, path)

    def _log_in(self, data: Mapping[str, str]) -> Answer:
        nonce = str(data.get("nonce", ""))
        signature = hmac.new(SECRET.encode(), f"{nonce}{KEY}".encode(), hashlib.sha256).hexdigest().upper()
        known = data.get("auth_type") == "api_key" and data.get("key") == KEY and nonce.isdigit()
        if not known or data.get("signature") != signature or int(nonce) <= self._nonce:
            return Answer({"error": {"code": 401, "message": "Signature is wrong"}}, 401)
        self._nonce, self.log_ins = int(nonce), self.log_ins + 1
        self._token = hashlib.sha256(nonce.encode()).hexdigest()
        until = int(time.time()) + self.lives
        return Answer(
            {
                "access_token": self._token,
                "access_token_expiration": until,
                "refresh_token": "r",
                "refresh_token_expiration": until,
            },
            201,
        )

    def _answered(self, asked: Asked, path: str) -> Answer:
        services = _SERVICES.fullmatch(path)
        if services:
            table, key, only = "services", services[2], {"customer_id": services[1]}
        else:
            above, _, last = path.rpartition("/")
            table, key = (PATHS.get(path, ""), None) if path in PATHS else (PATHS.get(above, ""), last)
            only = {found[1]: value for name, value in asked.query if (found := _FILTER.fullmatch(name))}
        if not table:
            return Answer({"error": {"code": 404, "message": "Unknown path"}}, 404)
        if key is None:
            return Answer(self._list(table, only, dict(asked.query))) if asked.method == "GET" else Answer({}, 405)
        row = self.tables[table].get(key)
        if row is None or row.get("deleted") == "1" or (services and row["customer_id"] != services[1]):
            return Answer({"error": {"code": 404, "message": "Not Found"}}, 404)
        match asked.method:
            case "GET":
                return Answer({**self._shown(table, row), "id": int(row["id"])})
            case "PUT":
                return self._put(table, row, asked.data)
            case _:
                return self._deleted(table, key, row)

    def _list(self, table: str, only: Mapping[str, str], query: Mapping[str, str]) -> list[Row]:
        def fits(row: Row) -> bool:
            known = {name: value for name, value in only.items() if name in row}
            return row.get("deleted") != "1" and all(
                str(row[name]).casefold() == value.casefold() for name, value in known.items()
            )

        found = [self._shown(table, row) for row in self.tables[table].values() if fits(row)]
        start = int(query.get("offset") or 0)
        return found[start : start + int(query.get("limit") or _PAGE)]

    def _shown(self, table: str, row: Row) -> Row:
        if table == "customers":
            own = [one for one in self.tables["additional"].values() if one["customer_id"] == row["id"]]
            return {**row, "additional_attributes": {one["id"]: one["value"] for one in own}, "customer_labels": []}
        if table == "invoices":
            items = [one for one in self.tables["invoice_items"].values() if one["invoice_id"] == row["id"]]
            return {
                **row,
                "items": [{name: value for name, value in one.items() if name != "invoice_id"} for one in items],
            }
        return dict(row)

    def _put(self, table: str, row: Row, data: Any) -> Answer:
        if not isinstance(data, dict):
            return Answer([{"field": "", "message": "Body is no object"}], 422)
        refused = self._refused(table, row, data)
        if refused:
            return Answer([{"field": refused, "message": f"{refused} {data[refused]} is not possible"}], 422)
        for name, value in data.items():
            if name == "additional_attributes":
                for own, text in value.items():
                    if f"{row['id']}/{own}" in self.tables["additional"]:
                        self.tables["additional"][f"{row['id']}/{own}"]["value"] = text
            elif name in row and name not in {"id", "customer_id", "deleted"}:
                row[name] = "" if value is None else value
        if "last_update" in row:
            row["last_update"] = "2026-06-15 08:00:00"
        self.wrote()
        return Answer("", 202)

    def _refused(self, table: str, row: Row, data: Row) -> str:
        """The field the original would not take; its message repeats the value."""
        others = [one for one in self.tables[table].values() if one is not row]
        if table in {"customers", "services"} and "login" in data:
            taken = any(one["login"].casefold() == str(data["login"]).casefold() for one in others)
            if taken or not data["login"]:
                return "login"
        if table == "customers" and not data.get("name", "x"):
            return "name"
        known = {"new", "active", "blocked", "disabled"}
        return "status" if table == "customers" and data.get("status", "new") not in known else ""

    def _deleted(self, table: str, key: str, row: Row) -> Answer:
        if "deleted" in row:
            # Restorable: everything stays.
            row["deleted"] = "1"
        else:
            del self.tables[table][key]
        self.wrote()
        return Answer(None, 204)
