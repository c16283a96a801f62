"""An erasure that meets trouble: stale plans, stores that fail, copies nobody mapped, sessions that are open (house.md idea 3)."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from django.utils import timezone

from dsr.cases import answer, plans
from dsr.cases.facts import current_plan
from dsr.cases.perform import RefusedError
from dsr.cases.tasks import retry, waive
from dsr.law.rights import Right
from dsr.models import Case, Plan
from dsr.work.tick import tick
from tests.factories import make_case
from tests.journeys.erasures import (
    ONLINE,
    PERSON,
    approved,
    executed,
    mara,
    no_cooling,
    otto,
    started,
    text_of,
    troubles,
)

pytestmark = pytest.mark.django_db
__all__ = ["no_cooling"]


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
