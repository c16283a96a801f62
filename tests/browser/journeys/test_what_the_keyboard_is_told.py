"""What stands in the way, read by keyboard: the drafter who would approve, the extension after the first month, the keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsr import wording
from dsr.cases import actors, answer
from dsr.demo.people import HOMONYMS, by_position
from dsr.law.rights import Right
from dsr.models import Case, RedactionItem
from tests.browser.office import Colleague
from tests.factories import make_case, make_controller, make_staff
from tests.jobs import run_due
from tests.redacting import settle

if TYPE_CHECKING:
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON = by_position(9)


def drafted(person: Any = PERSON) -> Case:
    """An access request whose answer is built, by the same lead who handles it."""
    make_controller(customer_stores=["billing"])
    otto, now = actors.staff(make_staff("otto", "lead", "handler")), timezone.now()
    case = make_case(number=person.customer_no, name=person.name, at=now, now=now)
    answer.start_collection(case_id=case.pk, actor=otto, now=now)
    run_due()
    answer.draft(case_id=case.pk, paragraph="", actor=otto, now=now)
    run_due()
    return Case.objects.get(pk=case.pk)


def test_whoever_drafted_reads_why_she_does_not_approve_and_who_can(browse: Browse, demo_stores: Any) -> None:
    """4.3: the second person is somebody else, and the page says who."""
    case, now = drafted(), timezone.now()
    otto_user = make_staff("otto")
    case = settle(case.pk, actor=actors.staff(otto_user), now=now, drain=run_due)
    answer.submit(case_id=case.pk, actor=actors.staff(otto_user), now=now)
    make_staff("rita", "reviewer")
    otto = Colleague(browse.page())
    otto.sign_in(otto_user)
    otto.find(case)

    otto.reads("Who can approve it: Rita Example.")
    assert otto.go_on().name != "Approve"
    otto.press("Second person", "link")
    otto.look()
    shown = otto.page.locator("button:has-text('Approve')").first
    assert shown.is_disabled()
    why = otto.page.locator(f"#{shown.get_attribute('aria-describedby')}").inner_text()
    assert "Somebody else has to decide" in why
    for _ in range(60):
        assert otto.tab().name != "Approve", "a button that is greyed takes no focus"
    case.refresh_from_db()
    assert case.state == "review"
    assert otto.found == []


def test_T_17_an_extension_after_the_first_month_is_refused_with_the_day(browse: Browse, demo_stores: Any) -> None:
    """The lead reads on the page until when the extension could have been told."""
    make_controller()
    received = timezone.now() - timedelta(days=45)
    case = make_case(number=PERSON.customer_no, name=PERSON.name, at=received, now=received)
    lead = Colleague(browse.page())
    lead.sign_in(make_staff("otto", "lead"))
    lead.find(case)
    address = lead.page.url

    lead.page.keyboard.press("e")
    lead.page.wait_for_timeout(300)
    assert lead.page.url == address, "a key presses only what can be pressed"
    why = lead.page.locator("#why-extend").inner_text()
    day = Case.objects.get(pk=case.pk).first_month_due_on
    assert day is not None
    assert wording.day(day) in why
    lead.page.goto(f"{address.partition('#')[0]}do/extend/")
    lead.look()
    lead.reads(why)
    assert lead.found == []


def test_a_suggestion_is_decided_by_keys_and_the_text_read(browse: Browse, demo_stores: Any) -> None:
    """X-04: from the case to the text with a suggestion, y for yes, and back to what is still open."""
    case = drafted(by_position(HOMONYMS[1]))
    note = RedactionItem.objects.filter(case=case, marks__found_by="email", marks__state="suggested").distinct().first()
    assert note is not None
    otto = Colleague(browse.page("dark"))
    otto.sign_in(make_staff("otto"))
    otto.find(case)

    step = otto.go_on()
    assert step.name.startswith("Read "), step
    otto.enter()
    assert otto.page.url.rstrip("#main").endswith("/redaction/")
    otto.page.keyboard.press("j")
    otto.enter("o")
    first = otto.page.url
    for _ in range(20):
        if not otto.page.locator("[data-mark=suggested]").count():
            break
        otto.enter("y")
    assert otto.page.url.partition("#")[0].partition("?")[0] == first.partition("#")[0]
    otto.look()
    otto.page.goto(first)
    otto.skip()
    otto.press("Mark as checked", "button")
    item = RedactionItem.objects.get(pk=first.partition("#")[0].rstrip("/").rpartition("/")[2])
    assert item.checked_at is not None
    assert not item.marks.filter(state="suggested").exists()
    assert otto.found == []


def test_every_key_of_a_case_and_of_the_desk_leads_where_the_list_says(browse: Browse, demo_stores: Any) -> None:
    """ux.md 2.2: g d, g c, g q everywhere; s, m, n, l, r, e, p in a case."""
    make_controller()
    now = timezone.now()
    case = make_case(number=PERSON.customer_no, name=PERSON.name, at=now, now=now, rights=(Right.ACCESS,))
    lead = Colleague(browse.page())
    lead.sign_in(make_staff("otto", "lead", "handler"))
    at = f"/desk/cases/{case.pk}/"
    for keys, where in {
        "gd": "/desk/dashboard/",
        "gc": "/desk/calendar/",
        "gq": "/desk/?view=open",
    }.items():
        lead.page.keyboard.press(keys[0])
        lead.enter(keys[1])
        assert where in lead.page.url, keys
    for key, where in {
        "m": "messages/",
        "n": "notes/",
        "l": "letters/",
        "r": "redaction/",
        "e": "do/extend/",
        "p": "do/ask_clarification/",
    }.items():
        lead.page.goto(at)
        lead.enter(key)
        assert lead.page.url.partition("#")[0].endswith(at + where), key
        lead.look()
    lead.page.goto(at)
    assert lead.go_on().name == "Start collection"
    assert lead.found == []
