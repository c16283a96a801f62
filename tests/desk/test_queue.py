"""The queue: legal order, views, filters, search without names in addresses, taking cases, next actions."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsr.cases import actors, identity, tasks
from dsr.cases.intake import Told
from dsr.cases.perform import assign
from dsr.desk import search
from dsr.desk.next_step import next_step
from dsr.desk.troubles import trouble
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import Case, Event, Task
from tests.desk.conftest import text
from tests.factories import make_case, make_controller, make_request, make_staff

pytestmark = pytest.mark.django_db


def references(page: str) -> list[str]:
    return [
        part.split("</a>")[0]
        for part in page.split('scope="row" class="nowrap">')[1:]
        for part in [part.split(">", 1)[1]]
    ]


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def test_the_queue_is_in_legal_order_with_words_first(mara):
    late, soon, new = (make_case(at=days_ago(days)) for days in (40, 28, 1))

    page = text(mara.get("/desk/"))

    assert references(page) == [case.request.reference for case in (late, soon, new)]
    assert "overdue" in page
    assert "row-late" in page
    assert page.index("overdue") < page.index("days left") or page.index("overdue") < page.index("day left")


def test_each_view_holds_what_its_name_says_and_the_side_bar_counts_the_same(mara):
    user = make_staff("mara")
    mine, other = make_case(at=days_ago(2)), make_case(at=days_ago(40), identified=False)
    assign(case_id=mine.pk, to=user, actor=actors.staff(user), now=timezone.now())
    waiting = make_case(at=days_ago(3), identified=False)
    identity.ask(case_id=waiting.pk, doubt="unknown", seen_version=None, actor=actors.staff(user), now=timezone.now())
    closed = make_case(at=days_ago(5))
    Case.objects.filter(pk=closed.pk).update(state="withdrawn", closed_at=timezone.now())
    names = {case.pk: case.request.reference for case in (mine, other, waiting, closed)}
    expected = {
        "mine": {mine},
        "unassigned": {other, waiting},
        "overdue": {other},
        "due7": {other},
        "waiting": {waiting},
        "second": set(),
        "manual": set(),
        "open": {mine, other, waiting},
        "closed": {closed},
    }
    for view, cases in expected.items():
        page = text(mara.get(f"/desk/?view={view}"))
        assert set(references(page)) == {names[case.pk] for case in cases}, view
        link = page.split(f"?view={view}")[1].split("</a>")[0]
        assert (f"<span>{len(cases)}</span>" in link) == (view != "closed"), (
            view
        )  # years of closed cases are not counted
        assert 'aria-current="page"' in link


def test_a_paused_case_keeps_its_place_and_says_so(mara):
    user = make_staff("mara")
    older = make_case(at=days_ago(8), identified=False)
    newer = make_case(at=days_ago(1))
    identity.ask(case_id=older.pk, doubt="unknown", seen_version=None, actor=actors.staff(user), now=timezone.now())

    page = text(mara.get("/desk/"))

    assert references(page) == [older.request.reference, newer.request.reference]
    assert "Clock stopped" in page
    assert "would be due by" in page


def test_the_number_of_queries_does_not_grow_with_the_rows(mara):
    def count() -> int:
        mara.get("/desk/")  # warm
        with CaptureQueriesContext(connection) as queries:
            assert mara.get("/desk/").status_code == 200
        return sum(query["sql"].startswith("SELECT") for query in queries)

    make_case(at=days_ago(1))
    one = count()
    for number in range(29):
        make_case(at=days_ago(number % 20), identified=bool(number % 2))

    assert len(references(text(mara.get("/desk/")))) == 30
    assert count() == one
    assert one <= 15


def test_fifty_rows_a_page_and_the_rest_on_the_next(mara):
    for _ in range(55):
        make_request(at=days_ago(1))

    first, second = text(mara.get("/desk/")), text(mara.get("/desk/?page=2"))

    assert (len(references(first)), len(references(second))) == (50, 5)
    assert "1 to 50 of 55" in first
    assert 'rel="next"' in first


def test_filters_by_right_and_state_narrow_the_view(mara):
    access = make_case(at=days_ago(2))
    erasure = make_case(at=days_ago(2), rights=(Right.ERASURE,), identified=False)

    assert references(text(mara.get("/desk/?right=erasure"))) == [erasure.request.reference]
    assert references(text(mara.get("/desk/?state=assessing"))) == [access.request.reference]
    assert "Nothing found" in text(mara.get("/desk/?right=erasure&state=assessing"))
    assert len(references(text(mara.get("/desk/?right=nonsense&state=x&view=y&page=z")))) == 2


@pytest.mark.parametrize(
    "words", ["Kowalska", "maria kowalska", "kow", "10023456", "maria@example.net", "MARIA@EXAMPLE.NET"]
)
def test_people_are_found_by_name_number_and_address_and_no_name_stands_in_an_address(mara, words):
    wanted = make_request(
        at=days_ago(1),
        told=Told(
            name="Maria Kowalska",
            contact_email="maria@example.net",
            identifiers=(("customer_number", "10023456"),),
        ),
    )
    make_request(at=days_ago(1), name="Anna Example")

    response = mara.post("/desk/find/", {"q": words, "view": "open"})
    page = text(mara.get(response.headers["Location"]))

    assert response.status_code == 302
    assert words.casefold() not in unquote(response.headers["Location"]).casefold()
    assert references(page) == [wanted.reference]
    assert f'value="{words}"' in page


@pytest.mark.parametrize("name", ["adam", "olga"])
def test_4_3_who_reads_about_nobody_finds_by_reference_and_by_nothing_that_is_of_a_person(signed_in, name):
    client = signed_in(name)
    identifiers = (("customer_number", "100234"), ("phone", "+447700900123"))
    told = Told(name="Maria Kowalska", contact_email="maria@example.net", identifiers=identifiers)
    wanted, other = make_request(at=days_ago(2), told=told), make_request(at=days_ago(1), name="Anna Example")

    def found(words: str) -> tuple[str, list[str], str]:
        token = client.post("/desk/find/", {"q": words, "view": "open"}).headers["Location"].split("?", 1)[1]
        exported = text(client.post(f"/desk/export.csv?{token}"))
        return (
            text(client.get(f"/desk/?{token}")),
            references(text(client.get(f"/desk/rows/?had=rows&{token}"))),
            exported,
        )

    assert "Reference, or its last digits" in text(client.get("/desk/"))
    for words in ("Kowalska", "kow", "maria@example.net", "+44 7700 900123"):
        page, live, exported = found(words)
        # As if nothing had been asked: both requests, whoever is called so.
        assert "Your role finds requests by their reference only" in page
        assert set(references(page)) == set(live) == {wanted.reference, other.reference}
        assert other.reference in exported
        assert words not in page
    number = found("100234")  # six digits: a customer number, and a reference that does not exist
    assert references(number[0]) == number[1] == []
    assert wanted.reference not in number[2]
    for words in (wanted.reference, str(int(wanted.reference[-6:]))):
        page, _live, exported = found(words)
        assert references(page) == [wanted.reference]
        assert wanted.reference in exported
        assert other.reference not in exported


def test_a_reference_is_found_and_nothing_of_another_brand(mara, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    wanted = make_request(at=days_ago(1))
    make_request(controller=make_controller("southwave"), at=days_ago(1), name="Selma South")

    found = mara.post("/desk/find/", {"q": wanted.reference.lower()}, follow=True)
    assert references(text(found)) == [wanted.reference]
    assert "Nothing found" in text(mara.post("/desk/find/", {"q": "Selma"}, follow=True))


def test_words_in_an_address_are_sealed_before_the_page_is_shown(mara):
    make_request(at=days_ago(1))

    response = mara.get("/desk/?q=Example")

    assert response.status_code == 302
    assert "Example" not in unquote(response.headers["Location"])


def test_a_sealed_search_of_another_brand_opens_nothing():
    ours, theirs = make_controller(), make_controller("southwave")
    token = search.sealed(ours, "Anna")

    assert search.opened(ours, token) == "Anna"
    assert search.opened(theirs, token) == ""
    assert search.opened(ours, token[:-4]) == ""
    assert search.opened(ours, "no token") == ""


def test_taking_one_case_and_several(mara):
    user = make_staff("mara")
    one, two, three = (make_case(at=days_ago(2)) for _ in range(3))

    mara.post("/desk/take/", {"take": str(one.pk), "case": [str(two.pk)]})
    assert list(Case.objects.filter(assignee=user)) == [one]
    page = mara.post(
        "/desk/many/",
        {
            "act": "assign",
            "to": "me",
            "case": [str(two.pk), str(three.pk), "nonsense"],
            "back": "/desk/?view=unassigned",
        },
        follow=True,
    )

    assert page.redirect_chain[0][0] == "/desk/?view=unassigned"
    assert "2 done." in text(page)
    assert Case.objects.filter(assignee=user).count() == 3
    assert Event.objects.filter(action="assigned").count() == 3


def test_taking_leads_back_to_the_desk_and_nowhere_else(mara):
    case = make_case(at=days_ago(2))

    assert (
        mara.post("/desk/take/", {"take": str(case.pk), "back": "https://example.org/"}).headers["Location"] == "/desk/"
    )


def test_a_case_of_another_brand_is_not_taken(mara, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    make_controller()
    other = make_case(controller=make_controller("southwave"), at=days_ago(2))

    mara.post("/desk/take/", {"take": str(other.pk)})

    other.refresh_from_db()
    assert other.assignee is None


@pytest.mark.parametrize("name", ["adam", "olga", "dora"])
def test_who_does_not_work_on_cases_takes_none(signed_in, snapshot, name):
    case = make_case(at=days_ago(2))
    before = snapshot(case)
    client = signed_in(name)

    assert "Take" not in text(client.get("/desk/"))
    page = client.post("/desk/take/", {"take": str(case.pk)}, follow=True)

    assert "Your role does not allow this" in text(page)
    assert snapshot(case) == before


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("right", Right)
def test_every_state_of_every_right_has_a_next_action_or_says_what_it_waits_for(state, right):
    request = make_request(at=days_ago(2), rights=(right,))
    case = request.cases.select_related("request").get()
    case.state = state.value

    found = next_step(case, needs_person=False, today=timezone.now().date())

    assert found.words
    assert found.kind in {"", "ok", "warn", "bad", "info"}
    assert next_step(case, needs_person=True, today=timezone.now().date()).words


@pytest.mark.parametrize(
    ("state", "level", "manifest", "words"),
    [
        ("received", 0, "", "Check identity"),
        ("received", 3, "", "Accept"),
        ("id_pending", 0, "", "Waiting for the person"),
        ("assessing", 3, "", "Start collection"),
        ("collecting", 3, "", "Stores are being asked"),
        ("drafting", 3, "", "Draft the answer"),
        ("drafting", 3, "a" * 64, "Submit for review"),
        ("review", 3, "a" * 64, "Second approval"),
        ("approved", 3, "a" * 64, "Release answer"),
        ("completed", 3, "a" * 64, "Completed"),
    ],
)
def test_the_way_of_an_access_request_step_by_step(state, level, manifest, words):
    case = make_case(at=days_ago(2), identified=False)
    case.state, case.manifest_sha256, case.request.identity_level = state, manifest, level

    assert next_step(case, needs_person=False, today=timezone.now().date()).words == words


def test_what_needs_somebody_says_which_task_waits_and_what_helps(mara, demo_stores):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            mara.get("/desk/?view=manual")
        return len(queries)

    def waits() -> Case:
        case = make_case(at=days_ago(2))
        task = tasks.ensure(case=case, operation="collect", store="billing", now=timezone.now())
        Task.objects.filter(pk=task.pk).update(status="manual", error_code="access_denied")
        return case

    waits()
    page = text(mara.get("/desk/?view=manual"))
    one = count()

    assert f"Billing: {trouble('access_denied')}" in page
    assert "access_denied" not in page
    assert "Billing:" not in text(mara.get("/desk/?view=open"))
    for _ in range(3):
        waits()
    assert count() == one
