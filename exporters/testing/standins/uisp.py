"""A stand-in for UISP's CRM API as public clients speak it: an application key in a header, limit and offset, PATCH.

A filter it does not know filters nothing; lists of clients hide the archived; a body with a field that is not writable is
refused, in words that quote it; deleting a client needs an archived one and takes her invoices along.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from exporters.testing.standins.server import Answer, StandIn
from exporters.testing.standins.uisp_rows import password, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.server import Asked, Tables

    Row = dict[str, Any]

KEY = "stand-in-app-key"
PATHS: Mapping[str, str] = {
    "clients": "clients",
    "clients/contacts": "contacts",
    "clients/bank-accounts": "bank_accounts",
    "clients/services": "services",
    "invoices": "invoices",
    "payments": "payments",
    "refunds": "refunds",
    "quotes": "quotes",
    "client-logs": "logs",
    "documents": "documents",
    "ticketing/tickets": "tickets",
    "ticketing/tickets/activities": "activities",
    "scheduling/jobs": "jobs",
}
NO_LIST = {"clients/contacts", "clients/bank-accounts"}
_INVOICES = {
    "invoiceStreet1",
    "invoiceStreet2",
    "invoiceCity",
    "invoiceZipCode",
    "invoiceAddressSameAsContact",
    "companyWebsite",
}
_PLACE = {"street1", "street2", "city", "zipCode", "addressGpsLat", "addressGpsLon"}
WRITABLE: Mapping[str, set[str]] = {
    "clients": _PLACE | _INVOICES | {
        "userIdent", "previousIsp", "isLead", "clientType", "companyName", "companyRegistrationNumber", "companyTaxId", "firstName",
        "companyContactFirstName", "companyContactLastName", "lastName", "username", "password", "note",
    },
    "contacts": {"name", "email", "phone", "isBilling", "isContact"},
    "bank_accounts": {"accountNumber"},
    "services": _PLACE | {"name", "note"},
    "logs": {"message"},
    "tickets": {"subject", "status"},
    "jobs": {"title", "description", "address", "gpsLat", "gpsLon", "date", "status"},
}  # fmt: skip
DELETABLE = {"clients", "contacts", "bank_accounts", "logs", "tickets", "jobs"}
_SWITCH = re.compile(r"clients/services/(\d+)/(suspend|cancel-suspend)")
_MOST = 10_000


def _refused(text: str) -> Answer:
    return Answer({"code": 422, "message": "Validation failed.", "errors": [text]}, 422)


class Uisp(StandIn):
    """See the module. `denied`: tables the key has no right to; `lacking`: tables this version has no calls for."""

    name = "uisp"
    forbidden = Answer({"code": 403, "message": "Access from 192.0.2.77 denied."}, 403)
    expired = Answer({"code": 401, "message": "Invalid or missing application key."}, 401)
    missing = Answer({"code": 404, "message": "Object not found."}, 404)

    def __init__(self) -> None:
        super().__init__()
        self.denied: frozenset[str] = frozenset()
        self.lacking: frozenset[str] = frozenset()

    def fill(self) -> Tables:
        return rows(self.people)

    def secrets(self) -> tuple[str, ...]:
        """The passwords for the client zone."""
        return tuple(password(person.number) for person in self.people)

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """Messages and items through the row they belong to."""
        if table == "clients":
            return int(row["id"])
        if table == "activities":
            return int(self.tables["tickets"][str(row["ticketId"])]["clientId"])
        if table == "invoice_items":
            return int(self.tables["invoices"][str(row["invoiceId"])]["clientId"])
        return int(row["clientId"])

    def answer(self, asked: Asked) -> Answer:
        if asked.path[:3] != ("crm", "api", "v1.0"):
            return Answer("<html>Not Found</html>", 404, {"Content-Type": "text/html"})
        if asked.headers.get("x-auth-app-key") != KEY:
            return self.expired
        return self._routed(asked, "/".join(asked.path[3:]))

    def _routed(self, asked: Asked, path: str) -> Answer:
        switch = _SWITCH.fullmatch(path)
        if switch and asked.method == "PATCH":
            return self._switched(switch[1], switch[2])
        if path in PATHS and path not in NO_LIST:
            if asked.method != "GET":
                return Answer({"code": 405, "message": "Method not allowed"}, 405)
            return self._listed(PATHS[path], dict(asked.query), dict(asked.query))
        above, _, key = path.rpartition("/")
        return self._single(asked, PATHS[above], key) if above in PATHS else self.missing

    def _listed(self, table: str, only: Mapping[str, str], query: Mapping[str, str]) -> Answer:
        if table in self.denied:
            return self.forbidden
        if table in self.lacking:
            return self.missing
        found = [row for row in self.tables[table].values() if self._fits(table, row, only)]
        start, size = int(query.get("offset") or 0), min(int(query.get("limit") or _MOST), _MOST)
        return Answer([self._shown(table, row) for row in found[start : start + size]])

    def _fits(self, table: str, row: Row, only: Mapping[str, str]) -> bool:
        if table == "clients":
            mails = [str(one["email"]).casefold() for one in self._of("contacts", row)]
            if row["isArchived"] != (only.get("isArchived") == "1"):
                return False
            return ("email" not in only or only["email"].casefold() in mails) and (
                "username" not in only or str(row["username"]) == only["username"]
            )
        return all(str(row[name]) == only[name] for name in ("clientId", "ticketId") if name in only and name in row)

    def _of(self, table: str, client: Row) -> list[Row]:
        return [one for one in self.tables[table].values() if one["clientId"] == client["id"]]

    def _shown(self, table: str, row: Row) -> Row:
        if table == "clients":
            return {
                **{name: value for name, value in row.items() if name != "password"},
                "contacts": self._of("contacts", row),
                "bankAccounts": [
                    {"id": one["id"], "accountNumber": one["accountNumber"]} for one in self._of("bank_accounts", row)
                ],
                "attributes": self._of("attributes", row),
                "tags": [],
            }
        if table == "invoices":
            items = [one for one in self.tables["invoice_items"].values() if one["invoiceId"] == row["id"]]
            return {
                **row,
                "items": [{name: value for name, value in one.items() if name != "invoiceId"} for one in items],
            }
        return dict(row)

    def _single(self, asked: Asked, table: str, key: str) -> Answer:
        row = self.tables[table].get(key)
        if table in self.denied:
            return self.forbidden
        if row is None:
            return self.missing
        match asked.method:
            case "GET":
                return Answer(self._shown(table, row))
            case "PATCH":
                return self._patched(table, row, asked.data)
            case "DELETE" if table in DELETABLE:
                return self._deleted(table, key, row)
            case _:
                return Answer({"code": 405, "message": "Method not allowed"}, 405)

    def _patched(self, table: str, row: Row, data: Any) -> Answer:
        if not isinstance(data, dict):
            return Answer({"code": 400, "message": "Bad request"}, 400)
        for name, value in data.items():
            if name not in WRITABLE.get(table, set()):
                return _refused(f"This form should not contain extra fields: {name} {value}")
            if isinstance(value, dict | list):
                return _refused(f"{name} is not valid: {value}")
        person = data.get("clientType", row.get("clientType")) == 1
        if table == "clients" and person and not ({**row, **data}["firstName"] and {**row, **data}["lastName"]):
            return _refused("firstName and lastName should not be blank")
        taken = {one["username"] for one in self.tables["clients"].values() if one is not row}
        if table == "clients" and data.get("username") and data["username"] in taken:
            return _refused(f"username {data['username']} is already used")
        row.update(data)
        self.wrote()
        return Answer(self._shown(table, row))

    def _switched(self, key: str, call: str) -> Answer:
        row = self.tables["services"].get(key)
        if row is None:
            return self.missing
        before, after = (1, 3) if call == "suspend" else (3, 1)
        if row["status"] != before:
            return _refused("The service cannot be changed in its status")
        row["status"] = after
        self.wrote()
        return Answer(dict(row))

    def _deleted(self, table: str, key: str, row: Row) -> Answer:
        if table == "clients" and not row["isArchived"]:
            return _refused("Only archived clients can be deleted")
        gone = {(table, key)}
        if table == "clients":
            gone = self.hers(row["id"])
        if table == "tickets":
            gone |= {
                ("activities", at) for at, one in self.tables["activities"].items() if one["ticketId"] == row["id"]
            }
        for where, at in gone:
            del self.tables[where][at]
        self.wrote()
        return Answer(None, 204)
