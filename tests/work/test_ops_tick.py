"""The tick's passes: each has its time and no more, fails alone, and leaves the timers of others as they were."""

from __future__ import annotations

import signal
import threading
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from dsr.models import Pulse
from dsr.work import budget, pulses
from dsr.work import tick as module
from dsr.work.tick import tick
from tests.factories import make_controller

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_slow_pass_is_interrupted_keeps_what_it_committed_and_the_next_has_its_turn(monkeypatch):
    def slow(now):
        pulses.keep({"committed": ""}, now=now)
        with transaction.atomic():
            pulses.keep({"not_committed": ""}, now=now)
            try:
                time.sleep(30)
            except Exception:  # noqa: BLE001 -- what a pass does that survives the failure of one row
                return 5
        return 5

    def quick(now):
        return 7

    monkeypatch.setattr(module, "PASSES", (slow, quick))
    monkeypatch.setattr(module, "PASS_SECONDS", 0.3)
    began = time.monotonic()

    assert tick(timezone.now()) == {"slow": -1, "quick": 7}

    assert time.monotonic() - began < 10
    assert set(Pulse.objects.values_list("name", "error_code")) == {
        ("committed", ""),
        ("tick:slow", "out_of_time"),
        ("tick:quick", ""),
        ("tick", ""),
    }


def test_a_tick_told_to_stop_leaves_the_rest_and_does_not_say_it_was_complete(monkeypatch):
    asked: list[int] = []

    def first(now):
        asked.append(1)
        return 1

    def second(now):
        return 1

    monkeypatch.setattr(module, "PASSES", (first, second))

    assert tick(timezone.now(), stopping=lambda: bool(asked)) == {"first": 1}
    assert list(Pulse.objects.values_list("name", flat=True)) == ["tick:first"]


def test_a_database_that_was_away_for_one_pass_is_there_for_the_next(monkeypatch):
    make_controller()

    def broken(now):
        raise DatabaseError("the server closed the connection")

    passes = tuple(one for one in module.PASSES if one.__name__ != "due_tasks")
    monkeypatch.setattr(module, "PASSES", (broken, *passes))

    done = tick(timezone.now())

    assert done.pop("broken") == -1
    assert set(done.values()) == {0}
    assert Pulse.objects.get(name="tick:broken").at == pulses.NEVER


def test_a_failure_keeps_the_last_good_time_and_its_own_beginning():
    good = timezone.now() - timedelta(hours=2)
    pulses.keep({"tick:x": ""}, now=good)
    pulses.keep({"tick:x": "ValueError"}, now=good + timedelta(hours=1))
    pulses.keep({"tick:x": "KeyError"}, now=good + timedelta(hours=2))

    row = Pulse.objects.get(name="tick:x")
    assert (row.at, row.failing_since, row.error_code) == (good, good + timedelta(hours=1), "KeyError")


def test_dead_workers_are_forgotten_after_a_day():
    now = timezone.now()
    pulses.keep({"worker:old": ""}, now=now - timedelta(hours=25))
    pulses.keep({"worker:young": "", "tick": ""}, now=now - timedelta(hours=23))

    assert pulses.forget_dead_workers(now=now) == 1
    assert set(Pulse.objects.values_list("name", flat=True)) == {"worker:young", "tick"}


def test_a_timer_that_was_running_goes_on():
    """Somebody may start the tick from the queue, whose jobs are limited by the same timer."""
    fired = threading.Event()
    before = signal.signal(signal.SIGALRM, lambda *_: fired.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.4)
        with pytest.raises(budget.OutOfTimeError), budget.limit(0.1):
            time.sleep(5)
        assert not fired.is_set()
        assert fired.wait(5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_shortening_never_lengthens_and_does_nothing_outside():
    budget.shorten(0.01)
    time.sleep(0.05)
    for seconds, shortened in ((0.2, 60), (60, 0.1)):

        def work(to: float = shortened) -> None:
            budget.shorten(to)
            time.sleep(5)

        with pytest.raises(budget.OutOfTimeError), budget.limit(seconds):
            work()
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_in_another_thread_there_is_no_limit_and_no_error():
    done: list[bool] = []

    def work() -> None:
        with budget.limit(0.01):
            time.sleep(0.1)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
