"""Closing a case whose subject did not show who she is (no. 4, T-15, L-07b)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsr.audit import verify_case
from dsr.cases import actors, endings, identity, silence
from dsr.cases.perform import RefusedError
from dsr.models import Case, Letter
from tests.factories import MONDAY, make_case, make_staff
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    made = make_case(identified=False)
    identity.ask(case_id=made.pk, doubt="two", seen_version=None, actor=actors.staff(make_staff("mara")), now=MONDAY)
    return made


def close(case, days, *roles, doubt="Two customers have this name."):
    return endings.close_not_identified(
        case_id=case.pk,
        doubt=doubt,
        actor=actors.staff(make_staff("otto" if roles else "lena", *(roles or ("lead",)))),
        now=MONDAY + timedelta(days=days),
    )


def test_L_07b_after_a_reminder_and_thirty_days_of_silence(case):
    silence.remind(now=MONDAY + timedelta(days=15), limit=10)

    closed = close(case, 30)

    assert closed.state == "not_identified"
    body = letter_text("L-07b")
    assert "We asked you on 15 June 2026. We reminded you on 30 June 2026." in body
    assert "Two customers have this name." in body
    assert "You can make your request again at any time" in body
    assert "Example Data Protection Authority" in body
    assert not closed.suspensions.filter(ended_at__isnull=True).exists()
    assert verify_case(Case.objects.get(pk=case.pk)) == []


@pytest.mark.parametrize(
    ("reminded", "days", "roles", "doubt", "why"),
    [
        (False, 40, (), "why", "reminder_missing"),
        (True, 29, (), "why", "silence_too_short"),
        (True, 40, ("handler",), "why", "role"),
        (True, 40, (), " ", "letter_missing"),
    ],
)
def test_not_before_and_not_by_anybody(case, reminded, days, roles, doubt, why):
    if reminded:
        silence.remind(now=MONDAY + timedelta(days=15), limit=10)

    with pytest.raises(RefusedError) as refused:
        close(case, days, *roles, doubt=doubt)

    assert refused.value.refusal.code.startswith(why.split("_")[0])
    assert Case.objects.get(pk=case.pk).state == "id_pending"
    assert not Letter.objects.filter(code="L-07b", status="sent").exists()
