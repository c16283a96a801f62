"""SC-07: a shift worker in Austria objects to the fraud score; it rests the same day, and comes back only after notice."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.audit import verify_case
from dsr.demo.people import Person, by_position
from dsr.models import Case, Restriction
from tests.browser.journeys.people import linked
from tests.browser.looking import goto
from tests.correcting import rows
from tests.factories import make_user
from tests.letters import letter, text

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SCORED = (
    "SELECT c.customer_no, c.id, s.score FROM customers c JOIN credit_checks s ON s.customer_id = c.id"
    " WHERE s.score IS NOT NULL ORDER BY c.id"
)
SCORE = "SELECT score FROM credit_checks WHERE customer_id = ?"
WORDS = {"objection": {"use": "The fraud score.", "situation": "I work in shifts; my calls look odd because of that."}}
WEIGHED = {
    "outcome": "refused",
    "situation": "She works in shifts.",
    "interests": "Three proven frauds with this very pattern in June.",
    "necessity": "Nothing milder finds it in time.",
    "said": "We do not accept your objection.",
    "balancing": "Your shifts explain two of the five signs; three remain.",
    "reason": "The pattern was seen in three proven frauds.",
    "law": "Compelling grounds weigh more (Article 21(1) GDPR).",
    "ground": "compelling_grounds",
    "advice": "Send us your roster, and we look at it again.",
}


def test_SC_07_O_01_O_02_weighed_by_a_lead_and_the_score_returns_after_a_week(journey, demo_stores) -> None:
    """26 September 2026: due 27 October (the 26th is a holiday); 18(1)(d) at once; L-13, lifted a week later, then L-15."""
    ours = journey("SC-07", "AT", 9, 26)
    person, pk, score = scored(demo_stores)
    anna = linked(make_user("anna"), person)
    she = ours.phone(anna)
    case = ours.files(she, "objection", WORDS)
    assert case.due_on == date(2026, 10, 27)

    mara = ours.colleague("mara")
    step(mara, case, "restrict_now", {"what": "The fraud score.", "parts": {"credit"}}, "pause")
    ours.work()
    row = Restriction.objects.get(case=case)
    assert (row.ground, row.set_at.date()) == ("objection_pending", date(2026, 9, 26))
    assert rows(demo_stores, "billing", SCORE, pk) == [(None,)]
    she.go(f"/requests/{case.request.reference}/", stop="objection paused")

    ours.at(10, 12)
    told = {"result": "Three of five signs remain.", "reason": str(WEIGHED["reason"])}
    step(ours.colleague("mara"), case, "announce_lift", told, "notice before it ends")
    assert letter("L-13").case_id == case.pk
    ours.at(10, 20)
    step(ours.colleague("otto", "lead"), case, "lift_restriction", {}, "end of the pause")
    ours.work()
    assert rows(demo_stores, "billing", SCORE, pk) == [(score,)]

    case = ours.office().walk(case, WEIGHED)
    assert case.state == "refused"
    said = text("L-15")
    assert "three proven frauds" in said
    assert "Example Data Protection Authority" in said
    later = ours.phone(anna)
    later.go(f"/requests/{case.request.reference}/", stop="objection refused")
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    ours.clean()


def scored(folder) -> tuple[Person, int, int]:
    """The first subscriber of the demo who has a score."""
    number, pk, score = rows(folder, "billing", SCORED)[0]
    return next(one for one in map(by_position, range(60)) if one.customer_no == number), pk, score


def step(who, case: Case, action: str, answers, stop: str) -> None:
    """A step of the case by its own page, by keyboard; where it becomes a letter, that is looked at and sent."""
    goto(who.page, f"/desk/cases/{case.pk}/do/{action}/")
    who.look(stop)
    who.send(answers)
    who.look(f"{stop}, done")
    who.send_letter()
