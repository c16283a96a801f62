"""The due dates of all 25 scenarios come out of a request as somebody files it, in the provider's own country and time."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.law.rights import Right
from tests.scenarios.cast import local, received

pytestmark = pytest.mark.django_db
R = Right

# scenario, place, right, received (local: month, day, hour, minute of 2026), due before any pause
DATES = [
    ("SC-01", "DE-BE", R.ACCESS, (6, 15, 10, 0), date(2026, 7, 15)),
    ("SC-02", "DE", R.ACCESS, (2, 2, 10, 0), date(2026, 3, 2)),
    ("SC-03", "DE-BY", R.ERASURE, (5, 4, 18, 30), date(2026, 6, 5)),
    ("SC-03 national calendar", "DE", R.ERASURE, (5, 4, 18, 30), date(2026, 6, 4)),
    ("SC-04", "FR", R.ERASURE, (6, 14, 10, 0), date(2026, 7, 15)),
    ("SC-05", "NL", R.ERASURE, (5, 31, 22, 15), date(2026, 6, 30)),
    ("SC-06", "IE", R.MARKETING_OBJECTION, (3, 2, 11, 0), date(2026, 4, 2)),
    ("SC-07", "AT", R.OBJECTION, (9, 26, 10, 0), date(2026, 10, 27)),
    ("SC-08", "BE", R.RECTIFICATION, (6, 21, 10, 0), date(2026, 7, 22)),
    ("SC-09", "IT", R.RECTIFICATION, (5, 2, 10, 0), date(2026, 6, 3)),
    ("SC-09 restriction", "IT", R.RESTRICTION, (5, 2, 10, 0), date(2026, 6, 3)),
    ("SC-10", "DE", R.RESTRICTION, (7, 1, 10, 0), date(2026, 8, 3)),
    ("SC-11", "PL", R.PORTABILITY, (6, 1, 10, 0), date(2026, 7, 1)),
    ("SC-12", "PT", R.PORTABILITY, (5, 10, 10, 0), date(2026, 6, 11)),
    ("SC-13", "SE", R.AUTOMATED_DECISION, (3, 5, 10, 0), date(2026, 4, 7)),
    ("SC-14", "AT", R.CONSENT_WITHDRAWAL, (1, 31, 10, 0), date(2026, 3, 2)),
    ("SC-15", "DE", R.ACCESS, (8, 31, 10, 0), date(2026, 9, 30)),
    ("SC-16", "ES-MD", R.ACCESS, (9, 12, 10, 0), date(2026, 10, 13)),
    ("SC-17", "GB-ENG", R.ACCESS, (3, 2, 10, 0), date(2026, 4, 2)),
    ("SC-18", "FR", R.ACCESS, (4, 8, 10, 0), date(2026, 5, 11)),
    ("SC-19", "ES", R.ACCESS, (4, 20, 10, 0), date(2026, 5, 20)),
    ("SC-20", "DE", R.ACCESS, (1, 31, 10, 0), date(2026, 3, 2)),
    ("SC-21", "DE", R.ACCESS, (3, 5, 10, 0), date(2026, 4, 7)),
    ("SC-22", "IT", R.ACCESS, (10, 5, 10, 0), date(2026, 11, 5)),
    ("SC-23", "DE-BE", R.ACCESS, (4, 14, 10, 0), date(2026, 5, 15)),
    ("SC-24", "NL", R.ERASURE, (3, 27, 10, 0), date(2026, 4, 28)),
    ("SC-25", "BE", R.ERASURE, (2, 9, 10, 0), date(2026, 3, 9)),
]


@pytest.mark.parametrize(("place", "right", "at", "due"), [row[1:] for row in DATES], ids=[row[0] for row in DATES])
def test_the_due_date_of_the_scenario(place, right, at, due):
    case = received(place, right, local(place, 2026, *at))

    assert (case.due_on, case.told_due_on) == (due, due)
    assert case.act_by_on is not None
    assert case.act_by_on <= due
    assert case.explanation, "every date explains itself"
