"""The way of a request in free words through the pages: told, sorted at the desk, understood wrongly once; and one closed as a flood."""

from __future__ import annotations

import pytest
from django.test import Client

from dsr.cases import actors, flood
from dsr.law.workflow import State
from dsr.models import Case, Request, Suspicion
from tests.factories import MONDAY, make_controller, make_staff
from tests.portal.walk import ME, NO_ACCOUNT, REPLY, answer, file_access, send, text_of

pytestmark = pytest.mark.django_db


def test_4_1_from_i_am_not_sure_to_a_sorted_request_and_back_once(client: Client) -> None:
    make_controller()
    assert client.post("/new/what/", {"right": "unsure"}).headers["Location"] == "/new/unsure/"
    assert client.post("/new/unsure/", {"words": " "}).status_code == 422
    where = client.post("/new/unsure/", {"words": "Take my mother's number off your list."}).headers["Location"]
    assert where == "/new/"
    where = client.get(where).headers["Location"]
    met = []
    while where != "/new/check/":
        met.append(where.strip("/").removeprefix("new/"))
        where = answer(client, met[-1], **{**ME, **NO_ACCOUNT, **REPLY}[met[-1]])
    assert met == ["who", "account", "details", "contact"]
    check = text_of(client.get("/new/check/"))
    assert "Take my mother's number off your list." in check
    assert "at the latest on" in check
    reference = send(client).headers["Location"].strip("/").removeprefix("sent/")
    case = Case.objects.get(request__reference=reference)
    assert (case.unclassified, case.right, case.state) == (True, "access", State.RECEIVED)
    page = text_of(client.get(f"/requests/{reference}/"))
    assert "In your own words" in page
    assert "One step left" not in page

    desk = Client()
    desk.force_login(make_staff())
    assert reference in desk.get("/desk/?view=sort").content.decode()
    form = desk.get(f"/desk/cases/{case.pk}/do/classify/").content.decode()
    assert "Take my mother&#x27;s number off your list." in form
    sorted_it = {"version": case.version, "rights": ["marketing_objection", "erasure"]}
    assert desk.post(f"/desk/cases/{case.pk}/do/classify/", {**sorted_it, "rights": []}).status_code == 200
    assert desk.post(f"/desk/cases/{case.pk}/do/classify/", sorted_it).status_code == 302
    assert reference not in desk.get("/desk/?view=sort").content.decode()

    page = text_of(client.get(f"/requests/{reference}/"))
    assert "Did we understand you?" in page
    assert "We understand that you want this" in page
    assert client.get(f"/requests/{reference}/meant/").status_code == 200
    assert client.post(f"/requests/{reference}/meant/", {"text": ""}).status_code == 422
    assert client.post(f"/requests/{reference}/meant/", {"text": "Only the list."}).status_code == 302
    assert Case.objects.filter(request__reference=reference, unclassified=True).exists()
    assert client.get(f"/requests/{reference}/meant/").status_code == 302
    assert Client().get(f"/requests/{reference}/meant/").status_code in {302, 404}


def test_12_4_who_follows_a_request_closed_as_a_flood_takes_it_up(client: Client) -> None:
    """11(2): she reads why, where to complain, and one press later it goes on as of the day it came in."""
    make_controller()
    reference = file_access(client)
    asked = Request.objects.get(reference=reference)
    flood.mark(request=asked, reason="honeypot", now=asked.created_at)
    client.get(f"/requests/{reference}/")
    assert Suspicion.objects.get().alive_at is not None
    flood.dismiss(request=asked, reason="A list.", actor=actors.staff(make_staff()), now=asked.created_at)
    page = client.get(f"/requests/{reference}/")
    assert "Is this request really from you?" in text_of(page)
    assert "Send a new request at any time" not in text_of(page)
    assert client.post(f"/requests/{reference}/take-up/").status_code == 302
    assert asked.cases.get().state == State.RECEIVED
    assert "It counts from the day it reached us." in text_of(client.get(f"/requests/{reference}/"))
    assert asked.received_at > MONDAY
