"""The reconciler twice at the same instant, and with a clock that was put back: nothing happens twice (house.md idea 4)."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from dsr.audit import verify_case
from dsr.cases import actors, anchors, calendar, escalate, facts, identity, notices, overdue
from dsr.cases.perform import ConflictError
from dsr.models import Anchor, Case, Escalation, Event, Incident, Letter, Message, Notice, Told, User
from dsr.work.tick import tick
from tests.factories import make_case, make_controller, make_staff

# Received on three days: late by the morning of 6 July 2026, two days before the end, half way.
LATE, SOON, HALF = (datetime(2026, month, day, 9, tzinfo=UTC) for month, day in ((5, 29), (6, 12), (6, 18)))
MORNING = datetime(2026, 7, 6, 4, tzinfo=UTC)


@pytest.fixture
def office():
    """Cases of every kind that a tick finds something to do for."""
    mara, dora = make_staff("mara"), make_staff("dora", "dpo")
    make_staff("otto", "lead")
    for number, received in enumerate((LATE, SOON, HALF) * 5):
        make_case(at=received, name=f"Anna {number}")
    silent = [make_case(identified=False, at=SOON) for _ in range(4)]
    for case in silent:
        identity.ask(case_id=case.pk, doubt="two", seen_version=None, actor=actors.staff(mara), now=SOON)
    Case.objects.update(assignee=mara, told_due_on=None)
    # the end of those from 18 June becomes a holiday
    calendar.set_day(
        controller=make_controller(), day=date(2026, 7, 20), holiday=True, actor=actors.staff(dora), now=SOON
    )
    return Case.objects.count()


def everything() -> dict[str, object]:
    """All that a tick writes and somebody would notice if it were there twice."""
    models = (Escalation, Told, Incident, Notice, Message, Event, Anchor)
    return {model.__name__: model.objects.count() for model in models} | {
        "versions": sorted(Case.objects.values_list("pk", "version"))
    }


def at_once(work, threads: int = 2) -> list[dict[str, int]]:
    barrier = threading.Barrier(threads)
    results: list[dict[str, int]] = []

    def one() -> None:
        barrier.wait()
        try:
            results.append(work())
        finally:
            connection.close()

    workers = [threading.Thread(target=one) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_house_idea_4_two_ticks_at_the_same_instant_do_everything_once(office):
    results = at_once(lambda: tick(MORNING))

    assert len(results) == 2
    assert all(-1 not in done.values() for done in results), results
    assert Incident.objects.count() == Letter.objects.filter(code="L-19", status="sent").count() == 5
    assert Message.objects.filter(kind="reminder").count() == 4
    rungs = Counter(Escalation.objects.values_list("case", "rung", "counted_to"))
    assert set(rungs.values()) == {1}
    assert len({case for case, _, _ in rungs}) == 15
    assert Event.objects.filter(action="dates_recomputed").count() == 5
    assert not Told.objects.filter(notice__isnull=True).exists()
    # Two runs: at most a mail from each, and every case stands in one of them.
    assert max(Counter(Notice.objects.filter(kind="digest").values_list("user", flat=True)).values()) <= 2
    assert Anchor.objects.count() == 1
    assert [fault for case in Case.objects.all() for fault in verify_case(case)] == []

    before = everything()
    tick(MORNING)
    tick(MORNING)
    assert everything() == before


@pytest.mark.django_db
@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(hours=6), timedelta(days=40)])
def test_a_clock_that_was_put_back_does_nothing_again(office, back):
    assert -1 not in tick(MORNING).values()
    before = everything()

    for now in (MORNING - back, MORNING):
        assert -1 not in tick(now).values()

    assert everything() == before


@pytest.mark.django_db
def test_a_missing_anchor_of_an_earlier_day_is_not_made_up_behind_the_later_ones(office):
    assert anchors.anchor_due(now=MORNING) == 1

    assert anchors.anchor_due(now=MORNING - timedelta(days=3)) == 0
    assert anchors.anchor_due(now=MORNING + timedelta(days=1)) == 1
    assert anchors.faults() == []


@pytest.mark.django_db
def test_a_late_case_that_somebody_moves_meanwhile_is_left_for_the_next_look(office, monkeypatch):
    """The other tick was quicker: no alarm, and nothing is lost."""
    stale = list(escalate._chunk(make_controller(), date(2026, 7, 6), set()))
    assert escalate.climb(controller=make_controller(), now=MORNING) == 15
    chunks = iter([stale])
    monkeypatch.setattr(escalate, "_chunk", lambda *_: next(chunks, []))
    Case.objects.filter(pk=stale[0].pk).update(next_rung_on=date(2026, 6, 1))

    assert escalate.climb(controller=make_controller(), now=MORNING) == 0
    assert Incident.objects.count() == 5


@pytest.mark.django_db
def test_a_fact_that_another_tick_commits_between_two_readings_is_a_race_and_no_refusal(office, monkeypatch):
    """The case is read as it was, its incident as the other tick has just committed it."""
    late = Case.objects.filter(received_on=LATE.date())[:1].get()
    read, others = facts.facts_of, iter([late])

    def facts_of(case, **extra):
        for one in others:
            overdue.report(case=one, now=MORNING, next_rung_on=None, data={})
        return read(case, **extra)

    monkeypatch.setattr("dsr.cases.perform.facts_of", facts_of)

    with pytest.raises(ConflictError):
        overdue.report(case=Case.objects.get(pk=late.pk), now=MORNING, next_rung_on=None, data={})


@pytest.mark.django_db
def test_a_digest_that_cannot_be_written_keeps_no_other_from_leaving(office):
    escalate.climb(controller=make_controller(), now=MORNING)
    User.objects.filter(display_name="Dora Example").update(wrapped_key="broken")

    with pytest.raises(RuntimeError, match="1 digests"):
        notices.digests(now=MORNING)

    assert set(Notice.objects.values_list("user__display_name", flat=True)) == {"Mara Example", "Otto Example"}
    waiting = Told.objects.filter(notice__isnull=True).values_list("user__display_name", flat=True)
    assert set(waiting) == {"Dora Example"}
