"""What a controller sets up: checked, an event with before and after, and dates that follow without going past a told one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dsr.cases import absences, actors, calendar, controller_setup, own_rules_setup
from dsr.cases.controller_setup import Section
from dsr.cases.own_rules import ladder_of, retention_of
from dsr.cases.perform import RefusedError
from dsr.law.ladder import LADDER, RungCode
from dsr.law.retention import Bound, DocumentClass, Mark, StartRule, keep_until
from dsr.law.terms import Role
from dsr.models import Case, Controller, SetupEvent
from dsr.work.tick import calendar_changes
from tests.factories import MONDAY, make_case, make_controller, make_request, make_staff

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 5, 29, 9, tzinfo=UTC)


def actor(name: str, *roles: str) -> Any:
    return actors.staff(make_staff(name, *roles))


def change(section: Section, values: dict[str, Any], who: Any, **more: Any) -> SetupEvent | None:
    return controller_setup.change(
        controller=make_controller(), section=section, values=values, actor=who, now=MONDAY, **more
    )


def refused(run: Any) -> str:
    with pytest.raises(RefusedError) as error:
        run()
    return str(error.value.refusal.code)


def test_a_buffer_moves_the_day_to_act_by_of_every_open_case_and_is_an_event() -> None:
    case = make_request(at=FRIDAY).cases.get()
    assert case.act_by_on
    otto = actor("otto", "lead")
    told = controller_setup.touched(controller=make_controller(), values={"buffer_days": 10}, now=MONDAY)
    assert (told.open, told.earlier, told.later) == (1, 1, 0)
    assert Case.objects.get(pk=case.pk).act_by_on == case.act_by_on

    event = change(Section.PERIODS, {"buffer_days": 10, "cooling_hours": 24}, otto)
    assert event
    assert event.data == {"section": "periods", "changes": {"buffer_days": [5, 10]}, "cases": 1}
    assert calendar_changes(MONDAY) == 1
    assert Case.objects.get(pk=case.pk).act_by_on == case.act_by_on - timedelta(days=5)
    assert change(Section.PERIODS, {"buffer_days": 10}, otto) is None


def test_no_26_another_place_is_the_data_protection_officers_with_a_reason_and_never_later_than_told() -> None:
    # One month from 29 May ends on Monday 29 June, St Peter and Paul: a holiday in Ticino, none in Berlin.
    case = make_request(at=FRIDAY).cases.get()
    values = {"country": "CH", "subdivision": "TI"}
    assert refused(lambda: change(Section.PLACE, values, actor("otto", "lead"), note="moved")) == "role"
    dora = actor("dora", "dpo")
    assert refused(lambda: change(Section.PLACE, values, dora)) == "reason_missing"
    assert refused(lambda: change(Section.PLACE, {"subdivision": "XX"}, dora, note="moved")) == "place_unknown"
    assert refused(lambda: change(Section.PLACE, {"timezone": "Mars/North"}, dora, note="x")) == "setting_wrong"
    assert controller_setup.touched(controller=make_controller(), values=values, now=MONDAY).held == 1

    event = change(Section.PLACE, values, dora, note="We answer from Lugano now")
    assert event
    assert event.content()["text"] == "We answer from Lugano now"
    assert calendar_changes(MONDAY) == 1
    assert Case.objects.get(pk=case.pk).due_on == case.due_on == date(2026, 6, 29)


def test_a_statement_has_all_its_parts_and_none_is_a_statement() -> None:
    olga = actor("olga", "administrator")
    Controller.objects.filter(pk=make_controller().pk).update(automated_decisions=None)
    half = [{"name": "Credit check", "logic": "", "effect": "No contract"}]
    assert refused(lambda: change(Section.STATEMENTS, {"automated_decisions": half}, olga)) == "statement_incomplete"
    assert change(Section.STATEMENTS, {"automated_decisions": []}, olga)
    assert Controller.objects.get().automated_decisions == []
    with pytest.raises(KeyError):
        change(Section.STATEMENTS, {"buffer_days": 3}, olga)


def test_1_7_an_own_ladder_keeps_its_order_and_the_rungs_of_the_law() -> None:
    otto, owner = actor("otto", "lead"), make_controller()
    days = {RungCode.DECIDE_EXTENSION: -12, RungCode.LEAD: -6, RungCode.DPO: -3}
    roles = {RungCode.LAST_DAY: [Role.DPO], RungCode.OVERDUE: [Role.HANDLER]}
    case = make_case()
    Case.objects.filter(pk=case.pk).update(next_rung_on=date(2026, 7, 1))

    def set_to(wanted: dict[RungCode, int], told: Any = roles) -> Any:
        return own_rules_setup.set_ladder(controller=owner, days=wanted, roles=told, actor=otto, now=MONDAY)

    assert refused(lambda: set_to(days | {RungCode.DPO: -8})) == "ladder_days"
    assert refused(lambda: set_to(days | {RungCode.DPO: 0})) == "ladder_days"
    assert refused(lambda: set_to(days, {RungCode.LEAD: []})) == "ladder_nobody"
    event = set_to(days)
    assert event.data["changes"]["lead"] == ["-5: lead", "-6: lead"]
    own = {rung.code: rung for rung in ladder_of(owner)}
    assert (own[RungCode.DPO].days, own[RungCode.LAST_DAY].roles) == (-3, (Role.DPO,))
    assert own[RungCode.OVERDUE] == LADDER[-1]  # 4.0.6: what follows a date that passed is no policy
    assert {code: rung.states for code, rung in own.items()} == {rung.code: rung.states for rung in LADDER}
    assert Case.objects.get(pk=case.pk).next_rung_on == case.received_on
    assert set_to(days) is None
    set_to({}, {})
    assert ladder_of(owner) is LADDER


def test_4_0_11_an_own_retention_row_goes_before_the_law_and_may_delete() -> None:
    dora, owner = actor("dora", "dpo"), make_controller()
    values = {
        "country": "DE",
        "document_class": DocumentClass.BOOKS,
        "months": 130,
        "start": StartRule.END_CALENDAR_YEAR,
        "statute": " AO 147(3) ",
        "bound": Bound.AT_LEAST,
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
    }

    def add(who: Any = dora, **more: Any) -> Any:
        return own_rules_setup.add_retention(controller=owner, values=values | more, actor=who, now=MONDAY)

    assert refused(lambda: add(actor("otto", "lead"))) == "role"
    assert refused(lambda: add(valid_to=date(2025, 1, 1))) == "retention_days"
    assert refused(lambda: add(statute=" ")) == "setting_wrong"
    row = add()
    assert refused(lambda: add(valid_from=None)) == "retention_overlaps"
    kept = keep_until("DE", DocumentClass.BOOKS, date(2026, 3, 1), own=retention_of(owner))
    assert (kept.rule.statute, kept.rule.mark, kept.until) == ("AO 147(3)", Mark.VERIFIED, date(2037, 10, 31))
    own_rules_setup.remove_retention(controller=owner, row_id=row.pk, actor=dora, now=MONDAY)
    own_rules_setup.remove_retention(controller=owner, row_id=row.pk, actor=dora, now=MONDAY)
    assert retention_of(owner) == ()
    assert list(SetupEvent.objects.values_list("kind", flat=True).order_by("seq")) == [
        "retention_row_added",
        "retention_row_removed",
    ]


def test_days_of_the_calendar_and_absences_are_events() -> None:
    dora = actor("dora", "dpo")
    day = date(2026, 8, 8)
    for holiday in (True, True, None):
        calendar.set_day(
            controller=make_controller(), day=day, holiday=holiday, name="Fair", actor=dora, now=MONDAY, reason="Town"
        )
    mara = make_staff("mara")
    away = absences.enter(user=mara, first_on=day, last_on=day, stand_in=None, actor=actors.staff(mara), now=MONDAY)
    absences.remove(absence=away, actor=actors.staff(mara), now=MONDAY)

    said = list(SetupEvent.objects.order_by("seq"))
    assert [event.kind for event in said] == [
        "calendar_day_set",
        "calendar_day_set",
        "absence_entered",
        "absence_removed",
    ]
    assert said[0].data["changes"] == {"holiday": [None, True], "name": ["", "Fair"]}
    assert said[1].data["changes"]["holiday"] == [True, None]
    assert said[2].data["user"] == str(mara.pk)
