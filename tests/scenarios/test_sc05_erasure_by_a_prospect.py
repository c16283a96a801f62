"""SC-05: somebody who once asked for an offer wants to be erased and to get no more letters, in the Netherlands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dsr.cases import campaigns, import_guard
from dsr.cases.campaigns import CampaignFile
from dsr.cases.intake import Told
from dsr.law.policies import MarketingChannel
from dsr.law.rights import Right
from dsr.models import Case, Suppression
from tests.factories import make_request
from tests.letters import letter
from tests.scenarios.cast import controller_in, local

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = "NL"
ADDRESS = "Voorbeeldstraat 12 a, 2711 AB Zoetermeer"


def test_SC_05_O_04_the_address_alone_is_kept_so_that_nobody_writes_to_it_again(drain: Callable[[], int]) -> None:
    """Sunday 31 May 2026, 22:15: due 30 June; L-16 beside the erasure; no letter, no import brings the address back."""
    controller, at = controller_in(PLACE), local(PLACE, 2026, 5, 31, 22, 15)
    request = make_request(
        controller=controller,
        rights=(Right.ERASURE, Right.MARKETING_OBJECTION),
        at=at,
        told=Told(
            name="Anna Voorbeeld",
            words="Erase everything and send me no more letters.",
            contact_email="anna@example.com",
            identifiers=(("address", ADDRESS),),
        ),
    )
    assert set(request.cases.values_list("due_on", flat=True)) == {date(2026, 6, 30)}
    entry = Suppression.objects.get()
    assert entry.kind == "post", "the address key only: her e-mail address is for the answer"
    drain()
    stop = Case.objects.get(request=request, right=Right.MARKETING_OBJECTION)
    assert stop.state == "completed"
    assert letter("L-16").case_id == stop.pk
    erasure = Case.objects.get(request=request, right=Right.ERASURE)
    assert erasure.is_open, "it goes its own way, and takes the request's content with it"

    lines = [
        "name,street,postcode,city\n",
        "x,VOORBEELDSTR. 12A,2711AB,Zoetermeer\n",
        "x,Voorbeeldstraat 14,2711 AB,Zoetermeer\n",
    ]
    rows = CampaignFile(controller, lines, letters=True).rows()
    judged = campaigns.judge(controller, rows, channel=MarketingChannel.POST, now=at)
    assert [one.suppressed for one in judged] == [True, False]
    guarded = import_guard.guard(controller, CampaignFile(controller, lines, letters=True).rows(), now=at)
    assert [one.code for one in guarded] == ["objected", ""]

    Suppression.objects.update(request=None)  # as the end of the case file leaves it (SET_NULL)
    kept = Suppression.objects.get()
    assert (kept.kind, kept.request_id, kept.review_on.year) == ("post", None, 2029)
    assert "Voorbeeld" not in str(kept.__dict__)
