"""The page of a case: work by hand, what a row opens, notes, linked requests, the decision, the history in pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors
from dsr.cases.clock import local_date
from dsr.cases.facts import facts_of
from dsr.cases.perform import record
from dsr.desk import steps
from dsr.law.rights import Right
from dsr.law.workflow import Facts, Role, State, available
from dsr.models import Case, Event, HandTask, Task
from tests.desk.conftest import ROLES, text
from tests.factories import make_case, make_request, make_staff, make_user
from tests.owners.conftest import by_hand, case_of, hand, task  # noqa: F401 -- fixtures

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db


def page_of(client: Client, case: Case, name: str = "case", **query: str) -> str:
    return text(client.get(reverse(f"desk:{name}", args=[case.pk]), query))


def test_a_late_department_is_the_next_action_and_a_row_opens_what_was_done(
    mara: Client,
    hand: HandTask,  # noqa: F811
) -> None:
    case = case_of()
    HandTask.objects.update(answer_by=local_date(case.controller, timezone.now()) - timedelta(days=2))

    page = page_of(mara, case)

    assert "Chase Call recordings" in page
    assert "Late 2 days" in page
    assert "Searched by: customer number" in page
    assert "A department asked to work by hand" in page
    assert "Retry" not in page


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ROLES))
def test_4_3_who_asks_reminds_and_answers_for_a_department(
    signed_in: Callable[..., Client],
    hand: HandTask,  # noqa: F811
    name: str,
) -> None:
    """Handler and lead; who may not gets the reason, and nothing is written."""
    case, client = case_of(), signed_in(name)
    before = Event.objects.count()
    sees = client.get(reverse("desk:hand", args=[case.pk, task().pk])).status_code
    may = name in {"mara", "otto"}
    assert sees == (200 if name in {"ines", "mara", "rita", "otto", "dora"} else 403)

    asked = {"ask-name": "Front", "ask-email": "f@northwave.example.com", "ask-language": "en", "ask-days": "3"}
    status = client.post(reverse("desk:hand-ask", args=[case.pk, task().pk]), asked).status_code
    given = client.post(
        reverse("desk:hand", args=[case.pk, task().pk]), {"outcome": "nothing", "name": "Me"}
    ).status_code

    assert (status, given) == ((302, 302) if may else (409, 409) if sees == 200 else (403, 403))
    assert Event.objects.count() - before == (2 if may else 0)
    assert (task().status == Task.Status.DONE) is may


def test_notes_are_events_with_sealed_words_and_the_history_is_filtered_and_paged(mara: Client, received: Any) -> None:
    case = make_case(at=received)
    address = reverse("desk:notes", args=[case.pk])
    assert mara.post(address, {"text": " "}).status_code == 200
    assert mara.post(address, {"text": "She called <b>again</b>."}).status_code == 302
    assert "She called &lt;b&gt;again" in page_of(mara, case, "notes")
    assert "called" not in str(list(Event.objects.values_list("data", flat=True)))
    for _ in range(60):
        record(case_id=case.pk, kind="task_retried", actor=actors.SYSTEM, now=timezone.now())

    assert page_of(mara, case, "history").count("timeline-item") == 50
    assert page_of(mara, case, "history", show="notes").count("timeline-item") == 1
    assert "Store asked again" not in page_of(mara, case, "history", show="subject")
    assert "Note by staff" not in page_of(mara, case, "history", show="system")
    assert f"Checked: {Case.objects.get(pk=case.pk).version} events" in page_of(mara, case, "history", page="2")


@pytest.mark.slow
def test_linked_requests_by_account_by_proven_number_and_by_hand(mara: Client, received: Any) -> None:
    """What was only typed links nothing; a colleague's word counts more than both, and both histories say why."""
    anna = make_user("anna")
    case = make_case(at=received, account=anna)
    same_account = make_request(at=received, account=anna).cases.get()
    same_number = make_case(at=received)
    stranger = make_case(at=received, number="10000099", name="Bea Example")
    page = page_of(mara, case)
    assert same_account.request.reference in page
    assert same_number.request.reference in page
    assert stranger.request.reference not in page
    address = reverse("desk:link", args=[case.pk])

    mara.post(address, {"link-reference": stranger.request.reference, "link-reason": "Her maiden name", "act": "link"})
    mara.post(
        address, {"link-reference": same_number.request.reference, "link-reason": "Number passed on", "act": "unlink"}
    )

    page = page_of(mara, case)
    assert f"{stranger.request.reference}</a>" in page
    assert f"{same_number.request.reference}</a>" not in page
    assert Event.objects.filter(action="linked").count() == 2
    assert "maiden" not in str(list(Event.objects.values_list("data", flat=True)))


@pytest.mark.slow
def test_the_decision_says_who_signed_what_off(otto: Client, received: Any) -> None:
    case = make_case(at=received)
    Case.objects.filter(pk=case.pk).update(
        manifest_sha256="a" * 64, approved_sha256="b" * 64, preparer=make_staff("mara")
    )
    record(case_id=case.pk, kind="draft_requested", actor=actors.staff(make_staff("mara")), now=timezone.now())

    page = page_of(otto, case, "decision")

    assert "a" * 64 in page
    assert "What is prepared now is not what was approved" in page
    assert "New draft requested" in page


@pytest.mark.slow
@pytest.mark.parametrize("state", [state for state in State if state not in {State.ARCHIVED, State.PURGED}])
def test_the_buttons_are_exactly_the_steps_of_the_table(received: Any, state: State) -> None:
    """For every right and role: what can be pressed is what `available` says, as far as the desk has a form for it."""
    case = make_case(at=received)
    for right in Right:
        Case.objects.filter(pk=case.pk).update(state=state.value, right=right.value)
        fresh = Case.objects.select_related("request", "controller").get(pk=case.pk)
        for role in Role:
            if role in {Role.SUBJECT, Role.SYSTEM, Role.EXECUTOR}:
                continue
            actor = actors.staff(make_staff(role.value, role.value))
            _compare(fresh, actor, right)


def _compare(case: Case, actor: Any, right: Right) -> None:
    facts: Facts = facts_of(case, now=timezone.now())
    shown = steps.buttons(case, actor, now=timezone.now())
    pressed = {button.action for button in shown if not button.why_not}
    table = {step.action for step in available(facts, actor)}
    assert pressed >= table & {button.action for button in shown}
    supplied = {button.action for button in shown if (doing := steps.doing_of(button.action, right)) and doing.supplies}
    assert pressed - supplied <= table
    assert all(button.why_not for button in shown if button.action not in pressed)


def test_the_case_page_asks_the_same_number_of_times_however_many_stores(mara: Client, received: Any) -> None:
    case = make_case(at=received)

    def queries(stores: int) -> int:
        for number in range(stores):
            Task.objects.get_or_create(
                case=case,
                store=f"store{number}",
                operation="collect",
                defaults={
                    "controller": case.controller,
                    "status": "manual",
                    "error_code": "not_capable",
                    "not_before": timezone.now(),
                    "created_at": timezone.now(),
                },
            )
        with CaptureQueriesContext(connection) as made:
            page_of(mara, case)
        return len(made)

    queries(1)
    assert queries(1) == queries(30)
