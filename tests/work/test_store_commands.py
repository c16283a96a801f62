"""`store discover` and `store coverage` as an administrator types them; no value of a person in what they write."""

from __future__ import annotations

import json
import sqlite3
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from dsr.demo.people import by_position
from exporters.registry import load_stores

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
PERSON, OTHER = by_position(3), by_position(5)
KNOWN = (
    "--identifier",
    f"email={PERSON.email}",
    "--identifier",
    f"name={PERSON.name}",
    "--other",
    f"email={OTHER.email}",
)


def run(*words: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("store", *words, stdout=out)
    return out.getvalue()


def test_discover_proposes_what_the_store_really_holds(demo_stores: Any) -> None:
    found = json.loads(run("discover", "billing", *KNOWN, "--json"))

    proposed = {(row["table"], row["column"]): row["kind"] for row in found if row["proposed"]}
    assert "email" in proposed.values()
    assert "name" in proposed.values()
    assert PERSON.email not in json.dumps(found)


def test_discover_writes_a_new_file_and_never_over_one(demo_stores: Any, tmp_path: Path) -> None:
    output = tmp_path / "map.yaml"

    summary = run("discover", "billing", *KNOWN, "--output", str(output))

    text = output.read_text(encoding="utf-8")
    assert "map: billing" in text
    assert PERSON.email not in text + summary
    assert PERSON.name not in text + summary
    with pytest.raises(CommandError, match="exists already"):
        run("discover", "billing", "--output", str(output))


def test_discover_looks_at_a_database_that_is_no_store_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(tmp_path / "crm.sqlite3") as connection:
        connection.execute("CREATE TABLE contacts (id integer PRIMARY KEY, email text, city text)")
    connection.close()
    monkeypatch.setenv("CRM_URL", f"sqlite:///{tmp_path / 'crm.sqlite3'}")

    assert "map: crm" in run("discover", "crm", "--url", "env:CRM_URL")
    with pytest.raises(CommandError, match="clear text") as caught:
        run("discover", "crm", "--url", "mysql://root:hunter2@127.0.0.1/crm")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(CommandError, match="NO_SUCH is not set"):
        run("discover", "crm", "--url", "env:NO_SUCH")
    with pytest.raises(CommandError, match="cannot be understood"):
        run("discover", "crm", "--url", "nonsense")
    with pytest.raises(CommandError, match="KIND=VALUE"):
        run("discover", "crm", "--url", "env:CRM_URL", "--identifier", "shoe_size=42")


def test_coverage_counts_every_column_and_blocks_on_a_gap(demo_stores: Any, settings: Any) -> None:
    before = json.loads(run("coverage", "billing", "--json"))
    assert {row["erasure"] for row in before} >= {"erased", "kept"}
    assert "UNDECLARED" not in run("coverage", "billing")

    config = load_stores(settings.DSR_STORES)["billing"]
    path = config.folder / config.options["url"].text().removeprefix("sqlite:///")
    table = before[0]["table"]
    with sqlite3.connect(path) as connection:
        connection.execute(f'ALTER TABLE "{table}" ADD COLUMN passport_number text')
    connection.close()

    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("store", "coverage", "billing", stdout=out)
    assert caught.value.code == 1
    assert "UNDECLARED, looks personal" in out.getvalue()
    with pytest.raises(CommandError, match="no store is called"):
        run("coverage", "nowhere")
