"""What worked at once is looked at afterwards: a list, a button, an event (4.0.2); the list's old entries beside it (4.5)."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsr.cases import suppression
from dsr.cases.contacts import Contact, Kind
from dsr.cases.intake import Told
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
