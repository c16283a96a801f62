"""Sharing out: fair, by language and team, without those who are away; twice at once is once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dsr.cases import assigning
from dsr.cases.actors import SYSTEM
from dsr.models import Absence, Case, Event, SetupEvent
from dsr.work import tick
from tests.desk.conftest import text
from tests.factories import make_case, make_staff

pytestmark = pytest.mark.django_db


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def test_shared_out_by_load_language_and_team_and_never_to_who_is_away(signed_in):
    otto = signed_in("otto")
    mara, nina, away, other = (make_staff(name) for name in ("mara", "nina", "abel", "zoe"))
    for user, languages, teams in ((mara, ["en"], ["north"]), (nina, ["en", "de"], ["north"]), (other, [], ["south"])):
        user.languages, user.teams = languages, teams
        user.save()
    away.teams = ["north"]
    away.save()
    today = timezone.localdate()
    Absence.objects.create(controller=away.controller, user=away, first_on=today, last_on=today + timedelta(days=9))
    german = make_case(at=days_ago(9), language="de")
    english = [make_case(at=days_ago(days)) for days in (8, 7, 6)]

    otto.post("/desk/sharing/", {"by_language": "on", "team": "north"})
    assert SetupEvent.objects.get().data["changes"] == {"team": ["", "north"]}
    assert "Shared out: 4." in text(otto.post("/desk/sharing/now/", follow=True))

    german.refresh_from_db()
    assert german.assignee == nina
    assert [Case.objects.get(pk=case.pk).assignee for case in english].count(mara) == 2
    assert Case.objects.filter(assignee__in=[away, other]).count() == 0
    assert all(event.data["shared_out"] for event in Event.objects.filter(action="assigned"))
    nobody = make_case(at=days_ago(1), language="de")
    nina.languages = ["en"]
    nina.save()
    assert "For 1 nobody is here" in text(otto.post("/desk/sharing/now/", follow=True))
    nobody.refresh_from_db()
    assert nobody.assignee is None
    page = text(otto.get("/desk/sharing/"))
    assert "Mara Example" in page
    assert "Abel Example" not in page


def test_by_itself_only_where_it_was_switched_on_and_a_second_tick_finds_nothing(signed_in):
    make_staff("mara")
    case = make_case(at=days_ago(3))
    assert tick.shared_out(timezone.now()) == 0

    assert "Your role does not allow this" in text(
        signed_in("mara").post("/desk/sharing/", {"by_itself": "on"}, follow=True)
    )
    signed_in("otto").post("/desk/sharing/", {"by_itself": "on", "by_language": "on"})
    assert tick.shared_out(timezone.now()) == 1
    assert tick.shared_out(timezone.now()) == 0
    case.refresh_from_db()
    assert case.assignee is not None
    assert Event.objects.filter(action="assigned").count() == 1


def test_whoever_read_an_old_version_gives_nothing(monkeypatch):
    """Two ticks at once: both read the same case, the first one gives it, the second leaves it."""
    mara = make_staff("mara")
    case = make_case(at=days_ago(3))
    stale = assigning.unassigned(case.controller)
    assert assigning.share_out(controller=case.controller, actor=SYSTEM, now=timezone.now()).given == 1
    monkeypatch.setattr(assigning, "unassigned", lambda _controller: stale)

    assert assigning.share_out(controller=case.controller, actor=SYSTEM, now=timezone.now()).given == 0
    assert Case.objects.get(pk=case.pk).assignee == mara
    assert Event.objects.filter(action="assigned").count() == 1
