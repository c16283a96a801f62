"""An erasure from receipt to certificate, through the verbs, on the demo's stores (SC-03, SC-24; house.md idea 3)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import timedelta

import pytest
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import actors, answer, endings, identity, plans
from dsr.cases.facts import current_plan
from dsr.cases.perform import RefusedError
from dsr.cases.tasks import retry, waive
from dsr.demo.people import by_position
from dsr.fulfil.spool import read_artifact
from dsr.law.rights import Right
from dsr.models import Case, Controller, Plan
from dsr.work.jobs import run_task
from dsr.work.tick import tick
from tests.factories import ATTESTED, make_case, make_controller, make_request, make_staff

pytestmark = pytest.mark.django_db
PERSON, ONLINE = by_position(3), by_position(1)
MARIA, NAMESAKE = by_position(2), by_position(6)


@pytest.fixture(autouse=True)
def no_cooling(db):
    make_controller(cooling_hours=0)


def mara():
    return actors.staff(make_staff("mara"))


def otto():
    return actors.staff(make_staff("otto", "lead"))


def planned(drain, person=PERSON) -> Case:
    now = timezone.now()
    case = make_case(
        number=person.customer_no, name=person.name, rights=(Right.ERASURE,), at=now - timedelta(days=2), now=now
    )
    answer.start_collection(case_id=case.pk, actor=mara(), now=now)
    drain()
    plans.ask_for_plan(case_id=case.pk, actor=mara(), now=now)
    drain()
    case.refresh_from_db()
    assert current_plan(case), list(case.tasks.values("store", "operation", "status", "error_code", "error_place"))
    return case


def approved(drain, person=PERSON) -> Case:
    case = planned(drain, person)
    answer.submit(case_id=case.pk, actor=mara(), now=timezone.now())
    return plans.approve(
        case_id=case.pk, plan_sha256=case.manifest_sha256, actor=otto(), now=timezone.now(), attested=ATTESTED
    )


def executed(drain, person=PERSON) -> Case:
    case = approved(drain, person)
    for _ in range(3):
        tick(timezone.now())
        drain()
    return Case.objects.get(pk=case.pk)


def rows_of(path) -> dict[tuple[str, str], str]:
    """Every row of a store under its table and primary key or row id, as a checksum."""
    found = {}
    with sqlite3.connect(path) as database:
        tables = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        for table in tables:
            for row in database.execute(f'SELECT rowid, * FROM "{table}"'):
                found[table, str(row[0])] = hashlib.sha256(repr(row).encode()).hexdigest()
    return found


def text_of(path) -> str:
    with sqlite3.connect(path) as database:
        return "\n".join(database.iterdump())


def troubles(case: Case):
    return list(
        case.tasks.exclude(status="done").values("store", "operation", "status", "error_code", "error_place", "result")
    )


def test_SC_03_an_erasure_from_receipt_to_certificate(demo_stores, drain):
    case = executed(drain)
    assert case.state == "notifying", (case.state, troubles(case))
    plan = Plan.objects.get(case=case)
    assert plan.status == "applied"
    named = sorted({name for line in plan.summary for name in line.get("recipients", [])})
    if named:
        plans.settle_recipients(case_id=case.pk, told=named, reasons={}, actor=mara(), now=timezone.now())
    drain()
    case = answer.release(case_id=case.pk, actor=mara(), now=timezone.now())

    assert case.state == "partly_completed"
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    files = {a.file_name: b"".join(read_artifact(a)) for a in case.artifacts.filter(superseded_at__isnull=True)}
    assert {"letter.pdf", "certificate.pdf", "certificate.json"} <= set(files)
    certificate = files["certificate.json"].decode()
    for value in (PERSON.email, PERSON.last, PERSON.customer_no, PERSON.phone, PERSON.iban):
        assert value not in certificate
    assert plan.sha256 in certificate
    assert json.loads(certificate)
    # What it says about the search is what was searched, not a zero.
    with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
        tables = database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
    assert case.tasks.get(operation="verify", store="radius").result["tables"] == tables
    assert f'"tables":{tables}' in certificate.replace(" ", "")


def test_what_names_her_is_gone_but_the_invoices_the_law_keeps(demo_stores, drain):
    before = rows_of(demo_stores / "billing.sqlite3")
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        invoices = database.execute("SELECT * FROM invoices WHERE customer_id = 3 ORDER BY 1").fetchall()

    case = executed(drain)
    assert case.state == "notifying", troubles(case)

    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        kept = database.execute("SELECT * FROM invoices WHERE customer_id = 3 ORDER BY 1").fetchall()
        for table in ("tickets", "marketing_profiles"):
            column = "customer_id"
            assert database.execute(f"SELECT count(*) FROM {table} WHERE {column} = 3").fetchone() == (0,)
    assert kept
    assert set(kept) <= set(invoices)  # complete and untouched
    assert PERSON.username not in text_of(demo_stores / "radius.sqlite3")
    after = rows_of(demo_stores / "billing.sqlite3")
    changed = {key for key, value in before.items() if after.get(key) != value}
    assert changed


def test_a_namesake_is_left_alone_and_a_name_nobody_owns_goes_to_a_person(demo_stores, drain):
    case = executed(drain, MARIA)

    task = case.tasks.get(operation="verify", store="billing")
    assert (case.state, task.status, task.error_code) == ("executing", "manual", "residue")
    assert task.error_place == "billing.prospects.email, billing.prospects.name"
    assert NAMESAKE.email in text_of(demo_stores / "billing.sqlite3")
    assert NAMESAKE.name in text_of(demo_stores / "billing.sqlite3")


def test_nobody_elses_row_changes(demo_stores, drain):
    """Over-erasure, as rivals do it: a shared row, a namesake, a substring."""
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        query = "SELECT id, * FROM customers WHERE id <> 3 ORDER BY id"
        others = database.execute(query).fetchall()
        addresses = database.execute("SELECT * FROM addresses ORDER BY id").fetchall()

    executed(drain)

    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        assert database.execute(query).fetchall() == others
        left = database.execute("SELECT * FROM addresses ORDER BY id").fetchall()
    assert set(left) <= set(addresses)
    assert len(addresses) - len(left) <= 1


def test_a_plan_is_approved_by_another_person_and_bound_to_its_hash(demo_stores, drain):
    case = planned(drain)
    answer.submit(case_id=case.pk, actor=mara(), now=timezone.now())

    with pytest.raises(RefusedError) as error:
        plans.approve(
            case_id=case.pk, plan_sha256=case.manifest_sha256, actor=mara(), now=timezone.now(), attested=ATTESTED
        )
    assert error.value.refusal.code in {"role", "same_person"}
    with pytest.raises(RefusedError) as error:
        plans.approve(case_id=case.pk, plan_sha256="0" * 64, actor=otto(), now=timezone.now(), attested=ATTESTED)
    assert error.value.refusal.code == "manifest_changed"
    assert case.plans.get().status == "draft"


def test_nothing_is_written_before_the_cooling_time_is_over(demo_stores, drain):
    Controller.objects.update(cooling_hours=24)
    before = text_of(demo_stores / "billing.sqlite3")
    case = approved(drain)

    tick(timezone.now() + timedelta(hours=23))
    drain()
    assert Case.objects.get(pk=case.pk).state == "approved"
    assert text_of(demo_stores / "billing.sqlite3") == before

    tick(timezone.now() + timedelta(hours=25))
    assert Case.objects.get(pk=case.pk).state == "executing"


def test_an_approval_expires_and_can_be_taken_back(demo_stores, drain):
    Controller.objects.update(cooling_hours=24)
    case = approved(drain)

    case = plans.back_to_draft(
        case_id=case.pk, status="withdrawn", reason="The subscriber phoned.", actor=mara(), now=timezone.now()
    )
    assert (case.state, case.approved_sha256, case.plans.get().status) == ("drafting", "", "withdrawn")

    case = Case.objects.get(pk=case.pk)
    plans.ask_for_plan(case_id=case.pk, actor=mara(), now=timezone.now())
    drain()
    case.refresh_from_db()
    answer.submit(case_id=case.pk, actor=mara(), now=timezone.now())
    plans.approve(
        case_id=case.pk, plan_sha256=case.manifest_sha256, actor=otto(), now=timezone.now(), attested=ATTESTED
    )
    tick(timezone.now() + timedelta(days=31))
    assert Case.objects.get(pk=case.pk).state == "drafting"


def test_a_withdrawal_stops_everything_that_has_not_begun(demo_stores, drain):
    before = text_of(demo_stores / "billing.sqlite3")
    case = approved(drain)
    plans.start(case_id=case.pk, now=timezone.now())

    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=timezone.now())
    drain()

    assert Case.objects.get(pk=case.pk).state == "withdrawn"
    assert text_of(demo_stores / "billing.sqlite3") == before


def test_4_0_1_once_a_line_is_applied_the_request_cannot_be_taken_back(demo_stores, drain):
    case = executed(drain)

    with pytest.raises(RefusedError) as error:
        endings.withdraw(case_id=case.pk, actor=actors.subject(), now=timezone.now())
    assert error.value.refusal.code == "applied_already"


def test_a_legal_hold_waits_and_writes_nothing(demo_stores, drain):
    before = text_of(demo_stores / "billing.sqlite3")
    case = approved(drain)
    plans.start(case_id=case.pk, now=timezone.now())
    plans.hold(case_id=case.pk, on=True, reason="A court asked for the records.", actor=otto(), now=timezone.now())

    drain()

    assert text_of(demo_stores / "billing.sqlite3") == before
    assert set(case.tasks.filter(operation="apply").values_list("status", "error_code")) == {("queued", "on_hold")}
    plans.hold(case_id=case.pk, on=False, reason="The court is done.", actor=otto(), now=timezone.now())
    for task in case.tasks.filter(operation="apply"):
        retry(task_id=task.pk, actor=mara(), now=timezone.now())
    drain()
    assert Case.objects.get(pk=case.pk).state == "notifying"


def test_a_stale_plan_writes_nothing_and_goes_back_to_its_drafter(demo_stores, drain):
    case = approved(drain)
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        database.execute("UPDATE tickets SET customer_id = 2 WHERE customer_id = 3")
    before = text_of(demo_stores / "billing.sqlite3")
    plans.start(case_id=case.pk, now=timezone.now())

    drain()

    case.refresh_from_db()
    assert (case.state, Plan.objects.get(case=case).status) == ("drafting", "stale")
    assert text_of(demo_stores / "billing.sqlite3") == before


def test_rows_that_arrive_between_plan_and_apply_are_erased_and_do_not_make_it_stale(demo_stores, drain):
    case = approved(drain)
    with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(radacct)")]
        row = dict(
            zip(
                columns,
                database.execute(
                    "SELECT * FROM radacct WHERE username = ? AND acctstoptime IS NOT NULL", (PERSON.username,)
                ).fetchone(),
                strict=True,
            )
        )
        row |= {"radacctid": 9_000_001, "acctsessionid": "fresh", "acctuniqueid": "fresh-one"}
        database.execute(
            f"INSERT INTO radacct ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
    plans.start(case_id=case.pk, now=timezone.now())

    drain()

    assert Case.objects.get(pk=case.pk).state == "notifying", troubles(case)
    assert "fresh-one" not in text_of(demo_stores / "radius.sqlite3")


def test_a_store_that_fails_leaves_its_task_and_the_others_work(demo_stores, drain):
    case = approved(drain)
    (demo_stores / "radius.sqlite3").rename(demo_stores / "gone")
    plans.start(case_id=case.pk, now=timezone.now())

    drain()

    states = dict(case.tasks.filter(operation="apply").values_list("store", "status"))
    assert states["billing"] == "done"
    assert states["radius"] != "done"
    assert Case.objects.get(pk=case.pk).state == "executing"
    (demo_stores / "gone").rename(demo_stores / "radius.sqlite3")
    retry(task_id=case.tasks.get(operation="apply", store="radius").pk, actor=mara(), now=timezone.now())
    drain()
    assert Case.objects.get(pk=case.pk).state == "notifying", troubles(case)


def dump(demo_stores) -> None:
    """A debug table that a program of the network wrote meanwhile."""
    with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
        database.execute("CREATE TABLE debug_dump (line TEXT)")
        database.execute("INSERT INTO debug_dump VALUES (?)", (f"login of {PERSON.username}",))


def started(demo_stores, drain) -> Case:
    case = approved(drain)
    plans.start(case_id=case.pk, now=timezone.now())
    for task in case.tasks.filter(operation="apply"):
        run_task(str(task.pk))
    dump(demo_stores)
    drain()
    return Case.objects.get(pk=case.pk)


def test_a_copy_in_a_table_nobody_mapped_keeps_the_case_open(demo_stores, drain):
    """A skipped column called success is a rival's failure; here a person has to explain it."""
    case = started(demo_stores, drain)

    assert case.state == "executing"
    task = case.tasks.get(operation="verify", store="radius")
    assert (task.status, task.error_code) == ("manual", "residue")
    assert "debug_dump.line" in task.error_place
    with pytest.raises(RefusedError):
        answer.release(case_id=case.pk, actor=mara(), now=timezone.now())
    with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
        database.execute("DROP TABLE debug_dump")
    retry(task_id=task.pk, actor=mara(), now=timezone.now())
    drain()
    assert Case.objects.get(pk=case.pk).state == "notifying"


def test_a_lead_can_explain_what_is_left_and_the_reason_is_in_the_chain(demo_stores, drain):
    case = started(demo_stores, drain)
    task = case.tasks.get(operation="verify", store="radius")

    with pytest.raises(RefusedError):
        waive(task_id=task.pk, reason="ours", actor=mara(), now=timezone.now())
    waive(task_id=task.pk, reason="The table is dropped tonight by its owner.", actor=otto(), now=timezone.now())
    tick(timezone.now())
    drain()

    assert Case.objects.get(pk=case.pk).state == "notifying"
    assert case.events.filter(action="task_waived").count() == 1


def test_an_undeclared_table_that_looks_personal_blocks_the_plan(demo_stores, drain):
    with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
        database.execute("CREATE TABLE newsletter (email TEXT, phone TEXT)")
    now = timezone.now()
    case = make_case(
        number=PERSON.customer_no, name=PERSON.name, rights=(Right.ERASURE,), at=now - timedelta(days=2), now=now
    )
    answer.start_collection(case_id=case.pk, actor=mara(), now=now)
    drain()
    plans.ask_for_plan(case_id=case.pk, actor=mara(), now=now)
    drain()

    task = case.tasks.get(operation="plan")
    assert (task.status, task.error_code) == ("manual", "plan_blocked")
    assert "newsletter" in task.error_place
    assert current_plan(case) is None


def test_an_open_session_waits_and_is_never_half_erased(demo_stores, drain):
    case = executed(drain, ONLINE)

    assert case.state == "executing"
    task = case.tasks.get(operation="verify", store="radius")
    assert (task.status, task.error_code) == ("manual", "residue")
    query = "SELECT count(*), sum(acctstoptime IS NULL) FROM radacct WHERE username = ?"
    with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
        assert database.execute(query, (ONLINE.username,)).fetchone() == (1, 1)


def test_applying_twice_does_nothing_twice(demo_stores, drain):
    case = approved(drain)
    plans.start(case_id=case.pk, now=timezone.now())
    drain()
    after = text_of(demo_stores / "billing.sqlite3")
    Plan.objects.filter(case=case).update(status="approved")
    Case.objects.filter(pk=case.pk).update(state="executing")
    case.tasks.filter(operation="apply", store="billing").update(status="queued", not_before=timezone.now())

    drain()

    assert text_of(demo_stores / "billing.sqlite3") == after


def test_a_person_nobody_knows_is_answered_without_a_write(demo_stores, drain):
    before = text_of(demo_stores / "billing.sqlite3")
    stranger = type("P", (), {"customer_no": "NW-999999", "name": "Nobody Known"})()

    case = executed(drain, stranger)

    assert case.state == "notifying", troubles(case)
    assert text_of(demo_stores / "billing.sqlite3") == before


def test_SC_25_a_copy_asked_for_together_is_made_before_the_erasure(demo_stores, drain):
    now = timezone.now()
    request = make_request(name=PERSON.name, rights=(Right.ACCESS, Right.ERASURE), at=now - timedelta(days=2), now=now)
    identity.identify(
        request=request, level=3, method="link", known=(("billing", PERSON.customer_no),), actor=actors.SYSTEM, now=now
    )
    case, copy = request.cases.get(right="erasure"), request.cases.get(right="access")
    answer.start_collection(case_id=case.pk, actor=mara(), now=now)
    drain()
    plans.ask_for_plan(case_id=case.pk, actor=mara(), now=now)
    drain()
    case.refresh_from_db()
    answer.submit(case_id=case.pk, actor=mara(), now=now)
    plans.approve(case_id=case.pk, plan_sha256=case.manifest_sha256, actor=otto(), now=now, attested=ATTESTED)
    before = text_of(demo_stores / "billing.sqlite3")

    tick(timezone.now())
    drain()

    assert Case.objects.get(pk=case.pk).state == "approved"
    assert text_of(demo_stores / "billing.sqlite3") == before
    Case.objects.filter(pk=copy.pk).update(state="completed")
    tick(timezone.now())
    assert Case.objects.get(pk=case.pk).state == "executing"


def test_one_who_may_only_draft_cannot_lift_a_hold_and_nothing_starts_meanwhile(demo_stores, drain):
    case = approved(drain)
    plans.hold(case_id=case.pk, on=True, reason="court", actor=mara(), now=timezone.now())

    with pytest.raises(RefusedError):
        plans.hold(case_id=case.pk, on=False, reason="x", actor=mara(), now=timezone.now())
    with pytest.raises(RefusedError) as error:
        plans.start(case_id=case.pk, now=timezone.now())
    assert error.value.refusal.code == "legal_hold"
    tick(timezone.now())
    assert Case.objects.get(pk=case.pk).state == "approved"
