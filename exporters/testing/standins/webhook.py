"""A provider's own service behind `system: webhook`: the reference receiver over three hundred subscribers.

Strict as such a service ought to be (an unknown dataset, column or field of a request is refused), and, on demand, as bad as one
can be: it works on jobs later, answers with strangers, with columns nobody declared, unsigned, or with yesterday's reply.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from exporters.testing.standins.people import subscribers
from exporters.testing.standins.server import Answer, StandIn
from exporters.testing.standins.webhook_receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.testing.standins.server import Asked, Tables

SECRET: Final = "invented-secret-of-forty-signs-and-more-0"  # noqa: S105
DATASETS: Final[Mapping[str, Mapping[str, Any]]] = {
    "customers": {
        "find": ["id", "email", "phone"],
        "change": ["name", "email", "phone", "street", "city", "status", "no_mail"],
        "delete": False,
    },
    "contracts": {"find": ["id", "customer_id"], "change": ["username", "ip", "note"], "delete": False},
    "tickets": {"find": ["id", "customer_id", "email"], "change": [], "delete": True},
    "invoices": {"find": ["id", "customer_id"], "change": [], "delete": False},
}
"""What the service says of itself. Invoices it only shows."""
_FIELDS: Final = {
    "find": {"dataset", "column", "values"},
    "change": {"dataset", "key", "expected", "set"},
    "delete": {"dataset", "key", "expected"},
    "search": {"identifiers"},
    "check": set[str](),
    "status": set[str](),
}
_ENVELOPE: Final = {"protocol", "store", "call", "verb", "id"}


class Webhook(StandIn):
    """See the module. `later`: how many looks at a job it takes until it is done (0: at once)."""

    name = "webhook"

    def __init__(self) -> None:
        super().__init__()
        self.later = 0
        self.everybody = self.extra = self.unsigned = self.idle = False
        self.repeats: Answer | None = None
        self.verbs: list[str] = []
        self._begin()

    def _begin(self) -> None:
        self.queue: list[tuple[int, Callable[[], None]]] = []
        self.receiver = Receiver(SECRET.encode(), self.work, self.start)

    def fill(self) -> Tables:
        """A customer, a contract, a ticket by number and one by address only, and an invoice each."""
        tables: Tables = {name: {} for name in (*DATASETS, "campaigns")}
        for person in subscribers():
            at = person.number
            home = {"street": person.street, "city": person.city}
            _put(
                tables,
                "customers",
                at,
                name=person.name,
                email=person.email,
                phone=person.phone,
                **home,
                status="active",
                no_mail=0,
            )
            _put(
                tables,
                "contracts",
                1000 + at,
                customer_id=at,
                username=person.username,
                ip=person.ip,
                note=f"{person.name}, {person.mac}",
            )
            _put(
                tables,
                "tickets",
                2000 + at,
                customer_id=at,
                email=person.email,
                text=f"No light since Monday. {person.phone}",
            )
            _put(
                tables,
                "tickets",
                3000 + at,
                customer_id=None,
                email=person.email.upper(),
                text="Do you serve my street?",
            )
            _put(
                tables,
                "invoices",
                4000 + at,
                customer_id=at,
                issued="2026-03-01",
                total="29.90",
                buyer=f"{person.name}, {person.street}",
            )
        return tables

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """By the number the row was filled with: customers 1 to 300, everything else a thousand or more above."""
        return int(row["id"]) % 1000 if table in DATASETS else None

    def reset(self) -> None:
        """As freshly filled; no job is known."""
        super().reset()
        self.verbs.clear()
        self._begin()

    def start(self, job: Callable[[], None]) -> None:
        """Now, or after so many looks."""
        if self.later:
            self.queue.append((self.later, job))
        else:
            job()

    def answer(self, asked: Asked) -> Answer:
        """One address and one method for everything."""
        if asked.method != "POST" or asked.path != ("dsr",):
            return Answer("", 404)
        verb = asked.data["verb"]
        self.verbs.append(verb)
        if verb == "status":
            self._look()
        status, body, signed = self.receiver.answer(asked.body, asked.headers.get("dsr-signature", ""))
        reply = Answer(body, status, {} if self.unsigned else {"DSR-Signature": signed})
        if self.repeats is not None and verb == "find":
            return self.repeats
        self.said = reply
        return reply

    def _look(self) -> None:
        due = [job for left, job in self.queue if left <= 1]
        self.queue = [(left - 1, job) for left, job in self.queue if left > 1]
        for job in due:
            job()

    def work(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What a request asks for, done on the tables."""
        verb = asked["verb"]
        known = set(asked) == _ENVELOPE | _FIELDS[verb] and asked["protocol"] == "dsr-webhook/1"
        if not known or asked.get("dataset", "customers") not in DATASETS:
            return {"state": "refused"}
        if verb == "check":
            return {"datasets": {name: {**own, "fields": self._columns(name)} for name, own in DATASETS.items()}}
        if verb == "search":
            return {"found": list(self._search(asked["identifiers"]))}
        own, rows = DATASETS[asked["dataset"]], self.tables[asked["dataset"]]
        if verb == "find":
            return self._find(own, rows, asked) if asked["column"] in own["find"] else {"state": "refused"}
        return self._write(own, rows, asked)

    def _find(self, own: Mapping[str, Any], rows: dict[str, dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
        wanted = {str(value).casefold() for value in asked["values"]}
        found = [row for row in rows.values() if self.everybody or str(row[asked["column"]]).casefold() in wanted]
        return {"rows": [row | ({"iban": "invented"} if self.extra else {}) for row in found]}

    def _write(self, own: Mapping[str, Any], rows: dict[str, dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
        row = rows.get(str(asked["key"]["id"]))
        if row is None:
            return {} if asked["verb"] == "delete" else {"state": "conflict"}
        if any(row[name] != value for name, value in asked["expected"].items()):
            return {"state": "conflict"}
        allowed = own["delete"] if asked["verb"] == "delete" else set(asked["set"]) <= set(own["change"])
        if not allowed:
            return {"state": "refused"}
        if self.idle:
            return {}
        self.wrote()
        if asked["verb"] == "delete":
            del rows[str(asked["key"]["id"])]
        else:
            row.update(
                {
                    name: type(row[name])(value) if isinstance(row[name], int) else value
                    for name, value in asked["set"].items()
                }
            )
        return {}

    def _search(self, identifiers: list[dict[str, str]]) -> Any:
        for one in identifiers:
            count = sum(
                one["value"].casefold() in json.dumps(row).casefold() for row in self.tables["campaigns"].values()
            )
            if count:
                yield {"place": "campaigns.sent_to", "kind": one["kind"], "count": count}

    def _columns(self, name: str) -> list[str]:
        return list(next(iter(self.tables[name].values())))


def _put(tables: Tables, table: str, number: int, **columns: Any) -> None:
    tables[table][str(number)] = {"id": number, **columns}
