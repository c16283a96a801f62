"""Trap 12: what is shown before an erasure of somebody with 70,000 records (docs/traps.md)."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from dsr.cases import actors, answer, plans
from dsr.cases.facts import current_plan
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Case
from dsr.vault import canonical
from dsr.work.tick import tick
from exporters.contract import lines_from_json, plan_hash
from tests.factories import ATTESTED, make_case, make_controller, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db
ROWS = 70_000
SHE = by_position(3)


def many(place: Path) -> None:
    """ROWS tickets of hers: each is a row of its own in the plan, with its key."""
    with sqlite3.connect(place) as database:
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO tickets (ticket_no, customer_id, status, opened_at) "
            "SELECT 'X-' || i, ?, 'closed', '2026-06-01 00:00:00' FROM n",
            (ROWS, SHE.n),
        )


def tickets(place: Path) -> int:
    with sqlite3.connect(place) as database:
        query = "SELECT count(*) FROM tickets WHERE customer_id = ?"
        count: int = database.execute(query, (SHE.n,)).fetchone()[0]
    return count


@pytest.mark.slow
def test_trap_12_a_plan_of_seventy_thousand_rows_is_kept_whole_and_carried_out(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """The plan that was read back has the hash that is approved, its page stays small, and all the rows go."""
    make_controller(cooling_hours=0)
    place = demo_stores / "billing.sqlite3"
    many(place)
    wanted, now = tickets(place), timezone.now()
    assert wanted >= ROWS
    mara, otto = make_staff("mara"), make_staff("otto", "lead")
    case = make_case(
        number=SHE.customer_no, name=SHE.name, rights=(Right.ERASURE,), at=now - timedelta(days=2), now=now
    )
    answer.start_collection(case_id=case.pk, actor=actors.staff(mara), now=now)
    drain()
    plans.ask_for_plan(case_id=case.pk, actor=actors.staff(mara), now=timezone.now())
    drain()

    plan = current_plan(case)
    assert plan is not None
    stores = plan.content()["stores"]
    hashes = [[store, plan_hash(lines_from_json(lines))] for store, lines in stores.items()]
    assert hashlib.sha256(canonical(hashes)).hexdigest() == plan.sha256
    lines = [line for line in plan.summary if line["dataset"] == "tickets"]
    assert sum(line["count"] for line in lines) == wanted
    client = Client()
    client.force_login(otto)
    page = client.get(f"/desk/cases/{case.pk}/plan/")
    assert page.status_code == 200
    assert len(page.content) < 120_000
    assert sum(len(one.keys) for one in lines_from_json(stores["billing"]) if one.dataset == "tickets") == wanted
    assert str(wanted) in page.content.decode().replace(",", "")

    answer.submit(case_id=case.pk, actor=actors.staff(mara), now=timezone.now())
    plans.approve(
        case_id=case.pk, plan_sha256=plan.sha256, actor=actors.staff(otto), now=timezone.now(), attested=ATTESTED
    )
    for _ in range(3):
        tick(timezone.now())
        drain()
    assert tickets(place) == 0, list(case.tasks.values("store", "status", "error_code", "error_place"))
    assert Case.objects.get(pk=case.pk).state == "notifying"
