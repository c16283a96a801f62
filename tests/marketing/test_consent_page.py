"""A consent is taken back on the portal's page by somebody whose records are linked: it works at once (7(3), O-09, SC-14)."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsr.cases import identity
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Case, Event
from tests.factories import make_user
from tests.portal.walk import ME, REPLY, send, text_of, walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db(transaction=True)


def test_as_easy_as_giving_it_was(client: Client, demo_stores: Path, drain: Callable[[], int]) -> None:
    """Three pages and a button; stopped by the system within the minute, and the page of the request says so."""
    person = by_position(3)
    user = make_user()
    identity.link(
        user=user,
        store="billing",
        customer_number=person.customer_no,
        contact=person.email,
        method="code",
        now=timezone.now(),
    )
    client.force_login(user)
    walk(client, "consent_withdrawal", ME, {"consent": {"consents": ["all"]}}, REPLY)
    assert send(client).status_code == 302
    case = Case.objects.get(right=Right.CONSENT_WITHDRAWAL)
    assert case.state == "executing"
    assert Event.objects.get(case=case, action="stop_now").actor_kind == "system"
    drain()
    done = list(
        case.tasks.order_by("store", "operation").values("store", "operation", "status", "error_code", "result")
    )
    assert {(one["operation"], one["status"]) for one in done} >= {("apply", "done")}, done
    with sqlite3.connect(demo_stores / "billing.sqlite3") as store:
        profile = store.execute(
            "SELECT segment, interests FROM marketing_profiles m JOIN customers c ON c.id = m.customer_id"
            " WHERE c.customer_no = ?",
            (person.customer_no,),
        ).fetchall()
    assert profile in ([], [(None, None)]), done
    assert "error" not in text_of(client.get("/requests/")).lower()
