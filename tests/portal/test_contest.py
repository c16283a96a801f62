"""Something is missing or wrong: the person contests the answer on a page, and reads what becomes of it (4.2 nos. 20, 21)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from dsr import wording
from dsr.cases import actors, contests, endings
from dsr.law.rights import Right
from dsr.models import Case, Letter, Message
from tests.factories import make_case, make_request, make_staff, make_user
from tests.portal.walk import due, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client):
    user = make_user()
    client.force_login(user)
    return user


def refused(account) -> Case:
    """A request of hers that Otto refused."""
    case = make_case(account=account, at=timezone.now())
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    endings.refuse(
        case_id=case.pk,
        ground="not_controller",
        reason="The line belongs to another provider.",
        advice="Please ask Southwave.",
        actor=actors.staff(make_staff("otto", "lead")),
        now=timezone.now(),
    )
    found: Case = Case.objects.select_related("request").get(pk=case.pk)
    return found


def test_L_20_from_the_button_to_the_date_of_our_answer(client, anna):
    case = refused(anna)
    here = f"/requests/{case.request.reference}/"
    assert f"{here}contest/" in client.get(here).content.decode()
    assert "in any order" not in text_of(client.get(f"{here}contest/"))

    empty = client.post(f"{here}contest/", {"reason": " "})
    assert empty.status_code == 422
    assert "Enter what is wrong or missing" in text_of(empty)
    page = text_of(client.post(f"{here}contest/", {"reason": "The line is mine."}, follow=True))

    case.refresh_from_db()
    assert (case.state, case.first_reviewer) == ("contested", make_staff("otto"))
    for words in (
        "We are looking at it again",
        "You did not agree with our answer",
        "We refused your request",
        "Somebody else looks at it again",
        "this date is our promise to you",
        "The line is mine.",
        wording.day(due(case)),
        wording.letter("L-20"),
    ):
        assert words in page
    assert "We are late" not in page
    first = page.index("We refused your request")
    assert (
        page.index("Identity confirmed")
        < first
        < page.index("You did not agree with our answer")
        < page.index("Somebody else looks at it again")
    )


def test_a_second_click_and_a_second_browser_contest_once(client, anna):
    case = refused(anna)
    here = f"/requests/{case.request.reference}/contest/"

    client.post(here, {"reason": "The line is mine."})
    again = client.post(here, {"reason": "The line is mine."}, follow=True)

    assert "no answer that you could contest now" in text_of(again)
    assert Letter.objects.filter(code="L-20").count() == 1
    assert Message.objects.filter(inbound=True).count() == 1


def test_of_several_answers_she_says_which_one_she_means(client, anna):
    request = make_request(account=anna, rights=(Right.ERASURE, Right.ACCESS), at=timezone.now())
    for case in request.cases.all():
        endings.withdraw(case_id=case.pk, actor=actors.subject(), now=timezone.now())
    here = f"/requests/{request.reference}/contest/"

    assert "Select the answer" in text_of(client.post(here, {"reason": "I was pushed."}))
    client.post(here, {"reason": "I was pushed.", "right": "erasure"})

    assert dict(request.cases.values_list("right", "state")) == {"erasure": "contested", "access": "withdrawn"}


def test_what_runs_or_is_archived_is_not_contested_here(client, anna):
    running = make_case(account=anna, at=timezone.now())
    assert client.get(f"/requests/{running.request.reference}/contest/").status_code == 302

    Case.objects.update(state="archived", closed_at=timezone.now())
    assert client.post(f"/requests/{running.request.reference}/contest/", {"reason": "x"}).status_code == 410
    assert Case.objects.get().state == "archived"


def test_4_2_21_she_reads_that_it_is_assessed_again_or_stays(client, anna):
    case = refused(anna)
    here = f"/requests/{case.request.reference}/"
    client.post(f"{here}contest/", {"reason": "The line is mine."})
    lena = actors.staff(make_staff("lena", "lead"))

    contests.reassess(case_id=case.pk, note="Ask Southwave.", actor=lena, now=timezone.now())
    again = text_of(client.get(here))
    assert "We are working on your request" in again
    assert "You did not agree with our answer" in again
    assert "Ask Southwave" not in again
    Case.objects.update(state="contested")
    contests.uphold(
        case_id=case.pk, reason="We asked again.", law="Art. 4(7).", advice="Ask them.", actor=lena, now=timezone.now()
    )

    page = text_of(client.get(here))
    assert "We refused your request" in page
    assert "Something is missing or wrong, or I do not agree" in page
