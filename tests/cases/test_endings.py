"""The early ends: withdrawn, refused, extended; each within its time, with its letter, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dsr.audit import verify_case
from dsr.cases import actors, endings, identity, letters
from dsr.cases.perform import RefusedError, assign
from dsr.law.letter_elements import Element
from dsr.models import Case, Controller, Letter
from tests.factories import MONDAY, make_case, make_staff
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(days=1)


def refuse(case: Case, *, now=NOW, **fields):
    values = {
        "ground": "not_controller",
        "reason": "The line belongs to another provider.",
        "advice": "Please ask Southwave, who runs the line.",
        "actor": actors.staff(make_staff("otto", "lead")),
        **fields,
    }
    case = handled(case)
    return endings.refuse(case_id=case.pk, now=now, **values)


def handled(case: Case) -> Case:
    """Prepared by Mara, so that somebody else can decide (4.0.7)."""
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    return case


def test_L_18_a_subject_withdraws_and_is_told_that_she_can_come_again():
    case = make_case(identified=False)

    case = endings.withdraw(case_id=case.pk, actor=actors.subject(), now=NOW)

    assert (case.state, case.closed_at) == ("withdrawn", NOW)
    body = letter_text("L-18")
    assert "new request at any time" in body
    assert case.request.reference in body
    assert verify_case(Case.objects.get(pk=case.pk)) == []


def test_withdrawing_ends_a_pause():
    case = make_case(identified=False)
    identity.ask(case_id=case.pk, doubt="unknown", seen_version=None, actor=actors.staff(make_staff()), now=NOW)

    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=NOW + timedelta(days=1))

    assert case.suspensions.get().ended_on == date(2026, 6, 17)


def test_staff_need_her_written_word_to_withdraw():
    case, mara = make_case(), actors.staff(make_staff())

    with pytest.raises(RefusedError) as error:
        endings.withdraw(case_id=case.pk, actor=mara, now=NOW)
    assert error.value.refusal.code == "withdrawal_unproven"
    assert endings.withdraw(case_id=case.pk, actor=mara, now=NOW, proof="letter of 16 June").state == "withdrawn"


def test_T_19_a_refusal_carries_ground_reasons_authority_and_court():
    case = refuse(make_case())

    body = letter_text("L-07")
    assert case.state == "refused"
    for words in (
        "another provider",
        "Article 4(7) GDPR",
        "Example Data Protection Authority",
        "go to court",
        "Southwave",
    ):
        assert words in body


def test_T_20_a_refusal_after_the_first_month_is_refused():
    case = make_case()

    with pytest.raises(RefusedError) as error:
        refuse(case, now=datetime(2026, 7, 16, 8, tzinfo=UTC))
    assert error.value.refusal.code == "first_month_over"
    assert Case.objects.get(pk=case.pk).state == "assessing"
    assert not Letter.objects.filter(code="L-07", status="sent").exists()


def test_a_letter_without_a_mandatory_element_stops_the_refusal_and_leaves_nothing():
    case = make_case()
    Controller.objects.update(authority_name="")

    with pytest.raises(letters.IncompleteLetterError) as error:
        refuse(case)

    assert Element.AUTHORITY in error.value.elements
    assert Case.objects.get(pk=case.pk).state == "assessing"
    assert not Letter.objects.filter(code="L-07", status="sent").exists()


def test_T_16_SC_20_an_extension_is_three_months_from_receipt_and_told_with_reasons():
    case = make_case()
    otto = actors.staff(make_staff("otto", "lead"))

    case = endings.extend(
        case_id=case.pk,
        reason="amount_of_data",
        text="Your records lie in eleven systems.",
        meanwhile="You get the contract data this week.",
        actor=otto,
        now=NOW,
    )

    assert (case.extended, case.due_on, case.first_month_due_on) == (True, date(2026, 9, 15), date(2026, 7, 15))
    assert case.told_due_on == date(2026, 9, 15)
    assert "15 September 2026" not in case.explanation
    body = letter_text("L-05")
    assert "eleven systems" in body
    assert "Sept. 15, 2026" in body or "15 September 2026" in body
    with pytest.raises(RefusedError) as error:
        endings.extend(case_id=case.pk, reason="amount_of_data", text="x", meanwhile="y", actor=otto, now=NOW)
    assert error.value.refusal.code == "extended_already"


def test_T_17_an_extension_while_a_question_is_open_names_no_day_yet():
    case, otto = make_case(identified=False), actors.staff(make_staff("otto", "lead"))
    identity.ask(case_id=case.pk, doubt="unknown", seen_version=None, actor=otto, now=NOW)

    case = endings.extend(
        case_id=case.pk, reason="amount_of_data", text="Eleven systems.", meanwhile="Nothing yet.", actor=otto, now=NOW
    )

    assert (case.extended, case.due_on, case.told_due_on) == (True, None, None)
    assert "When you have answered" in letter_text("L-05")
    identity.identify(request=case.request, level=3, method="shop", known=(), actor=otto, now=NOW + timedelta(days=10))
    case = Case.objects.get(pk=case.pk)
    assert case.told_due_on == case.due_on == date(2026, 9, 25)


def test_T_17_an_extension_after_the_first_month_is_refused():
    case, otto = make_case(), actors.staff(make_staff("otto", "lead"))

    with pytest.raises(RefusedError) as error:
        endings.extend(
            case_id=case.pk,
            reason="amount_of_data",
            text="x",
            meanwhile="y",
            actor=otto,
            now=datetime(2026, 7, 16, 8, tzinfo=UTC),
        )
    assert error.value.refusal.code == "extension_too_late"
    assert Case.objects.get(pk=case.pk).extended is False


def test_T_18_staff_holidays_are_no_reason():
    case, otto = make_case(), actors.staff(make_staff("otto", "lead"))

    with pytest.raises(RefusedError):
        endings.extend(case_id=case.pk, reason="staff_holidays", text="x", meanwhile="y", actor=otto, now=NOW)


def test_a_handler_cannot_refuse():
    case, mara = make_case(), make_staff()
    assign(case_id=case.pk, to=mara, actor=actors.staff(mara), now=NOW)

    with pytest.raises(RefusedError) as error:
        refuse(case, actor=actors.staff(mara))
    assert error.value.refusal.code == "role"
