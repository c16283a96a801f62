"""SC-10, restriction to preserve evidence in Germany: the retention job skips her records until she says so (18(1)(c), Q-04)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dsr.cases import holds, restrictions
from dsr.cases.perform import RefusedError
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Letter
from tests.factories import make_controller
from tests.scenarios.asking import Program, actor, cases, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT = datetime(2026, 7, 1, 9, tzinfo=UTC)
HERS, OTHER = by_position(3), by_position(4)
COUNT = "SELECT count(*) FROM radacct WHERE username = ?"


def retention_job(folder: Path, program: Program) -> None:
    """What runs at the ISP on 10 July: it asks before it deletes connection records."""
    for person in (HERS, OTHER):
        if "deletion" not in program.not_allowed(person.customer_no):
            rows(folder, "radius", "DELETE FROM radacct WHERE username = ?", person.username)


def test_SC_10_the_retention_job_skips_her_records_until_the_court_ends(
    demo_stores: Path, client: Client, drain: Callable[[], int], settings
) -> None:
    """T: due 3 Aug 2026 (1 Aug is a Saturday); L-12; release after the court, with L-13; then the deletion happens."""
    settings.DSR_HOSTS = {"testserver": "northwave"}
    controller = make_controller()
    program = Program(client, controller, AT)
    (before,) = rows(demo_stores, "radius", COUNT, HERS.username)
    assert before[0]
    case = cases(controller, (Right.RESTRICTION,), HERS.customer_no, AT)["restriction"]
    erasure = cases(controller, (Right.ERASURE,), HERS.customer_no, AT)["erasure"]
    assert case.due_on == date(2026, 8, 3)
    restrictions.restrict(
        case_id=case.pk,
        ground="needed_for_claim",
        what="Your connection records since January.",
        duration="Until the court has decided.",
        instruction="Do not delete the connection records.",
        release_after=date(2026, 12, 31),
        actor=actor("mara"),
        now=AT,
    )
    drain()
    assert holds.held(erasure, "radius")  # our own erasures wait as well
    retention_job(demo_stores, program)
    assert rows(demo_stores, "radius", COUNT, HERS.username) == [before]
    assert rows(demo_stores, "radius", COUNT, OTHER.username) == [(0,)]

    asked = datetime(2026, 12, 20, 9, tzinfo=UTC)
    said: dict[str, Any] = {"result": "The court has decided.", "reason": "You told us so.", "law": "Art. 18(3)."}
    with pytest.raises(RefusedError, match="lift_day_too_early"):  # it lasts through the year, as promised
        restrictions.announce_lift(case_id=case.pk, lift_on=date(2026, 12, 28), actor=actor("mara"), now=asked, **said)
    restrictions.announce_lift(case_id=case.pk, lift_on=date(2027, 1, 1), actor=actor("mara"), now=asked, **said)
    assert Letter.objects.filter(case=case, code="L-13").exists()
    retention_job(demo_stores, program)
    assert rows(demo_stores, "radius", COUNT, HERS.username) == [before]
    lead = actor("otto", "lead")
    restrictions.lift(case_id=case.pk, instruction="Delete them now.", actor=lead, now=asked + timedelta(days=13))
    drain()
    retention_job(demo_stores, program)
    assert rows(demo_stores, "radius", COUNT, HERS.username) == [(0,)]
    assert not holds.held(erasure, "radius")
