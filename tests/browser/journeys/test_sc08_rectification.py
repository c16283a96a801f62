"""SC-08: an address for mail and an installation address, corrected from a phone in Belgium; the old contact hears of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import rechecks
from dsr.demo.people import by_position
from dsr.models import Case, Recheck, Upload
from tests.browser.journeys.people import linked, mails_to
from tests.correcting import rows
from tests.factories import make_user
from tests.letters import text
from tests.uploads.made import photo

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON, NEW = by_position(2), "maria.new@example.net"
HELD = "SELECT email FROM customers WHERE customer_no = ?"
WRONG = {
    "correct": {"kind-0": "email", "old-0": PERSON.email, "new-0": NEW},
    "evidence": {"evidence": photo()},
    "pause": {"pause": "no"},
}


def test_SC_08_R_01_from_the_photo_of_a_paper_to_every_system_and_the_old_address_is_told(journey, demo_stores) -> None:
    """21 June 2026, a Sunday: due 22 July, because the 21st is a holiday; the old value does not come back by itself."""
    ours = journey("SC-08", "BE", 6, 21)
    anna = linked(make_user("anna"), PERSON)
    she = ours.phone(anna)
    case = ours.files(she, "rectification", WRONG)
    assert case.due_on == date(2026, 7, 22)
    ours.work()
    assert Upload.objects.filter(request=case.request, purpose="evidence").count() == 1

    ours.at(6, 23)
    office = ours.office()
    case = office.walk(
        case,
        {
            "claim_0": "accepted",
            "checked": "The paper she sent along.",
            "reason": "",
            "recipients": "Told by letter L-21: the directory, Beispiel-Auskunft GmbH.",
        },
    )
    assert case.state == "completed", office.steps
    office.handler.open(case)
    office.handler.look("rectification done")
    assert rows(demo_stores, "billing", HELD, PERSON.customer_no) == [(NEW,)], office.steps
    assert case.events.filter(action="old_contact_told").count() == 1
    assert mails_to(PERSON.email), "who used the old address hears of it there"
    assert NEW not in "\n".join(mails_to(PERSON.email)), "and does not learn the new one"
    assert "Billing" in text("L-10")

    later = ours.phone(anna)
    later.go(f"/requests/{case.request.reference}/", stop="rectification answered")
    for days in (1, 7):
        rechecks.ask_due(now=timezone.now() + timedelta(days=days), limit=10)
        ours.work()
    assert set(Recheck.objects.filter(case=case).values_list("outcome", flat=True)) <= {"holds"}
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    ours.clean()
