"""`manage.py store new`: every kind of store is asked for, written with comments, and opens as it was written."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from exporters.connect.offers import offers
from exporters.registry import load_stores, open_store
from tests.factories import make_controller

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent.parent
KEY = "invented-secret-of-forty-signs-and-more-0"
FIRST = {"controller": "northwave", "label": "A system", "owner": "Finance", "email": "finance@example.com"}
ANSWERS = {
    "sql": {"map": "map.yaml", "url": "sqlite:///gym.db"},
    "rest": {
        "url": "https://crm.example.com/api/",
        "map": "crm.yaml",
        "profile": "rest.yaml",
        "networks": "10.20.0.0/16, 10.30.0.0/16",
    },
    "webhook": {
        "url": "https://dsr.example.com/dsr",
        "secret": "file:key",
        "map": "map.yaml",
        "find": "{customers: [id, email, phone], contracts: [id, customer_id], tickets: [id, customer_id, email], invoices: [id, customer_id]}",
        "delete": "tickets",
        "search": "true",
    },
    "drop": {"folder": "drop", "map": "map.yaml"},
    "files": {"folder": "calls", "map": "calls.yaml"},
    "manual": {"map": "map.yaml"},
}
"""Answers that cannot be made up from the kind of question alone."""
OLD = """# Ours. Do not sort.
stores:
    # the paper  (4 blanks, on purpose)
    paper: {controller: northwave, system: manual, label: {en: Paper}, owner: 'Front office', map: map.yaml}   # trailing

records: {}   # none yet
# the end, without a line end"""


@pytest.fixture
def folder(tmp_path, settings):
    make_controller()
    shutil.copy(HERE / "systems" / "webhook.yaml", tmp_path / "map.yaml")
    for name, system in (("crm.yaml", "map.yaml"), ("rest.yaml", "rest.yaml")):
        shutil.copy(HERE.parent / "exporters" / "systems" / "whmcs" / system, tmp_path / name)
    calls = (
        (tmp_path / "map.yaml")
        .read_text()
        .partition("datasets:")[0]
        .replace("  guest: {kind: email, only_without: customer}\n", "")
    )
    (tmp_path / "calls.yaml").write_text(
        f"{calls}datasets:\n  calls:\n    label: {{en: Calls}}\n    key: path\n"
        "    links: [{foreign_key: customer_id, references: subject.customer}]\n"
        "    fields: {path: {label: {en: File}}, customer_id: {label: {en: Customer}, identifier: customer_number}}\n"
    )
    for names in (HERE.parent / "exporters" / "systems").glob("*/names_*.yaml"):
        shutil.copy(names, tmp_path / f"{names.parent.name}_names.yaml")
    (tmp_path / "key").write_text(KEY)
    settings.DSR_STORES = str(tmp_path / "stores.yaml")
    return tmp_path


def new(*words: str, **answers: str) -> str:
    out = io.StringIO()
    given = [part for name, value in answers.items() for part in ("--set", f"{name}={value}")]
    call_command("store", "new", "--no-input", *words, *given, stdout=out)
    return out.getvalue()


def made_up(name: str) -> dict[str, str]:
    """An answer for every question of a system."""
    kinds = {"url": "https://system.example.com/", "dsn": "sqlite:///rows.db", "reference": "file:key"}
    asked = {
        one.name: one.like if one.kind == "file" else kinds.get(one.kind, "word")
        for one in offers()[name].questions
        if not one.fixed and not one.optional
    }
    return {
        **FIRST,
        "name": "it",
        "system": name,
        **(ANSWERS.get(name) or asked),
        **({"identifier": "file:key", "secret": "file:key"} if name == "rest" else {}),
    }


@pytest.mark.parametrize("name", sorted(offers()))
def test_what_is_written_for_each_system_loads_and_opens(folder, name):
    said = new(**made_up(name))

    config = load_stores(folder / "stores.yaml")["it"]
    assert (config.controller, config.owner, config.department.email) == ("northwave", "Finance", "finance@example.com")
    assert open_store(config).name == "it"
    text = (folder / "stores.yaml").read_text()
    asked = [one for one in offers()[name].questions if one.ask and one.name in config.options]
    assert asked
    assert all(f"# {one.ask}\n" in text for one in asked)
    assert KEY not in text
    assert "store check it" in said


def test_the_rest_of_the_file_stays_byte_for_byte(folder):
    for end in ("\n", "\r\n"):
        old = OLD.replace("\n", end).encode()
        (folder / "stores.yaml").write_bytes(old)
        (folder / "stores.yaml").chmod(0o640)
        new(**made_up("manual"))
        written = (folder / "stores.yaml").read_bytes()
        at = next(at for at in range(len(old) + 1) if written[:at] + written[len(written) - len(old) + at :] == old)
        added = written[at : len(written) - len(old) + at].decode()
        assert f"    it:{end}        controller: northwave" in added
        assert added.count("\n") == added.count(end)
        assert list(load_stores(folder / "stores.yaml")) == ["paper", "it"]
        assert (folder / "stores.yaml").stat().st_mode & 0o777 == 0o640
        assert not list(folder.glob(".stores*"))


@pytest.mark.parametrize("old", ["stores:\n", "stores:", "stores:\n# none yet"])
def test_a_file_without_a_store_and_one_without_a_line_end_can_be_begun_with(folder, old):
    (folder / "stores.yaml").write_text(old)
    new(**made_up("manual"))
    new(**{**made_up("drop"), "name": "second"})
    assert list(load_stores(folder / "stores.yaml")) == ["it", "second"]
    assert (folder / "stores.yaml").read_text().startswith(old)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"name": "paper"}, "already"),
        ({"name": "Big Name"}, "lower-case"),
        ({"controller": "nobody"}, "there are: northwave"),
        ({"system": "nothing"}, "there are: "),
        ({"email": "no address"}, "e-mail address"),
        ({"owner": ""}, "an answer is needed"),
        ({"map": "gone.yaml"}, "gone.yaml"),
        ({"map": "key"}, "key"),
        ({"surprise": "x"}, "surprise"),
        ({"label": "two\nlines"}, "one line"),
    ],
)
def test_a_wrong_answer_is_refused_and_the_file_is_as_it_was(folder, answers, says):
    (folder / "stores.yaml").write_text(OLD)
    with pytest.raises(CommandError, match=says) as raised:
        new(**{**made_up("manual"), **answers})
    assert ".new" not in str(raised.value)
    assert (folder / "stores.yaml").read_text() == OLD
    assert not list(folder.glob(".stores*"))


@pytest.mark.parametrize(
    ("system", "option", "answer"),
    [
        ("whmcs", "secret", "Pa55word!"),
        ("whmcs", "url", "https://admin:Pa55word!@billing.example.com/"),
        ("sql", "url", "postgresql://dsr:Pa55word!@db.example.com/billing"),
        ("webhook", "secret", "Pa55word!"),
        ("whmcs", "url", "http://billing.example.com/"),
        ("rest", "networks", "10.20.0.0/33"),
        ("webhook", "find", "[customers]"),
        ("webhook", "search", "perhaps"),
    ],
)
def test_secrets_in_clear_and_answers_of_another_kind_are_refused_and_not_repeated(folder, system, option, answer):
    with pytest.raises(CommandError, match=option) as raised:
        new(**{**made_up(system), option: answer})
    assert "Pa55word" not in str(raised.value)
    assert not (folder / "stores.yaml").exists()


def test_secrets_that_are_not_set_yet_are_named_and_the_entry_is_written(folder):
    said = new(**{**made_up("whmcs"), "secret": "env:DSR_TEST_NOT_SET"})
    assert "env:DSR_TEST_NOT_SET" in said
    assert "it" in load_stores(folder / "stores.yaml")


def test_answers_come_from_a_file_and_the_check_follows(folder):
    (folder / "answers.yaml").write_text(json.dumps({**made_up("sql"), "map": "map.yaml"}))
    with pytest.raises(SystemExit) as raised:
        new("--answers", str(folder / "answers.yaml"), "--check")
    assert raised.value.code == 1  # the database has none of the map's tables
    assert "it" in load_stores(folder / "stores.yaml")


def test_questions_are_asked_and_a_wrong_answer_is_asked_for_again(folder, monkeypatch):
    lines = ["Big Name", "it", "", "nothing", "whmcs", "Billing", "Finance", "", "http://x.example.com/", "https://x.example.com/",
             "Pa55word!", "file:key", "file:key", ""]  # fmt: skip
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    err = io.StringIO()
    call_command("store", "new", stdout=io.StringIO(), stderr=err)
    config = load_stores(folder / "stores.yaml")["it"]
    assert (config.system, config.controller, config.owner) == ("whmcs", "northwave", "Finance")
    assert config.options["url"].text() == "https://x.example.com/"
    assert "networks" not in config.options
    assert "a secret never stands in the store file" in err.getvalue()
    assert "Pa55word" not in err.getvalue()
    assert open_store(config).name == "it"


def test_answers_that_end_too_early_write_nothing(folder, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("it\n"))
    with pytest.raises(CommandError, match="answers ended"):
        call_command("store", "new", stdout=io.StringIO(), stderr=io.StringIO())
    assert not (folder / "stores.yaml").exists()


def test_the_lists_say_how_well_each_system_is_known(folder):
    listed = {one["system"]: one for one in json.loads(new("--list", "--json"))}
    assert listed["whmcs"]["evidence"] == "documented"
    assert listed["radius"]["evidence"] == "tested"
    assert listed["sql"]["evidence"] == "by your map"
    assert "northwave_billing" not in listed
    new(**made_up("whmcs"))
    out = io.StringIO()
    call_command("store", "list", "--json", stdout=out)
    assert [(one["store"], one["evidence"]) for one in json.loads(out.getvalue())] == [("it", "documented")]
