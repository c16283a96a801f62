"""SC-18: a lawyer's letter in France is taken down by keyboard; the clock runs from delivery, whatever form it came in."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.audit import verify_case
from dsr.law.persons import Behalf
from dsr.models import Case, OneTimeCode
from tests.browser.journeys.people import mails_to

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ADDRESS = "anna@example.com"


def test_SC_18_T_02_H_04_registered_two_days_later_and_counted_from_the_day_it_came(journey) -> None:
    """Delivered on 8 April 2026, typed on the 10th: due 11 May (8 May is a holiday); nothing is collected before the mandate."""
    ours = journey("SC-18", "FR", 4, 10)
    mara = ours.colleague("mara")
    mara.page.goto("/desk/new/")
    mara.look("new request")
    mara.send(
        {
            "channel": "post",
            "received_on": "04082026",
            "rights": {"access"},
            "words": "Our client asks what you hold about her.",
            "name": "Maître Exemple",
            "contact_email": ADDRESS,
            "who": 2,  # arrow down: a child, somebody the person who asks acts for
            "behalf_name": "Anna Example",
            "covers": True,
        }
    )
    mara.reads("is registered")
    case = Case.objects.select_related("request").get()
    assert (case.due_on, case.state) == (date(2026, 5, 11), "received")
    behalf = Behalf.of(case.request.content()["scope"])
    assert behalf is not None
    assert (behalf.name, behalf.uncovered(["access"])) == ("Anna Example", [])
    mara.look("lawyer's letter")
    mara.reads("Anna Example")
    assert mara.go_on().name != "Start collection", "who may ask is settled first"

    ours.work()
    receipt = "\n".join(mails_to(ADDRESS))
    assert case.request.reference in receipt
    assert "11 May 2026" in receipt, "no form of ours is asked for; the date is said"
    assert not OneTimeCode.objects.exists()
    mara.page.goto(f"/desk/cases/{case.pk}/history/")
    mara.look("history")
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    ours.clean()
