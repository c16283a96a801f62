"""A restriction is set in the stores at once, looked after, and given back exactly; on the demo's stores (Q-03 to Q-06)."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone

from dsr import wording
from dsr.cases import actors, by_hand, contacts, restricted_who, restriction_drift, restrictions
from dsr.cases.perform import RefusedError
from dsr.demo.people import by_position
from dsr.fulfil import restrict as restrict_store
from dsr.fulfil import restriction_checks
from dsr.fulfil.stores import open_by_name
from dsr.law.rights import Right
from dsr.models import Case, Event, Notice, Plan, Request, RestrictedToken, Restriction, Task
from dsr.work import jobs
from dsr.work.waking import restricted_data
from tests.factories import MONDAY, make_case, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = by_position(3)
NUMBER = PERSON.customer_no
PERSON_STATUS = "active"


def rows(folder: Path, query: str, *values: object, store: str = "billing") -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / f"{store}.sqlite3") as db:
        return db.execute(query, values).fetchall()


def customer(folder: Path, number: str = NUMBER) -> tuple[Any, ...]:
    (found,) = rows(folder, "SELECT id, status, marketing_blocked FROM customers WHERE customer_no = ?", number)
    return found


def everything(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the billing system."""
    tables = [name for (name,) in rows(folder, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: rows(folder, f'SELECT * FROM "{name}" ORDER BY 1, 2') for name in tables}


def handler() -> Any:
    return actors.staff(make_staff("mara"))


def a_case(right: Right = Right.RESTRICTION, number: str = NUMBER) -> Case:
    return make_case(rights=(right,), number=number)


def restrict(case: Case, **more: Any) -> Case:
    words = {
        "ground": "accuracy_contested",
        "what": "All data.",
        "duration": "Until checked.",
        "instruction": "Store only.",
    }
    return restrictions.restrict(case_id=case.pk, actor=handler(), now=MONDAY, **{**words, **more})


def lift(case: Case) -> None:
    Restriction.objects.filter(case=case).update(lift_told_on=MONDAY.date(), lift_on=MONDAY.date() + timedelta(days=7))
    lead = actors.staff(make_staff("otto", "lead"))
    restrictions.lift(case_id=case.pk, instruction="Use it again.", actor=lead, now=MONDAY + timedelta(days=9))


def trouble(case: Case) -> list[Any]:
    return list(case.tasks.values("store", "operation", "status", "error_code", "error_place", "result"))


def test_q03_set_at_once_in_every_store_and_given_back_without_a_trace(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """4.0.2, Q-03, Q-06: each store by its own plan under the policy; afterwards every row is as it was."""
    before = everything(demo_stores)
    case = a_case()
    restrict(case)
    drain()
    case.refresh_from_db()
    assert case.state == "notifying", trouble(case)
    assert customer(demo_stores)[1:] == ("restricted", 1)
    plans = Plan.objects.filter(case=case).order_by("store")
    assert {(plan.policy, plan.status) for plan in plans} == {("restriction-1", "applied")}
    assert case.first_applied_at is not None
    assert not Task.objects.filter(case=case, operation=by_hand.OPERATION).exists()
    assert restricted_who.contacts_of(case.controller, restricted_who.proved(case.request))
    assert RestrictedToken.objects.filter(restriction__case=case).count() > 1  # the number, and what billing taught

    lift(case)
    drain()
    assert everything(demo_stores) == before, trouble(case)
    assert set(Task.objects.filter(case=case).values_list("status", flat=True)) == {"done"}, trouble(case)


def test_programs_hear_of_her_after_a_long_search_and_of_no_stranger(demo_stores: Path) -> None:
    """Q-04, decision 092: what the stores taught counts from when it is written; an address that is another's in a store never."""
    stranger = by_position(5)
    with sqlite3.connect(demo_stores / "radius.sqlite3") as db:
        # Her record holds a stranger's address, and no other record of this store does.
        mail = "UPDATE userinfo SET email = ? WHERE username = ?"
        db.executemany(mail, [("", stranger.username), (stranger.email, PERSON.username)])
    case = a_case()
    restrict(case)
    heard = timezone.now()
    task = Task.objects.get(case=case, store="radius", operation="restrict")
    _result, effect = restrict_store.apply(task, lambda *_given: None, now=heard - timedelta(minutes=10))
    assert list(restricted_who.changed(case.controller, after=(heard, ""), limit=9)) == []
    with transaction.atomic():
        effect()
    assert [row.case for row in restricted_who.changed(case.controller, after=(heard, ""), limit=9)] == [case]
    pairs = (("customer_number", NUMBER), ("email", PERSON.email), ("email", stranger.email))
    asked = [contacts.contact(case.controller, kind, value) for kind, value in pairs]
    assert [bool(one) for one in restricted_who.standings(case.controller, asked)] == [True, True, False]


@pytest.mark.slow
def test_killed_between_plan_and_write_and_nobody_found(
    demo_stores: Path, drain: Callable[[], int], monkeypatch
) -> None:
    """house.md idea 4: the next worker carries out that very plan, once; a store where she is not is simply done."""
    case = a_case()
    restrict(case)
    store = type(open_by_name(case.controller, "billing"))
    real = store.apply
    calls: list[int] = []

    def dies(self: Any, lines: Any, **more: Any) -> Any:
        done = real(self, lines, **more)
        if self.name == "billing" and not calls:
            calls.append(1)
            raise KeyboardInterrupt  # after the store's commit, before a row of ours says so
        return done

    monkeypatch.setattr(store, "apply", dies)
    task = Task.objects.get(case=case, store="billing", operation="restrict")
    with pytest.raises(KeyboardInterrupt):
        jobs.run_task(str(task.pk))
    assert customer(demo_stores)[1] == "restricted"
    (plan,) = Plan.objects.filter(case=case, store="billing")
    Task.objects.filter(pk=task.pk).update(status="queued", leased_until=None)
    drain()
    plan.refresh_from_db()
    assert plan.status == "applied"
    assert Plan.objects.filter(case=case, store="billing").count() == 1
    lift(case)
    drain()
    assert customer(demo_stores)[1:] == (PERSON_STATUS, 0), trouble(case)


@pytest.mark.slow
def test_q06_what_another_restriction_wants_stays_and_what_somebody_changed_is_kept(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """Two restrictions of one person: the last one that ends gives back what stood before the first."""
    before = everything(demo_stores)
    first, second = a_case(), a_case()
    restrict(first)
    drain()
    restrict(second, ground="unlawful")
    drain()
    lift(first)
    drain()
    assert customer(demo_stores)[1:] == ("restricted", 1)
    assert Task.objects.get(case=first, store="billing", operation="lift").result["stands"]
    lift(second)
    drain()
    assert everything(demo_stores) == before

    third = a_case()
    restrict(third)
    drain()
    with sqlite3.connect(demo_stores / "billing.sqlite3") as db:
        db.execute("UPDATE customers SET status = 'closed' WHERE customer_no = ?", (NUMBER,))
    lift(third)
    drain()
    assert customer(demo_stores)[1] == "closed"
    asked = Task.objects.get(case=third, store="billing", operation=by_hand.OPERATION)
    assert (asked.status, "changed them meanwhile" in by_hand.instruction_of(asked)) == ("manual", True)


@pytest.mark.slow
def test_drift_is_a_task_and_a_notice_and_one_button_sets_it_again(demo_stores: Path, drain: Callable[[], int]) -> None:
    """Q-04: looked at once a day; new drift is told once; marketing that somebody switched on again is found too."""
    case = a_case()
    restrict(case)
    drain()
    row = Restriction.objects.get(case=case)
    night = MONDAY + timedelta(days=1)
    assert restriction_drift.due(controller=case.controller, now=night, limit=10) == [row.pk]
    assert restricted_data(night) == 1
    restriction_checks.check(restriction_id=row.pk, now=night)
    row.refresh_from_db()
    assert (row.drift, restriction_drift.due(controller=case.controller, now=night, limit=10)) == ([], [])

    with sqlite3.connect(demo_stores / "billing.sqlite3") as db:
        db.execute("UPDATE customers SET marketing_blocked = 0 WHERE customer_no = ?", (NUMBER,))
    for _ in range(2):
        restriction_checks.check(restriction_id=row.pk, now=night + timedelta(days=1))
    task = Task.objects.get(case=case, store="billing", operation="restrict")
    assert (task.status, task.error_code, task.error_place) == (
        "manual",
        "drift",
        "billing.customers.marketing_blocked",
    )
    assert Event.objects.filter(case=case, action="restriction_drift").count() == 1
    assert set(Notice.objects.values_list("kind", flat=True)) >= {"drift"}

    assert restriction_drift.set_again(case_id=case.pk, actor=handler(), now=night) == ["billing"]
    drain()
    assert customer(demo_stores)[1:] == ("restricted", 1)
    restriction_checks.check(restriction_id=row.pk, now=night + timedelta(days=2))
    row.refresh_from_db()
    assert row.drift == []
    (demo_stores / "billing.sqlite3").rename(demo_stores / "away")
    restriction_checks.check(restriction_id=row.pk, now=night + timedelta(days=3))
    row.refresh_from_db()
    assert {item["store"] for item in row.drift} == {"billing"}
    assert not {item["code"] for item in row.drift} & restriction_drift.LOST
    (demo_stores / "away").rename(demo_stores / "billing.sqlite3")
    lift(case)
    drain()
    assert customer(demo_stores)[1:] == (PERSON_STATUS, 0)


@pytest.mark.slow
def test_a_store_down_does_not_hold_up_the_others(demo_stores: Path, drain: Callable[[], int]) -> None:
    """Partial: what is found is set today, and the store's task comes back for what the silent store could name."""
    (demo_stores / "radius.sqlite3").rename(demo_stores / "gone")
    case = a_case()
    restrict(case)
    drain()
    assert customer(demo_stores)[1] == "restricted"
    task = Task.objects.get(case=case, store="billing", operation="restrict")
    assert (task.status, task.error_code) == ("queued", "other_stores")
    (demo_stores / "gone").rename(demo_stores / "radius.sqlite3")
    Task.objects.filter(case=case).update(not_before=MONDAY)
    drain()
    case.refresh_from_db()
    assert case.state == "notifying", trouble(case)
    assert Plan.objects.filter(case=case, store="billing").count() == 1


@pytest.mark.slow
def test_scopes_datasets_by_program_the_rest_by_people(demo_stores: Path, drain: Callable[[], int]) -> None:
    """Q-04, Q-05: a dataset without a switch and a single contested item are people's work, with the instruction."""
    case = a_case()
    restrict(case, scope="datasets", parts=["radius.userinfo", "billing.invoices"])
    drain()
    assert customer(demo_stores)[1] != "restricted"
    asked = Task.objects.filter(case=case, operation=by_hand.OPERATION, status="manual").order_by("store")
    assert [by_hand.instruction_of(task) for task in asked if task.store == "billing"] == ["Store only."]
    assert not asked.filter(store="radius").exists(), trouble(case)

    item = a_case(number=by_position(5).customer_no)
    restrict(item, scope="item", what="The 180 GB of May.")
    drain()
    assert not Task.objects.filter(case=item, operation="restrict").exists()
    assert customer(demo_stores, by_position(5).customer_no)[1] != "restricted"
    with pytest.raises(RefusedError, match="scope_empty"):
        restrict(a_case(), scope="datasets")


@pytest.mark.slow
def test_nobody_identified_or_found_is_peoples_work(demo_stores: Path, drain: Callable[[], int]) -> None:
    """A restriction that no store could find a row for is never answered as if it were set."""
    for case in (a_case(number="no such number"), make_case(rights=(Right.RESTRICTION,), identified=False)):
        Case.objects.filter(pk=case.pk).update(state="assessing")
        Request.objects.filter(pk=case.request_id).update(identity_level=3)
        restrict(case)
        drain()
        asked = Task.objects.filter(case=case, operation=by_hand.OPERATION, status="manual").order_by("store")
        assert [task.store for task in asked] == ["billing", "radius"], trouble(case)
        case.refresh_from_db()
        assert case.state == "executing"


@pytest.mark.slow
def test_somebody_who_was_erased_is_refused_in_words(demo_stores: Path) -> None:
    """Nothing of her is left to restrict; the refusal says so and what to do instead, and nothing has changed."""
    erased = a_case(Right.ERASURE)
    Case.objects.filter(pk=erased.pk).update(state="completed", closed_at=MONDAY)
    Event.objects.filter(case=erased, seq=1).update(to_state="completed")
    case = a_case()
    with pytest.raises(RefusedError) as refused:
        restrict(case)
    assert "an earlier request had everything erased" in str(wording.refusal(refused.value.refusal))
    case.refresh_from_db()
    assert (case.state, Restriction.objects.count(), Task.objects.count()) == ("assessing", 0, 0)
    Case.objects.filter(pk=erased.pk).update(state="partly_completed")  # what law keeps can still be restricted
    assert restrict(case).state == "executing"


def test_somebody_erased_before_is_refused_in_words_unless_staff_looks_again(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """18(1): nothing is left to restrict, and that is said; after a restored backup the stores are asked all the same."""
    old = a_case(Right.ERASURE)
    first = Event.objects.filter(case=old).earliest("seq")
    Event.objects.filter(pk=first.pk).update(to_state="completed")
    Case.objects.filter(pk=old.pk).update(state="completed")
    case = a_case()
    with pytest.raises(RefusedError) as refused:
        restrict(case)
    assert refused.value.refusal.code == "already_erased"
    assert "an earlier request had everything erased" in wording.refusal(refused.value.refusal)
    restrict(case, look_again=True)
    drain()
    assert customer(demo_stores)[1:] == ("restricted", 1), trouble(case)
    assert Event.objects.get(case=case, action="restrict_now").data["look_again"] is True
