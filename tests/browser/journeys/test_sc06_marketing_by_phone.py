"""SC-06 at the desk: "no more calls" is said on the phone and typed by somebody whose hands stay on the keyboard."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import campaigns
from dsr.cases.campaigns import CampaignFile
from dsr.law.policies import MarketingChannel
from dsr.models import Case, Event, OneTimeCode, Suppression
from tests.browser.journeys.people import mails_to

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NUMBER, ADDRESS = "+44 7700 900123", "anna@example.com"


def test_SC_06_O_03_from_the_ringing_phone_to_the_campaign_of_the_afternoon(journey) -> None:
    """Ireland, 2 March 2026, 11:00: one form, no proof, off at once, L-16; nobody weighs anything; limit 2 April."""
    ours = journey("SC-06", "IE", 3, 2, 11)
    rang = timezone.now()
    ines = ours.colleague("ines", "intake")
    ines.page.goto("/desk/")
    ines.look("queue of the call centre")
    ines.skip()
    ines.press("New request", "link")
    ines.look("new request")
    ines.send(
        {
            "channel": "phone",
            "received_on": "03022026",
            "stop": True,
            "words": "No more calls.",
            "name": "Anna Voorbeeld",
            "phone": NUMBER,
            "contact_email": ADDRESS,
        }
    )
    ines.reads("is registered")
    case = Case.objects.get()
    assert (case.right, case.state, case.due_on) == ("marketing_objection", "executing", date(2026, 4, 2))
    assert not OneTimeCode.objects.exists(), "nobody is asked who she is"
    assert not ines.page.get_by_role("link", name="Decide").count(), "nothing is weighed"
    ines.look("stopped")
    stopped = Event.objects.get(case=case, action="stop_now")
    assert stopped.at - rang < timedelta(minutes=15), "within minutes, on a slow machine too"

    ours.work()  # the worker is there within the minute
    ours.at(3, 2, 14)
    lines = ["name,phone\n", "x,00447700900123\n", "x,+447700900124\n"]
    rows = CampaignFile(ours.controller, lines).rows()
    judged = campaigns.judge(ours.controller, rows, channel=MarketingChannel.PHONE, now=timezone.now())
    assert [one.suppressed for one in judged] == [True, False]

    ours.work()
    case.refresh_from_db()
    assert case.state == "completed", "the system answers it; no colleague has to"
    ines.open(case)
    ines.look("confirmed")
    assert Suppression.objects.exists()
    assert any("L-16" in one or "marketing" in one.lower() for one in mails_to(ADDRESS))
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    ours.clean()
