"""SC-09: 180 GB on an invoice in Italy: the item rests while the meter is checked; it was right, and she hears so in time."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.audit import verify_case
from dsr.demo.people import by_position
from dsr.models import Case, Restriction
from tests.browser.journeys.people import linked
from tests.browser.journeys.test_sc07_objection_to_scoring import step
from tests.factories import make_user
from tests.letters import letter, text

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON = by_position(9)
CONTESTED = {
    "correct": {"kind-0": "other", "old-0": "180 GB in April", "new-0": "18 GB in April"},
    "pause": {"pause": "yes"},
}


def test_SC_09_Q_01_R_03_the_item_rests_until_a_week_after_she_was_told_why(journey) -> None:
    """2 May 2026: both due on 3 June (the 2nd is a holiday); L-12, L-10 with the meter, L-13 a week before it ends."""
    ours = journey("SC-09", "IT", 5, 2)
    anna = linked(make_user("anna"), PERSON)
    she = ours.phone(anna)
    case = ours.files(she, "rectification", CONTESTED)
    rests = Case.objects.select_related("request").get(request=case.request, right="restriction")
    assert {case.due_on, rests.due_on} == {date(2026, 6, 3)}

    office = ours.office()
    step(
        office.handler,
        rests,
        "restrict_now",
        {"ground": "accuracy_contested", "what": "The 180 GB of April.", "scope": "item"},
        "restriction",
    )
    ours.work()
    rests = office.walk(rests, {})
    assert rests.state == "completed", office.steps
    assert letter("L-12").case_id == rests.pk
    row = Restriction.objects.get(case=rests)
    assert (row.ground, row.scope, row.ended_at) == ("accuracy_contested", "item", None)
    she.go(f"/requests/{case.request.reference}/", stop="usage contested")

    ours.at(5, 20)
    office = ours.office()
    case = office.walk(
        case,
        {
            "claim_0": "refused",
            "reason_0": "Checked",
            "checked": "The meter was read twice.",
            "ground": "accurate",
            "reason": "We have read the meter twice, and what we hold is right.",
            "advice": "You can have the meter looked at by an expert of your own.",
        },
    )
    assert case.state == "refused", office.steps
    assert "what we hold is right" in text("L-10")
    assert "statement" in text("L-10"), "R-03: her view may stand beside it"

    told = {"result": "The meter was right.", "reason": "What was contested is settled."}
    step(office.handler, rests, "announce_lift", told, "restriction will end")
    assert letter("L-13").case_id == rests.pk
    ours.at(5, 28)
    step(ours.colleague("otto", "lead"), rests, "lift_restriction", {}, "restriction ends")
    row.refresh_from_db()
    assert row.ended_at is not None
    assert (row.ended_at.date() - date(2026, 5, 20)).days >= 7
    later = ours.phone(anna)
    later.go(f"/requests/{case.request.reference}/", stop="usage settled")
    assert verify_case(Case.objects.get(pk=rests.pk)) == []
    ours.clean()
