"""A calendar changes: open cases get new dates, with an event, and never a later day than the person was told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dsr import wording
from dsr.audit import verify_case
from dsr.cases import actors, calendar, identity
from dsr.cases.escalate import climb
from dsr.cases.own_rules import ladder_of, own_days, retention_of
from dsr.cases.perform import RefusedError
from dsr.law.ladder import LADDER, RungCode
from dsr.law.retention import DocumentClass, keep_until
from dsr.models import CalendarDay, Case, LadderRow, Message, RetentionRow
from dsr.work.tick import calendar_changes
from tests.factories import MONDAY, make_case, make_controller, make_request, make_staff

pytestmark = pytest.mark.django_db
# received Friday 29 May 2026: one month ends Monday 29 June
FRIDAY = datetime(2026, 5, 29, 9, tzinfo=UTC)
DUE = date(2026, 6, 29)


def dpo():
    return actors.staff(make_staff("dora", "dpo"))


def set_day(day, *, holiday=True, actor=None):
    return calendar.set_day(
        controller=make_controller(), day=day, holiday=holiday, name="Town fair", actor=actor or dpo(), now=MONDAY
    )


def fresh(case):
    return Case.objects.get(pk=case.pk)


def test_no_26_a_new_holiday_never_moves_a_told_date_to_a_later_day():
    case = make_request(at=FRIDAY).cases.get()
    assert (case.due_on, case.told_due_on) == (DUE, DUE)

    assert set_day(DUE) == 1
    assert calendar_changes(MONDAY) == 1

    case = fresh(case)
    assert case.due_on == DUE
    assert case.calendar_version.endswith(own_version())
    assert calendar_changes(MONDAY) == 0


def own_version():
    from dsr.cases.own_rules import calendar_of

    return calendar_of(make_controller()).version.rpartition(" ")[2]


def test_1_3_a_date_nobody_was_told_moves_with_its_explanation_and_an_event():
    case = make_request(at=FRIDAY).cases.get()
    Case.objects.filter(pk=case.pk).update(told_due_on=None)
    before = case.version

    set_day(DUE)
    calendar_changes(MONDAY)

    case = fresh(case)
    assert case.due_on == DUE + timedelta(days=1)
    assert [line["code"] for line in case.explanation][-1] == "due"
    assert case.events.get(action="dates_recomputed").data["due_before"] == DUE.isoformat()
    assert case.version == before + 1
    assert verify_case(case) == []


def test_1_3_an_earlier_date_counts_at_once():
    set_day(DUE)
    case = make_request(at=FRIDAY).cases.get()
    assert case.due_on == DUE + timedelta(days=1)

    set_day(DUE, holiday=None)
    calendar_changes(MONDAY)

    assert fresh(case).due_on == DUE


def test_a_told_date_that_stays_says_so_in_its_arithmetic():
    case = make_request(at=FRIDAY).cases.get()
    told = DUE - timedelta(days=5)
    Case.objects.filter(pk=case.pk).update(told_due_on=told)

    set_day(DUE)
    calendar_changes(MONDAY)

    case = fresh(case)
    assert case.due_on == told
    assert [line["code"] for line in case.explanation][-2:] == ["told", "due"]
    assert "we told you" in wording.explanation(case.explanation)[-2]


def test_a4_a_holiday_that_is_none_here_shortens_the_date():
    assert CalendarDay.objects.count() == 0
    # one month from 25 November ends on Christmas Day
    case = make_request(at=datetime(2026, 11, 25, 9, tzinfo=UTC)).cases.get()
    assert case.due_on == date(2026, 12, 28)

    set_day(date(2026, 12, 25), holiday=False)
    calendar_changes(MONDAY)

    assert fresh(case).due_on == date(2026, 12, 25)


def test_only_the_data_protection_officer_changes_the_calendar():
    with pytest.raises(RefusedError) as refused:
        set_day(DUE, actor=actors.staff(make_staff("otto", "lead")))

    assert refused.value.refusal.code == "dpo_only"
    assert own_days(make_controller()).extra == ()


def test_a_day_no_calendar_knows_is_refused():
    with pytest.raises(RefusedError):
        set_day(date(1995, 1, 1))


def test_closed_cases_keep_their_dates_and_other_controllers_theirs():
    other = make_controller("southwave")
    foreign = make_request(controller=other, at=FRIDAY).cases.get()
    closed = make_request(at=FRIDAY).cases.get()
    Case.objects.filter(pk=closed.pk).update(state="withdrawn", told_due_on=None)

    set_day(DUE)
    calendar_changes(MONDAY)

    assert fresh(closed).due_on == DUE
    assert fresh(foreign).calendar_version == foreign.calendar_version


def test_t10_when_the_clock_runs_again_the_person_hears_the_new_date():
    case = make_case(identified=False)
    identity.ask(case_id=case.pk, doubt="two people", seen_version=None, actor=actors.staff(make_staff()), now=MONDAY)

    identity.identify(
        request=case.request,
        level=3,
        method="shop",
        known=(),
        actor=actors.staff(make_staff()),
        now=MONDAY + timedelta(days=7),
    )

    case = fresh(case)
    assert case.told_due_on == case.due_on
    body = Message.objects.get(kind="identified").content()["body"]
    assert case.due_on.strftime("%B").removesuffix("e") in body
    assert str(case.due_on.day) in body


def test_5_a_controllers_own_ladder_replaces_the_default_one():
    controller = make_controller()
    assert ladder_of(controller) == LADDER

    LadderRow.objects.create(controller=controller, code="lead", anchor="act_by", days=-7, roles=["lead", "dpo"])

    (rung,) = ladder_of(controller)
    assert (rung.code, rung.days, [role.value for role in rung.roles]) == (RungCode.LEAD, -7, ["lead", "dpo"])


def test_5_a_controllers_own_retention_row_goes_before_the_law():
    controller = make_controller()
    RetentionRow.objects.create(
        controller=controller, country="DE", document_class="invoice", months=144, start="end_calendar_year",
        statute="contract with the lender", mark="K", bound="at_least",
    )  # fmt: skip

    kept = keep_until("DE", DocumentClass.INVOICE, date(2026, 3, 1), own=retention_of(controller))

    assert kept.until == date(2038, 12, 31)
    assert not kept.may_delete
    assert keep_until("DE", DocumentClass.INVOICE, date(2026, 3, 1)).until == date(2034, 12, 31)


def test_t13_a_holiday_that_is_taken_back_brings_the_day_of_the_question_nearer():
    """The due date stays; the ladder would have looked a day too late."""
    wednesday = datetime(2026, 6, 17, 9, tzinfo=UTC)
    set_day(date(2026, 6, 18))
    case = make_request(at=wednesday).cases.get()
    climb(controller=make_controller(), now=wednesday)
    assert fresh(case).next_rung_on == date(2026, 6, 23)

    set_day(date(2026, 6, 18), holiday=None)
    calendar_changes(wednesday)
    climb(controller=make_controller(), now=wednesday)

    assert fresh(case).next_rung_on == date(2026, 6, 22)
