"""How far the systems are, on the person's page: counts for whom they may be shown to, asked for by the page itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from dsr.cases import actors, answer, endings, identity, silence, tasks
from dsr.law.rights import Right
from dsr.models import Case, Letter, Task
from tests.factories import make_case, make_controller, make_staff, make_user
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client):
    """Signed in, with the customer number of her requests linked to her account."""
    user = make_user()
    number: dict[str, Any] = {"store": "billing", "customer_number": "10000001", "contact": "anna@example.com"}
    identity.link(user=user, method="code", now=timezone.now(), **number)
    client.force_login(user)
    return user


def collecting(account=None, **first) -> Case:
    """Two systems are asked; `first` describes the task of the first one."""
    now = timezone.now()
    case = make_case(account=account, at=now)
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff()), now=now)
    Task.objects.filter(case=case).update(status="done", result={"stores": 2})
    for store in ("billing", "radius"):
        tasks.ensure(case=case, operation="collect", store=store, now=now)
    Task.objects.filter(case=case, store="billing").update(**first)
    return case


def page_of(client, case: Case, name: str = "") -> str:
    response = client.get(f"/requests/{case.request.reference}/{name}")
    assert response.status_code == 200
    return text_of(response)


def test_it_says_how_many_systems_have_answered_and_how_many_records_there_are(client, anna, demo_stores):
    case = collecting(anna, status="done", result={"rows": 12_000})
    Task.objects.filter(case=case, store="radius").update(status="running", progress=300)

    page = page_of(client, case)

    assert "How far we are" in page
    assert "1 of 2 systems answered, 12,300 records so far." in page
    assert "Look again" in page
    alone = "1 of 2 systems answered, 12,300 records so far. Still open: Network log-ins."
    assert alone in page_of(client, case, "live/")


def test_who_proved_only_the_contact_given_learns_nothing_that_a_store_said(client, demo_stores):
    """house.md, Signed in is not identified: a code to the contact given opens one's own words, not what was found."""
    case = collecting(status="done", result={"rows": 12_000})
    session = client.session
    session["followed"] = {str(case.request_id): timezone.now().isoformat()}
    session.save()

    for name in ("", "live/"):
        page = page_of(client, case, name)
        assert "1 of 2 systems answered." in page
        assert "12,000" not in page
        assert "records so far" not in page


def test_the_page_asks_often_while_something_runs_and_seldom_at_the_end(client, anna, demo_stores):
    case = collecting(anna)
    url = f"/requests/{case.request.reference}/"
    busy = client.get(url).content.decode()
    assert f'data-live="{url}live/" data-every="5"' in busy
    assert "ui/refresh" in busy

    Task.objects.filter(case=case).update(status="manual", error_code="access_denied")
    waiting = client.get(url).content.decode()
    assert "2 systems need a person here." in waiting
    assert "access_denied" not in waiting
    assert 'data-every="20"' in waiting
    Case.objects.filter(pk=case.pk).update(state="drafting")
    for name in ("", "live/"):
        assert "How far we are" not in page_of(client, case, name)
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=timezone.now())
    assert 'data-every="60"' in client.get(f"{url}live/").content.decode()


def test_an_erasure_says_how_many_systems_are_changed(client, anna, demo_stores):
    case = make_case(account=anna, rights=(Right.ERASURE,), at=timezone.now())
    for store, fields in (
        ("billing", {"status": "done", "result": {"changed": 40}}),
        ("radius", {"status": "running"}),
    ):
        task = tasks.ensure(case=case, operation="apply", store=store, now=timezone.now())
        Task.objects.filter(pk=task.pk).update(**fields)
    Case.objects.filter(pk=case.pk).update(state="executing")

    assert "1 of 2 systems changed, 40 records so far." in page_of(client, case)


def test_a_page_left_open_does_not_keep_its_session(client, anna, demo_stores):
    """ux.md 1.3: thirty minutes, prolonged by use; a page that asks by itself is not use."""
    case = collecting(anna)
    soon = timezone.now() + timedelta(minutes=5)
    Session.objects.update(expire_date=soon)

    asked = client.get(f"/requests/{case.request.reference}/live/")

    assert "sessionid" not in asked.cookies
    assert "Cookie" in asked.headers["Vary"]
    assert Session.objects.get().expire_date == soon
    client.get(f"/requests/{case.request.reference}/")
    assert Session.objects.get().expire_date > soon


def test_strangers_get_no_count(client, demo_stores):
    case = collecting(make_user())
    url = f"/requests/{case.request.reference}/live/"

    assert client.get(url).status_code == 302
    client.force_login(make_user("zoe"))
    assert client.get(url).status_code == 404


def test_4_2_no_4_a_request_closed_without_proof_says_how_to_take_it_up_again(client, anna):
    at = timezone.now() - timedelta(days=35)
    case = make_case(account=anna, at=at, now=at, identified=False)
    otto = actors.staff(make_staff("otto", "lead"))
    identity.ask(case_id=case.pk, doubt="two of this name", seen_version=None, actor=otto, now=at)
    silence.remind(now=timezone.now(), limit=10)
    endings.close_not_identified(case_id=case.pk, doubt="Two of this name.", actor=otto, now=timezone.now())

    page = page_of(client, case)

    assert "Closed because we could not confirm who you are" in page
    assert "Take it up again" in page
    assert "Send a new request" in page
    assert "We could not confirm who you are" in page  # the letter
    letter = Letter.objects.get(case=case, code="L-07b")
    written = text_of(client.get(f"/requests/{case.request.reference}/letters/{letter.pk}/"))
    assert "How you can take it up again" in written
    proof = client.get(f"/identity/{case.request.reference}/")
    assert proof.headers["Location"] == f"/requests/{case.request.reference}/"


def test_it_is_in_german_too(client, anna, demo_stores):
    make_controller()
    case = collecting(anna, status="done", result={"rows": 12_000})

    response = client.get(f"/requests/{case.request.reference}/live/", headers={"accept-language": "de"})

    assert "1 von 2 Systemen haben geantwortet, bisher 12.000 Datensätze." in text_of(response)
