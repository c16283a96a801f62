"""SC-25: a broad copy and an erasure in one letter, in Belgium: each right has its own clock (T-26, A10)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.cases import clarifications, identity
from dsr.law.rights import Right
from dsr.models import Case
from tests.factories import make_request
from tests.scenarios.cast import controller_in, local, refusal, staff

pytestmark = pytest.mark.django_db


def test_SC_25_T_26_A10_a_question_about_the_copy_stops_the_clock_of_the_copy_only():
    at = local("BE", 2026, 2, 9)
    request = make_request(controller=controller_in("BE"), rights=(Right.ACCESS, Right.ERASURE), at=at)
    copy, erasure = (request.cases.get(right=right.value) for right in (Right.ACCESS, Right.ERASURE))
    mara = staff(Case.objects.select_related("controller").get(pk=copy.pk))
    identity.identify(
        request=request,
        level=3,
        method="link",
        known=(("billing", "10000001"),),
        actor=mara,
        now=local("BE", 2026, 2, 10),
    )
    asked: dict[str, Any] = {
        "why": "You have had eleven contracts with us.",
        "options": "The contract of your flat\nThe contract of your shop",
        "meanwhile": "We collect your master data.",
        "large": True,
        "actor": mara,
        "now": local("BE", 2026, 2, 13),
    }

    clarifications.ask(case_id=copy.pk, **asked)
    about_erasure = refusal(lambda: clarifications.ask(case_id=erasure.pk, **asked))
    assert about_erasure, "A10: a question does not stop the clock of an erasure"
    clarifications.answer(
        case_id=copy.pk, text="Everything.", everything=True, actor=mara, now=local("BE", 2026, 2, 27)
    )

    copy.refresh_from_db()
    erasure.refresh_from_db()
    assert (copy.state, copy.due_on) == ("assessing", date(2026, 3, 23))
    assert (erasure.state, erasure.due_on) == ("assessing", date(2026, 3, 9))
