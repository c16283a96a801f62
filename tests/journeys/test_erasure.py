"""An erasure from receipt to certificate, through the verbs, on the demo's stores (SC-03, SC-24; house.md idea 3)."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta

import pytest
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import actors, answer, endings, identity, plans
from dsr.cases.perform import RefusedError
from dsr.cases.tasks import retry
from dsr.fulfil.spool import read_artifact
from dsr.law.rights import Right
from dsr.models import Case, Controller, Plan
from dsr.work.tick import tick
from tests.factories import ATTESTED, make_request
from tests.journeys.erasures import (
    MARIA,
    NAMESAKE,
    PERSON,
    approved,
    executed,
    mara,
    no_cooling,
    otto,
    planned,
    rows_of,
    text_of,
    troubles,
)

pytestmark = pytest.mark.django_db
__all__ = ["no_cooling"]


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
