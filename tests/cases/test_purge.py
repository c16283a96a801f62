"""Purged: a tombstone, a line in the ledger, a number in its month; not a byte of content, and anchors that still verify (no. 25)."""

from __future__ import annotations

import io
import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from dsr.audit import verify_tombstones
from dsr.cases import actors, anchors, archive, ledger, messages, plans, purge
from dsr.cases.intake import Told
from dsr.cases.perform import RefusedError
from dsr.fulfil import end_of_life
from dsr.law.rights import Right
from dsr.models import Case, CaseStatistic, Event, IndexToken, Message, Request, RetentionRow, Tombstone
from tests.cases.test_archive import DAY, closed, with_file
from tests.factories import MONDAY, make_case, make_controller, make_staff

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
LATER = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
TOLD = Told(name="Quirina Zanzibar", words="Everything about Xylophone please.", contact_email="quirina@example.net")


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    settings.DSR_ANCHOR_DIR = str(tmp_path / "anchors")
    return tmp_path


def archived(**fields) -> Case:
    case = closed(**fields)
    end_of_life.archive_due(now=fields.get("at", MONDAY) + 90 * DAY, limit=10)
    found: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    return found


def test_25_not_on_the_last_day_of_the_third_calendar_year_but_on_the_day_after():
    case = archived()
    last_day = datetime(2029, 12, 31, 22, 0, tzinfo=UTC)  # 23:00 in Berlin

    assert end_of_life.purge_due(now=last_day, limit=10) == 0
    with pytest.raises(RefusedError) as error:
        purge.purge(request_id=case.request_id, now=last_day)
    assert error.value.refusal.code == "retention_runs"
    assert end_of_life.purge_due(now=last_day + timedelta(hours=2), limit=10) == 1

    assert not Request.objects.exists()
    assert not Event.objects.exists()
    assert not IndexToken.objects.exists()


@pytest.mark.parametrize(
    ("country", "months", "regime", "until"),
    [
        ("GB", 72, "UK_GDPR", date(2032, 6, 15)),
        ("DE", 12, "US_CCPA", date(2028, 6, 15)),  # California: at least 24 months, whatever the controller says
        ("DE", 12, "EU_GDPR", date(2027, 6, 15)),
        ("DE", None, "EU_GDPR", None),
        ("FR", 12, "EU_GDPR", date(2029, 12, 31)),  # a row of another country is not ours
    ],
)
def test_4_5_controllers_may_keep_otherwise_but_never_below_the_regime(country, months, regime, until):
    case = archived()
    own = "GB" if country == "GB" else "DE"
    type(case.controller).objects.update(country=own)
    Case.objects.update(regime=regime)
    RetentionRow.objects.create(
        controller=case.controller,
        country=country,
        document_class="case_file",
        months=months,
        start="doc_date",
        statute="our schedule",
        bound="at_least",
    )

    case = Case.objects.select_related("controller").get()
    assert purge.keep_until(case) == until
    if until:
        midday = datetime(until.year, until.month, until.day, 12, 0, tzinfo=UTC)
        assert end_of_life.purge_due(now=midday, limit=10) == 0
        assert end_of_life.purge_due(now=midday + DAY, limit=10) == 1


def test_a_family_waits_for_its_last_case():
    case = archived()
    other = make_case(number="10000009", at=MONDAY + 30 * DAY)
    Case.objects.filter(pk=other.pk).update(request=case.request, right=Right.ERASURE.value)

    assert end_of_life.purge_due(now=LATER, limit=10) == 0
    with pytest.raises(RefusedError):
        purge.purge(request_id=case.request_id, now=LATER)
    assert Case.objects.get(pk=case.pk).state == "archived"


def test_a_legal_hold_stops_it_until_it_is_lifted():
    case = archived()
    dora = actors.staff(make_staff("dora", "dpo"))
    plans.hold(case_id=case.pk, on=True, reason="court", actor=dora, now=LATER)

    assert end_of_life.purge_due(now=LATER, limit=10) == 0
    with pytest.raises(RefusedError) as error:
        purge.purge(request_id=case.request_id, now=LATER)
    assert error.value.refusal.code == "legal_hold"
    plans.hold(case_id=case.pk, on=False, reason="over", actor=dora, now=LATER)
    assert end_of_life.purge_due(now=LATER, limit=10) == 1


def test_25_what_stays_is_a_tombstone_a_line_and_a_number(places):
    case = archived()
    anchors.anchor_due(now=MONDAY + DAY)
    anchors.anchor_due(now=MONDAY + 92 * DAY)
    version = case.version

    end_of_life.purge_due(now=LATER, limit=10)
    anchors.anchor_due(now=LATER + DAY)

    stone = Tombstone.objects.get()
    assert (stone.case_id, stone.version, stone.files) == (case.pk, version + 1, [])
    assert [day for day, _, _ in stone.heads] == ["2026-06-15", "2026-09-13", "2030-01-01"]
    assert list(verify_tombstones()) == []
    assert anchors.faults() == []
    call_command("audit", "verify", stdout=io.StringIO())
    line = json.loads((places / "ledger" / "purged.jsonl").read_text())
    assert str(case.pk) not in line["case"]
    assert line["purged_on"] == "2030-01-01"
    row = CaseStatistic.objects.get()
    assert (row.month, row.right, row.outcome, row.on_time) == (date(2026, 6, 1), "access", "withdrawn", True)
    assert (row.cases, row.days_total) == (1, 0)
    assert purge.purged(case.controller, case.request.reference.lower())


@pytest.mark.parametrize("column", ["chain_head", "heads", "version"])
def test_4_4_a_tombstone_that_somebody_changed_is_found(column):
    archived()
    anchors.anchor_due(now=MONDAY + DAY)
    end_of_life.purge_due(now=LATER, limit=10)
    values = {"chain_head": "f" * 64, "heads": [["2026-06-15", 3, "f" * 64]], "version": 99}

    Tombstone.objects.update(**{column: values[column]})

    with pytest.raises(SystemExit):
        call_command("audit", "verify", stdout=io.StringIO())


def test_4_4_a_tombstone_that_vanished_is_found():
    archived()
    anchors.anchor_due(now=MONDAY + DAY)
    end_of_life.purge_due(now=LATER, limit=10)
    Tombstone.objects.all().delete()

    assert anchors.faults() == ["2026-06-15"]


def _everything(tmp_path: Path) -> bytes:
    """All that the database holds: the file after VACUUM on SQLite, the text of a dump on PostgreSQL."""
    if connection.vendor == "postgresql":
        return b"\n".join(_rows())
    target = tmp_path / "copy.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(target) as copy:
        connection.connection.backup(copy)
    copy.close()
    whole = sqlite3.connect(target)
    whole.execute("VACUUM")
    whole.close()
    return target.read_bytes()


def _rows():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (text,) in cursor.fetchall():
                yield text.encode()


@pytest.mark.django_db(transaction=True)
def test_25_no_byte_of_the_content_can_be_read_back(places):
    case = closed(told=TOLD)
    request = case.request
    messages.from_office(request=request, text="Dear Quirina, the Xylophone stays.", author=make_staff(), now=MONDAY)
    request.messages.update(status=Message.Status.SENT)
    file = with_file(case, "certificate")
    name = file.storage_name
    end_of_life.archive_due(now=MONDAY + 90 * DAY, limit=10)
    for table in (Request, Case):
        assert all(row.wrapped_key for row in table.objects.all())
    keys = [Request.objects.get().wrapped_key, Case.objects.get().wrapped_key, type(file).objects.get().wrapped_key]
    blobs = [bytes(Request.objects.get().sealed), *(bytes(m.sealed) for m in request.messages.all())]
    tokens = list(IndexToken.objects.values_list("token", flat=True))
    hashes = list(Event.objects.filter(action="received").values_list("pk", flat=True))
    before = _everything(places)
    assert all(key.encode() in before for key in keys)
    if connection.vendor == "sqlite":
        assert all(blob in before for blob in blobs)

    assert end_of_life.purge_due(now=LATER, limit=10) == 1

    after = _everything(places)
    for plain in (b"Quirina", b"Zanzibar", b"Xylophone", b"quirina@example.net"):
        assert plain not in before
        assert plain not in after
    for gone in (*keys, *tokens, *(pk.hex for pk in hashes), request.pk.hex, str(request.pk)):
        assert gone.encode() not in after
    for blob in blobs:
        assert blob not in after
        assert blob.hex().encode() not in after
    assert not default_storage.exists(name)


def test_a_restored_backup_loses_it_again(places):
    case = archived()
    backup = io.StringIO()
    call_command("dumpdata", "dsr", stdout=backup)
    end_of_life.purge_due(now=LATER, limit=10)
    file = places / "ledger" / "purged.jsonl"
    Tombstone.objects.all().delete()
    dump = places / "backup.json"
    dump.write_text(backup.getvalue())
    CaseStatistic.objects.all().delete()
    call_command("loaddata", str(dump), verbosity=0)
    assert Case.objects.filter(pk=case.pk).exists()
    make_case(number="10000002")

    found = [row.pk for row in ledger.returned(file, today=LATER.date())]
    assert found == [case.pk]
    out = io.StringIO()
    call_command("purge", "--replay", str(file), "--json", stdout=out)

    assert json.loads(out.getvalue()) == {"purged_again": 1}
    assert Case.objects.count() == 1
    assert list(verify_tombstones()) == []


def test_replay_says_what_a_hold_of_the_backup_keeps(places):
    case = archived()
    ledger.append([Tombstone(case_id=case.pk, purged_at=LATER, ends_on=LATER.date() + 400 * DAY)])
    Case.objects.update(legal_hold=True)
    out = io.StringIO()

    with pytest.raises(SystemExit):
        call_command("purge", "--replay", str(ledger.path()), stdout=out)

    assert "legal_hold" in out.getvalue()
    assert Case.objects.count() == 1


def test_replay_refuses_a_file_that_is_no_ledger(tmp_path):
    odd = tmp_path / "odd"
    odd.write_text("quirina@example.net\n")
    with pytest.raises(CommandError) as error:
        call_command("purge", "--replay", str(odd))
    assert "line 1" in str(error.value)
    assert "quirina" not in str(error.value)
    with pytest.raises(CommandError):
        call_command("purge", "--replay", str(tmp_path / "missing"))


def test_a_ledger_that_was_lost_is_written_again(places):
    archived()
    end_of_life.purge_due(now=LATER, limit=10)
    ledger.path().unlink()

    call_command("purge", "--export", stdout=io.StringIO())

    assert len(ledger.path().read_text().splitlines()) == 1


def test_references_end_when_no_backup_can_hold_the_case(settings):
    settings.DSR_BACKUP_DAYS = 30
    case = archived()
    end_of_life.purge_due(now=LATER, limit=10)

    end_of_life.leftovers(now=LATER + 30 * DAY, limit=10)
    assert purge.purged(case.controller, case.request.reference)
    end_of_life.leftovers(now=LATER + 31 * DAY, limit=10)
    assert not purge.purged(case.controller, case.request.reference)
    assert not purge.purged(make_controller("southwave"), case.request.reference)
    assert list(verify_tombstones()) == []


def test_numbers_add_up_and_name_no_case():
    for number in ("10000001", "10000002"):
        archived(number=number)
    end_of_life.purge_due(now=LATER, limit=10)

    row = CaseStatistic.objects.get()
    assert row.cases == 2
    out = io.StringIO()
    call_command("purge", "--numbers", "--json", stdout=out)
    (said,) = json.loads(out.getvalue())
    assert (said["month"], said["cases"], said["outcome"], said["on_time"]) == ("2026-06", 2, "withdrawn", "yes")
    names = {field.name for field in CaseStatistic._meta.fields}
    assert not names & {"case", "request", "case_id", "reference", "account", "language"}


def test_a_dry_run_says_and_removes_nothing(monkeypatch):
    case = archived()
    out = io.StringIO()
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)

    call_command("purge", "--dry-run", "--json", stdout=out)

    assert json.loads(out.getvalue())[0]["reference"] == case.request.reference
    assert Case.objects.filter(pk=case.pk).exists()
    call_command("purge", stdout=io.StringIO())
    assert not Case.objects.exists()


def _hangs_on_a_request() -> set[type[models.Model]]:
    """Every table from which references lead to a request, by way of whatever other tables."""
    found: set[type[models.Model]] = set()
    waiting: list[type[models.Model]] = [Request]
    while waiting:
        for relation in waiting.pop()._meta.related_objects:
            child = relation.related_model
            if relation.on_delete is not models.SET_NULL and child not in found:
                found.add(child)
                waiting.append(child)
    return found


def test_whatever_table_hangs_on_a_request_is_empty_afterwards():
    """Also one that is added later: nothing here names a table."""
    case = archived()
    tables = _hangs_on_a_request()
    filled = {table.__name__ for table in tables if models.QuerySet(table).exists()}
    assert {"Case", "Event", "IndexToken", "Message", "Letter"} <= filled  # a letter that was sent goes as well

    purge.purge(request_id=case.request_id, now=LATER)

    assert not [table.__name__ for table in tables if models.QuerySet(table).exists()]


@pytest.mark.parametrize("of", ["archive", "purge"])
def test_the_passes_read_an_index_and_not_every_case(of):
    """A tick every half minute must not walk through years of archived cases."""
    make_controller()
    with CaptureQueriesContext(connection) as asked:
        archive.due(now=LATER, limit=5) if of == "archive" else purge.due(now=LATER, limit=5)
    text = next(query["sql"] for query in asked if 'FROM "dsr_case"' in query["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of a nearly empty table every index costs the same: only what could answer instead is taken away.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("DROP INDEX case_queue, case_next_rung, case_calendar")
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + text)
        assert "case_closed" in str(cursor.fetchall())


def test_files_left_by_a_process_that_died_go_with_the_next_pass():
    case = closed()
    name = with_file(case, "certificate").storage_name
    end_of_life.archive_due(now=MONDAY + 90 * DAY, limit=10)
    purge.purge(request_id=case.request_id, now=LATER)  # the process dies before the bytes go
    assert default_storage.exists(name)
    assert Tombstone.objects.get().files == [name]

    end_of_life.leftovers(now=LATER, limit=10)

    assert not default_storage.exists(name)
    assert Tombstone.objects.get().files == []
