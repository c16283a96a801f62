"""SC-02: access from an address that is not on file, in Germany."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.audit import verify_case
from dsr.cases import identity
from dsr.cases.perform import ConflictError
from dsr.law.rights import Right
from tests.letters import text
from tests.scenarios.cast import again, local, received, refusal, staff

pytestmark = pytest.mark.django_db
DOUBT = "Your address is not on file, and two customers have your name."


def test_SC_02_T_10_T_11_a_week_to_prove_is_a_week_more_and_no_copy_of_an_identity_card_is_asked_for():
    case = received("DE", Right.ACCESS, local("DE", 2026, 2, 2))
    mara = staff(case)

    asked = identity.ask(case_id=case.pk, doubt=DOUBT, seen_version=None, actor=mara, now=local("DE", 2026, 2, 5))
    assert (asked.state, asked.due_on) == ("id_pending", None)
    letter = text("L-02")
    assert DOUBT in letter
    assert "make no copy" in letter
    assert "upload" not in letter.lower()

    answered = local("DE", 2026, 2, 12, 9)
    identity.identify(
        request=case.request, level=3, method="letter", known=(("billing", "10000001"),), actor=mara, now=answered
    )
    case = again(case)
    assert (case.state, case.due_on) == ("assessing", date(2026, 3, 9))
    assert case.suspensions.get().ended_on == date(2026, 2, 12)
    codes = {line["code"] for line in case.explanation}
    assert codes, "the file explains the date"
    assert verify_case(case) == []


def test_SC_02_I_01_a_question_needs_its_doubt_and_a_second_one_does_not_stop_the_clock_twice():
    case = received("DE", Right.ACCESS, local("DE", 2026, 2, 2))
    fields = {"case_id": case.pk, "seen_version": None, "actor": staff(case), "now": local("DE", 2026, 2, 5)}

    assert refusal(lambda: identity.ask(doubt=" ", **fields)) == "reason_missing"
    identity.ask(doubt=DOUBT, **fields)
    with pytest.raises(ConflictError):
        identity.ask(doubt=DOUBT, **fields)
    assert again(case).suspensions.count() == 1
