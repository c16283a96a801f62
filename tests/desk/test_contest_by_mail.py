"""A mail that comes to a closed case is a message: whoever reads it makes it a contest by one click, from the day it came (4.2 no. 20)."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, contests, endings
from dsr.cases.clock import local_date
from dsr.models import Case, Event, InboundMail, Letter
from tests.desk.conftest import text
from tests.desk.test_inbox import came
from tests.factories import make_case, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db
WORDS = "I do not agree: the line is mine.\n\n“Look” at the <b>second</b> bill."
BUTTON = "Make it a contest"


@pytest.fixture
def refused() -> Case:
    """Mara prepared, Otto refused, four days ago."""
    case = make_case(at=timezone.now())
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    endings.refuse(
        case_id=case.pk,
        ground="not_controller",
        reason="Not our line.",
        advice="Ask Southwave.",
        actor=actors.staff(make_staff("otto", "lead")),
        now=timezone.now(),
    )
    Case.objects.update(closed_at=timezone.now() - timedelta(days=4))
    found: Case = Case.objects.select_related("request").get(pk=case.pk)
    return found


def mailed(case: Case, words: str = WORDS) -> InboundMail:
    """A mail from her contact that names the case; it reached us two days ago."""
    mail: InboundMail = came(f"Re: {case.request.reference}", sender="Anna <anna@example.com>", words=words)
    assert (mail.kind, case.state) == ("message", "refused")
    return mail


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of the form that makes the contest."""
    (form,) = re.findall(r'<form[^>]*/contest/"[^>]*>.*?</form>', page, re.DOTALL)
    (value,) = re.findall(rf'name="{name}" value="([^"]*)"', form, re.DOTALL)
    return unescape(value)


def test_T_02_one_click_makes_the_mail_a_contest_from_the_day_it_came(
    refused: Case, signed_in: Callable[..., Client]
) -> None:
    mail = mailed(refused)
    came_on = local_date(refused.controller, mail.received_at)
    lead = signed_in("otto")
    url = reverse("desk:messages", args=[refused.pk])
    assert url in text(lead.get(f"/desk/inbox/{mail.pk}/")), "the page of the mail leads there"
    page = text(lead.get(url))
    assert BUTTON in page
    pressed = {name: hidden(page, name) for name in ("version", "reason", "received_on")}
    assert pressed["received_on"] == came_on.isoformat()
    # A browser sends the ends of lines of a form as two characters.
    pressed["reason"] = pressed["reason"].replace("\n", "\r\n")

    done = text(lead.post(reverse("desk:step", args=[refused.pk, "contest"]), pressed, follow=True))

    assert "Contested. The person has a letter" in done
    case = Case.objects.get()
    assert case.contested_at is not None
    assert (case.state, local_date(case.controller, case.contested_at)) == ("contested", came_on)
    event = Event.objects.get(action="contest")
    assert event.data["received_on"] == came_on.isoformat()
    assert "line is mine" not in str(event.data)
    assert Letter.objects.filter(code="L-20").count() == 1
    assert BUTTON not in text(lead.get(url)), "once is enough"
    assert lead.post(reverse("desk:step", args=[refused.pk, "contest"]), pressed).status_code == 409


def test_a_long_mail_fits_into_the_form_and_stays_whole_in_the_message(
    refused: Case, signed_in: Callable[..., Client]
) -> None:
    mailed(refused, "It is mine.\n" * 300 + "The end.")
    lead, url = signed_in("otto"), reverse("desk:messages", args=[refused.pk])
    page = text(lead.get(url))
    assert "The end." in page
    pressed = {name: hidden(page, name) for name in ("version", "reason", "received_on")}

    lead.post(
        reverse("desk:step", args=[refused.pk, "contest"]),
        pressed | {"reason": pressed["reason"].replace("\n", "\r\n")},
    )

    assert Case.objects.get().state == "contested"
    assert "The end." in text(lead.get(url))


def test_4_3_who_may_not_is_told_and_what_came_before_the_answer_is_no_contest(
    refused: Case, signed_in: Callable[..., Client]
) -> None:
    mailed(refused)
    url = reverse("desk:messages", args=[refused.pk])
    page = text(signed_in("mara").get(url))
    assert BUTTON not in page
    assert "If she does not agree, it has to be made a contest." in page

    Case.objects.update(closed_at=timezone.now())
    assert "made a contest" not in text(signed_in("mara").get(url))


def test_a_mail_of_before_a_contest_that_was_upheld_is_not_offered_again(
    refused: Case, signed_in: Callable[..., Client]
) -> None:
    mailed(refused)
    contests.contest(case_id=refused.pk, reason="Mine.", actor=actors.subject(), now=timezone.now())
    Case.objects.update(state="refused", closed_at=timezone.now())

    assert BUTTON not in text(signed_in("otto").get(reverse("desk:messages", args=[refused.pk])))
