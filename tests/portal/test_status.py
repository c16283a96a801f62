"""The page of a request: every state in words, the clock as it is, messages, letters, withdrawal, receipt, calendar file."""

from __future__ import annotations

import html
import io
from datetime import date, timedelta

import pikepdf
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from dsr import wording
from dsr.cases import actors, answer, endings, escalate, identity, messages, overdue
from dsr.cases.clock import local_date
from dsr.law.rights import Right
from dsr.law.workflow import BEFORE_COLLECTING, State
from dsr.models import Case, Letter, Message, Request
from portal import ics
from portal.timeline import RANK, timeline
from tests.factories import make_case, make_request, make_staff, make_user
from tests.portal.walk import due, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client):
    user = make_user()
    client.force_login(user)
    return user


def page_of(client, request) -> str:
    response = client.get(f"/requests/{request.reference}/")
    assert response.status_code == 200
    return text_of(response)


KEPT = [state for state in State if state not in {State.ARCHIVED, State.PURGED}]  # those say "no longer kept" (4.0.8)


def test_every_state_of_every_right_has_a_headline_a_next_step_and_a_timeline_in_the_right_tense():
    """ux.md 6: all states, all rights; what is over is not told as if it went on."""
    for right in Right:
        request = make_request(rights=(right,), at=timezone.now())
        case = request.cases.get()
        for state in State:
            closed = state not in RANK
            case.state, case.closed_at = state.value, timezone.now() if closed else None
            words = wording.subject_state(state, right)
            assert words.headline
            assert words.next_step.endswith(".")
            items = timeline(request, case)
            assert (items[0]["title"], items[0]["state"]) == ("Received", "done")
            assert [item["state"] for item in items].count("now") == (0 if closed else 1)
            going_on = [item["title"] for item in items if item["state"] == "done"]
            assert not [
                title for title in going_on if title.startswith(("We search ", "We check", "We carry", "You get"))
            ]
            assert items[-1]["title"] == words.headline or not closed


@pytest.mark.parametrize("state", KEPT)
def test_the_page_of_every_state_opens_and_offers_what_is_possible(client, anna, state):
    request = make_request(account=anna, rights=(Right.ACCESS,), at=timezone.now())
    closed = state not in RANK
    Case.objects.update(state=state, closed_at=timezone.now() if closed else None)

    page = page_of(client, request)

    assert wording.subject_state(state, Right.ACCESS).headline in page
    assert page.count("Withdraw the request") == int(not closed and state is not State.CONTESTED)
    assert page.count("Something is missing or wrong, or I do not agree") == int(closed)
    assert page.count("Narrow or widen the request") == int(
        state in BEFORE_COLLECTING | {State.COLLECTING, State.DRAFTING}
    )
    assert page.count("Another language or form of the answer") == int(not closed)
    assert page.count("Answer now") == int(state is State.CLARIFY_PENDING)
    live = client.get(f"/requests/{request.reference}/live/").content.decode()
    assert wording.subject_state(state, Right.ACCESS).headline in html.unescape(live)


def test_the_list_shows_each_request_with_its_date(client, anna):
    first = make_request(account=anna, at=timezone.now())
    second = make_request(account=anna, rights=(Right.ERASURE, Right.ACCESS), at=timezone.now())

    page = text_of(client.get("/requests/"))

    assert first.reference in page
    assert second.reference in page
    assert "Deletion of my data" in page
    assert wording.day(due(first.cases.get())) in page


def test_who_has_no_request_is_shown_how_to_start(client, anna):
    assert "You have no requests yet" in text_of(client.get("/requests/"))


def test_times_are_those_of_the_controller(client, anna):
    """T-09: a moment is shown where the controller answers, not in UTC."""
    at = timezone.now().replace(month=1, day=2, hour=23, minute=30)
    request = make_request(account=anna, at=at, now=at)

    assert f"3 January {at.year}, 00:30" in page_of(client, request)


def test_T_11_a_stopped_clock_says_since_when_and_what_ends_it(client, anna):
    case = make_case(account=anna, identified=False, at=timezone.now())
    mara = actors.staff(make_staff())
    identity.ask(case_id=case.pk, doubt="Two people of this name.", seen_version=None, actor=mara, now=timezone.now())

    page = page_of(client, case.request)

    assert f"Clock stopped since {wording.day(local_date(case.controller, timezone.now()))}" in page
    assert "It continues on the day you answer" in page
    assert "days left" not in page
    assert client.get(f"/requests/{case.request.reference}/deadline.ics").status_code == 404


def test_L_19_a_late_answer_is_never_hidden(client, anna):
    at = timezone.now() - timedelta(days=60)
    request = make_request(account=anna, at=at, now=at)

    page = page_of(client, request)

    assert "We are late. We are sorry." in page
    assert wording.day(due(request.cases.get())) in page
    assert "You can complain." in page
    assert "Example Data Protection Authority" in page
    escalate.climb(controller=request.controller, now=timezone.now())  # L-19 names a new day
    again = page_of(client, request)
    promised = overdue.promised_on(request.cases.get(), timezone.now())
    assert f"You will have our answer by {wording.day(promised)}." in again
    assert "Where it stands: We have your request." in again
    assert "We are late and sorry" in text_of(client.get("/requests/"))


def test_T_16_an_extension_shows_the_new_date_and_the_letter(client, anna):
    case = make_case(account=anna, at=timezone.now())
    endings.extend(
        case_id=case.pk,
        reason="amount_of_data",
        text="You have had a contract for twenty years.",
        meanwhile="Nothing yet.",
        actor=actors.staff(make_staff("otto", "lead", "handler")),
        now=timezone.now(),
    )
    case.refresh_from_db()

    page = page_of(client, case.request)

    assert wording.day_with_weekday(due(case)) in page
    assert "extended" in page
    assert "You have had a contract for twenty years." in page
    assert "at most two more months" not in page
    assert wording.letter("L-05") in page
    letter = Letter.objects.get(code="L-05")
    opened = text_of(client.get(reverse("portal:letter", args=[case.request.reference, letter.pk])))
    assert "twenty years" in opened


def test_collecting_shows_which_systems_have_answered_and_nothing_of_what_they_said(client, anna, demo_stores):
    case = make_case(account=anna, at=timezone.now())
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff()), now=timezone.now())

    page = page_of(client, case.request)

    assert "We search 2 systems" in page
    assert "0 of 2 systems answered. Still open: Billing, Network log-ins." in page


def test_messages_go_both_ways_without_scripts(client, anna, drain):
    case = make_case(account=anna, at=timezone.now())
    messages.from_office(request=case.request, text="Which year?", author=make_staff(), now=timezone.now())

    response = client.post(f"/requests/{case.request.reference}/message/", {"text": "2025 & later <b>"})

    assert response.headers["Location"] == f"/requests/{case.request.reference}/#messages"
    body = client.get(f"/requests/{case.request.reference}/").content.decode()
    assert "Which year?" in body
    assert "2025 &amp; later &lt;b&gt;" in body
    assert Message.objects.get(inbound=True).content() == {"body": "2025 & later <b>"}
    drain()
    assert "Which year?" not in mail.outbox[-1].body


def test_an_empty_message_is_kept_on_the_page_with_an_error(client, anna):
    request = make_request(account=anna, at=timezone.now())

    assert "Enter your message" in text_of(client.post(f"/requests/{request.reference}/message/", {"text": " "}))
    long = client.post(f"/requests/{request.reference}/message/", {"text": "x" * 2001})
    assert "2,000 characters or fewer" in text_of(long)
    assert "x" * 2001 in long.content.decode()


def test_withdrawing_takes_one_confirmation_and_gives_a_letter(client, anna):
    request = make_request(account=anna, at=timezone.now())
    where = f"/requests/{request.reference}/withdraw/"
    assert "You can make a new request at any time" in text_of(client.get(where))

    assert client.post(where).headers["Location"] == f"/requests/{request.reference}/"

    page = page_of(client, request)
    assert request.cases.get().state == "withdrawn"
    assert "You withdrew this request" in page
    assert wording.letter("L-18") in page
    again = client.get(where, follow=True)
    assert "There is nothing left to withdraw" in text_of(again)


def test_one_of_several_rights_can_be_withdrawn(client, anna):
    request = make_request(account=anna, rights=(Right.ERASURE, Right.ACCESS), at=timezone.now())
    where = f"/requests/{request.reference}/withdraw/"

    assert "Select what you want to withdraw" in text_of(client.post(where, {}))
    client.post(where, {"rights": ["erasure"]})

    assert dict(request.cases.values_list("right", "state")) == {"erasure": "withdrawn", "access": "received"}
    page = page_of(client, request)
    assert "Deletion of my data: You withdrew this request" in page


def test_4_2_19_nothing_is_withdrawn_once_something_was_changed_in_a_store(client, anna):
    request = make_request(account=anna, rights=(Right.ERASURE,), at=timezone.now())
    Case.objects.update(first_applied_at=timezone.now())

    assert "Withdraw the request" not in page_of(client, request)
    client.post(f"/requests/{request.reference}/withdraw/")

    assert request.cases.get().state == "received"


def test_L_01_the_receipt_is_a_letter_and_the_same_one_each_time(client, anna):
    request = make_request(account=anna, at=timezone.now())

    first, second = (client.get(f"/requests/{request.reference}/receipt.pdf") for _ in range(2))

    assert first.headers["Content-Type"] == "application/pdf"
    assert first.headers["Content-Disposition"] == f'attachment; filename="{request.reference}-L-01.pdf"'
    content = first.getvalue()
    assert content == second.getvalue()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.docinfo["/Title"] == "We have received your request"


def test_each_right_of_a_family_has_its_receipt_and_a_made_up_one_has_none(client, anna):
    request = make_request(account=anna, rights=(Right.ERASURE, Right.ACCESS), at=timezone.now())
    where = f"/requests/{request.reference}/receipt.pdf"

    assert client.get(f"{where}?right=erasure").getvalue() != client.get(f"{where}?right=access").getvalue()
    assert client.get(f"{where}?right=portability").status_code == 404


def unfolded(content: bytes) -> dict[str, str]:
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    return dict(line.split(":", 1) for line in lines if line and not line.startswith(("BEGIN", "END")))


def test_the_calendar_file_has_the_date_and_no_name(client, anna):
    request = make_request(account=anna, at=timezone.now(), name="Anna Example")

    response = client.get(f"/requests/{request.reference}/deadline.ics")

    fields = unfolded(response.content)
    day = due(request.cases.get())
    assert fields["DTSTART;VALUE=DATE"] == f"{day:%Y%m%d}"
    assert fields["DTEND;VALUE=DATE"] == f"{day + timedelta(days=1):%Y%m%d}"
    assert request.reference in fields["SUMMARY"]
    assert b"Anna" not in response.content
    assert b"example.com/" not in response.content.replace(b"testserver", b"")


def test_calendar_lines_are_folded_at_75_octets_and_text_is_escaped():
    content = ics.calendar(
        uid="a@b",
        sequence=1,
        on=date(2026, 12, 22),
        title="Größe; a, b\\c\nd " + "ü" * 80,
        text="x",
        url="http://x/",
        written_at=timezone.now(),
    )

    assert all(len(line.encode()) <= 75 for line in content.decode().split("\r\n"))
    assert unfolded(content)["SUMMARY"].startswith("Größe\\; a\\, b\\\\c\\nd üü")
    assert content.endswith(b"END:VCALENDAR\r\n")


def test_pages_ask_the_database_the_same_number_of_times_for_one_message_and_for_many(
    client, anna, django_assert_max_num_queries
):
    request = make_request(account=anna, at=timezone.now())
    for number in range(10):
        messages.from_subject(request=Request.objects.get(pk=request.pk), text=f"{number}", now=timezone.now())

    with django_assert_max_num_queries(24):
        client.get(f"/requests/{request.reference}/")


def test_the_page_switches_language_and_stays_where_it_is(client, anna):
    request = make_request(account=anna, at=timezone.now())
    here = f"/requests/{request.reference}/"

    response = client.post("/language/setlang/", {"language": "de", "next": here})

    assert response.headers["Location"] == here
    assert '<html lang="de"' in client.get(here).content.decode()
