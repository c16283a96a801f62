"""After a backup of a store was restored: who had been erased is found by hashes and erased again (6.4 no. 7, SC-24)."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import sqlite3
from contextlib import nullcontext
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dsr.cases import contacts, erasure_file, erasure_ledger, later_plans, scope
from dsr.cases.erasure_ledger import is_erased
from dsr.fulfil import remember, replay_all
from dsr.fulfil.keep import keeper
from dsr.fulfil.stores import open_by_name
from dsr.law.rights import Right
from dsr.models import ErasedIdentifier, Erasure, Event, Plan
from dsr.work.tick import tick
from exporters.contract import Identifier, IdentifierKind, RowKey, Subject
from exporters.registry import ConfigError, load_stores
from tests.factories import ATTESTED, make_case, make_controller
from tests.journeys.erasures import PERSON, executed, otto, rows_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ledger(db, settings, tmp_path):
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    make_controller(cooling_hours=0)
    erasure_file.begin(now=timezone.now() - timedelta(days=30))


def replayed(*more: str, code: int = 0) -> list[dict[str, Any]]:
    out = StringIO()
    since = (timezone.now() - timedelta(days=1)).isoformat()
    with pytest.raises(SystemExit) if code else nullcontext():
        call_command("replay_erasures", "--since", since, "--json", *more, stdout=out, stderr=StringIO())
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found


def counts_of(rows: list[dict[str, Any]]) -> tuple[int, int, int]:
    """Of billing: back, planned under the standing rule, waiting for a person."""
    row = next(one for one in rows if one["store"] == "billing")
    return row["back"], row["again"], row["waiting"]


def restore(folder, dump) -> None:
    for store in ("billing", "radius"):
        for old in folder.glob(f"{store}.sqlite3*"):
            old.unlink()
        shutil.copy(dump / f"{store}.sqlite3", folder / f"{store}.sqlite3")


@pytest.mark.slow
def test_SC_24_a_restored_backup_is_erased_again_and_nobody_else_is_touched(demo_stores, drain, tmp_path):
    """6.4 no. 7: residue zero after the replay, the other people unchanged by checksum, the ledger holds no value."""
    dump = tmp_path / "yesterday"
    shutil.copytree(demo_stores, dump)
    case = executed(drain)
    erased = rows_of(demo_stores / "billing.sqlite3")
    assert [row["back"] for row in replayed("--dry-run")] == [0, 0]  # nothing was restored: nobody is back

    restore(demo_stores, dump)
    assert PERSON.email in text_of(demo_stores / "billing.sqlite3")
    dry = replayed("--dry-run")
    assert [(row["store"], row["back"]) for row in dry] == [("billing", 1), ("radius", 1)]
    assert not Plan.objects.exclude(occasion="").exists()

    rows = replayed(code=1)
    # The law keeps her user name in the session records, so that in RADIUS nothing but the name speaks for her.
    assert [(row["again"], row["waiting"], row["reused"]) for row in rows] == [(1, 0, 0), (0, 1, 0)]
    drain()
    assert PERSON.email in text_of(demo_stores / "radius.sqlite3")
    (waits,) = later_plans.waiting(case.controller)
    later_plans.approve(plan_id=waits.pk, plan_sha256=waits.sha256, actor=otto(), now=timezone.now(), attested=ATTESTED)
    drain()

    states = list(case.tasks.filter(operation="replay").order_by("store").values_list("store", "status", "error_code"))
    assert states == [("billing", "done", ""), ("radius", "done", "")]
    assert PERSON.email not in text_of(demo_stores / "radius.sqlite3")
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        assert database.execute("SELECT email, last_name FROM customers WHERE id = 3").fetchone() == (None, None)
    again = rows_of(demo_stores / "billing.sqlite3")
    assert set(again) == set(erased)
    before = rows_of(dump / "billing.sqlite3")
    others = {key for key in before if before[key] == erased.get(key)}
    assert {key: again[key] for key in others} == {key: before[key] for key in others}
    plans = Plan.objects.filter(case=case, occasion="replay")
    assert {(plan.store, plan.status, plan.policy) for plan in plans} == {
        ("billing", "applied", "replay-1"),
        ("radius", "applied", ""),
    }
    assert Event.objects.filter(case=case, action="later_plan_made").count() == 2
    assert [row["back"] for row in replayed("--dry-run")] == [0, 0]


@pytest.mark.slow
def test_the_ledger_holds_hashes_only_and_lies_outside_the_database(demo_stores, drain):
    """I-04: keyed hashes with store, plan hash and strategy; a lost table is read back from the file."""
    executed(drain)
    tick(timezone.now())
    text = erasure_file.path().read_text(encoding="utf-8")
    for value in (PERSON.email, PERSON.last, PERSON.customer_no, PERSON.phone, PERSON.iban):
        assert value not in text
    entry = Erasure.objects.get(store="billing")
    assert entry.kept_at
    assert entry.plan_sha256 in text
    assert (entry.ends_on - entry.applied_at.date()).days in {90, 91}
    assert ["customers", "anonymise"] in [row[:2] for row in entry.strategy]
    count = ErasedIdentifier.objects.count()
    controller = entry.controller
    mine = contacts.contact(controller, "email", PERSON.email.upper())
    assert is_erased(controller=controller, contact=mine)
    assert not is_erased(controller=controller, contact=contacts.contact(controller, "email", "new@example.net"))
    assert is_erased(controller=controller, contact=contacts.contact(controller, "phone", PERSON.phone))
    assert not is_erased(controller=make_controller("southwave"), contact=mine)  # another brand, other hashes

    Erasure.objects.all().delete()
    assert not is_erased(controller=controller, contact=mine)
    assert erasure_file.take_in(erasure_file.path(), today=timezone.now().date()) == 2
    assert ErasedIdentifier.objects.count() == count
    assert Erasure.objects.get(store="billing").case == entry.case
    assert erasure_file.take_in(erasure_file.path(), today=timezone.now().date()) == 0


@pytest.mark.slow
def test_somebody_else_under_the_number_and_a_new_record_of_hers_are_left_alone(demo_stores, drain):
    """house.md Locate: neither a number given out again nor an e-mail address alone leads to a write."""
    executed(drain)
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        taken = database.execute("UPDATE customers SET email = 'somebody.new@example.net' WHERE id = 3").rowcount
        came = database.execute("UPDATE customers SET email = ? WHERE id = 5", (PERSON.email,)).rowcount
    assert (taken, came) == (1, 1)
    billing = next(row for row in replayed() if row["store"] == "billing")
    assert (billing["back"], billing["reused"], billing["elsewhere"]) == (0, 1, 1)
    assert not Plan.objects.exclude(occasion="").exists()


def test_a_record_found_by_its_number_alone_waits_for_a_second_person(demo_stores):
    """4.3, `replay-1`: "the record and a further identifier"; where the law kept them all, the standing rule does not speak."""
    case, now = make_case(rights=(Right.ERASURE,)), timezone.now()
    exporter = open_by_name(case.controller, "billing")
    key = RowKey("customer", ("3",))
    lines = exporter.plan(Subject("", ()), (key,), right="erasure", now=now, keep_until=keeper(case.controller))
    record = Identifier(IdentifierKind.RECORD, remember.record_of(key), "billing")
    there = exporter.locate(Subject("", (record,))).learned
    erasure_ledger.remember(
        case=case,
        store="billing",
        plan_sha256="a" * 64,
        strategy=remember.strategy_of(lines),
        persons=[
            [("record", record.value, False), *((one.identifier.kind, one.identifier.value, True) for one in there)]
        ],
        now=now,
    )
    plans = Plan.objects.filter(case=case, occasion="replay").order_by("-number")
    assert counts_of(replayed("--store", "billing", code=1)) == (1, 0, 1)
    assert list(plans.values_list("status", "policy")) == [("draft", "")]
    ErasedIdentifier.objects.exclude(kind="record").update(stays=False)
    assert counts_of(replayed("--store", "billing")) == (1, 1, 0)
    assert list(plans.values_list("status", "policy")) == [("approved", "replay-1"), ("replaced", "")]


def test_a_dump_from_before_the_ledger_began_is_said_in_words(demo_stores):
    """Exit code 1 and the first day the ledger remembers; with no ledger at all it says so, too."""
    erasure_file.path().unlink()
    with pytest.raises(CommandError, match="no ledger of erasures yet"):
        call_command("replay_erasures", "--since", "2026-01-01")
    erasure_file.begin(now=timezone.now() - timedelta(days=3))
    err = StringIO()
    since = (timezone.now() - timedelta(days=10)).isoformat()
    with pytest.raises(SystemExit) as end:
        call_command("replay_erasures", "--since", since, "--dry-run", stdout=StringIO(), stderr=err)
    assert end.value.code == 1
    first = timezone.now() - timedelta(days=3)
    assert f"remembers erasures from {first:%Y-%m-%d}" in err.getvalue()
    broken = erasure_file.path().with_name("other.jsonl")
    broken.write_text('{"case": "k1.0a", "ends_on": "2027-01-01"}\n', encoding="utf-8")
    for file, words in ((broken, "line 1 is not a line of a ledger"), (broken.with_name("none"), "cannot be read")):
        with pytest.raises(CommandError, match=words):
            call_command("replay_erasures", "--since", since, "--ledger", str(file))
    for wrong, words in (("yesterday", "is a time like"), ("2999-01-01", "lies in the future")):
        with pytest.raises(CommandError, match=words):
            call_command("replay_erasures", "--since", wrong)


@pytest.mark.slow
def test_a_ledger_that_cannot_be_written_stops_no_erasure_and_is_seen(demo_stores, drain, settings, tmp_path):
    """A missing disk: the erasure stands, the entry waits, the pass fails where everybody sees it, and it is written later."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.DSR_LEDGER_DIR = str(blocked / "ledger")
    case = executed(drain)
    assert case.state == "notifying"
    assert tick(timezone.now())["erasure_ledger"] == -1
    assert Erasure.objects.filter(kept_at__isnull=True).count() == 2
    settings.DSR_LEDGER_DIR = str(tmp_path / "mended")
    assert tick(timezone.now())["erasure_ledger"] == 2
    assert Erasure.objects.filter(kept_at__isnull=True).count() == 0


@pytest.mark.slow
def test_entries_end_with_the_last_backup(demo_stores, drain):
    """6.4 no. 7: the entry goes when no backup can hold her any more, in the table and in the file."""
    executed(drain)
    tick(timezone.now())
    last = Erasure.objects.get(store="billing").ends_on
    assert erasure_ledger.forget(now=timezone.now(), limit=10) == 0
    later = timezone.now() + timedelta(days=(last - timezone.now().date()).days + 1)
    assert erasure_ledger.forget(now=later, limit=10) == 2
    assert erasure_file.prune(today=later.date()) == 2
    assert erasure_file.path().read_text(encoding="utf-8").count("\n") == 1
    assert not ErasedIdentifier.objects.exists()


def test_half_a_line_in_the_ledger_hides_nobody_else(demo_stores, tmp_path):
    """6.4 no. 7: a refused write leaves the file as it was, a torn line is skipped and said, an entry read in is written down."""
    case, now, file = make_case(rights=(Right.ERASURE,)), timezone.now(), erasure_file.path()
    say: dict[str, Any] = {"case": case, "strategy": [], "persons": [[("record", "customer:3", False)]], "now": now}
    erasure_ledger.remember(store="billing", plan_sha256="a" * 64, **say)
    before = file.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    was = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))  # the disk is full after 20 bytes
    try:
        with pytest.raises(OSError, match="large"):
            erasure_file.write_due(now=now, limit=5)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, was)
    assert file.read_bytes() == before

    first = Erasure.objects.get()
    file.write_bytes(before + f'{{"id": "{first.pk}", "contr'.encode())  # killed while writing
    assert erasure_file.damaged() == 1
    assert erasure_file.write_due(now=now, limit=5) == 1
    assert erasure_file.damaged() == 0  # the same entry stands there whole
    erasure_ledger.remember(store="radius", plan_sha256="a" * 64, **say)
    assert erasure_file.write_due(now=now, limit=5) == 1
    lines = file.read_bytes().splitlines(keepends=True)
    elsewhere = tmp_path / "carried.jsonl"
    elsewhere.write_bytes(b"".join([*lines[:3], lines[3][:90], b"\n"]))
    assert erasure_file.damaged(elsewhere) == 1

    Erasure.objects.all().delete()
    file.write_bytes(before)
    err = StringIO()
    since = (now - timedelta(days=1)).isoformat()
    with pytest.raises(SystemExit):
        call_command("replay_erasures", "--since", since, "--ledger", str(elsewhere), stdout=StringIO(), stderr=err)
    assert "1 entries were taken" in err.getvalue()
    assert "damaged and were skipped: 1." in err.getvalue()
    assert Erasure.objects.get().kept_at is None  # our own file does not have it yet
    assert erasure_file.write_due(now=now, limit=5) == 1
    assert str(first.pk) in file.read_text(encoding="utf-8")
    assert erasure_file.take_in(file, today=now.date()) == 0


def test_an_entry_ends_with_the_last_backup_of_its_store(demo_stores):
    """6.4 no. 7: each store has its own generations of backups; the command says the first day for the stores it looks at."""
    path = demo_stores / "stores.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    map: radius", "    backup_days: 7\n    map: radius"), encoding="utf-8")
    scope.forget()
    case, now = make_case(rights=(Right.ERASURE,)), timezone.now()
    more: dict[str, Any] = {"strategy": [], "persons": [[("record", "account:x", False)]], "now": now}
    ends = {
        store: erasure_ledger.remember(case=case, store=store, plan_sha256="a" * 64, **more).ends_on
        for store in ("billing", "radius")
    }
    assert (ends["billing"] - ends["radius"]).days == 83  # 90 of the controller, 7 of the store
    firsts = [replay_all.remembers_from(store=store) for store in ("billing", "radius", "")]
    assert firsts[0] is not None
    assert [round((now - first) / timedelta(days=1)) for first in firsts if first] == [
        30,
        7,
        7,
    ]  # the ledger began 30 days ago
    path.write_text(text.replace("    map: radius", "    backup_days: 0\n    map: radius"), encoding="utf-8")
    with pytest.raises(ConfigError, match="a backup lives 1 to 3660 days"):
        load_stores(path)
