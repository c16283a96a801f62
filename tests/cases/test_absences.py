"""Absences: one's own, or entered by a lead; a stand-in who can; days that make sense."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dsr.cases import absences, actors
from dsr.cases.perform import RefusedError
from dsr.models import Absence, User
from tests.factories import MONDAY, make_controller, make_staff, make_user

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


def enter(user, *, days=(1, 5), stand_in=None, by=None):
    return absences.enter(
        user=user,
        first_on=TODAY + timedelta(days=days[0]),
        last_on=TODAY + timedelta(days=days[1]),
        stand_in=stand_in,
        actor=actors.staff(by or user),
        now=MONDAY,
    )


def test_ones_own_absence_with_a_stand_in_and_back_early():
    mara, tom = make_staff("mara"), make_staff("tom")

    made = enter(mara, stand_in=tom)

    assert (made.first_on, made.last_on, made.stand_in) == (date(2026, 6, 16), date(2026, 6, 20), tom)
    assert list(absences.coming(tom, now=MONDAY)) == [made]
    absences.remove(absence=made, actor=actors.staff(mara), now=MONDAY)
    assert not Absence.objects.exists()


def test_a_lead_enters_for_others_and_a_colleague_does_not():
    mara, otto, tom = make_staff("mara"), make_staff("otto", "lead"), make_staff("tom")
    made = enter(mara, by=otto)

    for forbidden in (
        lambda: enter(mara, by=tom),
        lambda: absences.remove(absence=made, actor=actors.staff(tom), now=MONDAY),
    ):
        with pytest.raises(RefusedError) as refused:
            forbidden()
        assert refused.value.refusal.code == "absence_of_others"


@pytest.mark.parametrize("days", [(5, 1), (-9, -1), (1, 400)])
def test_days_that_make_no_sense(days):
    with pytest.raises(RefusedError) as refused:
        enter(make_staff("mara"), days=days)

    assert refused.value.refusal.code == "absence_days"


def test_days_that_overlap():
    mara = make_staff("mara")
    enter(mara)

    with pytest.raises(RefusedError) as refused:
        enter(mara, days=(5, 9))

    assert refused.value.refusal.code == "absence_overlaps"


def test_a_stand_in_is_an_active_colleague():
    mara, gone = make_staff("mara"), make_staff("gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    gone.refresh_from_db()
    foreign = make_staff("fremd", controller=make_controller("southwave"))

    for other in (mara, gone, foreign, make_user("anna")):
        with pytest.raises(RefusedError) as refused:
            enter(mara, stand_in=other)
        assert refused.value.refusal.code == "stand_in_unknown"
