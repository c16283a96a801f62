"""What a plan leaves to a person is asked of a person, although no search can find it (rules.md 6.5; peers.md section 6)."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

import exporters
from dsr.cases import answer, plans, scope, tasks
from dsr.cases.tasks import retry, waive
from dsr.desk.troubles import TROUBLES
from dsr.fulfil.spool import read_artifact
from dsr.models import Case, Plan
from dsr.work.tick import tick
from tests.journeys.erasures import PERSON, executed, mara, no_cooling, otto, troubles

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
__all__ = ["no_cooling"]
PLACE = "billing.credit_checks"


@pytest.fixture
def by_hand(demo_stores: Path) -> Path:
    """The billing system with a map that leaves her credit checks to a person: they name nobody, only the customer's number."""
    words = (Path(exporters.__file__).parent / "systems/northwave_billing/map.yaml").read_text(encoding="utf-8")
    at = words.index("    links:", words.index("  credit_checks:"))
    (demo_stores / "by_hand.yaml").write_text(words[:at] + "    erase: manual\n" + words[at:], encoding="utf-8")
    stores = demo_stores / "stores.yaml"
    entry = stores.read_text(encoding="utf-8").replace("map: northwave_billing", "map: by_hand.yaml")
    stores.write_text(entry, encoding="utf-8")
    scope.forget()
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        columns = "(customer_id, agency, agency_reference, score, checked_on)"
        database.execute(f"INSERT INTO credit_checks {columns} VALUES (3, 'Agency', 'AG-77', 512, '2026-01-09')")
    return demo_stores


def checks(folder: Path) -> int:
    with sqlite3.connect(folder / "billing.sqlite3") as database:
        found = database.execute("SELECT count(*) FROM credit_checks WHERE customer_id = 3").fetchone()
    return int(found[0])


def certificate(case: Case, drain: Callable[[], int]) -> dict[str, list[dict[str, object]]]:
    named = sorted({name for line in Plan.objects.get(case=case).summary for name in line.get("recipients", [])})
    if named:
        plans.settle_recipients(case_id=case.pk, told=named, reasons={}, actor=mara(), now=timezone.now())
    drain()
    answer.release(case_id=case.pk, actor=mara(), now=timezone.now())
    (file,) = case.artifacts.filter(superseded_at__isnull=True, file_name="certificate.json")
    told: dict[str, list[dict[str, object]]] = json.loads(b"".join(read_artifact(file)))
    return told


def test_an_erasure_waits_for_what_a_person_removes_and_says_that_it_is_gone(
    by_hand: Path, drain: Callable[[], int]
) -> None:
    case, rows = executed(drain), checks(by_hand)
    assert rows
    assert case.state == "executing", troubles(case)
    task = case.tasks.get(operation="verify", store="billing")
    assert (task.status, task.error_code, task.error_place) == ("manual", "left_by_hand", PLACE)
    assert "left_by_hand" in TROUBLES

    retry(task_id=task.pk, actor=mara(), now=timezone.now())
    drain()
    task.refresh_from_db()
    assert (task.status, task.error_code) == ("manual", "left_by_hand")

    with sqlite3.connect(by_hand / "billing.sqlite3") as database:
        database.execute("DELETE FROM credit_checks WHERE customer_id = 3")
    retry(task_id=task.pk, actor=mara(), now=timezone.now())
    drain()
    case = Case.objects.get(pk=case.pk)
    assert case.state == "notifying", troubles(case)
    told = certificate(case, drain)
    assert not [one for one in told["deferred"] if one["dataset"] == "credit_checks"]
    gone = [one for one in told["treated"] if one["dataset"] == "credit_checks"]
    assert [one["deleted"] for one in gone] == [rows]


def test_what_a_lead_explains_instead_is_told_as_waiting(by_hand: Path, drain: Callable[[], int]) -> None:
    case, rows = executed(drain), checks(by_hand)
    task = case.tasks.get(operation="verify", store="billing")
    waive(task_id=task.pk, reason="The bureau's list is wiped on Friday.", actor=otto(), now=timezone.now())
    tick(timezone.now())
    drain()
    told = certificate(Case.objects.get(pk=case.pk), drain)
    waiting = [one for one in told["deferred"] if one["dataset"] == "credit_checks"]
    assert [(one["reason"], one["rows"]) for one in waiting] == [("map", rows)]
    assert PERSON.email not in json.dumps(told)


def test_what_another_way_into_the_same_system_removed_is_searched_anew(
    by_hand: Path, drain: Callable[[], int]
) -> None:
    """An interface and its database as two entries: what the one leaves to a person, the other may have erased."""
    case = executed(drain)
    search = case.tasks.get(operation="verify", store="billing")
    assert search.error_code == "left_by_hand"
    with sqlite3.connect(by_hand / "billing.sqlite3") as database:
        database.execute("DELETE FROM credit_checks WHERE customer_id = 3")
    attempts = case.tasks.get(operation="verify", store="radius").attempts
    tasks.ensure(case=case, operation="apply", store="radius", now=timezone.now(), again=True)
    drain()
    assert Case.objects.get(pk=case.pk).state == "notifying", troubles(case)
    search.refresh_from_db()
    assert (search.status, search.result["removed_by_hand"]) == ("done", {"credit_checks": 1})
    # The store that was written is read again, as ever; one that found nothing is not searched for another's sake.
    assert case.tasks.get(operation="verify", store="radius").attempts == attempts + 1
