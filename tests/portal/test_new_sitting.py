"""Several rights in one sitting (T-26): nothing asked twice, a case and a date for each, one reference for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail

from dsr import wording
from dsr.models import Case, Request
from tests.factories import make_controller, make_user
from tests.portal.walk import ACCESS, ME, NO_ACCOUNT, REPLY, answer, due, send, text_of, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.django_db

RESTRICT = {"restriction": {"ground": "unlawful"}, "restriction-what": {"words": "My calls"}}
OBJECT = {"objection": {"use": "Credit check", "situation": "I was ill"}}


@pytest.fixture(autouse=True)
def _controller():
    make_controller()


def add(client, right: str, pages: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Add a right on the check page and answer what it asks; returns the pages met."""
    where = str(client.post("/new/add/").headers["Location"])
    assert where == "/new/what/"
    where, met = answer(client, "what", right=right), []
    while where != "/new/check/":
        step = where.strip("/").removeprefix("new/")
        met.append(step)
        where = answer(client, step, **pages[step])
    return met


def test_T_26_a_second_right_asks_only_its_own_questions_and_becomes_a_case_of_the_same_request(client, drain):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    met = add(client, "objection", OBJECT)
    assert set(met) == {"objection"}

    page = text_of(client.get("/new/check/"))
    assert "You ask for more than one thing" in page
    response = send(client)
    drain()

    request = Request.objects.get()
    cases = {case.right: case for case in request.cases.all()}
    assert set(cases) == {"access", "objection"}
    for case in cases.values():
        assert wording.day(due(case)) in page
    assert response.headers["Location"] == f"/sent/{request.reference}/"
    assert len(mail.outbox) == 1
    content = request.content()
    assert content["by_right"]["access"] == {"words": "", "scope": {"data": "everything"}}
    assert "Credit check" in content["by_right"]["objection"]["words"]
    assert "Credit check" in content["words"]
    assert content["scope"]["data"] == "everything"
    sent = text_of(client.get(response.headers["Location"]))
    for right in cases:
        assert wording.right_plain(right) in sent
    page = text_of(client.get(f"/requests/{request.reference}/"))
    told = page[page.index("What you asked for") :]
    assert told.index(wording.right_plain("access")) < told.index("Everything") < told.index("Credit check")
    assert told.index(wording.right_plain("objection")) < told.index("Credit check") < told.index("How we reply")


def test_the_same_right_twice_is_refused_in_words_and_there_is_a_way_back(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    client.post("/new/add/")

    page = client.post("/new/what/", {"right": "access"})
    assert page.status_code == 422
    assert "You ask for that already" in text_of(page)
    assert "No other request: back to my answers" in text_of(client.get("/new/what/"))

    assert client.post("/new/remove/").headers["Location"] == "/new/check/"
    assert client.get("/new/check/").status_code == 200
    send(client)
    assert [case.right for case in Case.objects.all()] == ["access"]


def test_each_right_is_changed_and_taken_out_by_itself(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    add(client, "restriction", RESTRICT)

    body = client.get("/new/check/").content.decode()
    assert "/new/period/?of=access" in body
    assert "/new/details/" in body
    changed = client.post("/new/period/?of=access", {"period": "part"})
    assert changed.headers["Location"] == "/new/months/?of=access"
    assert client.get("/new/months/?of=access").status_code == 200
    done = client.post("/new/months/?of=access", {"start": "03 2025", "end": ""})
    assert done.headers["Location"] == "/new/check/"
    page = text_of(client.get("/new/check/"))
    assert "March 2025" in page
    assert "My calls" in page

    client.post("/new/remove/", {"right": "restriction"})
    page = text_of(client.get("/new/check/"))
    assert "My calls" not in page
    assert "March 2025" in page
    client.post("/new/remove/", {"right": "access"})  # the last one stays
    send(client)
    assert [case.right for case in Case.objects.all()] == ["access"]
    assert Request.objects.get().content()["scope"]["from"] == "2025-03"


def test_a_copy_first_and_a_copy_asked_for_are_one_case(client):
    walk(client, "erasure", ME, NO_ACCOUNT, {"delete": {"delete": "everything"}, "copy": {"copy_first": "yes"}}, REPLY)
    add(client, "access", ACCESS)

    send(client)

    assert sorted(Case.objects.values_list("right", flat=True)) == ["access", "erasure"]


def test_who_begins_with_marketing_is_asked_who_she_is_when_she_adds_a_copy(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    add(client, "marketing_objection", {"marketing": {"email": "maria@example.com", "everything": "on"}})
    client.post("/new/remove/", {"right": "access"})
    assert client.get("/new/check/").status_code == 200
    assert "Maria Kowalska" not in text_of(client.get("/new/check/"))

    client.post("/new/add/")
    assert answer(client, "what", right="access") == "/new/data/"  # what she said about herself was not lost


def test_T_26_a_marketing_stop_beside_others_works_at_once(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    add(client, "marketing_objection", {"marketing": {"email": "maria@example.com"}})
    send(client)

    states = dict(Case.objects.values_list("right", "state"))
    assert states == {"access": "received", "marketing_objection": "executing"}


def test_free_words_are_a_request_of_their_own_and_not_lost_beside_another(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    client.post("/new/add/")

    page = client.post("/new/what/", {"right": "unsure"})

    assert page.status_code == 422
    assert "Send this request first" in text_of(page)


def test_who_wants_letters_is_told_of_no_mail_unless_one_goes_to_the_account(client):
    letter = {"contact": {"reply": "letter", "language": "en"}, "post": {"post": "Example Road 1"}}
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, letter)
    page = text_of(client.get(send(client).headers["Location"]))
    assert "so we send no e-mail" in page
    assert "maria@example.com" not in page

    client.force_login(make_user())
    walk(client, "access", ME, ACCESS, letter)
    assert "We send a receipt to anna@example.com" in text_of(client.get(send(client).headers["Location"]))
