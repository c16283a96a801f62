"""A stand-in for a HubSpot account: contacts, their earlier values and notes, over CRM v3 and v4.

What is not asked for is not shown, a property nobody defined is left out of a read and refused in a write, addresses are kept in small
letters and found by secondary ones too, every value ever written stays in the history, notes hang on contacts from outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.testing.standins.people import NAMESAKE, subscribers
from exporters.testing.standins.server import Answer, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.people import Person
    from exporters.testing.standins.server import Asked, Tables

STAFF = "Marlies Beraterin"
"""Who of the provider's people changed a number by hand."""
TOKEN = "pat-eu1-Klartext"  # noqa: S105 -- of the stand-in
_WRITABLE = "email firstname lastname phone mobilephone company jobtitle address city state zip country website date_of_birth message"
_READ_ONLY = "hs_object_id createdate lastmodifieddate hs_additional_emails"
_SHOWN = "createdate,email,firstname,hs_object_id,lastmodifieddate,lastname"
"""What comes when nothing is asked for."""
_CONTACT, _NOTE = 7_000_000, 9_000_000
"""Contacts and notes count from here."""
PAGE = 2
"""Rows of a page of associations at most, whatever is asked for: small, so that paging happens."""


class HubSpot(StandIn):
    """See the module. `token`: the one that is let in."""

    name = "hubspot"
    forbidden = Answer({"status": "error", "message": "one or more required scopes", "category": "MISSING_SCOPES"}, 403)
    expired = Answer({"status": "error", "message": "Authentication failed", "category": "INVALID_AUTHENTICATION"}, 401)
    token = TOKEN

    def fill(self) -> Tables:
        """A contact each with history, up to five notes, and one note of nobody."""
        tables: Tables = {"contacts": {}, "contact_history": {}, "notes": {}}
        for person in subscribers():
            _person(tables, person)
        tables["notes"][str(_NOTE)] = {"oracle": 0, "contact": "", "hs_note_body": "A note on a company"}
        return tables

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """As it was filled."""
        return int(row["oracle"]) or None

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return self.expired
        match asked.method, asked.path:
            case "GET", ("crm", "v3", "objects", "contacts", key):
                return self._contact(key, asked)
            case "PATCH", ("crm", "v3", "objects", "contacts", key):
                return self._change(key, asked.data)
            case "GET", ("crm", "v4", "objects", "contacts", key, "associations", "notes"):
                return self._notes_of(key, asked)
            case "GET", ("crm", "v3", "objects", "notes", key):
                return self._note(key, asked)
        return Answer("<html><body><h2>HTTP ERROR 404</h2></body></html>", 404, {"Content-Type": "text/html"})

    def _contact(self, key: str, asked: Asked) -> Answer:
        by = asked.given("idProperty")
        if by not in {"", "email"}:
            return _error(400, f"{by} is not a unique property")
        row = self._by_email(key) if by else self.tables["contacts"].get(key)
        if row is None:
            return _error(404, "resource not found")
        shown: dict[str, Any] = {"id": row["id"], "archived": False, "properties": _picked(row, asked, _SHOWN)}
        if asked.given("propertiesWithHistory"):
            history = self.tables["contact_history"][row["id"]]
            shown["propertiesWithHistory"] = {
                name: history[name] for name in asked.given("propertiesWithHistory").split(",") if name in history
            }
        return Answer(shown)

    def _by_email(self, email: str) -> dict[str, Any] | None:
        wanted = email.lower()
        for row in self.tables["contacts"].values():
            if wanted in (row["email"], *(row["hs_additional_emails"] or "").split(";")):
                return row
        return None

    def _change(self, key: str, data: Any) -> Answer:
        row = self.tables["contacts"].get(key)
        if row is None:
            return _error(404, "resource not found")
        if not isinstance(data, dict) or set(data) != {"properties"} or not isinstance(data["properties"], dict):
            return _error(400, "Invalid input JSON")
        given = data["properties"]
        refused = _refused(given)
        if refused:
            return _error(400, refused)
        email = given.get("email", "")
        if email and self._by_email(email) not in (None, row):
            return _error(409, f"Contact already exists: {email}", "CONFLICT")
        history = self.tables["contact_history"][key]
        for name, value in given.items():
            row[name] = (value.lower() if name == "email" else value) or None
            history.setdefault(name, []).insert(0, {"value": row[name] or "", "sourceType": "INTEGRATION"})
        row["lastmodifieddate"] = f"2026-06-15T08:00:00.{len(self.calls):03d}Z"
        self.wrote()
        return Answer({"id": key, "properties": {name: row[name] for name in given}})

    def _notes_of(self, key: str, asked: Asked) -> Answer:
        if key not in self.tables["contacts"]:
            return _error(404, "resource not found")
        hers = [int(one) for one, row in self.tables["notes"].items() if row["contact"] == key]
        after = int(asked.given("after", "0"))
        page = [one for one in sorted(hers) if one > after]
        found: dict[str, Any] = {"results": [{"toObjectId": one, "associationTypes": []} for one in page[:PAGE]]}
        if len(page) > PAGE:
            found["paging"] = {"next": {"after": str(page[PAGE - 1]), "link": "https://api.hubapi.com/"}}
        return Answer(found)

    def _note(self, key: str, asked: Asked) -> Answer:
        row = self.tables["notes"].get(key)
        if row is None:
            return _error(404, "resource not found")
        return Answer({"id": key, "properties": _picked(row, asked, "hs_object_id"), "archived": False})


def _refused(given: Mapping[str, Any]) -> str:
    """Why properties are not taken, quoting them; nothing when they are."""
    if set(given) & set(_READ_ONLY.split()):
        return "READ_ONLY_VALUE"
    if set(given) - set(_WRITABLE.split()):
        return "PROPERTY_DOESNT_EXIST"
    if any(not isinstance(value, str) for value in given.values()):
        return "Invalid input JSON: no text"
    email = given.get("email", "")
    return f"INVALID_EMAIL {email}" if email and "@" not in email.rstrip("@") else ""


def _error(status: int, message: str, category: str = "VALIDATION_ERROR") -> Answer:
    return Answer({"status": "error", "message": message, "category": category}, status)


def _picked(row: Mapping[str, Any], asked: Asked, default: str) -> dict[str, Any]:
    names = (asked.given("properties") or default).split(",")
    return {name: row[name] for name in names if name in row and name not in {"oracle", "id"}}


def _person(tables: Tables, person: Person) -> None:
    n = person.number
    key = str(_CONTACT + n)
    company = person.company or None
    row = {
        "id": key, "hs_object_id": key, "oracle": n, "email": person.email.lower(), "firstname": person.first,
        "lastname": person.last, "phone": person.phone, "mobilephone": None, "company": company, "jobtitle": None,
        "address": person.street, "city": person.city, "state": None, "zip": person.postcode, "country": person.country,
        "website": None, "date_of_birth": person.born, "message": f"Please call {person.phone}" if n % 3 == 1 else None,
        "hs_additional_emails": f"second.{n}@example.com" if n % 11 == 0 else None,
        "createdate": "2024-02-03T10:00:00Z", "lastmodifieddate": "2026-01-02T03:04:05Z",
    }  # fmt: skip
    tables["contacts"][key] = row
    tables["contact_history"][key] = {
        "id": key,
        "oracle": n,
        "email": [
            {"value": row["email"], "sourceType": "FORM"},
            {"value": f"old.{n}@example.net", "sourceType": "IMPORT"},
        ],
        "phone": [
            {
                "value": person.phone,
                "sourceType": "CRM_UI",
                "sourceId": "userId:90210",
                "sourceLabel": STAFF,
                "updatedByUserId": 90210,
            }
        ],
    }
    for number in range(n % 5 + (3 if n == NAMESAKE else 0)):
        note = str(_NOTE + n * 10 + number + 1)
        tables["notes"][note] = {
            "oracle": n,
            "contact": key,
            "hs_object_id": note,
            "hs_timestamp": "2026-03-04T05:06:07Z",
            "hs_note_body": f"<p>{person.name} asked about fibre, {person.phone}</p>",
        }
