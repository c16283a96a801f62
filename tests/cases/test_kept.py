"""What stays after an erasure has a statute and an end, comes back on its day, and is erased then (3.4.2, E-b, 4.0.11, SC-03)."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import actors, kept, later_plans, purge, rescans, tasks
from dsr.cases.own_rules_setup import add_retention
from dsr.cases.perform import RefusedError
from dsr.law.retention import StartRule
from dsr.models import Case, Event, KeptLine, Plan, Rescan, Task
from dsr.work import jobs
from tests.factories import ATTESTED, make_controller, make_staff
from tests.journeys.erasures import PERSON, executed, mara, otto

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def ledger(db, settings, tmp_path):
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    make_controller(cooling_hours=0)


def invoices(folder) -> set[int]:
    with sqlite3.connect(folder / "billing.sqlite3") as database:
        rows = database.execute("SELECT DISTINCT substr(issued_on, 1, 4) FROM invoices WHERE customer_id = 3")
        return {int(year) for (year,) in rows}


def work(case: Case, operation: str, *, store: str = "billing") -> Task:
    """Run the store's task of an operation until nothing is queued."""
    for _ in range(4):
        for task in case.tasks.filter(operation=operation, status="queued"):
            jobs.run_task(str(task.pk))
    return case.tasks.get(operation=operation, store=store)


def test_SC_03_each_year_of_invoices_has_its_own_end_and_goes_on_its_day(demo_stores, drain):
    """4.0.11: one end for each document year; the first to end goes alone, under the standing rule, and the file says so."""
    case = executed(drain)
    lines = {row.document_year: row for row in kept.standing(case) if row.dataset == "invoices"}
    years = invoices(demo_stores)
    assert set(lines) == years
    assert {year: row.until for year, row in lines.items()} == {year: date(year + 8, 12, 31) for year in years}
    assert all(row.law and row.restricted and row.why == "law" for row in lines.values())

    first = min(years)
    late = datetime(first + 9, 1, 2, 12, tzinfo=UTC)
    assert kept.make_due(now=late - timedelta(days=3), limit=50) == 0
    assert kept.make_due(now=late, limit=50) >= 1
    assert kept.make_due(now=late, limit=50) == 0  # it is under way
    with time_machine.travel(late, tick=True):
        task = work(case, "kept")
        # The period is known from practice only (V/K): it keeps, and never deletes by itself.
        assert (task.status, task.error_code) == ("manual", "period_uncertain")
        assert invoices(demo_stores) == years
        assert not Plan.objects.exclude(occasion="").exists()
        dora = actors.staff(make_staff("dora", "dpo"))
        rule = {"country": "DE", "document_class": "invoice", "months": 96, "statute": "AO 147(3)", "bound": "at_least"}
        rule |= {"start": StartRule.END_CALENDAR_YEAR.value, "valid_from": None, "valid_to": None}
        add_retention(controller=case.controller, values=rule, actor=dora, now=timezone.now())
        tasks.retry(task_id=task.pk, actor=mara(), now=timezone.now())
        task = work(case, "kept")
        assert (task.status, task.error_code, task.error_place) == ("done", "", "")

    assert invoices(demo_stores) == years - {first}
    plan = Plan.objects.get(case=case, occasion="kept")
    assert (plan.status, plan.policy) == ("applied", "kept-end-1")
    left = {row.document_year for row in kept.standing(case) if row.dataset == "invoices"}
    assert left == years - {first}
    assert KeptLine.objects.filter(case=case, dataset="invoices", status="gone").count() == 1
    events = Event.objects.filter(case=case, action__in=["kept_noted", "later_plan_made"]).order_by("seq")
    assert [event.action for event in events][-2:] == ["later_plan_made", "kept_noted"]
    assert verify_case(Case.objects.get(pk=case.pk)) == []


def test_a_contract_has_an_end_that_somebody_sets_and_a_dispute_keeps_longer(demo_stores, drain):
    """SC-04, 17(3)(e): an end of its own, never shorter than the statute, with a reason; a case that keeps is not purged."""
    case = executed(drain)
    now = timezone.now()
    contract = next(row for row in kept.standing(case) if row.dataset == "contracts")
    law = next(row for row in kept.standing(case) if row.dataset == "invoices")
    say: dict[str, Any] = {"actor": mara(), "now": now}
    wrong: tuple[tuple[Any, dict[str, Any], str], ...] = (
        (contract, {"why": "contract", "ends_on": now.date() - timedelta(days=3), "reason": "over"}, "end_passed"),
        (law, {"why": "dispute", "ends_on": now.date() + timedelta(days=3), "reason": "claim 7"}, "end_before_law"),
        (contract, {"why": "contract", "ends_on": now.date(), "reason": " "}, "reason_missing"),
    )
    for line, more, code in wrong:
        with pytest.raises(RefusedError) as refused:
            kept.set_end(line_id=line.pk, **more, **say)
        assert refused.value.refusal.code == code
    auditor = actors.staff(make_staff("ada", "auditor"))
    with pytest.raises(RefusedError):
        kept.set_end(line_id=law.pk, why="dispute", ends_on=date(2050, 1, 1), reason="claim", actor=auditor, now=now)
    row = kept.set_end(line_id=law.pk, why="dispute", ends_on=date(2050, 1, 1), reason="claim 7 of the court", **say)
    assert (row.why, kept.ends(row)) == ("dispute", date(2050, 1, 1))
    assert law.pk not in kept.over(case.controller, datetime(2049, 1, 1, tzinfo=UTC)).values_list("pk", flat=True)
    assert law.pk in kept.over(case.controller, datetime(2050, 1, 3, tzinfo=UTC)).values_list("pk", flat=True)
    assert "claim 7" not in str(list(Event.objects.filter(case=case).values("data")))
    Case.objects.filter(pk=case.pk).update(state="archived", closed_at=now)
    much_later = now + timedelta(days=5 * 366)
    assert purge.due(now=much_later, limit=5) == []
    KeptLine.objects.filter(case=case).update(status="gone")
    assert purge.due(now=much_later, limit=5) == [case.request_id]


def test_the_stores_are_searched_again_after_7_and_30_days(demo_stores, drain):
    """6.5: what a late writer put back is found, goes to a person with its place, and is never silently passed."""
    case = executed(drain)
    rows = Rescan.objects.filter(case=case).order_by("store", "days")
    assert list(rows.values_list("store", "days")) == [("billing", 7), ("billing", 30), ("radius", 7), ("radius", 30)]
    now = timezone.now()
    assert rescans.make_due(now=now + timedelta(days=6), limit=10) == 0
    with sqlite3.connect(demo_stores / "radius.sqlite3") as database:  # a session that was buffered somewhere
        name = PERSON.username
        database.execute(
            "INSERT INTO radpostauth (username, pass, reply, authdate) VALUES (?, '', 'x', '2026-06-01')", (name,)
        )
    week = now + timedelta(days=7, hours=1)
    assert rescans.make_due(now=week, limit=10) == 2
    assert rescans.make_due(now=week, limit=10) == 0
    with time_machine.travel(week, tick=True):
        assert work(case, "rescan").status == "done"
        radius = case.tasks.get(operation="rescan", store="radius")
        assert (radius.status, radius.error_code) == ("manual", "residue")
        assert "radius.radpostauth.username" in radius.error_place
        assert dict(rows.filter(days=7).values_list("store", "found")) == {"billing": 0, "radius": 1}
        with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
            others = database.execute("SELECT count(*) FROM radpostauth WHERE username <> ?", (name,)).fetchone()
        # Planned again, looked at by a second person, erased, searched once more: nobody has to write into the store by hand.
        rescans.plan_again(task_id=radius.pk, actor=mara(), now=timezone.now())
        work(case, "residue", store="radius")
        (plan,) = later_plans.waiting(case.controller)
        assert (plan.occasion, plan.store, plan.policy) == ("residue", "radius", "")
        say: dict[str, Any] = {
            "plan_id": plan.pk,
            "plan_sha256": plan.sha256,
            "attested": ATTESTED,
            "now": timezone.now(),
        }
        with pytest.raises(RefusedError) as refused:
            later_plans.approve(actor=mara(), **say)
        assert refused.value.refusal.code == "role"
        later_plans.approve(actor=otto(), **say)
        work(case, "residue", store="radius")
        work(case, "rescan")
        with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
            assert not database.execute("SELECT 1 FROM radpostauth WHERE username = ?", (name,)).fetchone()
            left = database.execute("SELECT count(*) FROM radpostauth").fetchone()
        assert left == others
        assert Plan.objects.get(pk=plan.pk).status == "applied"
        with pytest.raises(RefusedError):
            rescans.plan_again(task_id=radius.pk, actor=mara(), now=timezone.now())
    radius.refresh_from_db()
    assert (radius.status, radius.error_code) == ("done", "")
    month = now + timedelta(days=31)
    assert rescans.make_due(now=month, limit=10) == 2
    assert Event.objects.filter(case=case, action="searched_again").count() == 2
