"""The calendar: kinds of days of ux.md 2.5, a month as table and agenda, the secret address and its file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, agenda, feeds, identity
from dsr.desk import ics
from dsr.law.rights import RestrictionGround
from dsr.models import Absence, Artifact, CalendarFeed, Case, Plan, Restriction, SetupEvent, User
from tests.desk.conftest import ROLES, text
from tests.factories import make_case, make_controller, make_staff
from tests.reports.made import at

if TYPE_CHECKING:
    from dsr.models import Controller

MARCH = date(2026, 3, 2)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def kinds(controller: Controller, first: date, last: date, **given: Any) -> list[tuple[str, str]]:
    found = agenda.items(controller, first, last, today=given.pop("today", MARCH), **given)
    return [(item.kind.value, item.day.isoformat()) for item in found]


def as_role(name: str) -> tuple[Client, User]:
    user = make_staff(name, *ROLES[name])
    client = Client()
    client.force_login(user)
    return client, user


@pytest.mark.django_db
def test_every_kind_of_day_comes_from_its_row():
    """Due, target, query limit (T-13), silence (T-15), lifting (18(3)), retention, download, absence, holiday."""
    case, asked = make_case(at=at(MARCH), identified=False), make_case(at=at(MARCH), identified=False)
    controller, mara = case.controller, make_staff("mara")
    identity.ask(case_id=asked.pk, doubt="unknown", seen_version=None, actor=actors.staff(mara), now=at(MARCH))
    own = {"controller": controller, "case": case}
    Restriction.objects.create(
        ground=RestrictionGround.ACCURACY_CONTESTED.value,
        set_at=at(MARCH),
        changed_at=at(MARCH),
        lift_on=date(2026, 3, 20),
        **own,
    )
    lines = [{"until": "2026-03-31"}, {"until": None}, {"until": "2034-12-31"}]
    Plan.objects.create(number=1, status="applied", sha256="0" * 64, summary=lines, created_at=at(MARCH), **own)
    Artifact.objects.create(
        kind="package",
        file_name="p.zip",
        media_type="application/zip",
        storage_name="x",
        size=1,
        sha256="0" * 64,
        created_at=at(MARCH),
        released_at=at(MARCH),
        expires_at=at(date(2026, 4, 9)),
        **own,
    )
    Absence.objects.create(controller=controller, user=mara, first_on=date(2026, 3, 30), last_on=date(2026, 4, 1))

    assert kinds(controller, MARCH, date(2026, 4, 30)) == [
        ("query", "2026-03-05"),
        ("holiday", "2026-03-08"),  # a holiday of Berlin alone
        ("lift", "2026-03-20"),
        ("target", str(case.act_by_on)),
        ("absence", "2026-03-30"),
        ("retention", "2026-03-31"),
        ("absence", "2026-03-31"),
        ("silence", "2026-04-01"),
        ("absence", "2026-04-01"),
        ("due", "2026-04-02"),
        ("holiday", "2026-04-03"),
        ("holiday", "2026-04-06"),
        ("download", "2026-04-09"),
    ]
    due = next(
        one
        for one in agenda.items(controller, MARCH, date(2026, 4, 30), today=date(2026, 4, 3))
        if one.kind is agenda.Kind.DUE
    )
    assert (due.over, due.extendable) == (True, True)
    Case.objects.filter(pk=case.pk).update(assignee=mara, due_on=date(2026, 4, 30), first_month_due_on=date(2026, 4, 2))
    assert ("extension", "2026-04-02") in kinds(controller, date(2026, 4, 2), date(2026, 4, 2), of=mara)
    assert kinds(controller, date(2026, 4, 2), date(2026, 4, 2), of=make_staff("otto", "lead")) == []


@pytest.mark.django_db
def test_a_month_shows_days_links_and_holidays_and_turns(monkeypatch: pytest.MonkeyPatch):
    case = make_case(at=timezone.now() - timedelta(days=3), name="Anna Secret")
    client, _mara = as_role("mara")
    month = f"{case.due_on:%Y-%m}"

    page = text(client.get(f"/desk/calendar/?month={month}"))

    assert page.count(f"/desk/cases/{case.pk}/") >= 2  # in the table and in the agenda
    assert f"{case.request.reference} Access: due, last day to tell an extension" in page
    assert "Secret" not in page
    assert f"{case.request.reference} Access: due" not in text(client.get(f"/desk/calendar/?month={month}&mine=1"))
    assert text(client.get("/desk/calendar/?month=2026-12")).count("public holiday") >= 2
    assert "month=2027-01" in text(client.get("/desk/calendar/?month=2026-12"))
    assert client.get("/desk/calendar/?month=9999-99").status_code == 200
    assert 'aria-current="date"' in text(client.get("/desk/calendar/"))
    assert as_role("ines")[0].get("/desk/calendar/").status_code == 403


@pytest.mark.slow
@pytest.mark.django_db
def test_a_month_costs_the_same_number_of_queries_for_one_case_and_many():
    make_case(at=timezone.now())
    client, _mara = as_role("mara")
    url = f"/desk/calendar/?month={(timezone.now() + timedelta(days=31)):%Y-%m}"
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _ in range(15):
        make_case(at=timezone.now())
    with CaptureQueriesContext(connection) as many:
        page = text(client.get(url))
    assert len(one) == len(many)
    assert "12 more" in page


@pytest.mark.django_db
def test_the_secret_address_is_shown_once_replaced_ended_and_noted():
    client, mara = as_role("mara")
    mine = make_case(at=timezone.now() - timedelta(days=3), name="Anna Secret")
    Case.objects.filter(pk=mine.pk).update(assignee=mara)
    other = make_case(at=timezone.now() - timedelta(days=3))
    page = text(client.post(reverse("desk:calendar-subscribe")))
    first = page.partition("/calendar/")[2].partition(".ics")[0] if ".ics" in page else ""
    secret = page.split(".ics")[0].rsplit("/", 1)[1]
    assert first
    assert len(secret) >= 40  # the logs blank tokens of this length
    assert secret not in text(client.get(reverse("desk:calendar-subscribe")))

    stranger = Client()
    got = stranger.get(f"/calendar/{secret}.ics")
    assert (got.status_code, got.headers["Cache-Control"]) == (200, "private, max-age=900")
    assert got.headers["Content-Type"].startswith("text/calendar")
    body = bytes(got.content).decode()
    assert mine.request.reference in body.replace("\r\n ", "")
    assert other.request.reference not in body.replace("\r\n ", "")
    assert "Secret" not in body
    assert "anna@" not in body

    new = text(client.post(reverse("desk:calendar-subscribe"))).split(".ics")[0].rsplit("/", 1)[1]
    assert stranger.get(f"/calendar/{secret}.ics").status_code == 404
    assert stranger.get(f"/calendar/{new}.ics").status_code == 200
    User.objects.filter(pk=mara.pk).update(is_active=False)
    assert stranger.get(f"/calendar/{new}.ics").status_code == 404
    User.objects.filter(pk=mara.pk).update(is_active=True)
    client.post(reverse("desk:calendar-unsubscribe"))
    assert stranger.get(f"/calendar/{new}.ics").status_code == 404
    assert not CalendarFeed.objects.exists()
    kinds_of = SetupEvent.objects.order_by("seq").values_list("kind", flat=True)
    assert list(kinds_of) == ["calendar_feed_begun", "calendar_feed_begun", "calendar_feed_ended"]


@pytest.mark.django_db
def test_another_brand_has_no_such_address(settings: Any):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    make_controller()
    stranger = make_staff("mara", controller=make_controller("southwave"))
    secret = feeds.begin(user=stranger, actor=actors.staff(stranger), now=timezone.now())

    assert Client().get(f"/calendar/{secret}.ics").status_code == 404


def test_the_file_parses_folds_and_escapes():
    """RFC 5545: no line above 75 octets, letters whole, values come back as they were."""
    words = (
        "DSR-2026-000001 Auskunft; „Größe“, \\ und noch viel mehr, was nicht in eine Zeile von 75 Oktetten passt\nZwei"
    )
    body = ics.calendar(
        "Büro Nord", [ics.Entry("a@b", date(2026, 12, 31), words, 7, "https://x.example/", (5, 2))], now=NOW
    )

    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    found = icalendar.Calendar.from_ical(body)
    (event,) = found.walk("VEVENT")
    assert (str(event["SUMMARY"]), str(found["X-WR-CALNAME"])) == (words, "Büro Nord")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 12, 31), date(2027, 1, 1))
    assert (str(event["UID"]), event["SEQUENCE"]) == ("a@b", 7)
    assert [alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")] == [timedelta(days=-5), timedelta(days=-2)]


@pytest.mark.django_db
def test_a_date_that_moves_keeps_its_uid_and_grows_its_sequence():
    from dsr.desk import calendar_page

    case, otto = make_case(at=at(MARCH)), make_staff("otto", "lead")

    def due() -> ics.Entry:
        _name, entries, _at = calendar_page.entries(case.controller, otto, today=MARCH, now=at(MARCH))
        return next(one for one in entries if one.uid.endswith("-due@dsr-desk"))

    before = due()
    Case.objects.filter(pk=case.pk).update(due_on=date(2026, 6, 2), version=case.version + 1)
    after = due()
    assert (before.uid, before.day) == (after.uid, date(2026, 4, 2))
    assert (after.day, after.sequence) == (date(2026, 6, 2), before.sequence + 1)
    assert before.alarms == (5, 2)
