"""What the calls of the FOSSBilling stand-in that change something do to its rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.server import Tables

    Row = dict[str, Any]
    Given = Mapping[str, str]

_DELETES = {
    "email/email_delete": ("activity_client_email", "Email not found"),
    "client/login_history_delete": ("activity_client_history", "Event not found"),
    "order/status_history_delete": ("client_order_status", "Order history line not found"),
    "support/ticket_delete": ("support_ticket", "Ticket not found"),
    "support/public_ticket_delete": ("support_p_ticket", "Ticket not found"),
    "order/delete": ("client_order", "Order not found"),
    "client/delete": ("client", "Client not found"),
}
WRITES = frozenset({"client/update", *_DELETES})


class ApiError(Exception):
    """What the API says no with; the text is the vendor's."""


def write(tables: Tables, method: str, given: Given) -> bool:
    """Carry a call out. Raises ApiError when it does not happen."""
    return _update(tables, given) if method == "client/update" else _delete(tables, method, given)


def _update(tables: Tables, given: Given) -> bool:
    row = tables["client"].get(given.get("id", ""))
    if row is None:
        message = "Client not found"
        raise ApiError(message)
    email = given.get("email", "")
    if email:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", email):
            message = "Email address is invalid"
            raise ApiError(message)
        if any(one is not row and one["email"].casefold() == email.casefold() for one in tables["client"].values()):
            message = "Can not change email. It is already registered."
            raise ApiError(message)
    for name, value in given.items():
        # PHP's empty(): an empty text and "0" leave what stands there.
        if (
            name in row
            and name not in {"id", "ip", "api_token", "pass", "role", "auth_type"}
            and value not in {"", "0"}
        ):
            row[name] = str(int(value)) if name == "phone_cc" else value
    row["updated_at"] = "2026-06-15 08:00:00"
    return True


def _delete(tables: Tables, method: str, given: Given) -> bool:
    table, missing = _DELETES[method]
    row = tables[table].get(given.get("id", ""))
    if row is None:
        raise ApiError(missing)
    del tables[table][str(row["id"])]
    number = row["id"]
    match method:
        case "support/ticket_delete":
            _drop(tables, ("support_ticket_message", "support_ticket_note"), "support_ticket_id", number)
        case "support/public_ticket_delete":
            _drop(tables, ("support_p_ticket_message",), "support_p_ticket_id", number)
        case "order/delete":
            _order_gone(tables, row)
        case "client/delete":
            # What was measured: the books are gone, services, messages, notes and payments stay.
            for other in ("invoice", "client_order", "support_ticket", "activity_client_email", "client_balance"):
                _drop(tables, (other,), "client_id", number)
    return True


def _order_gone(tables: Tables, order: Row) -> None:
    _drop(tables, ("client_order_status",), "client_order_id", order["id"])
    tables["service_custom"].pop(str(order["service_id"]), None)
    if order["status"] == "pending_setup":
        _drop(tables, ("invoice_item",), "rel_id", order["client_id"])
    for other in tables["client_order"].values():
        if order["group_master"] and other["group_id"] == order["group_id"]:
            other["group_master"], other["group_id"] = 1, "0"


def _drop(tables: Tables, names: tuple[str, ...], column: str, number: int) -> None:
    for table in names:
        for key in [key for key, row in tables[table].items() if row[column] == number]:
            del tables[table][key]
