"""What worked at once is looked at afterwards: a list, a button, an event (4.0.2); the list's old entries beside it (4.5)."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsr.cases import actors, at_once, suppression, triage
from dsr.cases.contacts import Contact, Kind
from dsr.cases.intake import Told
from dsr.cases.perform import RefusedError
from dsr.law.policies import POLICIES
from dsr.law.rights import Right
from dsr.models import Event, Suppression
from tests.factories import make_case, make_controller, make_staff
from tests.portal.walk import text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client


@pytest.mark.django_db(transaction=True)
def test_looked_at_afterwards(client: Client, demo_stores: Path, drain: Callable[[], int]) -> None:
    with sqlite3.connect(demo_stores / "billing.sqlite3") as store:
        ((address,),) = store.execute(
            "SELECT email FROM customers WHERE NOT marketing_blocked AND email <> '' ORDER BY id LIMIT 1"
        ).fetchall()
    told = Told(name="x", identifiers=(("email", address),))
    case = make_case(identified=False, rights=(Right.MARKETING_OBJECTION,), told=told, at=timezone.now())
    drain()
    mara = make_staff()
    client.force_login(mara)
    said = text_of(client.get("/desk/at-once/"))
    assert case.request.reference in said
    assert POLICIES[Right.MARKETING_OBJECTION].text in said
    assert address not in said
    for kind, path in (("The plan", "plan/"), ("the case", "")):
        assert client.get(f"/desk/cases/{case.pk}/{path}").status_code == 200, kind
    client.force_login(make_staff("ana", "auditor"))
    client.post(f"/desk/at-once/{case.pk}/seen/")
    assert not Event.objects.filter(case=case, action="at_once_reviewed").exists()
    client.force_login(mara)
    client.post(f"/desk/at-once/{case.pk}/seen/")
    event = Event.objects.get(case=case, action="at_once_reviewed")
    assert (event.actor_id, event.data["policies"]) == (str(mara.pk), ["marketing-stop-1"])
    assert "Nothing to look at" in text_of(client.get("/desk/at-once/"))


@pytest.mark.django_db
def test_old_entries_stay_when_somebody_says_so(client: Client) -> None:
    controller, now = make_controller(), timezone.now()
    suppression.add(
        controller=controller,
        contact=Contact(Kind.EMAIL, "anna@example.com"),
        channels=[],
        source="portal",
        now=now - timedelta(days=3 * 366),
    )
    client.force_login(make_staff())
    assert "1 entry is three years old" in text_of(client.get("/desk/at-once/"))
    client.post("/desk/at-once/keep/")
    assert Suppression.objects.get().review_on > (now + timedelta(days=3 * 364)).date()


@pytest.mark.django_db
def test_staff_stop_what_named_no_address(client: Client) -> None:
    """SC-06: a note of a call without a number waits; with the number it is one step, and wrong words change nothing."""
    case = make_case(identified=False, rights=(Right.MARKETING_OBJECTION,), told=Told(name="Anna"), channel="phone")
    client.force_login(make_staff())
    where = f"/desk/cases/{case.pk}/do/stop_now/"
    assert "E-mail address or phone number" in text_of(client.get(where))
    for wrong in ("", "call her"):
        client.post(where, {"version": case.version, "reach": wrong})
        case.refresh_from_db()
        assert case.state == "received"
    with pytest.raises(RefusedError):
        at_once.begin_named(case_id=case.pk, reach="", actor=actors.staff(make_staff()), now=timezone.now())
    client.post(where, {"version": case.version, "reach": "+44 7700 900001"})
    case.refresh_from_db()
    assert case.state == "executing"
    assert Suppression.objects.get().kind == "phone"


@pytest.mark.django_db
def test_sorted_as_a_marketing_stop_it_works_at_once() -> None:
    """4.1, 4.0.2: words that somebody had to read first lose no further day."""
    told = Told(name="Anna", words="No more newsletters!", contact_email="anna@example.com")
    case = make_case(identified=False, told=told, unclassified=True)
    triage.classify(
        case_id=case.pk,
        rights=[Right.MARKETING_OBJECTION],
        actor=actors.staff(make_staff()),
        now=timezone.now(),
    )
    case.refresh_from_db()
    assert (case.right, case.state) == ("marketing_objection", "executing")
    assert Suppression.objects.get().kind == "email"
