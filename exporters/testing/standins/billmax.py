r"""A stand-in for BillMax: billmaxCoreApi/v1 as a public client sees it, the rest as strict as can be assumed.

Bodies are lists, also of one; payment methods are an object. A PATCH must carry the `generation` that was read; sessions end after
some calls; `fltrs` parts its conditions at `:` and `&` unless a backslash stands before; dates nobody entered are zero.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from exporters.testing.standins.people import ANNA, SUBSCRIBERS
from exporters.testing.standins.server import Answer, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Asked, Tables

    Row = dict[str, Any]

API_KEY, USERNAME, PASSWORD = "rae-Klartext-1", "dsr-desk", "billmax-Klartext?"
BASE = "api/billmaxCoreApi/v1/"
LIFE = 60
"""Calls a session lasts."""
BOOKS_CLOSED = "Summary"
WRITABLE = frozenset({"accounts", "users", "services", "tickets", "messages", "notes"})
LISTS = WRITABLE | {"payhist"}
FIXED = frozenset({"id", "account", "user", "balance", "startDate", "entered", "fromTable", "reference"})
"""What no PATCH changes."""
SPARE_USER = 5_000
_PARTS, _WORDS = re.compile(r"(?<!\\)&"), re.compile(r"(?<!\\):")
LICENCE = "DL-{:05d}"
"""How the stand-in numbers driving licences."""
_START = datetime(2024, 1, 4, 12, 23, 21)  # noqa: DTZ001 -- the system's own clock, without a zone


def user_of(number: int) -> int:
    """The number of a subscriber's first user: never the account's own, and always that of another's account."""
    return number % SUBSCRIBERS + 1


def secret_answer(number: int) -> str:
    """What a subscriber answers to the secret question."""
    return f"secret-pet-{number}!"


def login_password(number: int) -> str:
    """How the log-in password of a service is stored."""
    return f"$1$d02-{number}-crypt!"


def card_number(number: int) -> str:
    """A card on file: no issuer has this range."""
    return f"999900001111{number:04d}"


class BillMax(StandIn):
    """See the module. `before_write`: what somebody else does to the row right before the next PATCH counts."""

    name = "billmax"
    forbidden = Answer({"error": ["192.0.2.77 has no permission"]}, 403)
    expired = Answer({"error": ["Invalid session"]}, 401)

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[str, int] = {}
        """Calls a session has left."""
        self.before_write: list[Callable[[Row], None]] = []
        self.logins = 0
        self.stale = 409
        """The status for an old `generation`; nothing public says which."""
        self._clock = 0

    def fill(self) -> Tables:
        """An account each with a user, a service, notes on all three, tickets, messages, charges, a card and a bank account."""
        tables: Tables = {name: {} for name in (*sorted(LISTS), "cards", "echecks")}
        for person in self.people:
            _person(tables, person)
        # What is left of an account that somebody removed in the database.
        _put(
            tables,
            "notes",
            1,
            0,
            fromTable="account",
            reference=9_999,
            text="moved away",
            entered="2019-01-01 00:00:00",
        )
        return tables

    def secrets(self) -> tuple[str, ...]:
        """Passwords, answers, cards and bank accounts."""
        makers = (secret_answer, login_password, card_number)
        return tuple(make(one.number) for one in self.people for make in makers)

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """As it was filled."""
        return int(row["oracle"]) or None

    def touch(self, row: Row) -> None:
        """The row gets a newer `generation`."""
        self._clock += 1
        row["generation"] = str(_START + timedelta(days=400, seconds=self._clock))

    def answer(self, asked: Asked) -> Answer:
        """What BillMax says."""
        if "/".join(asked.path[:3]) + "/" != BASE:
            return Answer("<html>Not Found</html>", 404, {"Content-Type": "text/html"})
        if asked.headers.get("api_key") != API_KEY or "x-app-id" not in asked.headers:
            return self.expired
        if asked.path[3:] == ("login",):
            return self._login(asked)
        session = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not self.sessions.get(session):
            return self.expired
        self.sessions[session] -= 1
        return self._called(asked)

    def _called(self, asked: Asked) -> Answer:
        match asked.method, *asked.path[3:]:
            case "GET", "accounts", number, "paymentmethods":
                if number not in self.tables["accounts"]:
                    return _error(404, "Account not found")
                held = {name: self._of(name, number) for name in ("cards", "echecks")}
                return Answer(held)
            case "GET", table if table in LISTS:
                return self._list(table, asked.given("fltrs"))
            case "GET", table, number if table in LISTS:
                row = self.tables[table].get(number)
                return Answer([_shown(row)]) if row else _error(404, f"{table} {number} not found")
            case "PATCH", table, number if table in WRITABLE:
                return self._change(table, number, asked.data)
        return _error(405, "Method not allowed")

    def _login(self, asked: Asked) -> Answer:
        if asked.data != {"username": USERNAME, "password": PASSWORD}:
            return _error(401, f"Invalid login {asked.data}")
        self.logins += 1
        session = f"BX{self.logins:06d}"
        self.sessions = {session: LIFE}  # one a log-in: the one before is over
        return Answer({"BXSESSIONID": session})

    def _of(self, table: str, number: str) -> list[Row]:
        rows = (one for one in self.tables[table].values() if str(one["account"]) == number)
        return [{name: value for name, value in _shown(one).items() if name != "account"} for one in rows]

    def _list(self, table: str, filters: str) -> Answer:
        rows = list(self.tables[table].values())
        for part in _PARTS.split(filters) if filters else ():
            words = [re.sub(r"\\([:&])", r"\1", one) for one in _WORDS.split(part)]
            if len(words) != 3:  # noqa: PLR2004 -- field, operator, value
                return _error(400, f"Cannot read filter {part}")
            field, operator, value = words
            if rows and field not in rows[0]:
                return _error(400, f"Unknown field {field}")
            if operator not in {"eq", "ne", "like", "gt"}:
                return _error(400, f"Unknown operator {operator}")
            rows = [row for row in rows if _fits(str(row[field]), operator, value)]
        return Answer([_shown(row) for row in rows])

    def _change(self, table: str, number: str, data: Any) -> Answer:
        row = self.tables[table].get(number)
        if row is None:
            return _error(404, f"{table} {number} not found")
        if not isinstance(data, list) or len(data) != 1 or str(data[0].get("id")) != number:
            return _error(400, "The body must be an array of objects with id")
        if self.before_write:
            self.before_write.pop(0)(row)
            self.touch(row)
        given = {name: value for name, value in data[0].items() if name != "id"}
        if given.pop("generation", None) != row["generation"]:
            return _error(self.stale, f"generation has changed: {row}")
        unknown = sorted(name for name in given if name not in row or name in FIXED or name == "oracle")
        if unknown:
            return _error(400, f"Unknown field {unknown}")
        row.update({name: _stored(row[name], name, value) for name, value in given.items()})
        self.touch(row)
        self.wrote()
        return Answer([_shown(row)])


def _stored(before: Any, name: str, value: Any) -> Any:
    if name == "dob" and not value:
        return "0000-00-00"
    return int(value) if isinstance(before, int) else str(value)


def _fits(held: str, operator: str, value: str) -> bool:
    if operator == "gt":
        return held > value
    if operator == "like":
        return value.strip("%").casefold() in held.casefold()
    return (held.casefold() == value.casefold()) is (operator == "eq")


def _error(status: int, text: str) -> Answer:
    return Answer({"error": [text]}, status)


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "oracle"}


def _put(tables: Tables, table: str, number: int, oracle: int, /, *, key: str = "", **row: Any) -> None:
    tables[table][key or str(number)] = {"id": number, "oracle": oracle, "generation": str(_START), **row}


def _person(tables: Tables, person: Person) -> None:
    n, user = person.number, user_of(person.number)
    place = {"addr1": person.street, "addr2": "", "city": person.city, "zip": person.postcode}
    _put(tables, "accounts", n, n, firstName=person.first, middleName="", lastName=person.last, company=person.company,
         email=person.email, phone=person.phone, fax="", textMessage=person.phone, addr3="", addr4="", stateName="",
         country=person.country, referredBy="", cancelReason="", misc01=f"box {person.mac}", state=0, startDate="2019-05-01",
         balance=0, **place)  # fmt: skip
    _user(tables, person, user, place)
    if n == ANNA:
        _user(tables, person, SPARE_USER, place)
    for number, table, reference in (
        (10 * n, "account", n),
        (10 * n + 1, "user", user),
        (10 * n + 2, "service", n + 400),
    ):
        _put(tables, "notes", number, n, fromTable=table, reference=reference, text=f"{person.name}: call {person.phone}",
             entered="2026-03-01 10:00:00")  # fmt: skip
    _put(tables, "tickets", n, n, account=n, callNum=person.phone, modem=person.mac, text=f"{person.username} has no sync",
         entered="2026-03-02 10:00:00")  # fmt: skip
    _put(tables, "messages", n, n, account=n, address=person.email, subject="Your bill", text=f"Dear {person.name}",
         entered="2026-05-01 06:00:00")  # fmt: skip
    for number, kind in ((4 * n, "Charge"), (4 * n + 1, "Payment"), (4 * n + 2, BOOKS_CLOSED)):
        _put(tables, "payhist", number, n, account=n, type=kind, descr=f"Fibre 100 {person.username}", amount=3000,
             entered="2026-05-01 06:00:00", dueDate="2026-05-15", ccNumShort=f"{n:04d}", authCode="A1")  # fmt: skip
    _put(tables, "cards", 1, n, key=f"{n}/1", account=n, type="visa", number=card_number(n), expires="02/29")
    _put(
        tables,
        "echecks",
        2,
        n,
        key=f"{n}/2",
        account=n,
        type="checking",
        number=f"000{card_number(n)}",
        routing="011000015",
    )


def _user(tables: Tables, person: Person, number: int, place: Mapping[str, str]) -> None:
    n = person.number
    born = "0000-00-00" if number == SPARE_USER else person.born
    _put(tables, "users", number, n, account=n, firstName=person.first, lastName=person.last, company=person.company,
         email=person.email, dayPhone=person.phone, dob=born, dlNumber=LICENCE.format(n), dlState="NY",
         custSecret=secret_answer(n), **place)  # fmt: skip
    more = {f"d{index:02d}": "" for index in range(5, 11)}
    _put(tables, "services", number + 6_000 if number == SPARE_USER else n + 400, n, user=number,
         d01=person.username if number != SPARE_USER else f"second-{person.username}", d02=login_password(n), d03=person.ip,
         d04=person.mac, descr=f"Line of {person.name}", package="Fibre 100", state=0, **more)  # fmt: skip
