"""The ladder on rows (rules 1.7): each rung once per case and date, to the right people, in one digest, noted on the case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from dsr.audit import verify_case
from dsr.cases import actors, endings, escalate, identity, notices, people
from dsr.cases.own_rules import calendar_of, ladder_of
from dsr.cases.perform import assign
from dsr.law.terms import Role
from dsr.models import Absence, Case, Escalation, Incident, LadderRow, Notice, Told, User
from tests.factories import make_case, make_controller, make_request, make_staff
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
RECEIVED = datetime(2026, 6, 15, 10, tzinfo=BERLIN)  # due Wednesday 15 July, act by 10 July


def day(text: str, hour: int = 6) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), BERLIN) + timedelta(hours=hour)


@pytest.fixture
def office():
    """Mara handles, Otto leads, Dora is the data protection officer."""
    return {"mara": make_staff("mara"), "otto": make_staff("otto", "lead"), "dora": make_staff("dora", "dpo")}


@pytest.fixture
def case(office):
    made = make_case(at=RECEIVED, now=RECEIVED)
    return assign(case_id=made.pk, to=office["mara"], actor=actors.staff(office["otto"]), now=RECEIVED)


def run(now: datetime) -> int:
    done = escalate.climb(controller=make_controller(), now=now)
    notices.digests(now=now)
    return done


def fired(case: Case) -> list[tuple[str, str]]:
    rows = Escalation.objects.filter(case=case).order_by("fell_on", "rung")
    return [(row.rung, row.fell_on.isoformat()) for row in rows]


def heard(rung: str) -> list[str]:
    rows = Told.objects.filter(escalation__rung=rung).select_related("user")
    return sorted(row.user.display_name.split()[0] for row in rows)


def every_day(first: str, last: str) -> None:
    now = day(first)
    while now <= day(last):
        run(now)
        now += timedelta(days=1)


def test_SC_23_every_rung_on_its_day_to_the_people_it_names(case):
    every_day("2026-06-15", "2026-07-20")

    assert fired(case) == [
        ("half", "2026-06-27"),
        ("decide_extension", "2026-06-30"),
        ("lead", "2026-07-05"),
        ("dpo", "2026-07-08"),
        ("last_day", "2026-07-10"),
        ("overdue", "2026-07-16"),
    ]
    assert heard("half") == ["Mara"]
    assert heard("decide_extension") == ["Mara", "Otto"]
    assert heard("lead") == ["Otto"]
    assert heard("dpo") == ["Dora", "Otto"]
    assert heard("overdue") == ["Dora"]
    assert verify_case(Case.objects.get(pk=case.pk)) == []


def test_a_rung_missed_for_a_week_is_caught_up_once(case):
    assert run(day("2026-07-07")) == 1
    assert run(day("2026-07-07", 7)) == 0

    assert [rung for rung, _ in fired(case)] == ["decide_extension", "half", "lead"]
    assert Notice.objects.count() == 2  # Mara and Otto, one mail each


def test_no_23_overdue_is_reported_at_midnight_of_the_controller_with_incident_and_L_19(case):
    every_day("2026-06-15", "2026-07-14")

    run(day("2026-07-15", 23))
    assert not Incident.objects.exists()
    run(day("2026-07-16", 0))

    incident = Incident.objects.get()
    assert (incident.case_id, incident.due_on) == (case.pk, date(2026, 7, 15))
    late = Case.objects.get(pk=case.pk)
    assert late.state == case.state  # overdue never closes a case
    letter = letter_text("L-19")
    assert "We are sorry" in letter
    assert "30 July 2026" in letter
    assert "Example Data Protection Authority" in letter
    assert late.events.filter(action="report_overdue").count() == 1
    run(day("2026-07-17"))
    assert Incident.objects.count() == 1


def test_t10_a_paused_case_does_not_escalate_and_climbs_again_for_its_new_date(case):
    paused = make_request(at=RECEIVED, now=RECEIVED).cases.get()
    mara = actors.staff(make_staff("mara"))
    identity.ask(case_id=paused.pk, doubt="two people", seen_version=None, actor=mara, now=day("2026-06-17"))

    every_day("2026-06-17", "2026-07-20")
    assert fired(paused) == []

    identity.identify(request=paused.request, level=3, method="shop", known=(), actor=mara, now=day("2026-07-21", 12))
    run(day("2026-07-21", 13))
    paused.refresh_from_db()
    assert paused.due_on == date(2026, 8, 18)
    assert fired(paused) == [("half", "2026-07-21")]


def test_t16_an_extended_case_counts_to_its_new_date(case, office):
    every_day("2026-06-15", "2026-07-06")
    before = [rung for rung, _ in fired(case)]
    endings.extend(
        case_id=case.pk, reason="amount_of_data", text="Forty systems.", meanwhile="Nothing yet.",
        actor=actors.staff(office["otto"]), now=day("2026-07-06", 9),
    )  # fmt: skip

    every_day("2026-07-07", "2026-09-20")

    assert before == ["half", "decide_extension", "lead"]
    assert fired(case)[3:] == [
        ("half", "2026-07-28"),
        ("lead", "2026-09-05"),
        ("dpo", "2026-09-08"),
        ("last_day", "2026-09-10"),
        ("overdue", "2026-09-16"),
    ]


def test_1_7_nobody_hears_of_what_is_answered(case):
    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=day("2026-06-16"))

    every_day("2026-06-16", "2026-08-01")

    assert fired(case) == []
    assert Case.objects.get(pk=case.pk).next_rung_on is None


def test_one_digest_a_person_and_run_lists_every_case_without_personal_data(office):
    cases = [make_case(at=RECEIVED, now=RECEIVED, name=f"Karla Canary {n}", number=f"1000{n}") for n in range(3)]

    run(day("2026-07-05"))

    otto = Notice.objects.get(user=office["otto"])
    content = otto.content()
    assert content["subject"] == "3 cases need attention"
    assert all(one.request.reference in content["body"] for one in cases)
    assert "Canary" not in content["body"]
    assert "Five days left" in content["body"]
    assert Told.objects.filter(notice__isnull=True).count() == 0
    assert run(day("2026-07-05", 9)) == 0
    assert Notice.objects.filter(user=office["otto"]).count() == 1


def test_stand_ins_hear_for_whoever_is_away_and_a_lead_where_nobody_stands_in(case, office):
    tom = make_staff("tom")
    window = {"controller": case.controller, "first_on": date(2026, 6, 20), "last_on": date(2026, 7, 1)}
    Absence.objects.create(user=office["mara"], stand_in=tom, **window)

    run(day("2026-06-27"))

    (told,) = Told.objects.filter(escalation__rung="half")
    assert (told.user, told.stands_in_for) == (tom, office["mara"])
    assert "You stand in for Mara Example." in Notice.objects.get(user=tom).content()["body"]
    assert Case.objects.get(pk=case.pk).events.get(action="escalated").data["stand_ins"] == 1

    Absence.objects.create(user=tom, **window)  # away as well, and nobody for him
    found = people.directory(case.controller, date(2026, 6, 28)).hearers(case, [Role.HANDLER])
    assert [one.user_id for one in found] == [office["otto"].pk]


def test_two_who_stand_in_for_each_other_do_not_hang(case, office):
    tom = make_staff("tom")
    window = {"controller": case.controller, "first_on": date(2026, 6, 20), "last_on": date(2026, 7, 1)}
    Absence.objects.create(user=office["mara"], stand_in=tom, **window)
    Absence.objects.create(user=tom, stand_in=office["mara"], **window)

    found = people.directory(case.controller, date(2026, 6, 27)).hearers(case, [Role.HANDLER])

    assert [one.user_id for one in found] == [office["otto"].pk]


def test_when_everybody_is_away_the_officer_hears_anyway(case, office):
    for user in office.values():
        Absence.objects.create(
            controller=case.controller, user=user, first_on=date(2026, 6, 1), last_on=date(2026, 8, 1)
        )

    found = people.directory(case.controller, date(2026, 7, 5)).hearers(case, [Role.LEAD])

    assert [one.user_id for one in found] == [office["dora"].pk]


def test_an_unassigned_case_is_the_leads_and_a_former_colleagues_too(office):
    case = make_case(at=RECEIVED, now=RECEIVED)
    run(day("2026-06-27"))
    assert heard("half") == ["Otto"]

    case = Case.objects.get(pk=case.pk)
    case.assignee = office["mara"]
    User.objects.filter(pk=office["mara"].pk).update(is_active=False)
    found = people.directory(case.controller, date(2026, 7, 5)).hearers(case, [Role.HANDLER])
    assert [one.user_id for one in found] == [office["otto"].pk]


def test_a_controllers_own_ladder_is_climbed_instead(case):
    LadderRow.objects.create(
        controller=case.controller, code="lead", anchor="act_by", days=-7, roles=["lead", "handler"]
    )

    every_day("2026-06-15", "2026-07-20")

    assert fired(case) == [("lead", "2026-07-03")]
    assert heard("lead") == ["Mara", "Otto"]


def test_a_case_that_moved_between_reading_and_claiming_is_left_for_the_next_look(case):
    controller, today = make_controller(), date(2026, 7, 5)
    look = escalate._Look(
        controller, today, day("2026-07-05"), ladder_of(controller), calendar_of(controller),
        people.directory(controller, today),
    )  # fmt: skip
    stale = list(escalate._chunk(controller, today, set()))
    assign(case_id=case.pk, to=None, actor=actors.staff(make_staff("otto", "lead")), now=day("2026-07-05"))

    with transaction.atomic():
        assert escalate._climb_all(look, stale) == 0
    assert fired(case) == []

    assert run(day("2026-07-05")) == 1
    assert verify_case(Case.objects.get(pk=case.pk)) == []
