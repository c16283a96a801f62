"""SC-07, an objection to fraud scoring in Austria: the use is suspended on the same day, and comes back only after L-13."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dsr.cases import restrictions
from dsr.cases.perform import RefusedError
from dsr.law.rights import Right
from dsr.models import Letter, Restriction
from tests.factories import make_controller
from tests.scenarios.asking import Program, actor, cases, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT = datetime(2026, 9, 26, 9, tzinfo=UTC)


def test_SC_07_the_score_is_suspended_at_once_and_returns_only_after_notice(
    demo_stores: Path, client: Client, drain: Callable[[], int], settings
) -> None:
    """T: due 27 Oct 2026 (26 Oct is a holiday); 18(1)(d) on the same day; rejected: L-13 before lifting (18(3))."""
    settings.DSR_HOSTS = {"testserver": "northwave"}
    controller = make_controller(country="AT", subdivision="9", timezone="Europe/Vienna")
    ((number, hers, score),) = rows(
        demo_stores,
        "billing",
        "SELECT c.customer_no, c.id, s.score FROM customers c JOIN credit_checks s ON s.customer_id = c.id"
        " WHERE s.score IS NOT NULL ORDER BY c.id LIMIT 1",
    )
    all_scores = "SELECT customer_id, score FROM credit_checks ORDER BY 1, 2"
    before = rows(demo_stores, "billing", all_scores)
    program = Program(client, controller, AT)
    case = cases(controller, (Right.OBJECTION,), number, AT)["objection"]
    assert case.due_on == date(2026, 10, 27)

    restrictions.restrict(
        case_id=case.pk,
        ground="",
        what="The fraud score.",
        duration="Until we have decided.",
        instruction="Do not use the score.",
        parts=["credit"],
        stores=["billing"],
        actor=actor("mara"),
        now=AT,
    )
    drain()
    case.refresh_from_db()
    assert case.state == "assessing"  # the pause decides nothing
    row = Restriction.objects.get(case=case)
    assert (row.ground, row.scope, row.set_at) == ("objection_pending", "uses", AT)
    assert program.not_allowed(number) == ["credit_report", "profiling"]
    now = dict(rows(demo_stores, "billing", all_scores))
    assert now[hers] is None
    assert {key: value for key, value in now.items() if key != hers} == {k: v for k, v in before if k != hers}

    later, lead = AT + timedelta(days=20), actor("otto", "lead")
    with pytest.raises(RefusedError):  # 18(3): not without the letter
        restrictions.lift(case_id=case.pk, instruction="Use it again.", actor=lead, now=later)
    restrictions.announce_lift(
        case_id=case.pk,
        result="Our compelling grounds weigh more.",
        reason="The pattern was seen in three proven frauds.",
        law="Art. 21(1).",
        lift_on=(later + timedelta(days=7)).date(),
        actor=actor("mara"),
        now=later,
    )
    assert Letter.objects.filter(case=case, code="L-13").exists()
    restrictions.lift(case_id=case.pk, instruction="Use it again.", actor=lead, now=later + timedelta(days=8))
    drain()
    assert rows(demo_stores, "billing", all_scores) == before
    assert dict(before)[hers] == score
    assert program.not_allowed(number) == []
