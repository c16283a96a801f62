"""4.0.1: what is approved and not carried out in time goes back; what is applied stays applied, and everybody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dsr.cases import actors, answer, plans
from dsr.cases.approval_expiry import expire_due
from dsr.cases.perform import RefusedError
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import Case, Controller, Event, Notice, Plan
from dsr.work.tick import approved_plans
from tests.factories import ATTESTED, MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def in_review(right: Right = Right.ACCESS) -> Case:
    case, mara = make_case(rights=(right,)), make_staff("mara")
    columns = {"state": State.REVIEW.value, "preparer": mara, "assignee": mara, "manifest_sha256": "a" * 64}
    Case.objects.filter(pk=case.pk).update(**columns)
    return Case.objects.get(pk=case.pk)


def test_4_0_1_an_approved_answer_counts_for_the_days_of_the_controller_and_then_goes_back() -> None:
    case, otto, mara = in_review(), make_staff("otto", "lead"), make_staff("mara")
    Controller.objects.update(approval_days=5)
    actor = actors.staff(otto)
    with pytest.raises(RefusedError) as refused:
        answer.approve(case_id=case.pk, manifest_sha256="a" * 64, actor=actor, now=MONDAY)
    assert refused.value.refusal.code == "not_attested"
    answer.approve(case_id=case.pk, manifest_sha256="a" * 64, actor=actor, now=MONDAY, attested=ATTESTED)
    assert Case.objects.get(pk=case.pk).approval_ends_at == MONDAY + 5 * DAY
    assert approved_plans(MONDAY + 4 * DAY) == 0

    assert approved_plans(MONDAY + 5 * DAY) == 1
    case.refresh_from_db()
    # The package is still there to be handed on again; nothing of the approval counts.
    assert (case.state, case.approved_sha256, case.manifest_sha256, case.approval_ends_at) == (
        "drafting",
        "",
        "a" * 64,
        None,
    )
    event = Event.objects.get(case=case, action="plan_stale")
    assert (event.actor_kind, event.data["expired"]) == ("system", True)
    told = Notice.objects.filter(kind="approval_expired").values_list("user", flat=True)
    assert set(told) == {otto.pk, mara.pk}
    assert approved_plans(MONDAY + 6 * DAY) == 0


def test_4_0_1_an_expired_erasure_says_what_stays_applied_and_a_hold_lets_nothing_expire() -> None:
    case = in_review(Right.ERASURE)
    columns = {"controller": case.controller, "case": case, "sha256": "a" * 64, "created_at": MONDAY}
    Plan.objects.create(number=1, summary=[], **columns)
    plans.approve(
        case_id=case.pk,
        plan_sha256="a" * 64,
        actor=actors.staff(make_staff("otto", "lead")),
        now=MONDAY,
        attested=ATTESTED,
    )
    # From the end of the cooling time, so that it never eats up the approval.
    ends = MONDAY + timedelta(hours=case.controller.cooling_hours) + 14 * DAY
    assert Plan.objects.get().expires_at == Case.objects.get(pk=case.pk).approval_ends_at == ends
    Case.objects.filter(pk=case.pk).update(first_applied_at=MONDAY, legal_hold=True)
    assert expire_due(now=ends, limit=9) == 0
    Case.objects.filter(pk=case.pk).update(legal_hold=False)
    assert expire_due(now=ends, limit=9) == 1
    assert Plan.objects.get().status == "withdrawn"
    data = Event.objects.get(case=case, action="plan_stale").data
    assert (data["expired"], data["applied"], data["plan_status"]) == (True, True, "withdrawn")
    body = Notice.objects.filter(kind="approval_expired").first()
    assert body is not None
    assert "stays changed" in body.content()["body"]


def test_4_0_1_what_has_begun_is_carried_on() -> None:
    case = in_review(Right.RECTIFICATION)
    Case.objects.filter(pk=case.pk).update(state=State.EXECUTING.value, approval_ends_at=MONDAY)
    assert expire_due(now=MONDAY + DAY, limit=9) == 0
