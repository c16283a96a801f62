"""SC-13: a person looks again at an order that a program refused, in Sweden; what she says is read, and answered."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.audit import verify_case
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Case
from tests.browser.journeys.people import linked, mails_to
from tests.browser.journeys.test_rights_by_keyboard import JOURNEYS
from tests.factories import make_user
from tests.letters import text

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON = by_position(9)


def test_SC_13_O_06_her_view_is_on_file_and_the_letter_says_how_it_was_decided(journey) -> None:
    """5 March 2026: due 7 April, because 5 and 6 April are Easter; somebody else than the drafter approves; L-17."""
    ours = journey("SC-13", "SE", 3, 5)
    anna = linked(make_user("anna"), PERSON)
    she = ours.phone(anna)
    case = ours.files(she, Right.AUTOMATED_DECISION)
    assert case.due_on == date(2026, 4, 7)
    assert "I always paid." in str(case.request.content()), "her statement is recorded"

    office = ours.office()
    ours.at(3, 12)
    office = ours.office()
    case = office.walk(case, JOURNEYS["automated_decision"][3])
    assert case.state == "completed", office.steps
    office.handler.open(case)
    office.handler.look("review done")

    said = text("L-17")
    assert "You get the contract." in said
    assert "One late payment says little." in said
    assert "A score from payments and address." in said
    later = ours.phone(anna)
    later.go(f"/requests/{case.request.reference}/", stop="review answered")
    assert case.request.reference in later.page.inner_text("main")
    assert mails_to(anna.email)
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    ours.clean()
