"""A stand-in for a Stripe account, as its API of the version 2024-06-20 answers.

Bodies are forms with nested names; lists come newest first, a page at a time after the last id; an e-mail filter looks at case; an
unknown parameter is refused, an unknown address is a 404 in JSON like a missing record (only the code differs); an id in a parameter
that nobody has is a 400; an empty text clears a value; a finished subscription changes its metadata only; a payment method changes
only while it is attached, cannot be detached twice and keeps what it said; DELETE leaves a stub.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from exporters.testing.standins.server import Answer, StandIn
from exporters.testing.standins.stripe_rows import filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.server import Asked, Tables

KEY = "rk_live_Klartext"
VERSION = "2024-06-20"
PAGE = 2
"""Rows of a page at most of everything but customers, whatever is asked for: small, so that paging happens."""
_MOST = 100
"""What `limit` may be at most."""
_FILTERS = {
    "customers": {"email"},
    "subscriptions": {"customer", "status"},
    "invoices": {"customer"},
    "charges": {"customer"},
}
_ADDRESS = {f"address[{name}]" for name in ("line1", "line2", "city", "state", "postal_code", "country")}
_BILLING = {f"billing_details[{name}]" for name in ("name", "email", "phone")}
_WRITABLE = {
    "customers": {"name", "email", "phone", "description", "shipping", "metadata", "address", *_ADDRESS},
    "subscriptions": {"description", "metadata"},
    "payment_methods": {"metadata", *_BILLING, *(f"billing_details[address]{one[7:]}" for one in _ADDRESS)},
}
_SINCE_MOVED = {
    "charges": {"invoice"},
    "invoices": {"charge"},
    "subscriptions": {"current_period_start", "current_period_end"},
}
"""What later versions of the API no longer show there."""


class Stripe(StandIn):
    """See the module. `secret`: the key that is let in."""

    name = "stripe"
    forbidden = Answer(
        {"error": {"type": "invalid_request_error", "message": "The key 'rk_live_***' lacks permissions"}}, 403
    )
    expired = Answer(
        {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided: rk_live_***"}}, 401
    )
    secret = KEY

    def fill(self) -> Tables:
        """See `stripe_rows`."""
        return filled(self.people)

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """As it was filled."""
        return int(row["oracle"]) or None

    def secrets(self) -> tuple[str, ...]:
        """Fingerprints, and addresses that open a document for whoever knows them."""
        cards = [row["payment_method_details"]["card"] for row in self.tables["charges"].values()]
        cards += [row.get("card") or row["sepa_debit"] for row in self.tables["payment_methods"].values()]
        return "Klartext", *(one["fingerprint"] for one in cards)

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {self.secret}":
            return self.expired
        if asked.path[:1] != ("v1",):
            return _unrecognized(asked)
        if asked.data is not None:
            return _error(400, "parameter_unknown", "Send your parameters form-encoded")
        return self._read(asked) if asked.method == "GET" else self._changed(asked)

    def _read(self, asked: Asked) -> Answer:
        match asked.path[1:]:
            case ("customers" | "subscriptions" | "invoices" | "charges" as table,):
                return self._list(table, asked)
            case ("customers", key, "payment_methods" | "tax_ids" as table):
                return self._hanging(table, key, asked)
            case ("invoices", key, "lines"):
                lines = [row for row in self.tables["invoice_lines"].values() if row["of"] == key]
                return self._page(lines, asked, set()) if key in self.tables["invoices"] else _missing(404, key)
            case ("customers" | "subscriptions" | "invoices" | "charges" | "payment_methods" as table, key):
                row = self.tables[table].get(key)
                return _missing(404, key) if row is None else Answer(self._shown(table, row, asked))
        return _unrecognized(asked)

    def _changed(self, asked: Asked) -> Answer:
        match asked.method, asked.path[1:]:
            case "POST", ("customers" | "subscriptions" | "payment_methods" as table, key):
                return self._update(table, key, asked)
            case "POST", ("payment_methods", key, "detach"):
                return self._detach(key, asked)
            case "DELETE", ("customers", key):
                return self._delete(key)
            case "DELETE", ("customers", key, "tax_ids", tax):
                row = self.tables["tax_ids"].get(tax)
                if row is None or row["customer"] != key:
                    return _missing(404, tax)
                del self.tables["tax_ids"][tax]
                self.wrote()
                return Answer({"id": tax, "object": "tax_id", "deleted": True})
        return _unrecognized(asked)

    def _list(self, table: str, asked: Asked) -> Answer:
        customer = asked.given("customer")
        if customer and customer not in self.tables["customers"]:
            return _missing(400, customer)
        rows = [row for row in self.tables[table].values() if not row.get("deleted")]
        if customer:
            rows = [row for row in rows if row["customer"] == customer]
        if asked.given("email"):
            rows = [row for row in rows if row["email"] == asked.given("email")]
        if table == "subscriptions" and asked.given("status") != "all":
            rows = [row for row in rows if row["status"] == (asked.given("status") or "active")]
        return self._page(rows, asked, _FILTERS[table], table)

    def _hanging(self, table: str, key: str, asked: Asked) -> Answer:
        customer = self.tables["customers"].get(key)
        if customer is None or customer.get("deleted"):
            return _missing(404, key)
        hers = [row for row in self.tables[table].values() if row["customer"] == key]
        return self._page(hers, asked, {"type"} if table == "payment_methods" else set(), table)

    def _page(self, rows: list[dict[str, Any]], asked: Asked, more: set[str], table: str = "") -> Answer:
        unknown = {name for name, _ in asked.query} - {"limit", "starting_after", "ending_before", *more}
        if unknown:
            return _error(400, "parameter_unknown", f"Received unknown parameter: {min(unknown)}")
        limit = asked.given("limit", "10")
        if not limit.isdigit() or not 1 <= int(limit) <= _MOST:
            return _error(400, "parameter_invalid_integer", "This value must be between 1 and 100")
        rows.sort(key=lambda row: (row.get("created", 0), row["id"]), reverse=True)
        after = asked.given("starting_after")
        if after:
            ids = [row["id"] for row in rows]
            if after not in ids:
                return _missing(400, after)
            rows = rows[ids.index(after) + 1 :]
        size = int(limit) if table == "customers" else min(int(limit), PAGE)
        page = [self._shown(table, row, asked) for row in rows[:size]]
        return Answer({"object": "list", "data": page, "has_more": len(rows) > size, "url": "/" + "/".join(asked.path)})

    def _shown(self, table: str, row: dict[str, Any], asked: Asked) -> dict[str, Any]:
        moved = set() if asked.headers.get("stripe-version") == VERSION else _SINCE_MOVED.get(table, set())
        return {name: value for name, value in row.items() if name not in {"oracle", "of", *moved}}

    def _update(self, table: str, key: str, asked: Asked) -> Answer:
        row = self.tables[table].get(key)
        if row is None or row.get("deleted"):
            return _missing(404, key)
        refused = _refused(table, row, asked.form)
        if refused:
            return _error(400, "parameter_invalid", refused)
        for name, value in asked.form:
            *above, last = re.findall(r"[^\[\]]+", name)
            inside = row
            for step in above:
                inside[step] = inside.get(step) or {}
                inside = inside[step]
            if "metadata" in above and not value:
                inside.pop(last, None)
            else:
                inside[last] = {} if last == "metadata" else value or None
        self.wrote()
        return Answer(self._shown(table, row, asked))

    def _detach(self, key: str, asked: Asked) -> Answer:
        row = self.tables["payment_methods"].get(key)
        if row is None:
            return _missing(404, key)
        if row["customer"] is None:
            return _error(
                400, "", "The payment method you provided is not attached to a customer so detachment is impossible."
            )
        row["customer"] = None
        self.wrote()
        return Answer(self._shown("payment_methods", row, asked))

    def _delete(self, key: str) -> Answer:
        row = self.tables["customers"].get(key)
        if row is None or row.get("deleted"):
            return _missing(404, key)
        self.tables["customers"][key] = {"id": key, "object": "customer", "deleted": True, "oracle": row["oracle"]}
        for one in self.tables["subscriptions"].values():
            one["status"] = "canceled" if one["customer"] == key else one["status"]
        self.wrote()
        return Answer({"id": key, "object": "customer", "deleted": True})


def _refused(table: str, row: Mapping[str, Any], form: tuple[tuple[str, str], ...]) -> str:
    """Why a change is not taken, quoting it; nothing when it is."""
    for name, value in form:
        plain = re.sub(r"^metadata\[.+\]$", "metadata", name)
        if plain not in _WRITABLE[table] or (name in {"metadata", "address", "shipping"} and value):
            return f"Received unknown parameter: {name}"
        if name in {"email", "billing_details[email]"} and value and "@" not in value.strip("@"):
            return f"Invalid email address: {value}"
        if row.get("status") == "canceled" and plain != "metadata":
            return "A canceled subscription can only update its cancellation_details and metadata."
        if (
            row.get("type") == "sepa_debit"
            and name in {"billing_details[name]", "billing_details[email]"}
            and not value
        ):
            return f"You cannot unset {name} of a SEPA direct debit"
    if table == "payment_methods" and row["customer"] is None:
        return "You must save this PaymentMethod to a customer before you can update it."
    return ""


def _missing(status: int, key: str) -> Answer:
    return _error(status, "resource_missing", f"No such object: '{key}'")


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(
        {"error": {"type": "invalid_request_error", "message": message, **({"code": code} if code else {})}}, status
    )


def _unrecognized(asked: Asked) -> Answer:
    return _error(404, "", f"Unrecognized request URL ({asked.method}: /{'/'.join(asked.path)}).")
