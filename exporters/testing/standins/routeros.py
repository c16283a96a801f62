"""A stand-in for a MikroTik router: RouterOS 7's REST interface with its habits.

All values are texts, rows are numbered `*1A`, what is empty is missing, a filter compares whole values and one that names no
property finds nothing, a PATCH answers with the whole row, password included, and errors are objects that quote what was asked.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, ClassVar

from exporters.testing.standins.people import ANNA, HOUSEMATE, NAMESAKE, subscribers
from exporters.testing.standins.server import Answer, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Asked, Tables

    Row = dict[str, Any]

USER, PASSWORD = "dsr-desk", "router-Klartext?"
PLACES = {
    ("ppp", "secret"): "ppp_secrets",
    ("ppp", "active"): "ppp_active",
    ("ip", "hotspot", "user"): "hotspot_users",
    ("ip", "hotspot", "active"): "hotspot_active",
    ("ip", "dhcp-server", "lease"): "leases",
    ("queue", "simple"): "queues",
}
KNOWN = {
    "ppp_secrets": "name password service caller-id profile remote-address routes comment disabled limit-bytes-in last-logged-out last-caller-id last-disconnect-reason",
    "hotspot_users": "name password mac-address address email profile comment disabled uptime bytes-in bytes-out limit-uptime",
    "leases": "address mac-address client-id host-name comment server status last-seen dynamic disabled",
    "queues": "name target max-limit comment bytes dynamic disabled parent",
}
"""What a PATCH may name; anything else is refused."""
MADE = "session_queues"
"""Limits the router makes for a session by itself: listed with the others, gone with the session, deleted by nobody."""
_SESSION = 40_000
"""Sessions count from here."""


def clear_password(number: int) -> str:
    """The log-in password of a subscriber, which the router shows to whoever asks for it."""
    return f"ppp-{number}-Klartext!"


class RouterOs(StandIn):
    """See the module. `policy`: what the group of the account may do."""

    name = "routeros"
    # Without the right policy the router says 500 and means 403.
    forbidden = Answer({"detail": "not enough permissions (9)", "error": 500, "message": "Internal Server Error"}, 500)
    expired = Answer({"error": 401, "message": "Unauthorized"}, 401)
    logins: ClassVar[tuple[str, str]] = (USER, PASSWORD)

    def __init__(self) -> None:
        super().__init__()
        self.asked_for: list[str | None] = []
        """The properties each reading call named, None where it named none and got them all."""
        self.reconnects = False
        """Whether a device whose session was ended opens another at once, as long as its log-in is there."""

    def fill(self) -> Tables:
        """A log-in each, half of them with a session, leases by device and by comment, limits, hotspots."""
        tables: Tables = {name: {} for name in (*PLACES.values(), MADE)}
        for person in subscribers():
            _person(tables, person)
        _put(tables, "queues", 1, 0, name="all-customers", target="198.51.100.0/24", dynamic="false")
        _put(tables, "leases", 1, 0, address="198.51.100.254", **{"mac-address": "02:00:5E:10:00:01"}, comment="spare router",
             server="lan", status="waiting", dynamic="false")  # fmt: skip
        return tables

    def secrets(self) -> tuple[str, ...]:
        """The passwords of the log-ins."""
        return tuple(clear_password(number) for number in range(1, 301))

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """As it was filled; a session opened again is its log-in's."""
        if "oracle" in row:
            return int(row["oracle"]) or None
        name = row.get("name") or row.get("user")
        return next((int(one["oracle"]) for one in self.tables["ppp_secrets"].values() if one["name"] == name), None)

    def answer(self, asked: Asked) -> Answer:
        wanted = "Basic " + base64.b64encode(":".join(self.logins).encode()).decode()
        if asked.headers.get("authorization") != wanted:
            return self.expired
        if asked.method == "GET":
            self.asked_for.append(dict(asked.query).get(".proplist"))
        if asked.path[:1] != ("rest",):
            return Answer("<html>Not Found</html>", 404, {"Content-Type": "text/html"})
        for path, table in PLACES.items():
            if asked.path[1:] == path:
                return (
                    self._list(table, asked)
                    if asked.method == "GET"
                    else _bad("missing or invalid resource identifier")
                )
            if asked.path[1:-1] == path:
                return self._one(table, asked.path[-1], asked)
        return _bad(f"no such command or directory ({asked.path[-1]})")

    def _list(self, table: str, asked: Asked) -> Answer:
        filters = [(name, value) for name, value in asked.query if not name.startswith(".") or name == ".id"]
        # A property a row does not have equals nothing.
        listed = [*self.tables[table].values(), *(self.tables[MADE].values() if table == "queues" else ())]
        rows = [row for row in listed if all(row.get(name) == value for name, value in filters)]
        return Answer([_shown(row, asked) for row in rows])

    def _one(self, table: str, key: str, asked: Asked) -> Answer:
        row = self.tables[table].get(key)
        if table == "queues" and key in self.tables[MADE] and asked.method != "GET":
            return _bad("failure: can not change dynamic object")
        if row is None:
            return Answer({"detail": "no such item", "error": 404, "message": "Not Found"}, 404)
        if asked.method == "GET":
            return Answer(_shown(row, asked))
        if asked.method == "DELETE":
            del self.tables[table][key]
            self._after(table, row)
            self.wrote()
            return Answer(None, 204)
        if asked.method == "PATCH" and isinstance(asked.data, dict):
            return self._change(table, row, asked.data)
        return _bad("unsupported method")

    def _change(self, table: str, row: Row, data: Mapping[str, Any]) -> Answer:
        known = KNOWN.get(table, "").split()
        for name, value in data.items():
            if name not in known:
                return _bad(f"unknown parameter {name}")
            if not isinstance(value, str):
                return _bad(f"invalid value for argument {name}: {value}")
        others = [one for one in self.tables[table].values() if one is not row]
        if data.get("name") and any(one.get("name") == data["name"] for one in others):
            return _bad("failure: secret with the same name already exists")
        for name, value in data.items():
            if value:
                row[name] = value
            else:
                row.pop(name, None)  # what is empty is not there
        self.wrote()
        return Answer(_without_oracle(row))

    def _after(self, table: str, row: Row) -> None:
        """A session takes the limit made for it along; its device comes back as long as there is a log-in."""
        if table != "ppp_active":
            return
        queues = self.tables[MADE]
        for key in [key for key, one in queues.items() if one["name"] == f"<pppoe-{row['name']}>"]:
            del queues[key]
        if self.reconnects and any(one["name"] == row["name"] for one in self.tables["ppp_secrets"].values()):
            number = _SESSION + 1000 + len(self.calls)
            self.tables["ppp_active"][_id(number)] = {**row, ".id": _id(number), "uptime": "1s"}


def _bad(detail: str) -> Answer:
    return Answer({"detail": detail, "error": 400, "message": "Bad Request"}, 400)


def _id(number: int) -> str:
    return f"*{number:X}"


def _without_oracle(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "oracle"}


def _shown(row: Row, asked: Asked) -> Row:
    wanted = dict(asked.query).get(".proplist")
    if wanted is None:
        return _without_oracle(row)
    return {name: row[name] for name in wanted.split(",") if name in row and name != "oracle"}


def _put(tables: Tables, table: str, number: int, oracle: int, **row: Any) -> None:
    tables[table][_id(number)] = {
        ".id": _id(number),
        "oracle": oracle,
        **{name: value for name, value in row.items() if value},
    }


def _person(tables: Tables, person: Person) -> None:
    n = person.number
    # A device bound to its log-in for most; the others are known by what somebody wrote into a comment.
    bound = n % 4 != 0
    _put(tables, "ppp_secrets", n, n, name=person.username, password=clear_password(n), service="pppoe", profile="fibre-100",
         **{"caller-id": person.mac if bound else "", "remote-address": person.ip, "last-logged-out": "2026-05-01 06:00:00",
            "last-caller-id": person.mac}, comment=f"{person.name}, {person.street}", disabled="false")  # fmt: skip
    comment = "" if bound else f"box of {person.username} ({person.phone})"
    _put(tables, "leases", 0x1000 + n, n, address=person.ip, **{"mac-address": person.mac, "host-name": f"{person.first}s-Router",
         "last-seen": "1h2m3s"}, comment=comment, server="lan", status="bound", dynamic="false")  # fmt: skip
    _put(tables, "queues", 0x2000 + n, n, name=person.username, target=f"{person.ip}/32", comment=person.name, bytes="17/42",
         dynamic="false", **{"max-limit": "100M/100M"})  # fmt: skip
    if n % 2 or n == 2:  # noqa: PLR2004 -- half of them, and the one the short checks are about
        _put(tables, "ppp_active", _SESSION + n, n, name=person.username, service="pppoe", address=person.ip, uptime="3d4h",
             **{"caller-id": person.mac})  # fmt: skip
        _put(tables, MADE, 0x4000 + n, n, name=f"<pppoe-{person.username}>", target=f"<pppoe-{person.username}>", dynamic="true",
             **{"max-limit": "100M/100M"})  # fmt: skip
    if n % 10 == ANNA or n in {NAMESAKE, HOUSEMATE}:
        _put(tables, "hotspot_users", 0x3000 + n, n, name=person.username, password=clear_password(n), email=person.email,
             profile="default", comment=f"phone of {person.first}", disabled="false", uptime="5h", **{"mac-address": person.mac,
             "bytes-in": "1000", "bytes-out": "2000"})  # fmt: skip
