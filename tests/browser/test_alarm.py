"""Alarms and headway in a real browser: clean in every mode, and the portal's page that looks again by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import absences, actors, answer, endings, escalate, identity, messages, notices, silence, tasks
from dsr.cases.perform import assign
from dsr.models import Case, Task, Told
from tests.factories import make_case, make_controller, make_staff, make_user

if TYPE_CHECKING:
    from dsr.models import User
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def late_case() -> Case:
    """Overdue and silent towards nobody: every rung climbed, Dora away with Tom in her place, mails half sent."""
    now, today = timezone.now(), timezone.localdate()
    otto, dora, tom = make_staff("otto", "lead"), make_staff("dora", "dpo"), make_staff("tom")
    absences.enter(
        user=dora,
        first_on=today,
        last_on=today + timedelta(days=9),
        stand_in=tom,
        actor=actors.staff(dora),
        now=now,
    )
    case = make_case(at=now - timedelta(days=45), now=now - timedelta(days=45))
    assign(case_id=case.pk, to=make_staff("mara"), actor=actors.staff(otto), now=now)
    escalate.climb(controller=make_controller(), now=now)
    notices.digests(now=now)
    Told.objects.filter(user=otto).update(notice=None)
    return Case.objects.get(pk=case.pk)


def silent_case(account: User | None = None) -> Case:
    """Asked who she is five weeks ago, reminded, and silent."""
    at = timezone.now() - timedelta(days=35)
    case = make_case(at=at, now=at, identified=False, account=account)
    lead = actors.staff(make_staff("otto", "lead"))
    identity.ask(case_id=case.pk, doubt="two of this name", seen_version=None, actor=lead, now=at)
    silence.remind(now=at + timedelta(days=16), limit=10)
    silence.remind(now=timezone.now(), limit=10)
    return Case.objects.get(pk=case.pk)


def collecting(account: User) -> Case:
    """Billing has answered, RADIUS is being read."""
    now = timezone.now()
    identity.link(
        user=account,
        store="billing",
        customer_number="10000001",
        contact="anna@example.com",
        method="code",
        now=now,
    )
    case = make_case(account=account, at=now)
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff()), now=now)
    Task.objects.filter(case=case).update(status="done", result={"stores": 2})
    for store, fields in (
        ("billing", {"status": "done", "result": {"rows": 12_000}}),
        ("radius", {"status": "running", "progress": 300, "leased_until": now + timedelta(hours=1)}),
    ):
        task = tasks.ensure(case=case, operation="collect", store=store, now=now)
        Task.objects.filter(pk=task.pk).update(**fields)
    return case


@pytest.mark.slow
def test_the_alarms_of_a_case_are_clean(browse: Browse) -> None:
    otto = make_staff("otto", "lead")
    case, silent = late_case(), silent_case()
    browse.audit(reverse("desk:case", args=[case.pk]), user=otto)
    for name in ("history", "messages"):
        browse.audit(reverse(f"desk:{name}", args=[case.pk]), user=otto, modes=["phone"])
    browse.audit(reverse("desk:case", args=[silent.pk]), user=otto, modes=["dark", "phone"])
    browse.audit(reverse("desk:step", args=[silent.pk, "close_not_identified"]), user=otto, modes=["desktop", "narrow"])


@pytest.mark.slow
def test_absences_are_clean_empty_full_and_with_errors(browse: Browse) -> None:
    otto = make_staff("otto", "lead")
    browse.audit("/desk/absences/", user=otto, modes=["desktop"])
    late_case()
    browse.audit("/desk/absences/", user=otto)

    def press(page: Any) -> None:
        page.get_by_role("button", name="Enter", exact=True).click()
        page.wait_for_selector("[data-errors]")

    browse.audit("/desk/absences/", user=otto, modes=["phone"], act=press)


def test_the_portal_looks_again_by_itself_and_keeps_what_was_typed(browse: Browse, demo_stores: Any) -> None:
    anna = make_user()
    case = collecting(anna)
    url = f"/requests/{case.request.reference}/"
    browse.audit(url, user=anna)
    page = browse.page("desktop", user=anna)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/live/") else None)
    page.clock.install()
    page.goto(url)
    page.fill("#id_text", "Half a sentence")
    page.locator("text=1 of 2 systems answered, 12,300 records so far.").wait_for()

    Task.objects.filter(case=case, store="radius").update(progress=5_300)
    page.clock.run_for(5_000)
    page.locator("text=17,300 records so far").wait_for()
    Case.objects.filter(pk=case.pk).update(state="drafting")
    messages.from_office(request=case.request, text="Nearly there.", author=make_staff(), now=timezone.now())
    page.clock.run_for(5_000)
    page.locator("h1:has-text('We are preparing the answer')").wait_for()
    page.locator("text=Nearly there.").wait_for()
    page.locator("[data-said]:has-text('There is something new')").wait_for(state="attached")
    page.clock.run_for(15_000)  # nothing works any more: it asks more slowly

    assert len(asked) == 2
    assert page.input_value("#id_text") == "Half a sentence"
    assert page.evaluate("document.activeElement.id") == "id_text"
    assert page.evaluate("window.__violations") == []


def test_the_portal_says_the_same_without_scripts(browse: Browse, demo_stores: Any) -> None:
    anna = make_user()
    case = collecting(anna)
    page = browse.page("phone", user=anna, java_script_enabled=False)
    page.goto(f"/requests/{case.request.reference}/")
    assert page.locator("text=12,300 records so far").count() == 1
    Task.objects.filter(case=case, store="radius").update(progress=5_300)

    page.click("text=Look again")

    assert page.locator("text=17,300 records so far").count() == 1


def test_a_session_that_is_over_ends_the_asking(browse: Browse, demo_stores: Any) -> None:
    anna = make_user()
    case = collecting(anna)
    page = browse.page("desktop", user=anna)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/live/") else None)
    page.clock.install()
    page.goto(f"/requests/{case.request.reference}/")
    page.context.clear_cookies()

    with page.expect_request("**/live/"):
        page.clock.run_for(5_000)
    page.clock.run_for(30_000)

    assert len(asked) == 1
    assert page.locator("text=12,300 records so far").count() == 1


def test_a_request_closed_without_proof_is_clean(browse: Browse) -> None:
    anna = make_user()
    case = silent_case(anna)
    otto = actors.staff(make_staff("otto", "lead"))
    endings.close_not_identified(case_id=case.pk, doubt="Two of this name.", actor=otto, now=timezone.now())
    browse.audit(f"/requests/{case.request.reference}/", user=anna, modes=["desktop", "phone"])
