"""The desk's pages in a real browser: axe, the content security policy, sideways scroll; keys, polling, greyed buttons."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, answer, api_keys, forwarding, identity, legal_holds, messages, suppression_keys, tasks
from dsr.cases.perform import assign
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Case, Subject, Task
from tests.desk.test_holds import erased
from tests.desk.test_inbox import came
from tests.factories import PASSWORD, make_case, make_controller, make_staff
from tests.jobs import run_due
from tests.redacting import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PERSON = by_position(2)


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def url(name: str, case: Case, *more: object) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *more])


def collected() -> Case:
    """A case whose stores have answered."""
    mara = actors.staff(make_staff("mara"))
    case = make_case(at=ago(3), number=PERSON.customer_no, name=PERSON.name)
    answer.start_collection(case_id=case.pk, actor=mara, now=timezone.now())
    run_due()
    return Case.objects.get(pk=case.pk)


def in_review() -> Case:
    """A case whose draft waits for a second person."""
    mara, case = actors.staff(make_staff("mara")), collected()
    answer.draft(case_id=case.pk, paragraph="We looked everywhere.", actor=mara, now=timezone.now())
    run_due()
    settle(case.pk, actor=mara, now=timezone.now(), drain=run_due)
    answer.submit(case_id=case.pk, actor=mara, now=timezone.now())
    return Case.objects.get(pk=case.pk)


def press(words: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator("main").get_by_role("button", name=words, exact=True).first.click()
        page.wait_for_selector("[data-errors]")

    return act


def test_the_way_in_is_clean(browse: Browse) -> None:
    make_controller()
    browse.audit("/desk/account/login/")
    browse.audit("/desk/account/login/", modes=["phone"], act=press("Sign in"))


@pytest.mark.slow
def test_the_queue_is_clean_full_and_empty(browse: Browse, demo_stores: Any) -> None:
    mara = make_staff("mara")
    browse.audit("/desk/", user=mara, modes=["desktop", "phone"])
    late, paused, mine = make_case(at=ago(40)), make_case(at=ago(8), identified=False), make_case(at=ago(2))
    make_case(at=ago(1), rights=(Right.ERASURE,), identified=False)
    identity.ask(case_id=paused.pk, doubt="unknown", seen_version=None, actor=actors.staff(mara), now=timezone.now())
    assign(case_id=mine.pk, to=mara, actor=actors.staff(mara), now=timezone.now())
    assert late.due_on
    browse.audit("/desk/", user=mara)
    browse.audit("/desk/?right=erasure&state=refused", user=mara, modes=["phone"])
    browse.audit("/desk/views/", user=mara, modes=["desktop", "phone"])
    browse.audit("/desk/me/", user=mara, modes=["dark", "phone"])
    browse.audit("/desk/sharing/", user=make_staff("otto", "lead"), modes=["desktop", "narrow"])
    browse.audit("/desk/stores/", user=mara)
    browse.audit("/desk/identity/", user=mara, modes=["desktop", "phone"])
    browse.audit("/desk/health/", user=mara)


@pytest.mark.slow
def test_registering_is_clean_with_and_without_errors(browse: Browse) -> None:
    ines = make_staff("ines", "intake")
    browse.audit("/desk/new/", user=ines)
    browse.audit("/desk/new/", user=ines, modes=["desktop", "narrow"], act=press("Register"))


@pytest.mark.slow
def test_the_inbox_and_passing_on_are_clean(browse: Browse) -> None:
    otto, case = make_staff("otto", "lead"), make_case(at=ago(3))
    mails = [came(f"Re: {case.request.reference} number {uid}", uid=uid) for uid in range(1, 4)]
    browse.audit("/desk/inbox/", user=otto, modes=["desktop", "phone", "dark"])
    browse.audit(f"/desk/inbox/{mails[0].pk}/", user=otto, modes=["desktop", "phone", "dark"])
    browse.audit("/desk/partners/", user=otto, modes=["desktop", "phone"])
    name, way = "Fernblick AG", "Its portal for partners"
    forwarding.keep_partner(
        controller=case.controller,
        name=name,
        bond="joint",
        email="",
        way=way,
        about="",
        actor=actors.staff(otto),
        now=timezone.now(),
    )
    browse.audit("/desk/partners/", user=otto, modes=["dark", "phone"])
    browse.audit("/desk/recipients/", user=otto, modes=["desktop", "phone", "dark"])
    browse.audit(url("forward", case), user=otto, modes=["desktop", "phone"])
    browse.audit(url("forward", case), user=otto, modes=["narrow"], act=press("Pass it on"))


@pytest.mark.slow
def test_a_case_in_trouble_is_clean(browse: Browse, demo_stores: Any) -> None:
    otto = make_staff("otto", "lead")
    case = make_case(at=ago(3))
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff("mara")), now=timezone.now())
    Task.objects.all().update(status="done")
    task = tasks.ensure(case=case, operation="collect", store="billing", now=timezone.now())
    Task.objects.filter(pk=task.pk).update(status="manual", error_code="access_denied", error_place="billing.customers")
    messages.from_subject(request=case.request, text="Also my calls, please.", now=timezone.now())
    for page in (url("case", case), url("waive", case, task.pk)):
        browse.audit(page, user=otto)
    for page in (url("messages", case), url("history", case), url("identity", case)):
        browse.audit(page, user=otto, modes=["desktop", "phone"])
    browse.audit(url("waive", case, task.pk), user=otto, modes=["phone"], act=press("Leave out Billing"))


@pytest.mark.slow
def test_steps_open_and_greyed_are_clean(browse: Browse) -> None:
    mara, otto = make_staff("mara"), make_staff("otto", "lead")
    case = make_case(at=ago(3))
    for action in ("extend", "refuse", "withdraw", "ask_identity"):
        browse.audit(url("step", case, action), user=otto, modes=["desktop", "phone"])
        browse.audit(url("step", case, action), user=mara, modes=["dark"])
    browse.audit(url("step", case, "extend"), user=otto, modes=["narrow"], act=press("Extend"))


@pytest.mark.slow
def test_the_answer_is_clean_from_data_to_review(browse: Browse, demo_stores: Any) -> None:
    mara, otto = make_staff("mara"), make_staff("otto", "lead")
    case = in_review()
    for page in (url("files", case), url("review", case)):
        browse.audit(page, user=otto, modes=["dark", "narrow"])
    browse.audit(url("review", case), user=otto, modes=["phone"], act=press("Return with comment"))
    for page in (url("review", case), url("draft", case), url("data", case, "billing", "invoices"), url("case", case)):
        browse.audit(page, user=mara, modes=["phone"])


@pytest.mark.slow
def test_what_comes_after_an_erasure_and_holds_are_clean(browse: Browse, demo_stores: Any) -> None:
    otto, case = make_staff("otto", "lead"), erased()
    browse.audit(url("after-erasure", case), user=otto, modes=["desktop", "dark", "phone"])
    browse.audit("/desk/holds/", user=otto, modes=["desktop", "phone"])
    matter = legal_holds.Matter("4 O 17/26", "District court", "The records are evidence.")
    hold = legal_holds.place(
        controller=case.controller, matter=matter, actor=actors.staff(otto), now=timezone.now(), case=case
    )
    browse.audit("/desk/holds/", user=otto, modes=["dark", "narrow"])
    browse.audit("/desk/holds/", user=otto, modes=["phone"], act=press("Place the hold"))
    browse.audit(f"/desk/holds/{hold.pk}/", user=otto, modes=["desktop", "narrow"], act=press("Lift the hold"))


@pytest.mark.slow
def test_keys_that_work_and_that_ended_are_clean(browse: Browse) -> None:
    """Keys of programs and of the suppression list, for whoever changes them and whoever only looks."""
    olga, otto, now = make_staff("olga", "administrator"), make_staff("otto", "lead"), timezone.now()
    controller, admin = olga.controller, actors.staff(olga)
    for name in ("Billing and dunning of the whole group, the old one", "Newsletter"):
        row, _secret = api_keys.make(
            controller=controller, name=name, scopes=list(api_keys.Scope), actor=admin, now=now
        )
    api_keys.revoke(controller=controller, key_id=str(row.pk), actor=admin, now=now)
    suppression_keys.ensured_keys(controller, now=now)
    suppression_keys.new_key(controller=controller, actor=admin, now=now)
    for page in ("/desk/setup/programs/", "/desk/setup/keys/"):
        browse.audit(page, user=olga)
        browse.audit(page, user=otto, modes=["desktop", "phone"])
    browse.audit("/desk/setup/programs/", user=olga, modes=["phone"], act=press("Make a key"))


@pytest.mark.slow
def test_two_who_match_are_clean_and_fit_a_phone(browse: Browse, demo_stores: Any) -> None:
    mara = make_staff("mara")
    case = make_case(at=ago(3), number=PERSON.customer_no)
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        database.execute(
            "UPDATE customers SET email = 'shared@example.com' WHERE customer_no IN (?, ?)",
            (PERSON.customer_no, by_position(3).customer_no),
        )
    subject = Subject.objects.get()
    subject.put({"identifiers": [{"kind": "email", "value": "shared@example.com", "store": "", "link": "staff"}]})
    subject.save()
    answer.start_collection(case_id=case.pk, actor=actors.staff(mara), now=timezone.now())
    run_due()

    browse.audit(url("match", case, "billing"), user=mara)
    browse.audit(url("match", case, "billing"), user=mara, modes=["phone"], act=press("Decide"))


def test_keys_move_through_the_queue_and_selected_cases_are_taken(browse: Browse) -> None:
    mara = make_staff("mara")
    first, second = make_case(at=ago(5)), make_case(at=ago(2))
    page = browse.page(user=mara)
    page.goto("/desk/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-bulk]").inner_text().startswith("1 selected")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.click("[data-bulk] button")
    page.wait_for_load_state()
    assert "2 done." in page.inner_text("main")
    assert Case.objects.filter(assignee=mara).count() == 2
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**{url('case', first)}")
    assert second.request.reference not in page.inner_text("h1, .over")


def test_a_subscribers_name_never_stands_in_the_address_bar(browse: Browse) -> None:
    make_case(at=ago(2), name="Maria Kowalska")
    page = browse.page(user=make_staff("mara"))
    page.goto("/desk/")
    page.keyboard.press("/")
    page.keyboard.type("Kowalska")
    page.keyboard.press("Enter")
    page.wait_for_url("**find=*")
    assert "Maria Kowalska" in page.inner_text("tbody")
    assert "owalska" not in page.url
    assert page.input_value("#q") == "Kowalska"


def test_the_page_of_a_case_follows_the_work_without_being_reloaded(browse: Browse, demo_stores: Any) -> None:
    mara = make_staff("mara")
    case = make_case(at=ago(3), number=PERSON.customer_no)
    page = browse.page(user=mara)
    page.goto(url("case", case))
    page.get_by_role("button", name="Start collection").click()
    page.wait_for_selector("text=Not asked yet")

    run_due()

    page.wait_for_selector("text=2 of 2 done")
    page.wait_for_selector("text=Draft the answer")


def test_what_was_typed_survives_a_colleagues_change(browse: Browse) -> None:
    otto = make_staff("otto", "lead")
    case = make_case(at=ago(3))
    page = browse.page(user=otto)
    page.goto(url("step", case, "extend"))
    page.get_by_label("Amount of data").check()
    page.get_by_label("Why exactly").fill("Your records lie in eleven systems.")
    page.get_by_label("What she gets meanwhile").fill("The contract data.")
    assign(case_id=case.pk, to=otto, actor=actors.staff(make_staff("mara")), now=timezone.now())
    page.get_by_role("button", name="Extend", exact=True).click()

    page.wait_for_selector("text=Somebody else changed this case")
    assert page.get_by_label("Why exactly").input_value() == "Your records lie in eleven systems."
    assert page.get_by_label("Amount of data").is_checked()
    page.get_by_role("button", name="Extend", exact=True).click()
    page.wait_for_selector("text=Extended.")
    assert Case.objects.get(pk=case.pk).extended


def test_signing_in_with_the_keyboard_alone(browse: Browse) -> None:
    make_staff("mara")
    page = browse.page()
    page.goto("/desk/health/")
    page.get_by_label("E-mail address").focus()
    page.keyboard.type("mara@northwave.example.com")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/health/")
