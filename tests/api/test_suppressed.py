"""Programs ask who wants no marketing and who may be taken in: in order, no value back, a table of refusals (O-03, 3.4.3)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from django.utils import timezone

from dsr.api.description import FILE
from dsr.api.suppression import MAX_BYTES, MOST, ROWS
from dsr.cases import api_keys, contacts, suppression
from dsr.models import ApiKey, ApiUse
from tests.factories import MONDAY, make_controller
from tests.marketing.test_import_guard import erased

if TYPE_CHECKING:
    from django.test import Client

    from dsr.models import Controller

pytestmark = pytest.mark.django_db
DOC = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture
def controller(settings) -> Controller:
    settings.DSR_HOSTS = {"testserver": "northwave"}
    return make_controller(country="GB", subdivision="ENG")


def key_of(controller: Controller, scope: str) -> str:
    _row, secret = api_keys.make(controller=controller, name="Newsletter", scopes=[scope], now=MONDAY)
    return secret


def ask(client: Client, path: str, body: Any, secret: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"authorization": f"Bearer {secret}"}
    return client.post(f"/api/v1/{path}", text, content_type="application/json", headers=headers)


def listed(controller: Controller, kind: str, value: str, *channels: str) -> None:
    one = contacts.contact(controller, kind, value)
    suppression.add(controller=controller, contact=one, channels=channels, source="staff", now=MONDAY)


def said(got: Any, schema: str) -> list[dict[str, Any]]:
    """The answers, as the description has them, with nothing of a person in the whole text."""
    assert got.status_code == 200, got.text
    whole = {"$ref": f"#/components/schemas/{schema}", "components": DOC["components"]}
    jsonschema.Draft202012Validator(whole).validate(got.json())
    for value in ("example.com", "900", "1004", "Example Street"):
        assert value not in got.text
    assert got.headers["Cache-Control"] == "no-store"
    answers: list[dict[str, Any]] = got.json()["answers"]
    return answers


def test_who_wants_no_marketing(client: Client, controller: Controller) -> None:
    """O-03: by any contact of a row and by channel; unknown people are answered like those who never objected."""
    listed(controller, "email", "anna@example.com")
    listed(controller, "phone", "07700 900104", "phone")
    listed(controller, "post", "12 Example Street, London SW1A 1AA")
    listed(make_controller("fernwind"), "email", "other@example.com")
    rows = [
        {"email": "ANNA@example.com"},
        {"email": "nobody@example.com", "phone": "+447700900104"},
        {"post": "London SW1A1AA, Example St 12"},
        {"email": "other@example.com"},
        {"email": "?"},
        {"fax": "1"},
        {},
        7,
    ]
    key = key_of(controller, "suppressed")
    yes, no = {"suppressed": True}, {"suppressed": False}
    wrong = [{"error": code} for code in ("not_a_email", "unknown_field", "unknown_field", "unknown_field")]
    everything = said(ask(client, "suppressed", {"rows": rows}, key), "SuppressedAnswers")
    assert everything == [yes, yes, yes, no, *wrong]
    mails = said(ask(client, "suppressed", {"rows": rows, "channels": ["email"]}, key), "SuppressedAnswers")
    assert mails == [yes, no, yes, no, *wrong]


def test_who_may_be_taken_in(client: Client, controller: Controller) -> None:
    """3.4.3, trap 15: an import asks before it brings somebody back."""
    erased(controller, email="gone@example.com", customer_number="1004")
    listed(controller, "email", "no@example.com")
    rows = [
        {"email": "gone@example.com"},
        {"customer_number": "1004"},
        {"email": "no@example.com"},
        {"email": "x@y.zz"},
    ]
    got = said(
        ask(client, "import-guard", {"rows": rows}, key_of(controller, "import_guard")),
        "GuardAnswers",
    )
    assert got == [
        {"take_in": False, "reason": "erased"},
        {"take_in": False, "reason": "erased"},
        {"take_in": False, "reason": "objected"},
        {"take_in": True},
    ]


def test_many_rows_never_copy_the_list_and_count_against_the_rate(
    client: Client, controller: Controller, monkeypatch
) -> None:
    """Decision 093: a call asks the database for its rows alone, and a key has so many rows a minute over all its calls."""
    assert ROWS.most >= MOST
    monkeypatch.setattr("dsr.api.suppression.ROWS", replace(ROWS, most=4, seconds=10**9))  # one window for this test
    monkeypatch.setattr("dsr.cases.suppression_bulk.COPY_AFTER", 1)
    monkeypatch.setattr("dsr.cases.suppression_bulk.Copy", None)  # whoever makes one fails
    listed(controller, "email", "anna@example.com")
    rows = [{"email": "anna@example.com"}, {"email": "x@example.com", "phone": "+447700900104"}]
    suppress, guard = key_of(controller, "suppressed"), key_of(controller, "import_guard")
    for _call in (1, 2):
        got = said(ask(client, "suppressed", {"rows": rows}, suppress), "SuppressedAnswers")
        assert got == [{"suppressed": True}, {"suppressed": False}]
    refused = ask(client, "suppressed", {"rows": rows[:1]}, suppress)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_calls")
    assert int(refused.headers["Retry-After"]) > 0
    taken = said(ask(client, "import-guard", {"rows": rows}, guard), "GuardAnswers")
    assert taken == [{"take_in": False, "reason": "objected"}, {"take_in": True}]


def test_the_table_of_refusals(client: Client, controller: Controller) -> None:
    """401, 403, 405, 413, 422, each with a code and nothing of what was sent."""
    key = key_of(controller, "suppressed")
    one = {"rows": [{"email": "anna@example.com"}]}
    for expected, code, got in (
        (401, "key_unknown", ask(client, "suppressed", one, "dsr_wrong")),
        (403, "scope_missing", ask(client, "suppressed", one, key_of(controller, "import_guard"))),
        (403, "scope_missing", ask(client, "import-guard", one, key)),
        (405, "method_not_allowed", client.get("/api/v1/suppressed")),
        (413, "too_many", ask(client, "suppressed", {"rows": [{}] * (MOST + 1)}, key)),
        (413, "too_large", ask(client, "suppressed", " " * (MAX_BYTES + 1), key)),
        (422, "malformed", ask(client, "suppressed", "{", key)),
        (422, "malformed", ask(client, "suppressed", [], key)),
        (422, "malformed", ask(client, "suppressed", {"rows": "anna@example.com"}, key)),
        (422, "channel_unknown", ask(client, "suppressed", {**one, "channels": [["email"]]}, key)),
    ):
        problem = got.json()
        assert (got.status_code, problem["code"]) == (expected, code)
        assert "anna" not in got.text


def test_what_a_key_asks_in_bulk_is_counted_by_day(client: Client, controller: Controller) -> None:
    """3.4.3: an import that asks nothing is seen, and so is one that asks for everybody; figures only."""
    listed(controller, "email", "no@example.com", "email")
    secret = key_of(controller, "suppressed")
    for rows in ([{"email": "no@example.com"}, {"email": "yes@example.com"}], [{"email": "no@example.com"}, {"x": 1}]):
        said(ask(client, "suppressed", {"rows": rows}, secret), "SuppressedAnswers")
    guard = key_of(controller, "import_guard")
    said(ask(client, "import-guard", {"rows": [{"email": "yes@example.com"}]}, guard), "GuardAnswers")
    counted = ApiUse.objects.order_by("scope").values_list("scope", "calls", "rows", "stopped")
    assert list(counted) == [("import_guard", 1, 1, 0), ("suppressed", 2, 4, 2)]
    keys = list(ApiKey.objects.order_by("pk"))
    today = timezone.now().date()
    assert sorted(api_keys.uses(keys, since=today).values()) == [(1, 0), (4, 2)]
    assert api_keys.uses(keys, since=today + timedelta(days=1)) == {}
