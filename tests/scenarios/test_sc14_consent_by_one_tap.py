"""SC-14: consent to marketing with traffic data is taken back in the app by one tap, in Austria."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dsr.cases import at_once, identity, use_stops
from dsr.cases.actors import SYSTEM
from dsr.cases.intake import Told
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Case, Event, Plan, Task
from tests.factories import make_controller, make_request
from tests.scenarios.cast import again, local

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = "AT"
CHOSEN = {"consents": [{"code": "marketing", "text": "To offer you products that may suit you"}]}


def billing(folder: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "billing.sqlite3") as store:
        return store.execute(query, values).fetchall()


def subscriber(folder: Path) -> tuple[str, int]:
    """Somebody with a consent that counts and a profile made from it."""
    ((number, pk),) = billing(
        folder,
        "SELECT c.customer_no, c.id FROM customers c JOIN marketing_profiles m ON m.customer_id = c.id"
        " JOIN consents k ON k.customer_id = c.id WHERE m.segment IS NOT NULL AND k.withdrawn_at IS NULL"
        " AND k.purpose IN ('newsletter', 'traffic_data_marketing', 'profiling') GROUP BY c.id ORDER BY c.id LIMIT 1",
    )
    return str(number), int(pk)


def kept(folder: Path) -> list[list[tuple[Any, ...]]]:
    """What billing needs, of everybody: invoices, and the sessions that were measured."""
    with sqlite3.connect(folder / "radius.sqlite3") as store:
        sessions = store.execute("SELECT * FROM radacct ORDER BY 1").fetchall()
    return [billing(folder, "SELECT * FROM invoices ORDER BY 1"), sessions]


def test_SC_14_O_09_one_tap_works_at_once_and_nothing_before_it_is_undone(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """31 January 2026: stopped the same minute, derived segments gone, traffic data for billing as they were, L-16 due 2 March."""
    make_controller(timezone="Europe/Vienna", country="AT", subdivision="")
    number, pk = subscriber(demo_stores)
    before = kept(demo_stores)
    at = local(PLACE, 2026, 1, 31)
    request = make_request(
        rights=(Right.CONSENT_WITHDRAWAL,),
        at=at,
        told=Told(name="Anna Example", contact_email="a@example.com", scope=CHOSEN),
    )
    assert use_stops.begin_withdrawn(request=request, now=at) == [], "nobody knows whose it is yet"
    identity.identify(request=request, level=2, method="link", known=(("billing", number),), actor=SYSTEM, now=at)
    (case,) = use_stops.begin_withdrawn(request=request, now=at)
    assert (case.state, case.due_on) == ("executing", date(2026, 3, 2))
    event = Event.objects.get(case=case, action="stop_now")
    assert (event.actor_kind, event.data["policy"], event.at) == ("system", "consent-stop-1", at)
    drain()

    assert billing(
        demo_stores, "SELECT segment, interests, churn_score FROM marketing_profiles WHERE customer_id = ?", pk
    ) == [(None, None, None)]
    ((open_consents,),) = billing(
        demo_stores,
        "SELECT count(*) FROM consents WHERE customer_id = ? AND withdrawn_at IS NULL"
        " AND purpose IN ('newsletter', 'traffic_data_marketing', 'profiling')",
        pk,
    )
    assert open_consents == 0
    assert kept(demo_stores) == before, "earlier processing stays lawful; billing needs its traffic data"
    plan = Plan.objects.get(case=case, store="billing")
    assert (plan.policy, plan.status) == ("consent-stop-1", "applied")
    assert {line["treatment"] for line in plan.summary} <= {"suppress", "keep"}
    assert case in at_once.to_review(case.controller)
    done = Task.objects.filter(case=case, operation="apply").order_by("store")
    assert {task.status for task in done} == {"done"}, list(done.values("store", "error_code"))
    assert again(case).state == "notifying"


@pytest.mark.slow
def test_SC_14_words_of_her_own_wait_for_a_person(demo_stores: Path) -> None:
    """What no list has cannot be stopped by program alone."""
    at = local(PLACE, 2026, 1, 31)
    told = Told(name="Anna Example", contact_email="a@example.com", words="And my location.", scope=CHOSEN)
    request = make_request(rights=(Right.CONSENT_WITHDRAWAL,), at=at, told=told)
    number = by_position(3).customer_no
    identity.identify(request=request, level=2, method="link", known=(("billing", number),), actor=SYSTEM, now=at)
    assert use_stops.begin_withdrawn(request=request, now=at) == []
    assert Case.objects.get().state in {"received", "assessing"}
