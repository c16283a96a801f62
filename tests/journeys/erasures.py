"""An erasure brought as far as a test wants it, through the verbs, on the demo's stores."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import timedelta

import pytest
from django.utils import timezone

from dsr.cases import actors, answer, plans
from dsr.cases.facts import current_plan
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Case
from dsr.work.jobs import run_task
from dsr.work.tick import tick
from tests.factories import ATTESTED, make_case, make_controller, make_staff

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
