"""A stand-in for WHMCS 8: `POST includes/api.php`, one action a call, with the habits of section 1.1 of the store notes.

Business errors are HTTP 200, refusals HTTP 403 with the caller's address; totals are numbers here and texts there; nothing
found is an empty text; unknown parameters are ignored, so that a misspelled filter answers with everybody.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, ClassVar

from exporters.testing.standins.server import Answer, StandIn
from exporters.testing.standins.whmcs_rows import clear_password, rows, token
from exporters.testing.standins.whmcs_writes import WRITES, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.testing.standins.server import Asked, Tables

    Row = dict[str, Any]
    Given = Mapping[str, str]

IDENTIFIER, SECRET = "stand-in-identifier", "stand-in-secret"
_PAGE = 25
PERMISSIONS = (
    "Main Homepage,My Account,List Clients,List Services,Edit Clients Details,Manage Pay Methods,"
    "View Clients Products/Services,Edit Clients Products/Services,View Clients Notes,View Orders,List Invoices,"
    "List Support Tickets,View Activity Log,View Email Message Log,API Access,Manage Quotes,Client Data Export,"
    "Delete Ticket,View Clients Summary,View Support Ticket,Update/Delete Stored Credit Card"
)
"""Some of what the vendor's example of GetAdminDetails lists."""


def _prefix(row: Row, given: str, *names: str) -> bool:
    return any(html.unescape(str(row[name])).casefold().startswith(given.casefold()) for name in names)


def _same(*names: str) -> Callable[[Row, Given], bool]:
    """Exact filters; one that is empty or not given filters nothing."""

    def fits(row: Row, given: Given) -> bool:
        return all(not given.get(name) or str(row.get(name)) == given[name] for name in names)

    return fits


def _tickets(row: Row, given: Given) -> bool:
    if given.get("clientid"):
        # Tickets an operator opened are not listed by their client.
        return not row["hidden"] and str(row["userid"]) == given["clientid"]
    return not given.get("email") or row["email"].casefold() == given["email"].casefold()


def _activity(row: Row, given: Given) -> bool:
    if given.get("clientid") and str(row["clientId"]) != given["clientid"]:
        return False
    wanted = (("user", "username"), ("description", "description"), ("ipaddress", "ipaddress"))
    return all(given.get(name, "") in str(row[column]) for name, column in wanted)


LISTS: Mapping[str, tuple[str, str, Callable[[Row, Given], bool], bool]] = {
    # action: (where the list stands, table, filter, paged)
    "getclients": ("clients.client", "clients", lambda row, given: _prefix(row, given.get("search", ""), "email", "firstname", "lastname"), True),
    "getusers": ("users", "users", lambda row, given: _prefix(row, given.get("search", ""), "email", "firstname", "lastname"), True),
    "getcontacts": ("contacts.contact", "contacts", _same("userid", "email"), True),
    "getclientsproducts": ("products.product", "products", _same("clientid", "domain"), True),
    "getclientsaddons": ("addons.addon", "addons", lambda row, given: _same("serviceid")(row, given) and given.get("clientid") in {None, "", str(row["userid"])}, False),
    "getclientsdomains": ("domains.domain", "domains", lambda row, given: given.get("clientid") in {None, "", str(row["userid"])}, True),
    "getorders": ("orders.order", "orders", _same("userid", "id"), True),
    "getinvoices": ("invoices.invoice", "invoices", _same("userid", "status"), True),
    "gettransactions": ("transactions.transaction", "transactions", lambda row, given: given.get("clientid") in {None, "", str(row["userid"])}, False),
    "getquotes": ("quotes.quote", "quotes", lambda row, given: _same("userid")(row, given) and given.get("quoteid") in {None, "", str(row["id"])}, True),
    "gettickets": ("tickets.ticket", "tickets", _tickets, True),
    "getemails": ("emails.email", "emails", lambda row, given: str(row["userid"]) == given.get("clientid"), True),
    "getactivitylog": ("activity.entry", "activity", _activity, True),
    "getaffiliates": ("affiliates.affiliate", "affiliates", lambda row, given: given.get("userid") in {None, "", str(row["clientid"])}, True),
    "getprojects": ("projects", "projects", _same("userid"), True),
    "getcancelledpackages": ("packages.package", "cancellations", lambda _row, _given: True, True),
    "getcredits": ("credits.credit", "credits", lambda row, given: str(row["clientid"]) == given.get("clientid"), False),
    "getpaymethods": ("paymethods", "paymethods", lambda row, given: str(row["userid"]) == given.get("clientid"), False),
    "getticketnotes": ("notes.note", "ticket_notes", lambda row, given: str(row["ticketid"]) == given.get("ticketid"), False),
}  # fmt: skip
_OWN = {"oracle", "hidden"}
"""Columns of the oracle, which the API does not show."""
_THROUGH = {
    "invoice_items": ("invoices", "invoiceid"),
    "replies": ("tickets", "ticketid"),
    "ticket_notes": ("tickets", "ticketid"),
    "attachments": ("tickets", "ticketid"),
    "cancellations": ("products", "relid"),
    "project_tasks": ("projects", "projectid"),
    "project_messages": ("projects", "projectid"),
}
"""Whose a row is follows from another row: table, and the column that names it."""
_MISSING = {
    "getcredits": "Client ID Not Found",
    "getemails": "Client ID Not Found",
    "getpaymethods": "Client Not Found",
}


class Whmcs(StandIn):
    """See the module. `allowed`: the actions of the API role, None for all; `version` as WhmcsDetails says it."""

    name = "whmcs"
    forbidden = Answer({"result": "error", "message": "Invalid IP 192.0.2.77"}, 403)
    expired = Answer({"result": "error", "message": "Authentication Failed"}, 403)
    version: ClassVar[str] = "8.10.1"

    def __init__(self) -> None:
        super().__init__()
        self.allowed: frozenset[str] | None = None
        self.gone: frozenset[str] = frozenset()
        """Actions this version does not have."""
        self.permissions = PERMISSIONS.split(",")
        """What the role of the administrator behind the credential may do."""
        self.moved = False
        """Whether the folder is somewhere else by now: every call is answered with 404."""

    def fill(self) -> Tables:
        return rows(self.people)

    def secrets(self) -> tuple[str, ...]:
        """Passwords of services and what the payment provider knows cards by."""
        return tuple(one for number in range(1, 301) for one in (clear_password(number), token(number)))

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """Replies, items and the like through the row they belong to."""
        if "oracle" in row:
            return int(row["oracle"])
        if table in _THROUGH:
            other, column = _THROUGH[table]
            above = self.tables[other].get(str(row[column]))
            return self.owner(other, above) if above else None
        if table == "users":
            return next((int(one["id"]) for one in row["clients"] if one["isOwner"]), None)
        number = row["id"] if table == "clients" else row.get("clientId") or row.get("userid") or row.get("clientid")
        return int(number or 0) or None

    def answer(self, asked: Asked) -> Answer:
        given = dict(asked.form)
        if self.moved or asked.path != ("includes", "api.php") or asked.method != "POST":
            return Answer("<html>Not Found</html>", 404, {"Content-Type": "text/html"})
        credentials = (given.pop("identifier", ""), given.pop("secret", ""))
        action = given.pop("action", "").lower()
        refused = self._refused(credentials, action)
        if refused:
            return Answer({"result": "error", "message": refused}, 403)
        if given.pop("responsetype", "") != "json":
            return Answer(f"result=error;message=Command {action};")
        if action in self.gone:
            return Answer({"result": "error", "message": "Command Not Found"})
        return Answer(self._written(action, given) if action in WRITES else self._read(action, given))

    def _refused(self, credentials: tuple[str, str], action: str) -> str:
        if credentials != (IDENTIFIER, SECRET):
            return "Authentication Failed"
        if self.allowed is not None and action not in self.allowed:
            return f'Invalid Permissions: API action "{action}" is not allowed'
        return ""

    def _written(self, action: str, given: dict[str, str]) -> Row:
        said = write(self.tables, action, given)
        if said["result"] == "success":
            self.wrote()
        return said

    def _read(self, action: str, given: dict[str, str]) -> Row:
        if action in LISTS:
            return self._list(action, given)
        found: Row | str
        match action:
            case "getclientsdetails":
                found = self._client(given)
            case "getinvoice":
                found = self._invoice(given.get("invoiceid", ""))
            case "getticket":
                found = self._ticket(given.get("ticketid", ""))
            case "getproject":
                found = self._project(given.get("projectid", ""))
            case "getticketattachment":
                found = self._attachment(given)
            case "getadmindetails":
                found = {"adminid": "1", "name": "API", "allowedpermissions": ",".join(self.permissions)}
            case "whmcsdetails":
                found = {"whmcs": {"version": self.version, "canonicalversion": f"{self.version}-release.1"}}
            case _:
                found = f'Invalid API Action: "{action}" is not a valid API action'
        return {"result": "error", "message": found} if isinstance(found, str) else {"result": "success", **found}

    def _list(self, action: str, given: dict[str, str]) -> Row:
        path, table, fits, paged = LISTS[action]
        if action in _MISSING and given.get("clientid") not in self.tables["clients"]:
            return {"result": "error", "message": _MISSING[action]}
        found = [row for row in self.tables[table].values() if fits(row, given)]
        start = int(given.get("limitstart") or 0) if paged else 0
        part = found[start : start + int(given.get("limitnum") or _PAGE)] if paged else found
        shown: Any = [{name: value for name, value in row.items() if name not in _OWN} for row in part]
        if table == "tickets":
            shown = [{**row, "attachments_removed": row.get("attachments_removed", False)} for row in shown]
        outer, _, inner = path.partition(".")
        body: Any = shown
        if inner:
            # One row of a list may come bare, and nothing at all as an empty text.
            body = {inner: shown[0] if len(shown) == 1 and table in {"addons", "credits"} else shown} if shown else ""
        total: Any = len(found) if table in {"clients", "orders", "emails"} else str(len(found))
        return {"result": "success", "totalresults": total, "startnumber": start, "numreturned": len(part), outer: body}

    def _client(self, given: dict[str, str]) -> Row | str:
        if not given.get("clientid") and not given.get("email"):
            return "Either clientid Or email Is Required"
        for row in self.tables["clients"].values():
            wanted = str(row["id"]) == given["clientid"] if given.get("clientid") else row["email"] == given["email"]
            if wanted:
                fields = [one for one in self.tables["customfields"].values() if one["clientid"] == row["id"]]
                users = [
                    one
                    for one in self.tables["users"].values()
                    if row["id"] in {client["id"] for client in one["clients"]}
                ]
                client = {
                    **row,
                    "customfields": [{"id": one["fieldid"], "value": one["value"]} for one in fields],
                    "users": {
                        "user": [
                            {"id": one["id"], "name": f"{one['firstname']} {one['lastname']}", "email": one["email"],
                             "is_owner": {"id": row["id"], "isOwner": True} in one["clients"]}
                            for one in users
                        ]
                    },
                }  # fmt: skip
                # Everything a second time at the top, as the API still does.
                return {**client, "client": client}
        return "Client Not Found"

    def _invoice(self, key: str) -> Row | str:
        row = self.tables["invoices"].get(key)
        if row is None:
            return "Invoice ID Not Found"
        items = [one for one in self.tables["invoice_items"].values() if str(one["invoiceid"]) == key]
        shown = [
            {**{k: v for k, v in one.items() if k not in {"itemid", "invoiceid"}}, "id": one["itemid"]} for one in items
        ]
        whole = {
            name: value for name, value in row.items() if name not in {"id", "firstname", "lastname", "companyname"}
        }
        return {**whole, "invoiceid": row["id"], "items": {"item": shown}, "transactions": ""}

    def _ticket(self, key: str) -> Row | str:
        row = self.tables["tickets"].get(key)
        if row is None:
            return "Ticket ID Not Found"
        replies = [one for one in self.tables["replies"].values() if str(one["ticketid"]) == key]
        shown = [{name: value for name, value in one.items() if name not in {"id", "ticketid"}} for one in replies]
        whole = {name: value for name, value in row.items() if name not in {"id", *_OWN}}
        return {**whole, "ticketid": row["id"], "replies": {"reply": shown}}

    def _project(self, key: str) -> Row | str:
        row = self.tables["projects"].get(key)
        if row is None:
            return "Project ID Not Found"
        tasks, messages = (
            [one for one in self.tables[name].values() if one["projectid"] == key]
            for name in ("project_tasks", "project_messages")
        )
        return {
            "projectinfo": {**row, "id": str(row["id"])},
            "tasks": {"task": tasks} if tasks else "",
            "messages": {"message": messages} if messages else "",
        }

    def _attachment(self, given: Given) -> Row | str:
        number, kind, index = given.get("relatedid", ""), given.get("type", "").lower(), given.get("index", "")
        if not number:
            return "Related ID Required"
        if kind not in {"ticket", "reply", "note"}:
            return "Invalid Type. Must be one of ticket, reply, note"
        if not index:
            return "Attachment Index Required"
        mine = [row for key, row in self.tables["attachments"].items() if key.startswith(f"{kind}/{number}/")]
        if not mine:
            return "No Attachments Found"
        row = self.tables["attachments"].get(f"{kind}/{number}/{index}")
        if row is None:
            return "Invalid Attachment Index"
        return "Attachments Deleted" if row["gone"] else {"filename": row["filename"], "data": row["data"]}
