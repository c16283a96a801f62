"""Marketing stops at once in every store: only the rows of the address, whoever shares it, whatever happens on the way."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import actors, at_once, contacts, suppression, tasks
from dsr.cases.intake import Told
from dsr.fulfil import at_once as engine
from dsr.fulfil import operations
from dsr.fulfil.stores import open_by_name
from dsr.law.policies import POLICIES
from dsr.law.rights import Right
from dsr.models import Event, Letter, Plan, Suppression, Task
from dsr.work import jobs
from tests.factories import MONDAY, make_case, make_controller, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dsr.models import Case

pytestmark = pytest.mark.django_db(transaction=True)


def objection(*identifiers: tuple[str, str], **scope: object) -> Case:
    told = Told(name="somebody", identifiers=identifiers, scope=dict(scope))
    return make_case(identified=False, rights=(Right.MARKETING_OBJECTION,), told=told)


def rows(folder: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "billing.sqlite3") as store:
        return store.execute(query, values).fetchall()


def shared(folder: Path) -> tuple[str, list[int]]:
    """An address with marketing still on, given to two customers."""
    (one, mail_address), (two, _) = rows(
        folder,
        "SELECT c.id, c.email FROM customers c JOIN marketing_profiles m ON m.customer_id = c.id"
        " WHERE NOT c.marketing_blocked AND m.segment IS NOT NULL AND c.email <> '' ORDER BY c.id LIMIT 2",
    )
    with sqlite3.connect(folder / "billing.sqlite3") as store:
        store.execute("UPDATE customers SET email = ? WHERE id = ?", (str(mail_address).upper(), two))
    return str(mail_address), [int(str(one)), int(str(two))]


def others(folder: Path, hers: list[int]) -> str:
    """A checksum of every customer, profile and consent but hers."""
    mark = ",".join("?" * len(hers))
    parts = [
        rows(folder, f"SELECT * FROM {table} WHERE {key} NOT IN ({mark}) ORDER BY 1, 2", *hers)
        for table, key in (("customers", "id"), ("marketing_profiles", "customer_id"), ("consents", "customer_id"))
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def test_of_everybody_with_the_address_and_of_nobody_else(
    demo_stores: Path, drain: Callable[[], int], django_assert_max_num_queries
) -> None:
    """21(3), O-03, I-06, 4.0.2: listed at once, each store planned, written and read back, answered by the system."""
    address, hers = shared(demo_stores)
    before = others(demo_stores, hers)
    case = objection(("email", f" {address.title()} "))
    assert (case.state, case.first_applied_at) == ("executing", MONDAY)
    entry = Suppression.objects.get()
    assert address not in repr(entry.__dict__)
    assert entry.channels == ["email", "phone", "post", "sms"]
    drain()
    case.refresh_from_db()
    assert case.state == "completed", list(
        case.tasks.values("store", "operation", "status", "error_code", "error_place")
    )
    for pk in hers:
        assert rows(demo_stores, "SELECT marketing_blocked FROM customers WHERE id = ?", pk) == [(1,)]
        assert rows(demo_stores, "SELECT segment, interests FROM marketing_profiles WHERE customer_id = ?", pk) in (
            [(None, None)],
            [],
        )
    assert others(demo_stores, hers) == before
    plan = Plan.objects.get(case=case)
    policy = POLICIES[Right.MARKETING_OBJECTION]
    assert (plan.status, plan.store, plan.policy, plan.policy_sha256) == (
        "applied",
        "billing",
        policy.id,
        policy.sha256,
    )
    stop = Event.objects.get(case=case, action="stop_now")
    assert (stop.data["policy_sha256"], stop.actor_kind) == (policy.sha256, "system")
    letter = Letter.objects.get(case=case, code="L-16")
    said = letter.content()["said"]["elements"]
    assert "13 July 2026" in said["already_in_production"]
    assert list(at_once.to_review(case.controller)) == [case]


def test_an_address_nobody_has(demo_stores: Path, drain: Callable[[], int]) -> None:
    """Nobody learns from the answer whether an address is ours: the same state, the same letter."""
    case = objection(("email", "nobody@example.net"), ("phone", "07700 900001"))
    drain()
    case.refresh_from_db()
    assert case.state == "completed"
    assert Letter.objects.filter(case=case, code="L-16").exists()
    assert not Plan.objects.filter(case=case).exists()
    assert Suppression.objects.count() == 2


def test_a_store_that_is_down_and_one_that_needs_a_person(demo_stores: Path, drain: Callable[[], int]) -> None:
    """Partial: the list works, what is open is a task of that store, and the rest of the stores are done."""
    address, hers = shared(demo_stores)
    (demo_stores / "radius.sqlite3").rename(demo_stores / "away")
    case = objection(("email", address))
    drain()
    case.refresh_from_db()
    assert case.state == "executing"
    status = dict(Task.objects.filter(case=case).values_list("store", "status"))
    assert status["billing"] == "done"
    assert status["radius"] in {"queued", "manual"}
    one = contacts.contact(case.controller, "email", address)
    assert suppression.is_suppressed(controller=case.controller, contact=one, channel="email")


def test_paper_mail_is_looked_at_by_a_person(demo_stores: Path, drain: Callable[[], int]) -> None:
    case = objection(("address", "Beispielweg 1, 10115 Berlin"))
    drain()
    assert set(Task.objects.filter(case=case).values_list("status", "error_code")) == {("manual", "by_hand")}


def test_killed_after_the_plan_was_kept(demo_stores: Path, drain: Callable[[], int], monkeypatch) -> None:
    """A worker that dies between plan and write leaves its plan; the next one carries out that very plan, once."""
    address, hers = shared(demo_stores)
    case = objection(("email", address))
    kept = at_once.keep_plan

    class Killed(BaseException):
        """What `kill -9` leaves behind: nothing of ours runs any more."""

    def die(**given: Any) -> None:
        kept(**given)
        raise Killed

    monkeypatch.setattr(at_once, "keep_plan", die)
    task = tasks.claim(task_id=Task.objects.get(case=case, store="billing").pk, now=timezone.now())
    assert task is not None
    with pytest.raises(Killed):
        operations.run(task, lambda: None, now=timezone.now())
    monkeypatch.undo()
    first = Plan.objects.get(case=case)
    tasks.release(task=task, now=timezone.now())
    drain()
    case.refresh_from_db()
    assert case.state == "completed"
    assert Plan.objects.get(case=case).pk == first.pk


def test_a_row_that_changes_between_plan_and_write_is_planned_again(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """A stale plan is set aside by its status, the next try makes another under the same policy."""
    address, hers = shared(demo_stores)
    case = objection(("email", address))
    task = Task.objects.select_related("case__controller", "case__request").get(case=case, store="billing")
    engine._planned(open_by_name(case.controller, "billing"), task, lambda: None, timezone.now())
    with sqlite3.connect(demo_stores / "billing.sqlite3") as store:
        store.execute("UPDATE marketing_profiles SET segment = 'other' WHERE customer_id = ?", (hers[0],))
    jobs.run_task(str(task.pk))
    assert Plan.objects.get(case=case).status == "stale"
    tasks.retry(task_id=task.pk, actor=actors.staff(make_staff("otto", "lead")), now=timezone.now())
    drain()
    case.refresh_from_db()
    assert case.state == "completed"
    assert sorted(Plan.objects.filter(case=case).values_list("status", flat=True)) == ["applied", "stale"]


def test_one_mail_with_the_way_back_and_nothing_somebody_typed(demo_stores: Path, drain: Callable[[], int]) -> None:
    """The address is typed by anybody: one neutral mail a day, and none at the end."""
    controller = make_controller()
    for _ in range(2):
        told = Told(
            name="Call 555 now!", contact_email="anna@example.com", identifiers=(("email", "anna@example.com"),)
        )
        make_case(
            identified=False, rights=(Right.MARKETING_OBJECTION,), told=told, controller=controller, at=timezone.now()
        )
    drain()
    (only,) = mail.outbox
    assert only.to == ["anna@example.com"]
    assert "555" not in str(only.body)
    assert "/marketing-stop/undo/" in str(only.body)


def test_narrowed_to_a_channel_no_switch_of_all_channels_is_touched(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """O-03: who keeps the other channels is not blocked as a whole; what no switch of the map can do, a person does."""
    address, hers = shared(demo_stores)
    before = others(demo_stores, [])
    case = objection(("email", address), channels=["sms"])
    drain()
    assert others(demo_stores, []) == before
    task = Task.objects.get(case=case, store="billing")
    assert (task.status, task.error_code) == ("manual", "by_hand")
    assert Task.objects.get(case=case, store="radius").status == "done"
    # A lead says that it was done by hand; the case goes on by itself.
    otto = actors.staff(make_staff("otto", "lead"))
    tasks.waive(task_id=task.pk, reason="Switched off in the dialler.", actor=otto, now=timezone.now())
    jobs.after_task(str(task.pk))
    drain()
    case.refresh_from_db()
    assert case.state == "completed"
    assert Letter.objects.get(case=case, code="L-16").content()["said"]["elements"]["channels_and_time"] == [
        "Text messages: since 15 June 2026"
    ]


def test_applied_twice_and_stopped_before_by_somebody_else(demo_stores: Path, drain: Callable[[], int]) -> None:
    """The same plan again changes nothing, and what was so already is no remainder that keeps the case open."""
    address, hers = shared(demo_stores)
    first = objection(("email", address))
    task = Task.objects.select_related("case__controller", "case__request").get(case=first, store="billing")
    changed = [engine.apply(task, lambda: None, now=timezone.now())[0]["changed"] for _ in range(2)]
    assert changed[0] > 0
    assert changed[1] == 0
    drain()
    second = objection(("email", address))
    drain()
    second.refresh_from_db()
    assert second.state == "completed", list(
        second.tasks.values("store", "operation", "status", "error_code", "error_place")
    )


def test_SC_06_told_to_staff_on_the_phone(demo_stores: Path) -> None:
    """One step, no proof beyond the number: the number and the address for the answer are stopped at once."""
    told = Told(name="Anna Example", contact_email="anna@example.com", identifiers=(("phone", "+44 7700 900001"),))
    case = make_case(identified=False, rights=(Right.MARKETING_OBJECTION,), told=told, channel="phone")
    assert case.state == "executing"
    for kind, value, channel in (("phone", "+447700900001", "phone"), ("email", "anna@example.com", "email")):
        one = contacts.contact(case.controller, kind, value)
        assert suppression.is_suppressed(controller=case.controller, contact=one, channel=channel)
    assert set(Suppression.objects.values_list("source", flat=True)) == {"staff"}


def test_a_note_that_names_no_address_waits_for_a_person() -> None:
    told = Told(name="Anna Example")
    case = make_case(identified=False, rights=(Right.MARKETING_OBJECTION,), told=told, channel="phone")
    assert case.state == "received"
