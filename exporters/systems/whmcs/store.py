"""WHMCS over its API: what the profile cannot say. Facts: the vendor's reference and what public clients report of live systems."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from exporters.contract import Permanent, Problem, Severity
from exporters.http.message import Request, at
from exporters.http.records import records_of
from exporters.http.source import RestSource
from exporters.http.store import RestStore
from exporters.systems.whmcs.attachments import references
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.contract import FileBatch, JsonValue, RowKey, Subject
    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Row

API: Final = "includes/api.php"
OLDEST: Final = 8
"""The version that split logins from clients; before it this map is wrong about both."""
NEEDED: Final = (
    "API Access",
    "List Clients",
    "View Clients Summary",
    "Edit Clients Details",
    "Edit Clients Products/Services",
    "Update/Delete Stored Credit Card",
    "Manage Quotes",
    "List Support Tickets",
    "View Support Ticket",
    "Delete Ticket",
    "View Activity Log",
    "View Email Message Log",
)
"""What the role of the administrator behind the credential must allow; the API's own role is asked call by call."""
_FLAGS: Final = frozenset(
    [
        "overideduenotices",
        "disableautocc",
        "marketing_emails_opt_in",
        "mails_general",
        "mails_product",
        "mails_support",
        "mails_affiliate",
    ]
)
_ON: Final = frozenset({"1", "true", "on", "yes"})
_USERS, _FIELDS, _TICKETS = "users", "customfields", "tickets"


def php_serialised(values: Mapping[int, str]) -> str:
    """What WHMCS wants custom fields as: PHP's `serialize` of an array, in base64. Lengths count bytes."""
    parts = "".join(f'i:{number};s:{len(value.encode())}:"{value}";' for number, value in values.items())
    return base64.b64encode(f"a:{len(values)}:{{{parts}}}".encode()).decode()


class WhmcsSource(RestSource):
    """The calls of the profile, with WHMCS's own ideas of flags, logins and custom fields."""

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """Logins by the client, since GetUsers has no filter by number; tickets also by address; flags of clients as 1 or 0."""
        if dataset.table == _TICKETS and column == "userid":
            for client in sorted(values):
                yield from self._tickets_of(dataset, client)
        elif dataset.table != _USERS:
            for row in super().rows(dataset, column, values):
                yield _flags(row) if dataset.table == "clients" else row
        elif column == "email":
            for row in super().rows(dataset, column, values):
                yield from _by_client(row)
        else:
            for client in sorted(values):
                yield from self._users_of(dataset, client)

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Write some columns; a custom field as WHMCS wants it."""
        if dataset.table != _FIELDS:
            super().change(dataset, row, values)
            return
        number = int(text_of(row.values["id"]) or 0)
        packed = php_serialised({number: text_of(values["value"]) or ""})
        super().change(dataset, row, {"value": packed})

    def check(self) -> list[Problem]:
        """Also the version, since the map is about 8.0 and later, and what the administrator behind the credential may do."""
        reply = self.client.read(_call("WhmcsDetails"), self.store)
        version = str(at(reply.data(self.store), "whmcs.version") or "")
        first = version.partition(".")[0]
        found = super().check()
        if first.isdigit() and int(first) < OLDEST:
            found.append(Problem(Severity.ERROR, "version", self.store, f"WHMCS {OLDEST}.0 or later is needed"))
        return [*found, *self._not_permitted()]

    def _not_permitted(self) -> Iterator[Problem]:
        try:
            details = self.asked("GetAdminDetails", self.store)
        except Permanent as error:
            yield Problem(Severity.WARNING, error.code, self.store, "GetAdminDetails: what may be changed is not known")
            return
        allowed = {one.strip() for one in str(at(details, "allowedpermissions") or "").split(",")}
        for name in NEEDED:
            if name not in allowed:
                yield Problem(Severity.WARNING, "access_denied", self.store, f"the administrator role lacks “{name}”")

    def asked(self, action: str, place: str, **form: str) -> Any:
        """What WHMCS answers to an action that only reads; None where it says that there is nothing."""
        return self._answer(_call(action, **form), place)[1]

    def _tickets_of(self, dataset: Dataset, client: str) -> Iterator[Row]:
        """Also those of the client that the list by client leaves out (operator-opened): they answer to her addresses."""
        place, seen = self._place(dataset), set()
        details = self.asked("GetClientsDetails", place, clientid=client)
        known = [
            at(details, "client.email"),
            *(one.get("email") for one in records_of(details, "client.users.user", place)),
        ]
        by_client = super().rows(dataset, "userid", [client])
        addresses = {text.casefold() for one in known if (text := text_of(one))}
        by_address = super().rows(dataset, "email", addresses) if addresses else ()
        for row in (*by_client, *by_address):
            if text_of(row.values["userid"]) == client and row.key(dataset) not in seen:
                seen.add(row.key(dataset))
                yield row

    def _users_of(self, dataset: Dataset, client: str) -> Iterator[Row]:
        place = self._place(dataset)
        details = self.asked("GetClientsDetails", place, clientid=client)
        for user in records_of(details, "client.users.user", place):
            address = text_of(user.get("email")) or ""
            for row in super().rows(dataset, "email", [address]) if address else ():
                if text_of(row.values["id"]) == text_of(user.get("id")):
                    yield from (one for one in _by_client(row) if one.values["client_id"] == client)


def _call(action: str, **form: str) -> Request:
    return Request("POST", API, form=(("action", action), ("responsetype", "json"), *form.items()))


def _by_client(row: Row) -> Iterator[Row]:
    """A login once for each client it owns; `clients` says how many it opens.

    Who was invited to an account (a husband, a bookkeeper) opens it and is not its holder: he neither is found as her nor is his login
    hers. A version that does not say who owns an account proves nothing, so nobody is found there.
    """
    opened = row.raw.get("clients") if isinstance(row.raw, dict) else None
    accounts = [one for one in opened or () if isinstance(one, dict)]
    for one in accounts:
        if str(one.get("isOwner", "")).lower() in _ON:
            number = text_of(one.get("id")) or ""
            yield replace(row, values={**row.values, "client_id": number, "clients": str(len(accounts))})


def _flags(row: Row) -> Row:
    on = {name: "1" if str(row.values[name]).lower() in _ON else "0" for name in _FLAGS & set(row.values)}
    return replace(row, values={**row.values, **on})


class WhmcsStore(RestStore):
    """One WHMCS. Options as for `rest`, with `map: whmcs`, `profile: whmcs`, `identifier` and `secret`."""

    speaks = WhmcsSource
    source: WhmcsSource

    def attachments(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[FileBatch]:
        """References to the files of her tickets, their messages and the notes on them."""
        return references(self.source, self.data_map, keys) if keys else iter(())
