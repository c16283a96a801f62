"""Campaigns from a shell and from a program: links for every row, and who must get nothing."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from dsr.cases import api_keys, campaigns, contacts, marketing, suppression, suppression_keys
from dsr.cases.contacts import Contact, Kind
from dsr.law.policies import MarketingChannel
from dsr.models import ApiKey
from tests.factories import MONDAY, make_controller

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from dsr.models import Controller

pytestmark = pytest.mark.django_db

FILE = (
    "\ufeffName;E mail;email;phone\r\n"
    'Ärger, "Anna";x;Anna@Example.com;\r\n'
    "Bad;x;not an address;\r\n"
    "Tel;x;;07700 900001\r\n"
    "Short;x\r\n"
    "Nothing;x;;\r\n"
)


@pytest.fixture
def controller() -> Controller:
    return make_controller(country="GB", subdivision="ENG")


def run(*words: str) -> tuple[list[list[str]], str]:
    """What a command wrote, and what it complained about."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
    return list(csv.reader(io.StringIO(out.getvalue()))), err.getvalue()


def test_links_for_every_row_and_wrong_rows_by_line(controller: Controller, tmp_path: Path) -> None:
    """RFC 8058 headers; the columns pass through; a wrong row is named by its line, its value never."""
    given = tmp_path / "in.csv"
    given.write_text(FILE, encoding="utf-8", newline="")
    rows, err = run("stop_links", "--controller", "northwave", "--csv", str(given), "--campaign", "spring")
    assert rows[0] == ["Name", "E mail", "email", "phone", "stop_url", "List-Unsubscribe", "List-Unsubscribe-Post"]
    assert [row[0] for row in rows[1:]] == ['Ärger, "Anna"', "Tel"]
    assert rows[1][5:] == [f"<{rows[1][4]}>", "List-Unsubscribe=One-Click"]
    opened = marketing.links(controller).open(rows[1][4].rstrip("/").rpartition("/")[2])
    assert opened is not None
    assert (opened.contact, opened.campaign) == (Contact(Kind.EMAIL, "anna@example.com"), "spring")
    assert "not an address" not in err
    assert [line for line in err.splitlines() if line.startswith("line")] == [
        "line 3: email",
        "line 5: columns",
        "line 6: empty",
    ]
    given.write_text("name\nAnna\n", encoding="utf-8")
    assert "email, phone, customer_number" in run("stop_links", "--controller", "northwave", "--csv", str(given))[1]


def test_who_must_get_nothing(controller: Controller, tmp_path: Path) -> None:
    """O-03: asked before a campaign, by channel; wrong rows are not allowed either."""
    for kind, value, channels in (("email", "anna@example.com", []), ("phone", "+447700900001", ["sms"])):
        one = contacts.contact(controller, kind, value)
        suppression.add(controller=controller, contact=one, channels=channels, source="staff", now=MONDAY)
    given, apart = tmp_path / "in.csv", tmp_path / "no.csv"
    given.write_text(
        "email,phone\nANNA@example.com,\nbert@example.com,07700900001\nx,\n,07700 900 001\n", encoding="utf-8"
    )
    common = ("suppressed", "--controller", "northwave", "--csv", str(given), "--channel")
    rows, err = run(*common, "email", "--suppressed", str(apart))
    assert rows == [["email", "phone"], ["bert@example.com", "07700900001"], ["", "07700 900 001"]]
    assert apart.read_text(encoding="utf-8").splitlines()[1:] == ["ANNA@example.com,"]
    assert apart.stat().st_mode & 0o077 == 0
    assert "2 allowed, 1 suppressed, 1 wrong" in err
    assert "line 4: email" in err
    assert run(*common, "sms")[0][1:] == [["ANNA@example.com", ""]]
    assert len(run(*common, "phone")[0]) == 4


def test_a_campaign_asks_the_database_once_for_hundreds(controller: Controller, django_assert_max_num_queries) -> None:
    rows = [campaigns.Row(n, (), (Contact(Kind.EMAIL, f"p{n}@example.com"),)) for n in range(1000)]
    suppression_keys.ensured_keys(controller, now=MONDAY)
    with django_assert_max_num_queries(4):
        judged = list(campaigns.judge(controller, rows, channel=MarketingChannel.EMAIL, now=MONDAY))
    assert not any(one.suppressed for one in judged)


def ask(client: Client, body: Any, key: str = "", **headers: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    more = {"authorization": f"Bearer {key}"} if key else {}
    return client.post("/api/v1/stop-links", text, content_type="application/json", headers={**more, **headers})


def test_links_for_a_program(client: Client, controller: Controller) -> None:
    """In order, each its own error, the rest goes on; the key is a digest at rest and notes its use."""
    row, key = api_keys.make(controller=controller, name="Newsletter", scopes=["stop_links"], now=MONDAY)
    assert key not in str(ApiKey.objects.values())
    answer = ask(client, {"addresses": [{"email": "anna@example.com"}, {"email": "?"}, {"fax": "1"}, 7]}, key)
    assert answer.status_code == 200
    good, *bad = answer.json()["links"]
    assert good["list_unsubscribe"] == f"<{good['url']}>"
    assert good["list_unsubscribe_post"] == "List-Unsubscribe=One-Click"
    token = good["url"].rstrip("/").rpartition("/")[2]
    assert client.post(f"/stop/{token}/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert suppression.is_suppressed(
        controller=controller, contact=Contact(Kind.EMAIL, "anna@example.com"), channel="email"
    )
    assert bad == [{"error": "not_a_email"}, {"error": "one_kind_each"}, {"error": "one_kind_each"}]
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert "Set-Cookie" not in answer.headers


def test_refusals_are_problems_with_a_code(client: Client, controller: Controller, settings) -> None:
    """401, 403, 405, 413, 422, 429, each with a code; a revoked key and another brand's are unknown."""
    row, key = api_keys.make(controller=controller, name="Newsletter", scopes=["stop_links"], now=MONDAY)
    _, foreign = api_keys.make(controller=make_controller("fernwind"), name="Other", scopes=["stop_links"], now=MONDAY)
    barred, narrow = api_keys.make(controller=controller, name="None", scopes=["stop_links"], now=MONDAY)
    ApiKey.objects.filter(pk=barred.pk).update(scopes=[])
    one = {"addresses": [{"email": "anna@example.com"}]}
    settings.DSR_HOSTS = {"testserver": "northwave"}
    for expected, code, answer in (
        (401, "key_unknown", ask(client, one)),
        (401, "key_unknown", ask(client, one, "dsr_wrong")),
        (401, "key_unknown", ask(client, one, foreign)),
        (403, "scope_missing", ask(client, one, narrow)),
        (422, "malformed", ask(client, "{", key)),
        (422, "malformed", ask(client, [], key)),
        (422, "malformed", ask(client, {"addresses": "x"}, key)),
        (422, "malformed", ask(client, "[" * 100_000, key)),
        (422, "campaign_too_long", ask(client, {**one, "campaign": "é" * 31}, key)),
        (413, "too_many", ask(client, {"addresses": [{}] * 1001}, key)),
        (413, "too_large", ask(client, " " * 700_000, key)),
        (405, "method_not_allowed", client.get("/api/v1/stop-links")),
    ):
        said = answer.json()
        assert (answer.status_code, said["code"], answer["Content-Type"]) == (
            expected,
            code,
            "application/problem+json",
        )
        assert "anna" not in str(said)
    assert api_keys.revoke(controller=controller, key_id=str(row.pk), now=MONDAY)
    assert ask(client, one, key).status_code == 401
    answers = [ask(client, one, "dsr_wrong").status_code for _ in range(40)]
    assert answers[-1] == 429


def test_keys_from_a_shell(controller: Controller) -> None:
    out = io.StringIO()
    call_command(
        "api_key", "new", "--controller", "northwave", "--name", "CRM", "--scope", "stop_links", "--json", stdout=out
    )
    (made,) = json.loads(out.getvalue())
    listed = io.StringIO()
    call_command("api_key", "list", "--controller", "northwave", stdout=listed)
    assert "CRM" in listed.getvalue()
    assert made["key"] not in listed.getvalue()
    call_command("api_key", "revoke", made["id"], "--controller", "northwave", stdout=io.StringIO())
    with pytest.raises(CommandError):
        call_command("api_key", "revoke", made["id"], "--controller", "northwave", stdout=io.StringIO())
    with pytest.raises(CommandError):
        call_command("api_key", "revoke", "x", "--controller", "northwave", stdout=io.StringIO())
