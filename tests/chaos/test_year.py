"""A simulated year (rules 1.7, 4.0.6, T-10 to T-18): every escalation the table asks for, on its day, to its people, once."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from dsr.audit import verify_case
from dsr.models import Case, Escalation, Event, Incident, Letter, Notice, Suspension, Told
from tests.chaos.oracle import Fell, climbed
from tests.chaos.year import FIRST, HOUR, LAST, Year, running

pytestmark = pytest.mark.django_db


def the_year(*, seed: int, people: int, last: datetime = LAST) -> Year:
    year = Year(seed=seed, people=people, last=last)
    year.run()
    return year


def check(year: Year) -> None:
    hours = [FIRST + HOUR * n for n in range(1, int((year.last - FIRST) / HOUR) + 1)]
    ticks = [now for now in hours if running(now)]
    days = {pk: [now.astimezone(office.zone).date() for now in ticks] for pk, office in year.offices.items()}
    fell, reminded = what_happened()
    overdue = 0
    for case, history in year.moments.items():
        office = year.office_of[case]
        wanted, reminders = climbed(history, year.offices[office], ticks, days[office])
        missing, unwanted = set(wanted) - set(fell[case]), set(fell[case]) - set(wanted)
        assert not missing | unwanted, (missing, unwanted, history)
        assert sorted(reminded[case]) == sorted(reminders), history
        overdue += sum(one.rung == "overdue" for one in wanted)
    assert Incident.objects.count() == Letter.objects.filter(code="L-19", status="sent").count() == overdue > 0
    one_digest_a_person_and_run()
    the_chains_hold(year)


def what_happened() -> tuple[dict[Any, list[Fell]], dict[Any, list[Any]]]:
    told = defaultdict(set)
    for escalation, user, instead_of in Told.objects.values_list("escalation", "user", "stands_in_for"):
        told[escalation].add((user, instead_of))
    fell = defaultdict(list)
    for row in Escalation.objects.all():
        fell[row.case_id].append(Fell(row.rung, row.counted_to, row.at, frozenset(told[row.pk])))
    reminded = defaultdict(list)
    for case, at in Suspension.objects.filter(reminded_at__isnull=False).values_list("case", "reminded_at"):
        reminded[case].append(at)
    return fell, reminded


def one_digest_a_person_and_run() -> None:
    runs = Counter(Notice.objects.filter(kind="digest").values_list("user", "created_at"))
    assert set(runs.values()) == {1}
    rows = Told.objects.values_list("user", "escalation__at", "notice__user", "notice__created_at")
    assert {(user, at) for user, at, _, _ in rows} == set(runs)
    assert all((user, at) == (to, sent) for user, at, to, sent in rows)


def the_chains_hold(year: Year) -> None:
    for case in Case.objects.filter(pk__in=year.random.sample(sorted(year.moments), 25)):
        assert verify_case(case) == []


@pytest.mark.slow
def test_SC_23_months_with_easter_a_changed_clock_and_an_outage_escalate_as_rules_1_7_say():
    """Until the middle of May: four time zones, one night of summer time, Easter, four days without a tick."""
    year = the_year(seed=2026, people=60, last=datetime(2026, 5, 15, tzinfo=UTC))

    check(year)

    assert Case.objects.count() >= 60
    assert {"decide_extension", "lead", "last_day", "overdue"} <= set(Escalation.objects.values_list("rung", flat=True))


@pytest.mark.slow
def test_SC_23_a_year_of_three_hundred_cases_escalates_as_rules_1_7_say():
    year = the_year(seed=2026, people=260)

    check(year)

    assert Case.objects.count() >= 300

    # It was a year in which everything happened.
    assert set(Event.objects.values_list("action", flat=True)) >= {
        "ask_identity", "confirm_identity", "reminded", "extend", "start_collection", "withdraw", "close_not_identified",
        "assigned", "dates_recomputed", "report_overdue",
    }  # fmt: skip
    assert set(Escalation.objects.values_list("rung", flat=True)) == {
        "query_limit", "half", "decide_extension", "lead", "dpo", "last_day", "overdue", "silent",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 8])  # two halves of the same size, because there are two cores at least
def test_SC_23_a_year_of_five_thousand_cases(seed):
    if connection.vendor != "sqlite":
        pytest.skip("a server answers each of a million small queries later; there the year has three hundred cases")
    check(the_year(seed=seed, people=2150))
    assert Case.objects.count() >= 2500
