"""SC-14: a consent is taken back on a phone in Austria, as easily as it was given; the office only looks afterwards."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.audit import verify_case
from dsr.demo.people import by_position
from dsr.models import Case, Event
from tests.browser.journeys.people import linked, mails_to
from tests.correcting import rows
from tests.factories import make_user
from tests.scenarios.test_sc14_consent_by_one_tap import subscriber

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_SC_14_O_09_taken_back_on_the_phone_and_gone_the_same_minute(journey, demo_stores) -> None:
    """31 January 2026: at once by a standing policy, invoices as they were, L-16, due 2 March."""
    ours = journey("SC-14", "AT", 1, 31)
    number, pk = subscriber(demo_stores)
    person = next(one for one in map(by_position, range(40)) if one.customer_no == number)
    invoices = rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id")
    anna = linked(make_user("anna"), person)
    she = ours.phone(anna)
    case = ours.files(she, "consent_withdrawal", {"consent": {"consents": ["all"]}})
    assert (case.due_on, case.state) == (date(2026, 3, 2), "executing")
    event = Event.objects.get(case=case, action="stop_now")
    assert event.actor_kind == "system"

    ours.work()
    segments = "SELECT segment FROM marketing_profiles WHERE customer_id = ?"
    assert rows(demo_stores, "billing", segments, pk) == [(None,)]
    assert rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id") == invoices
    mara = ours.colleague("mara")
    mara.open(case)
    mara.look("stopped by the program")
    she.go(f"/requests/{case.request.reference}/", stop="consent stopped")
    assert mails_to(anna.email)
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    ours.clean()
