"""The page of a case: clock, stores and their troubles, messages, history, assignment."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from dsr import wording
from dsr.cases import actors, answer, messages, tasks
from dsr.desk.troubles import TROUBLES, trouble
from dsr.law.rights import Right
from dsr.models import Case, Event, Message, Task
from tests.desk.conftest import due, text
from tests.factories import make_case, make_request, make_staff

pytestmark = pytest.mark.django_db


def page_of(client, case: Case, name: str = "case") -> str:
    return text(client.get(reverse(f"desk:{name}", args=[case.pk])))


def collecting(received) -> Case:
    """A case whose stores have tasks in every shape, made by the verbs."""
    case = make_case(at=received)
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff("mara")), now=timezone.now())
    return Case.objects.get(pk=case.pk)


def store_task(case: Case, store: str, **fields) -> Task:
    task = tasks.ensure(case=case, operation="collect", store=store, now=timezone.now())
    Task.objects.filter(pk=task.pk).update(**fields)
    return Task.objects.get(pk=task.pk)


def test_the_overview_says_whose_case_it_is_when_it_is_due_and_why(mara, received):
    case = make_case(at=received, name="Anna Example")

    page = page_of(mara, case)

    for words in (case.request.reference, "Anna Example", "Access, Art. 15", "Everything please.", "anna@example.com"):
        assert words in page
    assert wording.day_with_weekday(due(case.due_on)) in page
    for line in wording.explanation(case.explanation):
        assert escape(line) in page
    assert "Second factor, letter, eID or in person" in page


def test_warnings_about_a_date_are_on_the_page(mara, received):
    case = make_case(at=received)
    Case.objects.filter(pk=case.pk).update(warnings=[{"code": "authorities_differ", "params": {"other": "2026-07-15"}}])

    assert "Some authorities count the rest of the month with 30 days" in page_of(mara, case)


def test_T_26_the_other_rights_of_the_same_request_are_one_click_away(mara, received):
    request = make_request(at=received, rights=(Right.ACCESS, Right.ERASURE))
    access, erasure = request.cases.order_by("right")

    page = page_of(mara, access)

    assert f'href="{reverse("desk:case", args=[erasure.pk])}">Erasure</a>' in page


def test_stores_say_what_each_was_asked_and_what_to_do(mara, otto, demo_stores, received):
    case = collecting(received)
    Task.objects.filter(case=case).update(status="done", result={"stores": 2})
    store_task(case, "billing", status="manual", error_code="access_denied", error_place="billing.customers")
    later = timezone.now() + timedelta(minutes=10)
    store_task(
        case, "radius", status="queued", failures=2, error_code="store_down", error_place="radius", not_before=later
    )

    page = page_of(mara, case)

    assert "Needs you" in page
    assert trouble("access_denied") in page
    assert "billing.customers" in page
    assert re.search(r"Retrying at \d\d:\d\d", page)
    assert trouble("store_down") in page
    assert page.count(">Retry<") == 2
    assert "Leave out" not in page
    assert page_of(otto, case).count(">Leave out<") == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "queued"}, "Waiting for its turn"),
        ({"status": "running", "progress": 1200}, "Query running"),
        ({"status": "done", "result": {"rows": 0}}, "Nothing found"),
        ({"status": "waived"}, "Left out"),
        ({"status": "cancelled"}, "Cancelled"),
    ],
)
def test_every_state_of_a_store_has_words(mara, demo_stores, received, fields, words):
    case = collecting(received)
    store_task(case, "billing", finished_at=timezone.now(), **fields)

    assert words in page_of(mara, case)


def test_a_done_store_shows_its_records_and_the_day(mara, demo_stores, received):
    case = collecting(received)
    store_task(case, "billing", status="done", result={"rows": 212}, finished_at=timezone.now())

    page = page_of(mara, case)

    assert re.search(r"Done \d{1,2} \w{3}", page)
    assert "212" in page
    assert "1 of 2 done" in page


def test_retry_puts_a_task_back_and_says_so_in_the_chain(mara, demo_stores, received):
    case = collecting(received)
    task = store_task(case, "billing", status="manual", error_code="access_denied")

    page = mara.post(reverse("desk:retry", args=[case.pk, task.pk]), follow=True)

    task.refresh_from_db()
    assert (task.status, task.error_code) == ("queued", "")
    assert "It is tried again now" in text(page)
    assert Event.objects.filter(case=case, action="task_retried").count() == 1
    assert "does not wait for a person any more" in text(
        mara.post(reverse("desk:retry", args=[case.pk, store_task(case, "radius", status="done").pk]), follow=True)
    )


@pytest.mark.parametrize("name", ["ines", "rita", "dora", "adam"])
def test_retry_is_refused_to_who_does_not_handle(signed_in, snapshot, demo_stores, received, name):
    case = collecting(received)
    task = store_task(case, "billing", status="manual", error_code="access_denied")
    before = snapshot(case)

    page = signed_in(name).post(reverse("desk:retry", args=[case.pk, task.pk]), follow=True)

    assert "Your role does not allow this" in text(page)
    assert snapshot(case) == before


def test_the_administrator_may_retry(signed_in, demo_stores, received):
    case = collecting(received)
    task = store_task(case, "billing", status="manual", error_code="access_denied")

    signed_in("olga").post(reverse("desk:retry", args=[case.pk, task.pk]))

    assert Task.objects.get(pk=task.pk).status == "queued"


def test_4_2_no_10_a_lead_leaves_a_store_out_with_a_reason(mara, otto, snapshot, demo_stores, received):
    case = collecting(received)
    task = store_task(case, "billing", status="manual", error_code="access_denied")
    url = reverse("desk:waive", args=[case.pk, task.pk])
    before = snapshot(case)

    refused = mara.post(url, {"version": case.version, "reason": "it is down"})
    empty = otto.post(url, {"version": case.version, "reason": " "})

    assert refused.status_code == 409
    assert "It takes: Privacy lead" in text(refused)
    assert "Enter a reason." in text(empty)
    assert snapshot(case) == before
    assert "Leave out Billing" in text(otto.get(url))
    otto.post(url, {"version": case.version, "reason": "it is down for a month"})
    assert Task.objects.get(pk=task.pk).status == "waived"
    assert "it is down for a month" in page_of(otto, case, "history")


def test_a_task_of_another_case_is_not_reached_through_this_one(mara, demo_stores, received):
    one, two = collecting(received), collecting(received)
    task = store_task(two, "billing", status="manual")

    assert mara.post(reverse("desk:retry", args=[one.pk, task.pk])).status_code == 404


def test_the_page_looks_again_by_itself_while_something_runs(mara, demo_stores, received):
    case = collecting(received)
    url = reverse("desk:live", args=[case.pk])
    page = page_of(mara, case)
    assert f'hx-get="{url}?state=collecting"' in page
    assert "vendor/htmx" in page

    still = mara.get(f"{url}?state=collecting")
    assert still.status_code == 200
    assert "<html" not in text(still)
    assert "HX-Refresh" not in still.headers

    moved = mara.get(f"{url}?state=assessing")
    Task.objects.filter(case=case).update(status="manual")
    idle = mara.get(f"{url}?state=collecting")
    assert [(r.status_code, r.headers["HX-Refresh"]) for r in (moved, idle)] == [(204, "true")] * 2
    assert "hx-get" not in page_of(mara, case)


def test_messages_go_to_the_portal_and_a_mail_says_only_that_they_are_there(mara, drain, received):
    case = make_case(at=received)
    messages.from_subject(request=case.request, text="Also my calls, please.", now=timezone.now())
    url = reverse("desk:messages", args=[case.pk])
    assert "Also my calls, please." in text(mara.get(url))

    page = mara.post(url, {"text": "Yes, the calls of this year."}, follow=True)
    drain()

    assert "Yes, the calls of this year." in text(page)
    sent = Message.objects.get(kind="message", inbound=False)
    assert sent.author == make_staff("mara")
    newest = mail.outbox[-1]
    assert case.request.reference in newest.subject
    assert "calls" not in f"{newest.body} {newest.subject}"
    listed = text(mara.get(url))
    assert listed.count("Sent") >= 1
    assert "Mara Example" in listed


def test_an_empty_message_is_not_sent_and_others_roles_send_none(mara, signed_in, snapshot, received):
    case = make_case(at=received)
    url = reverse("desk:messages", args=[case.pk])
    before = snapshot(case)

    assert "Enter a message." in text(mara.post(url, {"text": "  "}))
    refused = signed_in("dora").post(url, {"text": "I advise."})

    assert refused.status_code == 409
    assert "Your role does not allow this" in text(refused)
    assert snapshot(case) == before


def test_a_mail_that_cannot_be_delivered_says_so(mara, received):
    case = make_case(at=received)
    Message.objects.filter(request=case.request).update(status="failed")

    assert "Could not be delivered" in page_of(mara, case, "messages")


def test_the_history_is_in_words_with_names_and_a_mark_that_it_is_whole(mara, received):
    case = make_case(at=received)
    staff = make_staff("mara")
    mara.post(reverse("desk:assign", args=[case.pk]), {"assignee": str(staff.pk)})

    page = page_of(mara, case, "history")

    for words in ("Request received", "Accepted", "Assigned", "Mara Example", "the person", "the system"):
        assert words in page, words
    assert "Received → Being assessed" in page
    assert "Checked: 3 events, unchanged and complete" in page


def test_a_changed_event_is_shown_as_a_broken_chain(mara, received):
    case = make_case(at=received)
    Event.objects.filter(case=case, seq=1).update(action="withdraw")

    page = page_of(mara, case, "history")

    assert "The chain is broken in" in page
    assert "Tell the data protection officer" in page
    assert "unchanged" not in page


def test_notes_of_the_history_are_not_for_the_auditor(mara, signed_in, received):
    case = make_case(at=received, identified=False)
    sent = {"version": case.version, "doubt": "She sounded like somebody else."}
    mara.post(reverse("desk:step", args=[case.pk, "ask_identity"]), sent)

    assert "She sounded like somebody else." in page_of(mara, case, "history")
    audited = page_of(signed_in("adam"), case, "history")
    assert "Identity asked for" in audited
    assert "She sounded like" not in audited


def test_assigning_to_a_colleague_and_to_nobody(mara, received):
    case, otto = make_case(at=received), make_staff("otto", "lead")
    url = reverse("desk:assign", args=[case.pk])

    assert "Assigned to Otto Example." in text(mara.post(url, {"assignee": str(otto.pk)}, follow=True))
    assert Case.objects.get(pk=case.pk).assignee == otto
    assert "Assigned to nobody." in text(mara.post(url, {"assignee": ""}, follow=True))
    assert Case.objects.get(pk=case.pk).assignee is None


def test_a_subscriber_or_somebody_unknown_gets_no_case(mara, snapshot, received):
    from tests.factories import make_user

    case = make_case(at=received)
    before = snapshot(case)

    for wanted in (str(make_user("zoe").pk), "nonsense"):
        page = text(mara.post(reverse("desk:assign", args=[case.pk]), {"assignee": wanted}, follow=True))
        assert "Choose a member of staff of this controller." in page
    assert snapshot(case) == before


def test_closed_cases_say_whether_they_were_in_time(mara, received):
    case = make_case(at=received)
    sent = {"version": case.version, "proof": "E-mail of today."}
    mara.post(reverse("desk:step", args=[case.pk, "withdraw"]), sent)

    page = page_of(mara, case)

    assert "in time." in page
    assert "Withdrawn" in page
    assert "Retry" not in page


def test_codes_nobody_knows_and_codes_of_the_renderer_have_words_too():
    assert trouble("made_by_a_client") == "It failed with the code “made_by_a_client”."
    assert trouble("failed:TypeError") == trouble("document")


def test_every_code_that_the_program_gives_a_task_has_words():
    """A person who reads "schema_changed" cannot act; every literal code in exporters, fulfil and output has a sentence."""
    from tests.laws.test_house import ROOT

    found = set()
    for folder in ("exporters", "dsr/fulfil", "dsr/output"):
        for path in (ROOT / folder).rglob("*.py"):
            if "testing" in path.parts:
                continue
            source = path.read_text(encoding="utf-8")
            found |= set(
                re.findall(
                    r'\b(?:Temporary|Permanent|NeedsPersonError|OutputError|RenderError)\(\s*"([a-z_]+)"', source
                )
            )
            found |= set(re.findall(r'\((?:Temporary|Permanent), "([a-z_]+)"\)', source))
    assert {"store_down", "ambiguous", "element_missing", "crashed"} <= found
    assert found - set(TROUBLES) == set()


def test_the_shield_stands_beside_what_is_proven_and_not_beside_nothing(mara, received):
    # An objection to marketing needs no proof: enough, and still nothing is proven.
    nothing = make_case(identified=False, at=received, rights=(Right.MARKETING_OBJECTION,))
    for case, words, shield in ((nothing, "Nothing proven", False), (make_case(at=received), "Second factor", True)):
        card = page_of(mara, case).partition("<h2>Identity</h2>")[2].partition("</section>")[0]
        line = card.partition("</p>")[0]
        assert words in line
        assert ("tick-ok" in line) is shield
        assert "Not enough" not in line
