"""SC-09, a disputed usage volume in Italy: only the contested item is restricted, everything else goes on (Q-05)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dsr.cases import by_hand, restrictions
from dsr.cases.perform import RefusedError
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Task
from tests.factories import make_controller
from tests.scenarios.asking import Program, actor, cases, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT = datetime(2026, 5, 2, 9, tzinfo=UTC)
NUMBER = by_position(4).customer_no


def test_SC_09_no_dunning_for_the_contested_item_and_nothing_else_stops(
    demo_stores: Path, client: Client, drain: Callable[[], int], settings
) -> None:
    """T: due 3 Jun 2026; no dunning, disconnection, credit report; L-13 at least seven days before the lifting."""
    settings.DSR_HOSTS = {"testserver": "northwave"}
    controller = make_controller(country="IT", subdivision="", timezone="Europe/Rome")
    program = Program(client, controller, AT)
    family = cases(controller, (Right.RECTIFICATION, Right.RESTRICTION), NUMBER, AT)
    case = family["restriction"]
    assert {one.due_on for one in family.values()} == {date(2026, 6, 3)}
    status = "SELECT status, marketing_blocked FROM customers WHERE customer_no = ?"
    before = rows(demo_stores, "billing", status, NUMBER)

    restrictions.restrict(
        case_id=case.pk,
        ground="accuracy_contested",
        what="The 180 GB of April.",
        duration="Until the meter is checked.",
        instruction="No dunning and no cut-off for the 180 GB of April.",
        scope="item",
        stores=["billing"],
        actor=actor("mara"),
        now=AT,
    )
    drain()
    assert rows(demo_stores, "billing", status, NUMBER) == before  # the contract goes on
    assert program.not_allowed(NUMBER) == ["change", "credit_report", "deletion", "disconnection", "dunning"]
    task = Task.objects.get(case=case, operation=by_hand.OPERATION)
    assert by_hand.instruction_of(task).startswith("No dunning")
    by_hand.confirm(task_id=task.pk, who="Billing", how="Item flagged.", actor=actor("mara"), now=AT)

    told = AT + timedelta(days=12)
    said: dict[str, Any] = {"result": "The meter is right.", "reason": "It was checked.", "law": "Art. 18(3)."}
    with pytest.raises(RefusedError, match="lift_day_too_early"):
        restrictions.announce_lift(
            case_id=case.pk, lift_on=(told + timedelta(days=6)).date(), actor=actor("mara"), now=told, **said
        )
    restrictions.announce_lift(
        case_id=case.pk, lift_on=(told + timedelta(days=7)).date(), actor=actor("mara"), now=told, **said
    )
    assert "dunning" in program.not_allowed(NUMBER)  # told is not lifted
    restrictions.lift(
        case_id=case.pk, instruction="Dun again.", actor=actor("otto", "lead"), now=told + timedelta(days=8)
    )
    assert program.not_allowed(NUMBER) == []
