"""The page of absences: one's own days, those of others for a lead, refusals at the field, nothing of another brand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import absences, actors
from dsr.models import Absence
from tests.desk.conftest import text
from tests.factories import make_controller, make_staff

pytestmark = pytest.mark.django_db
URL = "/desk/absences/"


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def entered(user, first: int = 1, last: int = 5, stand_in=None) -> Absence:
    today = timezone.localdate()
    return absences.enter(
        user=user,
        first_on=today + timedelta(days=first),
        last_on=today + timedelta(days=last),
        stand_in=stand_in,
        actor=actors.staff(user),
        now=timezone.now(),
    )


def test_rules_1_7_somebody_enters_her_own_days_and_a_stand_in(mara):
    tom = make_staff("tom")
    empty = text(mara.get(URL))
    assert "Nobody is away" in empty
    assert "Who is away?" not in empty
    assert f'href="{URL}" aria-current="page"' in empty

    page = text(mara.post(URL, {"first_on": day(0), "last_on": day(3), "stand_in": str(tom.pk)}, follow=True))

    row = Absence.objects.get()
    assert (row.user, row.stand_in) == (make_staff("mara"), tom)
    assert "The stand-in hears from the first day on." in page
    assert "Tom Example" in page
    assert "away now" in page


def test_a_lead_enters_for_others_and_a_handler_only_for_herself(mara, otto):
    tom = make_staff("tom")
    sent = {"user": str(tom.pk), "first_on": day(1), "last_on": day(2), "stand_in": ""}

    mara.post(URL, sent)
    assert Absence.objects.get().user == make_staff("mara")
    page = text(otto.post(URL, sent, follow=True))

    assert "Nobody stands in" in page
    assert Absence.objects.filter(user=tom).count() == 1


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"first_on": "", "last_on": day(1)}, "first_on", "Enter the first day away."),
        ({"first_on": "15.6.", "last_on": day(1)}, "first_on", "Enter a day, like 2026-06-15."),
        ({"first_on": day(3), "last_on": day(1)}, "last_on", "the last not before the first"),
        ({"first_on": day(1), "last_on": day(500)}, "last_on", "a year at most"),
        ({"first_on": day(1), "last_on": day(2)}, "first_on", "There is an absence on some of these days already."),
        ({"first_on": day(20), "last_on": day(21), "stand_in": "nonsense"}, "stand_in", "Choose a colleague."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(mara, sent, field, words):
    entered(make_staff("mara"))

    page = text(mara.post(URL, sent))

    assert words in page
    assert f'href="#id_{field}"' in page
    assert Absence.objects.count() == 1


def test_nobody_stands_in_for_herself_and_nobody_of_another_brand_does(mara, otto, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    stranger = make_staff("fremd", controller=make_controller("southwave"))
    for client, sent in (
        (mara, {"stand_in": str(make_staff("mara").pk)}),
        (mara, {"stand_in": str(stranger.pk)}),
        (otto, {"stand_in": str(make_staff("mara").pk), "user": str(make_staff("mara").pk)}),
        (otto, {"user": str(stranger.pk)}),
    ):
        page = text(client.post(URL, {"first_on": day(1), "last_on": day(2), "user": "", **sent}))
        assert "There is a problem" in page
    assert not Absence.objects.exists()


def test_back_early_is_taken_back_by_herself_or_a_lead_only(mara, otto, signed_in):
    row = entered(make_staff("mara"))
    url = reverse("desk:absence-remove", args=[row.pk])

    assert url not in text(signed_in("ines").get(URL))
    assert "Only a lead or an administrator" in text(signed_in("ines").post(url, follow=True))
    assert Absence.objects.count() == 1
    assert "Removed." in text(mara.post(url, follow=True))
    again = entered(make_staff("mara"))
    otto.post(reverse("desk:absence-remove", args=[again.pk]))
    assert not Absence.objects.exists()


def test_absences_of_another_brand_are_not_there(mara, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    other = entered(make_staff("selma", controller=make_controller("southwave")))

    assert "Selma Example" not in text(mara.get(URL))
    assert mara.post(reverse("desk:absence-remove", args=[other.pk])).status_code == 404
    assert Absence.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(otto):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            otto.get(URL)
        return len(queries)

    staff = [make_staff(name) for name in ("tom", "lena", "paul")]
    entered(staff[0], stand_in=staff[1])
    otto.get(URL)
    one = count()
    for number in range(2, 12):
        entered(staff[number % 3], first=number * 10, last=number * 10 + 2, stand_in=staff[(number + 1) % 3])

    assert count() == one
