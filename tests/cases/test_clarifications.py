"""The question that may stop the clock, and its answer (4.2 nos. 5, 6; T-10, T-13, T-15)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail

from dsr.audit import verify_case
from dsr.cases import actors, clarifications
from dsr.cases.perform import RefusedError
from dsr.law.rights import Right
from dsr.models import Case, Message
from tests.factories import MONDAY, make_case, make_staff
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db
ASKED = MONDAY + timedelta(days=2)
ANSWERED = MONDAY + timedelta(days=12)
QUESTION: dict[str, Any] = {
    "why": "We keep 40,000 records about you.",
    "options": "Bills since 2024\nCalls with support",
    "meanwhile": "We search the contract data now.",
    "large": True,
}


def asked(**fields) -> Case:
    case = make_case(**fields)
    return clarifications.ask(case_id=case.pk, actor=actors.staff(make_staff()), now=ASKED, **QUESTION)


def code_of(error) -> str:
    return str(error.value.refusal.code)


def test_4_2_5_L_03_asks_with_options_and_T_10_the_clock_stands_still():
    case = asked()

    assert (case.state, case.due_on) == ("clarify_pending", None)
    letter = letter_text("L-03")
    for words in ("40,000 records", "Calls with support", "If you want everything", "stands still"):
        assert words in letter


def test_4_2_6_T_15_her_answer_runs_the_clock_again_and_tells_the_new_date(drain):
    case = asked()

    case = clarifications.answer(case_id=case.pk, text="Only the bills.", actor=actors.subject(), now=ANSWERED)

    assert (case.state, case.due_on) == ("assessing", date(2026, 7, 27))  # ten days did not count; a Saturday rolls on
    assert case.told_due_on == case.due_on
    assert case.suspensions.get().ended_on == date(2026, 6, 27)
    assert Message.objects.get(inbound=True).content()["body"] == "Only the bills."
    assert case.events.get(action="answer_clarification").data["everything"] is False
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    drain()
    assert "27 July 2026" in mail.outbox[-1].body
    assert "bills" not in mail.outbox[-1].body


def test_T_15_who_insists_on_everything_need_not_say_more():
    case = asked()

    with pytest.raises(RefusedError) as error:
        clarifications.answer(case_id=case.pk, text=" ", actor=actors.subject(), now=ANSWERED)
    assert code_of(error) == "reason_missing"
    case = clarifications.answer(case_id=case.pk, text="", everything=True, actor=actors.subject(), now=ANSWERED)

    assert case.events.get(action="answer_clarification").data["everything"] is True
    with pytest.raises(RefusedError) as error:
        clarifications.answer(case_id=case.pk, text="And more.", actor=actors.subject(), now=ANSWERED)
    assert code_of(error) == "wrong_state"
    assert not Message.objects.filter(inbound=True).exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"large": False}, "not_large"),
        ({"options": " "}, "not_specific"),
        ({"now": MONDAY + timedelta(days=10)}, "query_too_late"),
    ],
)
def test_T_13_a_question_that_may_not_stop_the_clock_leaves_nothing(change, code):
    case = make_case()

    with pytest.raises(RefusedError) as error:
        clarifications.ask(case_id=case.pk, **{"actor": actors.staff(make_staff()), "now": ASKED, **QUESTION, **change})
    assert code_of(error) == code
    assert not case.suspensions.exists()
    assert Case.objects.get(pk=case.pk).due_on == case.due_on


def test_only_a_copy_of_data_can_be_narrowed_by_a_question():
    with pytest.raises(RefusedError) as error:
        asked(rights=(Right.ERASURE,))
    assert code_of(error) == "not_for_right"
