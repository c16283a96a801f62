"""Closing a case as not identified at the desk (no. 4, T-15): offered when the table allows, and why not before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, identity, silence
from dsr.models import Case
from tests.desk.conftest import text
from tests.factories import make_case, make_staff
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db
DOUBT = "Two customers have this name, and neither contact is yours."


def asked(days: int, *, reminded: bool) -> Case:
    """A case whose person was asked who she is so many days ago."""
    at = timezone.now() - timedelta(days=days)
    case = make_case(at=at, now=at, identified=False)
    by = actors.staff(make_staff("mara"))
    identity.ask(case_id=case.pk, doubt="two of this name", seen_version=None, actor=by, now=at)
    if reminded:
        silence.remind(now=timezone.now(), limit=10)
    return Case.objects.get(pk=case.pk)


def url(case: Case) -> str:
    return reverse("desk:step", args=[case.pk, "close_not_identified"])


def overview(client, case: Case) -> str:
    return text(client.get(reverse("desk:case", args=[case.pk])))


@pytest.mark.parametrize(
    ("days", "reminded", "why"),
    [
        (40, False, "has not been reminded yet"),
        (20, True, "The person has been silent for 20 days. Wait until it is 30."),
    ],
)
def test_4_2_no_4_before_its_time_the_button_is_greyed_with_the_reason(otto, snapshot, days, reminded, why):
    case = asked(days, reminded=reminded)
    before = snapshot(case)

    page = overview(otto, case)
    sent = otto.post(url(case), {"version": case.version, "doubt": DOUBT})

    assert why in page.split('id="why-close_not_identified">')[1].split("</p>")[0]
    assert f'href="{url(case)}"' not in page
    assert sent.status_code == 409
    assert why in text(sent)
    assert DOUBT in text(sent)
    assert snapshot(case) == before


def test_T_15_a_lead_closes_with_the_letter_after_reminder_and_silence(otto):
    case = asked(35, reminded=True)
    page = overview(otto, case)
    assert f'<a class="btn" href="{url(case)}">Close, not identified</a>' in page
    assert "until the person answers" in page
    form = text(otto.get(url(case)))
    assert "The person reads it" not in form  # an error nobody has made yet
    assert "The letter says what we asked and when" in form

    empty = otto.post(url(case), {"version": case.version, "doubt": " "})
    done = otto.post(url(case), {"version": case.version, "doubt": DOUBT}, follow=True)

    assert "Enter why it is not certain who is asking" in text(empty)
    assert "Closed. The person has the letter that says how to go on." in text(done)
    assert Case.objects.get(pk=case.pk).state == "not_identified"
    assert DOUBT in letter_text("L-07b")
    assert "Closed, not identified" in overview(otto, case)


@pytest.mark.parametrize("name", ["mara", "rita", "dora", "olga", "adam", "ines"])
def test_4_3_nobody_but_a_lead_closes_it(signed_in, snapshot, name):
    case = asked(35, reminded=True)
    before = snapshot(case)

    sent = signed_in(name).post(url(case), {"version": case.version, "doubt": DOUBT})

    assert sent.status_code == 409
    assert "Your role does not allow this. It takes: Privacy lead." in text(sent)
    assert snapshot(case) == before
