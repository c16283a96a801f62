"""SC-06: somebody says on the phone that she wants no more calls, in Ireland."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from dsr.cases import actors, campaigns, decisions
from dsr.cases.campaigns import CampaignFile
from dsr.cases.intake import Told, open_request
from dsr.law.letters import Outcome
from dsr.law.policies import MarketingChannel
from dsr.law.rights import Right
from dsr.models import Event, OneTimeCode
from tests.factories import make_staff
from tests.letters import letter, text
from tests.scenarios.cast import again, controller_in, local, refusal, staff

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = "IE"
NUMBER = "+44 7700 900123"


def called(at, *, numbers: str) -> list[bool]:
    """Which rows of a list for the dialler must not be called."""
    controller = controller_in(PLACE)
    rows = CampaignFile(controller, ["name,phone\n", *(f"x,{number}\n" for number in numbers.split(","))]).rows()
    return [one.suppressed for one in campaigns.judge(controller, rows, channel=MarketingChannel.PHONE, now=at)]


def test_SC_06_O_03_I_06_one_step_at_the_phone_and_the_campaign_of_the_afternoon_leaves_her_out(
    drain: Callable[[], int],
) -> None:
    """2 March 2026, 11:00: no proof beyond the number, off at once, L-16, outer limit 2 April, and nothing is weighed."""
    controller, at = controller_in(PLACE), local(PLACE, 2026, 3, 2, 11)
    agent = make_staff("ines", "intake", controller=controller)
    assert called(at - timedelta(minutes=1), numbers="+447700900123,+447700900124") == [False, False]

    request = open_request(
        controller=controller,
        rights=[Right.MARKETING_OBJECTION],
        channel="phone",
        told=Told(
            name="Somebody", words="No more calls.", identifiers=(("phone", NUMBER),), scope={"channels": ["phone"]}
        ),
        language="en",
        received_at=at,
        actor=actors.staff(agent),
        now=at,
    )
    case = request.cases.select_related("controller", "request").get()
    assert (case.state, case.due_on, request.identity_level) == ("executing", date(2026, 4, 2), 0)
    assert not OneTimeCode.objects.exists(), "nobody is asked who she is"
    assert called(at + timedelta(hours=3), numbers="00447700900123,+447700900124") == [True, False]
    assert (
        refusal(
            lambda: decisions.draft(
                case_id=case.pk,
                decision=decisions.Decision(outcome=Outcome.GRANTED, elements={}),
                actor=staff(case),
                now=at,
            )
        )
        == "right_has_no_decision"
    ), "no balancing form is offered"

    drain()
    assert again(case).state == "completed"
    assert letter("L-16").case_id == case.pk
    assert "Phone calls: since" in text("L-16")
    stopped = Event.objects.get(case=case, action="stop_now")
    assert stopped.at - at < timedelta(minutes=5)
    assert stopped.data["channels"] == ["phone"]
