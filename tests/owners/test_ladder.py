"""Who is chased when: reminder, second reminder, escalation address, the desk; each once, and all by rows (4.2 no. 10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dsr.cases import actors, hand_answers, hand_tasks, queue, tasks
from dsr.cases.clock import local_date
from dsr.cases.facts import facts_of
from dsr.cases.hand_answers import Said
from dsr.cases.hand_links import SILENT
from dsr.cases.perform import RefusedError
from dsr.fulfil import hand as files
from dsr.law.terms import Role
from dsr.models import Case, Event, HandLink, HandTask, OwnerMail, Task
from exporters.owner import Owner
from tests.factories import make_case, make_staff
from tests.owners.conftest import CHIEF, OWNER, case_of, task

pytestmark = pytest.mark.django_db


def needs_somebody() -> bool:
    controller = case_of().controller
    today = local_date(controller, timezone.now())
    mara = make_staff("mara")
    numbers, _saved = queue.numbers(controller=controller, user=mara, today=today, lost=0, held=0, saved={})
    return bool(numbers.views["manual"])


def test_4_2_10_the_ladder_is_climbed_once_each_and_ends_at_the_desk(hand: HandTask) -> None:
    """Four days to answer: reminded on the fifth, then every two days; a second tick of the same day does nothing."""
    assert not needs_somebody()
    now = timezone.now()
    kinds: list[tuple[int, str]] = []
    for day in range(14):
        for _again in range(2):
            hand_tasks.climb(now=now + timedelta(days=day), limit=10)
        rows = Event.objects.filter(action__startswith="hand_").order_by("seq").values_list("action", flat=True)
        kinds += [(day, action) for action in list(rows)[len(kinds) :]]

    assert kinds == [
        (0, "hand_asked"),
        (5, "hand_reminded"),
        (7, "hand_reminded"),
        (9, "hand_escalated"),
        (11, "hand_silent"),
    ]
    to = [row.content()["to"] for row in OwnerMail.objects.order_by("created_at")]
    assert to == [OWNER, OWNER, OWNER, CHIEF]
    hand_tasks.climb(now=now + timedelta(days=20), limit=10)
    assert task().error_code == SILENT
    assert needs_somebody()


@pytest.mark.slow
def test_a_reminder_by_hand_twice_a_day_at_most_and_only_by_who_handles(hand: HandTask) -> None:
    later = timezone.now() + timedelta(hours=13)
    for role in (Role.AUDITOR, Role.INTAKE, Role.REVIEWER):
        with pytest.raises(RefusedError) as refused:
            hand_tasks.remind(task_id=task().pk, actor=actors.staff(make_staff(role.value, role.value)), now=later)
        assert refused.value.refusal.code == "role"
    mara = actors.staff(make_staff("mara"))

    hand_tasks.remind(task_id=task().pk, actor=mara, now=later)
    with pytest.raises(RefusedError) as refused:
        hand_tasks.remind(task_id=task().pk, actor=mara, now=later)

    assert refused.value.refusal.code == "hand_reminded_lately"
    assert HandTask.objects.get().rung == 0


@pytest.mark.slow
def test_a_mail_that_did_not_arrive_and_a_withdrawn_case(hand: HandTask) -> None:
    """The desk corrects the address; of a case that has ended nobody is reminded."""
    OwnerMail.objects.update(status="bounced", error_code="5.1.1")
    hand_tasks.climb(now=timezone.now(), limit=10)
    assert task().error_code == hand_tasks.UNREACHED

    somebody = Owner("Front office", "front@northwave.example.com", days=2)
    mara = actors.staff(make_staff("mara"))
    hand_tasks.ask(task_id=task().pk, actor=mara, now=timezone.now(), to=somebody)
    assert HandTask.objects.get().round == 2
    assert HandLink.objects.filter(ended_at=None).count() == 1
    assert "front@northwave" not in str(list(Event.objects.values_list("data", flat=True)))

    tasks.cancel_open(case=case_of())
    assert hand_tasks.climb(now=timezone.now() + timedelta(days=30), limit=10) == 0


def test_cannot_goes_back_to_the_desk_and_the_desk_does_it_in_its_place(hand: HandTask) -> None:
    """The reason is sealed beside the event; whoever hands in has handled the case (4.3)."""
    link = HandLink.objects.get()
    owner = actors.owner(link)
    said = Said("cannot", "Sue", "The tapes of May are gone.")
    files.answer(hand=hand, said=said, actor=owner, now=timezone.now())
    assert task().error_code == hand_tasks.CANNOT
    assert needs_somebody()
    with pytest.raises(RefusedError) as refused:
        files.answer(hand=hand, said=Said("nothing", "Sue"), actor=owner, now=timezone.now())
    assert refused.value.refusal.code == "hand_over"

    user = make_staff("mara")
    files.answer(hand=hand, said=Said("nothing", "Mara"), actor=actors.staff(user), now=timezone.now())

    assert task().status == Task.Status.DONE
    assert "gone" not in str(list(Event.objects.values_list("data", flat=True)))
    assert str(user.pk) in facts_of(case_of(), now=timezone.now()).hand_ids


def test_only_the_link_of_this_very_task_answers(hand: HandTask) -> None:
    """A link of another task, an ended or an expired one: nothing is written (foreign task, replay, expiry)."""
    other = make_case(store="calls", at=timezone.now(), name="Bea Example")
    strange = Task.objects.create(
        controller=other.controller,
        case=other,
        store="calls",
        operation="collect",
        status="manual",
        error_code="not_capable",
        not_before=timezone.now(),
        created_at=timezone.now(),
    )
    hand_tasks.ask(task_id=strange.pk, actor=actors.SYSTEM, now=timezone.now())
    foreign = HandLink.objects.exclude(hand=hand).get()
    mine = HandLink.objects.get(hand=hand)
    late = timezone.now() + timedelta(days=15)
    before = Case.objects.order_by("pk").values_list("version", flat=True)
    seen = list(before)

    for actor, now in ((actors.owner(foreign), timezone.now()), (actors.owner(mine), late)):
        with pytest.raises(RefusedError) as refused:
            files.answer(hand=hand, said=Said("nothing", "Eve"), actor=actor, now=now)
        assert refused.value.refusal.code == "hand_over"
    with pytest.raises(RefusedError):
        hand_answers.hand_of(task_id=tasks.ensure(case=other, operation="plan", now=timezone.now()).pk, now=late)
    assert list(before.all()) == seen
