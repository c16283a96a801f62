"""Requests in free words (rules 4.1): they wait for somebody who says which right it is, and the month runs meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dsr.cases import actors, endings, identity, triage
from dsr.cases.intake import Told
from dsr.cases.perform import ConflictError, RefusedError, assign, perform
from dsr.law.rights import ExtensionReason, Right
from dsr.law.workflow import Action, State
from dsr.models import Event, Message
from tests.factories import MONDAY, make_request, make_staff

pytestmark = pytest.mark.django_db
WORDS = "I do not want to hear from you any more, and what do you know about me?"
LATER = MONDAY + timedelta(days=2)


def in_her_words(**fields):
    """A request in free words."""
    told = Told(name="Anna Example", words=WORDS, contact_email="anna@example.com")
    return make_request(told=told, unclassified=True, **fields)


@pytest.fixture
def mara():
    return actors.staff(make_staff())


def test_4_1_the_month_of_a_request_in_free_words_runs_from_receipt(mara) -> None:
    """T-02, T-05: unsorted or not, the due date is a month after the words came in, and sorting does not move it."""
    asked = in_her_words()
    case = asked.cases.get()
    assert (case.unclassified, case.state, case.due_on) == (True, State.RECEIVED, date(2026, 7, 15))
    assert Message.objects.get(request=asked).kind == "acknowledgement"
    (sorted_case,) = triage.classify(case_id=case.pk, rights=[Right.ERASURE], actor=mara, now=LATER)
    assert (sorted_case.pk, sorted_case.right, sorted_case.unclassified) == (case.pk, Right.ERASURE, False)
    assert sorted_case.due_on == date(2026, 7, 15)
    event = Event.objects.get(case=case, action="classify")
    assert (event.data["right"], event.data["right_before"]) == ("erasure", "access")


def test_4_1_unsorted_cases_take_no_other_step(mara) -> None:
    """Asking for identity, accepting and answering wait; extending, withdrawing and being late do not."""
    case = in_her_words().cases.get()
    for action in (Action.ACCEPT, Action.ASK_IDENTITY):
        with pytest.raises(RefusedError) as refused:
            perform(
                case_id=case.pk,
                action=action,
                actor=mara,
                now=LATER,
                extra_facts={"identity_level": 3, "reason_given": True},
            )
        assert refused.value.refusal.code == "not_classified"
    otto = actors.staff(make_staff("otto", "lead"))
    endings.extend(
        case_id=case.pk,
        reason=ExtensionReason.AMOUNT_OF_DATA.value,
        text="Many old files.",
        meanwhile="Nothing yet.",
        actor=otto,
        now=LATER,
    )
    ended = endings.withdraw(case_id=case.pk, actor=actors.subject(), now=LATER)
    assert ended.state == State.WITHDRAWN


def test_t26_several_rights_become_cases_with_one_receipt_and_she_is_told(mara) -> None:
    """T-26: her words stay with the request; a case a right, all received when her words were; message and mail say what was understood."""
    asked = in_her_words()
    case = asked.cases.get()
    found = triage.classify(
        case_id=case.pk,
        rights=[Right.MARKETING_OBJECTION, Right.ACCESS],
        actor=mara,
        now=LATER,
        note="We stop at once.",
        seen_version=case.version,
    )
    assert (
        {one.right for one in asked.cases.all()}
        == {Right.MARKETING_OBJECTION, Right.ACCESS}
        == {one.right for one in found}
    )
    assert {one.received_on for one in asked.cases.all()} == {date(2026, 6, 15)}
    assert asked.cases.get(right=Right.MARKETING_OBJECTION).state == State.EXECUTING  # I-06: it works at once
    text = Message.objects.get(request=asked, kind="message").content()["body"]
    assert all(part in text for part in ("Stop", "copy", "We stop at once."))
    assert Message.objects.filter(request=asked, kind="new_message", by_mail=True).count() == 1
    with pytest.raises(RefusedError):
        triage.classify(case_id=case.pk, rights=[Right.ERASURE], actor=mara, now=LATER)


def test_4_1_she_says_once_that_it_was_not_what_she_meant(mara) -> None:
    """Sorted anew into fewer rights, the one she did not mean ends as withdrawn; a second time it is a conversation."""
    asked, anna = in_her_words(), actors.subject()
    case = asked.cases.get()
    triage.classify(case_id=case.pk, rights=[Right.ACCESS, Right.ERASURE], actor=mara, now=LATER)
    with pytest.raises(RefusedError):
        triage.not_meant(request=asked, text="  ", actor=anna, now=LATER)
    triage.not_meant(request=asked, text="I only want my name corrected.", actor=anna, now=LATER)
    assert set(asked.cases.values_list("unclassified", flat=True)) == {True}
    assert Message.objects.get(request=asked, inbound=True).content()["body"] == "I only want my name corrected."
    triage.classify(case_id=case.pk, rights=[Right.RECTIFICATION], actor=mara, now=LATER)
    rows = {one.right: one.state for one in asked.cases.all()}
    assert rows[Right.RECTIFICATION] == State.RECEIVED
    assert sorted(rows.values()) == [State.RECEIVED, State.WITHDRAWN]
    with pytest.raises(RefusedError) as again:
        triage.not_meant(request=asked, text="No.", actor=anna, now=LATER)
    assert again.value.refusal.code == "unsorted_already"


def test_i02_who_proved_herself_before_it_was_sorted_is_not_asked_again(mara) -> None:
    """I-02: the proof waits on the request and counts as soon as the right is known."""
    asked = in_her_words()
    identity.identify(
        request=asked, level=3, method="link", known=(("billing", "10000001"),), actor=actors.SYSTEM, now=LATER
    )
    assert asked.cases.get().state == State.RECEIVED
    triage.classify(case_id=asked.cases.get().pk, rights=[Right.ACCESS], actor=mara, now=LATER)
    assert asked.cases.get().state == State.ASSESSING


def test_12_4_a_question_is_answered_by_a_lead_with_the_remedies(mara) -> None:
    """12(4): no action is taken, so the answer names authority and court; a handler alone does not decide that."""
    asked = in_her_words()
    case = asked.cases.get()
    with pytest.raises(RefusedError):
        triage.answer_question(case_id=case.pk, text="Our shop opens at nine.", actor=mara, now=LATER)
    otto = actors.staff(make_staff("otto", "lead"))
    with pytest.raises(RefusedError) as no_reason:
        triage.answer_question(case_id=case.pk, text=" ", actor=otto, now=LATER)
    assert no_reason.value.refusal.code == "reason_missing"
    closed = triage.answer_question(case_id=case.pk, text="Our shop opens at nine.", actor=otto, now=LATER)
    assert closed.state == State.REFUSED
    body = Message.objects.get(request=asked, kind="message").content()["body"]
    assert all(part in body for part in ("Our shop opens at nine.", "Example Data Protection Authority", "court"))


def test_whoever_sorts_what_somebody_else_sorted_looks_again(mara) -> None:
    case = in_her_words().cases.get()

    assign(case_id=case.pk, to=None, actor=mara, now=LATER)
    with pytest.raises(ConflictError):
        triage.classify(case_id=case.pk, rights=[Right.ACCESS], actor=mara, now=LATER, seen_version=case.version)
