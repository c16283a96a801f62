"""What the actions of the WHMCS stand-in that change something do to its rows."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.server import Tables

    Row = dict[str, Any]

_UPDATES: Mapping[str, tuple[str, str, str]] = {
    # action: (table, parameter that names the row, what it says when there is none)
    "updateclient": ("clients", "clientid", "Client ID Not Found"),
    "updatecontact": ("contacts", "contactid", "Contact ID Not Found"),
    "updateuser": ("users", "user_id", "Invalid User ID requested"),
    "updateticket": ("tickets", "ticketid", "Ticket ID Not Found"),
    "updatequote": ("quotes", "quoteid", "Quote ID Not Found"),
    "updateinvoice": ("invoices", "invoiceid", "Invoice ID Not Found"),
    "updateclientproduct": ("products", "serviceid", "Service ID Not Found"),
    "updateclientdomain": ("domains", "domainid", "Domain ID Not Found"),
    "updateclientaddon": ("addons", "id", "Addon ID Not Found"),
    "updatetransaction": ("transactions", "transactionid", "Transaction ID Not Found"),
}
_DELETES: Mapping[str, tuple[str, str, str]] = {
    "deletecontact": ("contacts", "contactid", "Contact ID Not Found"),
    "deletepaymethod": ("paymethods", "paymethodid", "Invalid Pay Method ID"),
    "deleteticket": ("tickets", "ticketid", "Ticket ID not found"),
    "deletequote": ("quotes", "quoteid", "Quote ID Not Found"),
    "deleteticketnote": ("ticket_notes", "noteid", "Note ID Not Found"),
}
WRITES = frozenset({*_UPDATES, *_DELETES, "addclientnote", "closeclient", "deleteclient", "logactivity"})
_RENAMED = {"serviceusername": "username", "servicepassword": "password", "suspendreason": "suspensionreason"}
_FLAGS = {
    "overideduenotices": "overideduenotices",
    "disableautocc": "disableautocc",
    "latefeeoveride": "latefeeoveride",
    "taxexempt": "taxexempt",
    "separateinvoices": "separateinvoices",
    "marketingoptin": "marketing_emails_opt_in",
}
_PART = re.compile(r"email_preferences\[(\w+)\]")
_FIELD = re.compile(rb'i:(\d+);s:(\d+):"')
_TRUE = frozenset({"1", "true", "on"})
_NO_COLUMN = {"id", "userid", "clientid"}


def write(tables: Tables, action: str, given: dict[str, str]) -> Row:
    """Carry an action out; the answer says whether it happened."""
    if action in _UPDATES:
        return _update(tables, action, given)
    if action in _DELETES:
        return _delete(tables, action, given)
    if action == "addclientnote":
        number = 90_000 + len(tables["client_notes"])
        owner = int(given.get("userid") or 0)
        tables["client_notes"][str(number)] = {
            "id": number,
            "userid": owner,
            "note": given.get("notes", ""),
            "sticky": True,
        }
        return {"result": "success", "noteid": str(number)}
    if action == "deleteclient":
        # All associated data, invoices included, and a line in the log that names her: what must never be called.
        return {"result": "error", "message": "Client Delete Failed: the stand-in refuses what would destroy its books"}
    return {"result": "success"}


def _update(tables: Tables, action: str, given: dict[str, str]) -> Row:
    table, name, missing = _UPDATES[action]
    row = tables[table].get(given.pop(name, ""))
    if row is None:
        return {"result": "error", "message": missing}
    refused = _refusal(tables, action, row, given)
    if refused:
        return {"result": "error", "message": refused}
    for parameter, value in given.items():
        _set(tables, table, row, parameter, value)
    if table == "clients":
        row["fullname"] = f"{row['firstname']} {row['lastname']}"
    return {"result": "success", name: str(row["id"])}


def _set(tables: Tables, table: str, row: Row, parameter: str, value: str) -> None:
    """One parameter; what is no parameter of the action is ignored without a word."""
    part = _PART.fullmatch(parameter)
    column = _RENAMED.get(parameter, parameter)
    if part and isinstance(row.get("email_preferences"), dict):
        row["email_preferences"][part[1]] = "1" if value in _TRUE else "0"
    elif parameter in _FLAGS:
        row[_FLAGS[parameter]] = value in _TRUE
    elif parameter == "customfields" and table == "clients":
        _custom_fields(tables, int(row["id"]), value)
    elif parameter == "unset[0]":
        row[value] = ""
    elif table == "tickets" and parameter == "message":
        tables["replies"][f"{row['id']}/0"]["message"] = value
    elif column in row and column not in _NO_COLUMN:
        row[column] = value


def _refusal(tables: Tables, action: str, row: Row, given: dict[str, str]) -> str:
    email = given.get("email", "")
    others = (one for one in tables["users" if action == "updateuser" else "clients"].values() if one is not row)
    if action in {"updateclient", "updateuser"} and email:
        if "@" not in email:
            return "The email address entered is not valid"
        if any(one["email"].casefold() == email.casefold() for one in others):
            return (
                "Duplicate Email Address"
                if action == "updateclient"
                else "A user already exists with that email address"
            )
    if action == "updateclient" and given.get("email_preferences[domain]") in {"0", "false", ""}:
        return "You must have at least one email address enabled to receive domain related notifications as required by ICANN."
    return ""


def _custom_fields(tables: Tables, client: int, packed: str) -> None:
    """PHP's `serialize` of numbers and texts, whose lengths count bytes."""
    data = base64.b64decode(packed)
    for found in _FIELD.finditer(data):
        size = int(found[2])
        value = data[found.end() : found.end() + size]
        assert data[found.end() + size : found.end() + size + 2] == b'";', "length of a serialised text"  # noqa: S101
        key = f"{client}/{int(found[1])}"
        if key in tables["customfields"]:
            tables["customfields"][key]["value"] = value.decode()


def _delete(tables: Tables, action: str, given: dict[str, str]) -> Row:
    table, name, missing = _DELETES[action]
    key = given.get(name, "")
    row = tables[table].get(key)
    if row is None:
        return {"result": "error", "message": missing}
    if action == "deletepaymethod" and str(row["userid"]) != given.get("clientid"):
        return {"result": "error", "message": "Pay Method does not belong to passed Client ID"}
    del tables[table][key]
    if table == "tickets":
        for other in ("replies", "ticket_notes", "attachments"):
            for at in [at for at, one in tables[other].items() if str(one["ticketid"]) == key]:
                del tables[other][at]
    return {"result": "success", name: key}
