"""Correcting the day of receipt (4.2 no. 26): who may, what moves, and that the person is told (rules 1.3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dsr.audit import verify_case
from dsr.cases import actors, receipts
from dsr.cases.perform import ConflictError, RefusedError
from dsr.law.rights import Right
from dsr.models import Case, EventNote, Letter, Message
from tests.factories import MONDAY, make_request, make_staff

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=2)


def corrected(case: Case, day: date, **more) -> Case:
    dora = actors.staff(make_staff("dora", "dpo"))
    given = {"reason": "The branch wrote the day on the letter.", "actor": dora, "now": LATER, **more}
    return receipts.correct(case_id=case.pk, received_on=day, **given)


def test_4_2_no_26_an_earlier_receipt_moves_every_open_right_and_sends_a_new_receipt():
    request = make_request(rights=(Right.ACCESS, Right.ERASURE), at=MONDAY)
    first, second = request.cases.order_by("right")
    assert first.due_on == date(2026, 7, 15)

    corrected(first, date(2026, 6, 8))

    for case in (first, second):
        case.refresh_from_db()
        assert (case.received_on, case.due_on, case.told_due_on) == (
            date(2026, 6, 8),
            date(2026, 7, 8),
            date(2026, 7, 8),
        )
        event = case.events.get(action="correct_receipt")
        assert (event.data["received_before"], event.data["due_before"]) == ("2026-06-15", "2026-07-15")
        assert EventNote.objects.get(event=event).content()["text"].startswith("The branch")
        old, new = Letter.objects.filter(case=case, code="L-01").order_by("created_at")
        assert old.superseded_at == LATER
        assert new.content()["said"]["head"]["due_on"] == "2026-07-08"
        assert event.data["letter_sha256"] == new.content_sha256
        assert verify_case(case) == []
    assert Message.objects.filter(request=request, kind="new_letter").count() == 1
    # And back: a later day of the answer, because the new receipt says so (rules 1.3).
    corrected(first, date(2026, 6, 12))
    first.refresh_from_db()
    assert (first.due_on, first.told_due_on) == (date(2026, 7, 13), date(2026, 7, 13))


def test_4_2_no_26_what_is_no_correction_is_refused_with_its_reason():
    request = make_request(at=MONDAY)
    case = request.cases.get()

    def refused(day: date, **more) -> str:
        with pytest.raises(RefusedError) as error:
            corrected(case, day, **more)
        return error.value.refusal.code

    day = date(2026, 6, 8)
    assert refused(day, actor=actors.staff(make_staff("otto", "lead"))) == "role"
    assert refused(day, reason=" ") == "reason_missing"
    assert refused(date(2026, 6, 15)) == "receipt_same"
    assert refused(date(2026, 6, 16)) == "receipt_after_registration"
    assert refused(date(2025, 6, 8)) == "receipt_too_early"
    with pytest.raises(ConflictError):
        corrected(case, day, seen_version=case.version + 1)
    request.refresh_from_db()
    assert request.received_at == MONDAY
    assert not case.events.filter(action="correct_receipt").exists()
    Case.objects.filter(pk=case.pk).update(state="clarify_pending")
    assert refused(day) == "receipt_while_asked"
