"""The outcome is contested, assessed again or upheld; by somebody else, with letters, under an internal clock (4.2 nos. 20, 21)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dsr.audit import verify_case
from dsr.cases import actors, contests, endings
from dsr.cases.clock import local_date
from dsr.cases.perform import ConflictError, RefusedError
from dsr.law.regimes import regime
from dsr.law.rights import Right
from dsr.models import Case, EventNote, Letter, Message
from tests.factories import MONDAY, make_case, make_controller, make_staff
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db
CLOSED = MONDAY + timedelta(days=3)
LATER = MONDAY + timedelta(days=40)  # 25 July, a Saturday
HER = actors.subject()
WHY: dict[str, Any] = {"reason": "The bill of May is not mine.", "actor": HER}


def refused(**fields) -> Case:
    """A case that Otto refused and Mara prepared."""
    case = make_case(**fields)
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    return endings.refuse(
        case_id=case.pk,
        ground="not_controller",
        reason="The line belongs to another provider.",
        advice="Please ask Southwave.",
        actor=actors.staff(make_staff("otto", "lead")),
        now=CLOSED,
    )


def code_of(error) -> str:
    return str(error.value.refusal.code)


def test_4_2_20_L_20_she_contests_in_her_own_words_and_is_told_who_looks_and_by_when():
    case = contests.contest(case_id=refused().pk, now=LATER, **WHY)

    assert (case.state, case.closed_at, case.first_reviewer) == ("contested", None, make_staff("otto"))
    assert case.due_on == date(2026, 8, 25)  # a month from the day of the objection
    assert (case.told_due_on, case.received_on) == (case.due_on, date(2026, 6, 15))
    assert case.explanation[0]["code"] == "contested"
    letter = letter_text("L-20")
    assert "did not decide the first time" in letter
    assert "25 August 2026" in letter
    assert Message.objects.get(inbound=True).content()["body"] == WHY["reason"]
    event = case.events.get(action="contest")
    assert WHY["reason"] not in str(event.data)
    assert WHY["reason"] in str(EventNote.objects.get(event=event).content())
    assert verify_case(Case.objects.get(pk=case.pk)) == []


def test_4_3_whoever_decided_the_first_time_neither_upholds_nor_assesses_again():
    case, otto = contests.contest(case_id=refused().pk, now=LATER, **WHY), actors.staff(make_staff("otto"))

    with pytest.raises(RefusedError) as error:
        contests.reassess(case_id=case.pk, note="Look at May.", actor=otto, now=LATER)
    assert code_of(error) == "same_reviewer"
    with pytest.raises(RefusedError) as error:
        contests.uphold(case_id=case.pk, reason="No.", law="Art. 4(7).", advice="Ask them.", actor=otto, now=LATER)
    assert code_of(error) == "same_reviewer"
    assert Case.objects.get(pk=case.pk).state == "contested"


def test_4_2_21_another_lead_upholds_it_with_reasons_and_it_is_closed_as_before():
    case = contests.contest(case_id=refused().pk, now=LATER, **WHY)
    lena = actors.staff(make_staff("lena", "lead"))

    case = contests.uphold(
        case_id=case.pk,
        reason="We asked Southwave again: the line is theirs.",
        law="We are not the controller of these data (Art. 4(7) GDPR).",
        advice="Please ask Southwave.",
        actor=lena,
        now=LATER + timedelta(days=2),
    )

    assert (case.state, case.decider) == ("refused", make_staff("lena"))
    assert case.closed_at == LATER + timedelta(days=2)
    letters = Letter.objects.filter(code="L-07", status="sent").order_by("sent_at")
    assert letters.count() == 2
    words = str([letter.content()["said"]["elements"] for letter in letters][-1])
    assert "the answer stays" in words
    assert "We asked Southwave again" in words
    # And again: now Lena is the one who decided.
    again = contests.contest(case_id=case.pk, now=LATER + timedelta(days=3), **WHY)
    assert again.first_reviewer == make_staff("lena")


def test_4_2_21_another_lead_assesses_it_again_and_nothing_of_the_first_approval_binds():
    case = refused()
    Case.objects.filter(pk=case.pk).update(manifest_sha256="a" * 64, approved_sha256="a" * 64)
    contests.contest(case_id=case.pk, now=LATER, **WHY)
    lena = actors.staff(make_staff("lena", "lead"))

    case = contests.reassess(case_id=case.pk, note="Ask Southwave.", actor=lena, now=LATER)

    assert (case.state, case.manifest_sha256, case.approved_sha256) == ("assessing", "", "")
    assert (case.ground, case.decider, case.preparer) == ("", None, None)
    assert (case.due_on, case.next_rung_on) == (date(2026, 8, 25), case.received_on)
    with pytest.raises(RefusedError) as error:  # T-17: the internal clock knows no extension
        endings.extend(case_id=case.pk, reason="amount_of_data", text="x", meanwhile="x", actor=lena, now=LATER)
    assert code_of(error) == "no_extension"


@pytest.mark.parametrize("right", [Right.ACCESS, Right.OBJECTION])
def test_what_cannot_be_contested_is_refused_with_a_reason(right):
    case = make_case(rights=(right,))

    with pytest.raises(RefusedError) as error:
        contests.contest(case_id=case.pk, now=LATER, **WHY)
    assert code_of(error) == "wrong_state"
    with pytest.raises(RefusedError) as error:
        contests.contest(case_id=case.pk, now=LATER, reason="  ", actor=HER)
    assert code_of(error) == "reason_missing"
    mara = actors.staff(make_staff("mara"))
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=CLOSED)
    with pytest.raises(RefusedError) as error:
        contests.contest(case_id=case.pk, now=LATER, reason="She rang.", actor=mara)
    assert code_of(error) == "role"
    Case.objects.filter(pk=case.pk).update(state="archived")
    with pytest.raises(RefusedError) as error:
        contests.contest(case_id=case.pk, now=LATER, **WHY)
    assert code_of(error) == "wrong_state"


def test_an_outcome_that_nobody_knows_is_not_upheld():
    case = make_case()
    Case.objects.filter(pk=case.pk).update(state="contested")

    with pytest.raises(RefusedError) as error:
        contests.uphold(
            case_id=case.pk,
            reason="No.",
            law="No.",
            advice="No.",
            actor=actors.staff(make_staff("lena", "lead")),
            now=LATER,
        )
    assert code_of(error) == "outcome_unknown"


def test_the_second_of_two_objections_at_once_finds_the_case_moved():
    case = refused()
    seen = Case.objects.get(pk=case.pk).version
    contests.contest(case_id=case.pk, now=LATER, seen_version=seen, **WHY)

    with pytest.raises(ConflictError):
        contests.contest(case_id=case.pk, now=LATER, seen_version=seen, **WHY)
    assert Letter.objects.filter(code="L-20").count() == 1


def test_T_02_an_objection_on_the_day_of_the_answer_came_after_the_answer():
    """Noon of that day may lie before the hour at which the case was closed."""
    case = refused()
    evening = CLOSED.replace(hour=16)
    Case.objects.filter(pk=case.pk).update(closed_at=evening)
    lena = actors.staff(make_staff("lena", "lead"))
    case = contests.contest(
        case_id=case.pk, reason="By phone.", actor=lena, now=LATER, received_on=local_date(case.controller, evening)
    )
    assert case.contested_at == evening
    assert case.due_on == date(2026, 7, 20)  # a month from Thursday 18 June is a Saturday


def test_T_45_T_04_the_day_on_which_a_complaint_came_is_not_one_of_the_thirty():
    """T-04 as for every other period of the rules: the day of receipt is not counted, so 1 July is followed by thirty days."""
    london = make_controller("thames", regime="UK_GDPR", country="GB", subdivision="ENG", timezone="Europe/London")
    case = refused(controller=london)
    case = contests.contest(case_id=case.pk, now=datetime(2026, 7, 1, 12, tzinfo=UTC), **WHY)
    assert not regime("UK_GDPR", date(2026, 7, 1)).count_first_day
    assert contests.confirm_by(case) == date(2026, 7, 31)
