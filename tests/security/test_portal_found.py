"""Hostile tries at what stores hold: whoever took somebody's mailbox or number over a few days ago sees nothing (I-02, ux.md 1.6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsr.cases import identity
from dsr.demo.people import by_position
from dsr.fulfil import current
from tests.factories import MONDAY, make_controller, make_user

pytestmark = pytest.mark.django_db


def test_a_contact_that_changed_lately_opens_no_list_of_name_address_and_account(demo_stores, monkeypatch):
    """A thief of a telephone number links the account the same day; the form of a correction must not tell him the rest."""
    monkeypatch.setattr(current, "SECONDS", 60.0)
    person, thief = by_position(2), make_user()
    firm = MONDAY + timedelta(days=7)
    identity.link(
        user=thief,
        store="billing",
        customer_number=person.customer_no,
        contact=person.email,
        method="code",
        now=MONDAY,
        firm_from=firm,
    )

    def seen(now):
        return current.current_values(controller=make_controller(), user=thief, language="en", now=now)

    assert seen(MONDAY + timedelta(hours=1)) == ()
    assert seen(firm + timedelta(minutes=1))
