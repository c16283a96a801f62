"""Legal holds by matter, person and store: one choke point before every write, walked operation by operation (4.4, Q-04)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dsr.cases import actors, holds, later_plans, legal_holds, plans, tasks
from dsr.cases.identifiers import add_identifiers
from dsr.cases.intake import Told
from dsr.cases.legal_holds import Matter
from dsr.cases.perform import RefusedError
from dsr.fulfil import end_of_life, operations
from dsr.models import Case, Event, Hold, IndexToken, Message, Notice, Task
from dsr.vault import blind
from tests.factories import MONDAY, make_case, make_controller, make_staff

pytestmark = pytest.mark.django_db
MATTER = Matter("4 O 17/26", "District court", "The records are evidence.")


def otto():
    return actors.staff(make_staff("otto", "lead"))


def placed(**scope) -> Hold:
    return legal_holds.place(controller=make_controller(), matter=MATTER, actor=otto(), now=MONDAY, **scope)


def named(case: Case, value: str = "anna@example.com") -> Case:
    """The address is proved to be hers, as a store teaches it."""
    return proved(case, "email", value)


def proved(case: Case, kind: str, value: str) -> Case:
    add_identifiers(
        request=case.request, found=[{"kind": kind, "value": value, "store": "billing", "link": "billing:key"}]
    )
    token = blind.token(case.controller.slug, kind, value)
    IndexToken.objects.get_or_create(controller=case.controller, request=case.request, kind=kind, token=token)
    return case


def test_a_hold_is_a_matter_with_authority_reason_and_a_day_to_look_again():
    """What is about somebody is sealed; the flag of the case is derived, and stays while another hold stands."""
    case = make_case()
    first = placed(case=case, review_on=MONDAY.date() + timedelta(days=30))
    second = placed(case=case)
    assert Case.objects.get(pk=case.pk).legal_hold
    assert first.content()["matter"] == "4 O 17/26"
    assert b"4 O 17" not in bytes(first.sealed)
    assert "evidence" not in str(list(Event.objects.filter(case=case).values("data")))
    handler = actors.staff(make_staff("mara"))
    for actor, reason, code in ((handler, "over", "role"), (otto(), " ", "reason_missing")):
        with pytest.raises(RefusedError) as refused:
            legal_holds.lift(hold_id=first.pk, reason=reason, actor=actor, now=MONDAY)
        assert refused.value.refusal.code == code
    legal_holds.lift(hold_id=first.pk, reason="over", actor=otto(), now=MONDAY)
    assert Case.objects.get(pk=case.pk).legal_hold
    with pytest.raises(RefusedError) as refused:
        legal_holds.lift(hold_id=first.pk, reason="over", actor=otto(), now=MONDAY)
    assert refused.value.refusal.code == "hold_lifted"
    legal_holds.lift(hold_id=second.pk, reason="over", actor=otto(), now=MONDAY)
    assert not Case.objects.get(pk=case.pk).legal_hold
    assert list(
        Event.objects.filter(case=case, action__startswith="hold").order_by("seq").values_list("action", flat=True)
    ) == [
        "hold_set",
        "hold_set",
        "hold_lifted",
        "hold_lifted",
    ]


def test_a_person_is_held_with_her_later_requests_and_nobody_else():
    """By a keyed token: a case that comes after the hold is stopped before the tick has set its flag."""
    now = named(make_case())
    hold = placed(person=("email", " Anna@example.com "))
    assert "anna" not in hold.token
    assert Case.objects.get(pk=now.pk).legal_hold
    later = named(make_case(number="10000002"))
    other = make_case(number="10000003", told=Told(name="Ben Example", words="Mine.", contact_email="ben@example.com"))
    assert not later.legal_hold
    assert holds.held(later, "billing")
    assert not holds.held(other, "billing")
    assert set(holds.free(Case.objects.all(), request="request_id")) == {other}
    with pytest.raises(RefusedError):
        holds.insist_free(later.request_id)
    assert legal_holds.refresh(now=MONDAY, actor=actors.SYSTEM, limit=10) == 1
    assert Case.objects.get(pk=later.pk).legal_hold
    legal_holds.lift(hold_id=hold.pk, reason="over", actor=otto(), now=MONDAY)
    assert not Case.objects.filter(legal_hold=True).exists()


def test_a_store_is_held_for_everybody_and_its_tasks_wait(demo_stores):
    """A task that met the hold is not tried again until it is lifted, and uses up no tries."""
    case = make_case()
    with pytest.raises(RefusedError):
        placed(store="nowhere")
    hold = placed(store="billing")
    assert holds.held(case, "billing")
    assert not holds.held(case, "radius")
    task = tasks.ensure(case=case, operation="apply", store="billing", now=MONDAY)
    type(task).objects.filter(pk=task.pk).update(error_code=tasks.HELD)
    assert task not in tasks.due(MONDAY)
    legal_holds.lift(hold_id=hold.pk, reason="over", actor=otto(), now=MONDAY)
    assert task in tasks.due(MONDAY)


def test_somebody_is_reminded_once_on_its_day_and_it_does_not_end_by_itself():
    make_staff("dora", "dpo")
    hold = placed(case=make_case(), review_on=MONDAY.date())
    assert legal_holds.remind(now=MONDAY - timedelta(days=1), limit=5) == 0
    assert legal_holds.remind(now=MONDAY, limit=5) == 1
    assert legal_holds.remind(now=MONDAY, limit=5) == 0
    notices = Notice.objects.filter(kind="hold_review")
    assert notices.count() == 2
    assert "4 O 17" not in str(notices[0].content())
    assert Hold.objects.get(pk=hold.pk).lifted_at is None


# What writes to a store, and where it asks before the first write. A new operation that writes needs a row here.
ASKS = {
    "apply": "dsr.cases.plans.begin_store, dsr.cases.correction_plans.look_again, dsr.cases.at_once.look_again",
    "replay": "dsr.cases.later_plans.begin_store",
    "kept": "dsr.cases.later_plans.begin_store",
    "residue": "dsr.cases.later_plans.begin_store",
    "transmit": "",  # hands out a copy, erases nothing
    "restrict": "",  # stores only, which is what a hold wants; what stood there is sealed in the plan
    "lift": "",  # gives back what stood there
    "write_again": "dsr.cases.rechecks.look_again",
}


def test_every_operation_that_writes_has_a_row_that_says_where_it_asks():
    """A new operation without a row fails here."""
    assert set(operations.WRITING) == set(ASKS)


@pytest.mark.parametrize("occasion", ["replay", "kept"])
def test_a_plan_after_the_answer_is_neither_approved_nor_begun_under_a_hold(occasion):
    case = make_case()
    keep: dict[str, Any] = {
        "case": case,
        "store": "billing",
        "occasion": occasion,
        "content": {"stores": {"billing": []}},
    }
    keep |= {"summary": [], "sha256": "a" * 64, "now": MONDAY}
    plan = later_plans.keep(**keep, by_rule=False)
    hold = placed(case=case)
    with pytest.raises(RefusedError) as refused:
        later_plans.approve(plan_id=plan.pk, plan_sha256=plan.sha256, actor=otto(), now=MONDAY)
    assert refused.value.refusal.code == "legal_hold"
    plan = later_plans.keep(**keep, by_rule=True)
    task = case.tasks.get(operation=occasion, store="billing")
    with pytest.raises(plans.HeldError):
        later_plans.begin_store(task=task, plan=plan, now=MONDAY)
    with pytest.raises(plans.HeldError):
        later_plans.still(case, plan)
    legal_holds.lift(hold_id=hold.pk, reason="over", actor=otto(), now=MONDAY)
    later_plans.begin_store(task=task, plan=plan, now=MONDAY)


def test_a_plan_that_waits_keeps_its_case_from_being_archived_until_it_is_withdrawn():
    """Archiving takes the row keys of plans away; a lead withdraws with a reason, and the chain has both."""
    case = make_case()
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=MONDAY)
    Task.objects.update(status="done")
    Message.objects.update(status="sent")
    keep: dict[str, Any] = {
        "case": case,
        "store": "billing",
        "occasion": "kept",
        "content": {"stores": {"billing": []}},
    }
    plan = later_plans.keep(**keep, summary=[], sha256="a" * 64, now=MONDAY, by_rule=False)
    later = MONDAY + timedelta(days=200)
    assert end_of_life.archive_due(now=later, limit=5) == 0
    assert later_plans.waiting(case.controller) == [plan]
    with pytest.raises(RefusedError):
        later_plans.refuse(plan_id=plan.pk, reason=" ", actor=otto(), now=later)
    later_plans.refuse(plan_id=plan.pk, reason="The invoice is disputed.", actor=otto(), now=later)
    assert end_of_life.archive_due(now=later, limit=5) == 1


def test_an_approved_plan_is_not_begun_under_a_hold():
    case = make_case()
    task = tasks.ensure(case=case, operation="apply", store="billing", now=MONDAY)
    Case.objects.filter(pk=case.pk).update(state="executing", approved_sha256="b" * 64)
    plan = case.plans.create(
        controller=case.controller, number=1, status="approved", sha256="b" * 64, created_at=MONDAY
    )
    placed(case=case)
    with pytest.raises(plans.HeldError):
        plans.begin_store(task=task, plan_id=plan.pk, now=MONDAY)


def test_no_pass_that_removes_takes_anything_of_a_held_case(settings, tmp_path):
    """Archive, purge, expired files: each pass is run long after everything is over, and the held case is as it was."""
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    case = named(make_case())
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=MONDAY)
    placed(person=("email", "anna@example.com"))
    later = MONDAY + timedelta(days=5 * 366)
    assert end_of_life.archive_due(now=later, limit=5) == 0
    Case.objects.filter(pk=case.pk).update(state="archived")
    assert end_of_life.purge_due(now=later, limit=5) == 0
    assert end_of_life.leftovers(now=later, limit=5) == 0
    assert Case.objects.filter(pk=case.pk).exists()
    with pytest.raises(RefusedError):
        end_of_life.replay(request_id=case.request_id, now=later)
