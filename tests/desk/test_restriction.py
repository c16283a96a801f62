"""The desk restricts what somebody chose, shows drift with one button, and lifts what a program had set."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.fulfil import restriction_checks
from dsr.law.rights import Right
from dsr.models import Restriction, Task
from tests.desk.test_letters_rights import fresh, step
from tests.factories import make_case
from tests.fulfil.test_restrict import NUMBER, customer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORDS: dict[str, Any] = {
    "what": "Your customer record.",
    "duration": "Until we have checked it.",
    "instruction": "Store it only.",
    "stores": ["billing", "radius"],
}


def test_18_chosen_records_are_set_looked_after_and_lifted_at_the_desk(
    signed_in, received, drain, demo_stores: Path
) -> None:
    """5.2: only what was chosen; drift shows on the case with “Set again”; a lead lifts after notice."""
    mara, otto = signed_in("mara"), signed_in("otto")
    case = make_case(rights=(Right.RESTRICTION,), at=received, number=NUMBER)
    url = reverse("desk:step", args=[case.pk, "restrict_now"])
    assert "billing.customers" in mara.get(url).content.decode()
    empty = {"version": fresh(case).version, "ground": "unlawful", "scope": "datasets", **WORDS}
    assert "Choose at least one kind of record." in mara.post(url, empty).content.decode()
    step(mara, case, "restrict_now", ground="unlawful", scope="datasets", parts=["billing.customers"], **WORDS)
    drain()
    assert customer(demo_stores)[1:] == ("restricted", 1)
    assert not Task.objects.filter(case=case, store="radius").exists()

    with sqlite3.connect(demo_stores / "billing.sqlite3") as db:
        db.execute("UPDATE customers SET marketing_blocked = 0 WHERE customer_no = ?", (NUMBER,))
    row = Restriction.objects.get(case=case)
    restriction_checks.check(restriction_id=row.pk, now=timezone.now())
    page = mara.get(reverse("desk:case", args=[case.pk])).content.decode()
    assert "Set again" in page
    assert "Restricted since" in page
    assert "billing.customers.marketing_blocked" in page
    task = Task.objects.get(case=case, operation="restrict")
    assert mara.post(reverse("desk:retry", args=[case.pk, task.pk])).status_code == 302
    drain()
    assert customer(demo_stores)[1:] == ("restricted", 1)
    assert "Set again" not in mara.get(reverse("desk:case", args=[case.pk])).content.decode()

    step(mara, case, "complete", recipients="Nobody received them.", paragraph="")
    day = timezone.localdate()
    Restriction.objects.update(lift_told_on=day - timedelta(days=8), lift_on=day - timedelta(days=1))
    step(otto, case, "lift_restriction", instruction="Use it again.")
    drain()
    assert customer(demo_stores)[1:] == ("active", 0)
    assert fresh(case).state == "completed"
