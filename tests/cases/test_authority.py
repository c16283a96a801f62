"""Matters before a supervisory authority: days of their own, reminders, an end with an outcome, and a file that waits for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dsr.audit import verify_case
from dsr.cases import actors, agenda, archive, authority, purge
from dsr.cases.perform import ConflictError, RefusedError
from dsr.models import AuthorityCase, Case, EventNote, Notice
from dsr.work import tick
from tests.factories import MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db
ASKED: dict[str, Any] = {
    "authority": "Example Data Protection Authority",
    "reference": "521.99-4711",
    "received_on": date(2026, 6, 12),
    "answer_due_on": date(2026, 6, 29),  # a Monday
    "note": "She says that the bill of May is missing from her copy.",
}


def dora() -> Any:
    return actors.staff(make_staff("dora", "dpo"))


def opened(case: Case | None = None, **changes: Any) -> AuthorityCase:
    case = case or make_case()
    return authority.open_case(case_id=case.pk, **{**ASKED, **changes}, actor=dora(), now=MONDAY)


def code_of(error: Any) -> str:
    return str(error.value.refusal.code)


def test_Art_31_a_matter_is_opened_moved_answered_asked_again_and_closed_each_an_event_with_sealed_words() -> None:
    row = opened()
    steps: list[tuple[Any, dict[str, Any]]] = [
        (authority.move_day, {"answer_due_on": date(2026, 7, 6)}),
        (authority.answered, {"answered_on": date(2026, 6, 15)}),
        (authority.ask_again, {"answer_due_on": date(2026, 7, 20)}),
        (authority.close, {"outcome": "reprimand"}),
    ]
    for number, (verb, said) in enumerate(steps):
        row = verb(row_id=row.pk, **said, note=f"Letter {number} of Anna's lawyer.", actor=dora(), now=MONDAY)

    row = AuthorityCase.objects.get(pk=row.pk)
    assert (row.state, row.outcome, row.answer_due_on) == ("closed", "reprimand", date(2026, 7, 20))
    assert [note["text"] for note in row.content()["notes"]][1:] == [f"Letter {n} of Anna's lawyer." for n in range(4)]
    events = list(row.case.events.filter(action__startswith="authority_").order_by("seq"))
    assert [event.action.removeprefix("authority_") for event in events] == [
        "opened",
        "day_moved",
        "answered",
        "asked_again",
        "closed",
    ]
    clear = str([event.data for event in events]) + str([bytes(row.sealed)])
    assert not any(word in clear for word in ("521.99", "Example", "lawyer", "May"))
    assert "521.99-4711" in str(EventNote.objects.get(event=events[0]).content())
    assert verify_case(Case.objects.get(pk=row.case_id)) == []


def test_what_cannot_be_is_refused_with_a_reason_and_a_settled_matter_is_a_conflict() -> None:
    case = make_case()
    for changes, code in (
        ({"reference": " "}, "authority_missing"),
        ({"received_on": date(2026, 6, 16)}, "authority_in_future"),
        ({"answer_due_on": date(2026, 6, 11)}, "authority_due_before"),
    ):
        with pytest.raises(RefusedError) as error:
            opened(case, **changes)
        assert code_of(error) == code
    mara = actors.staff(make_staff("mara"))
    with pytest.raises(RefusedError) as error:
        authority.open_case(case_id=case.pk, **ASKED, actor=mara, now=MONDAY)
    assert code_of(error) == "role"
    row = opened(case)
    with pytest.raises(RefusedError) as error:
        authority.close(row_id=row.pk, outcome="won", note="", actor=dora(), now=MONDAY)
    assert code_of(error) == "authority_outcome"
    authority.close(row_id=row.pk, outcome="settled", note="", actor=dora(), now=MONDAY)
    with pytest.raises(ConflictError):
        authority.answered(row_id=row.pk, answered_on=date(2026, 6, 15), note="", actor=dora(), now=MONDAY)


def test_leads_and_the_dpo_are_reminded_two_working_days_before_and_once_when_the_day_is_over() -> None:
    make_staff("otto", "lead")
    row = opened()

    def mails(day: int) -> list[str]:
        before = set(Notice.objects.values_list("pk", flat=True))
        now = datetime(2026, 6, day, 8, tzinfo=UTC)
        tick.authority_days(now)
        tick.authority_days(now)
        return sorted(Notice.objects.exclude(pk__in=before).values_list("kind", flat=True))

    assert mails(24) == []
    assert mails(25) == ["authority_due"] * 2  # Thursday: Friday and Monday are the two working days
    assert mails(26) == mails(29) == []
    assert mails(30) == ["authority_overdue"] * 2
    said = str([(notice.content()["subject"], notice.content()["body"]) for notice in Notice.objects.order_by("pk")])
    assert "29 June 2026" in said
    assert row.case.request.reference not in said
    assert "4711" not in said
    late = datetime(2026, 6, 30, 9, tzinfo=UTC)
    authority.move_day(row_id=row.pk, answer_due_on=date(2026, 7, 1), note="", actor=dora(), now=late)
    assert mails(30) == ["authority_due"] * 2  # another day, another reminder


def test_the_day_stands_in_the_calendar_until_the_answer_left_and_on_the_list_until_the_end() -> None:
    row = opened()
    first, last = date(2026, 6, 1), date(2026, 6, 30)

    def days(today: date) -> list[tuple[date, bool]]:
        found = agenda.items(row.controller, first, last, today=today)
        return [(one.day, one.over) for one in found if one.kind is agenda.Kind.AUTHORITY]

    assert days(date(2026, 6, 15)) == [(date(2026, 6, 29), False)]
    assert days(date(2026, 6, 30)) == [(date(2026, 6, 29), True)]
    Case.objects.update(
        act_by_on=date(2026, 6, 29)
    )  # a crowded day shows the first few: the authority before our own target
    kinds = [one.kind for one in agenda.items(row.controller, date(2026, 6, 29), date(2026, 6, 29), today=first)]
    assert kinds == [agenda.Kind.AUTHORITY, agenda.Kind.TARGET]
    assert authority.who_asks(row.case) == ("Example Data Protection Authority", "521.99-4711")
    authority.answered(row_id=row.pk, answered_on=date(2026, 6, 15), note="", actor=dora(), now=MONDAY)
    assert days(date(2026, 6, 30)) == []
    assert [one.pk for one in authority.unsettled(row.controller)] == [row.pk]
    authority.close(row_id=row.pk, outcome="no_infringement", note="", actor=dora(), now=MONDAY)
    assert not authority.unsettled(row.controller).exists()
    assert authority.who_asks(row.case) == ("", "")


def test_4_2_24_25_a_file_about_which_an_authority_asks_is_neither_archived_nor_purged() -> None:
    case = make_case()
    row = opened(case)
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=MONDAY)
    later = MONDAY + timedelta(days=120)
    assert archive.due(now=later, limit=9) == []
    with pytest.raises(RefusedError) as error:
        archive.archive(case_id=case.pk, now=later)
    assert code_of(error) == "authority_open"
    Case.objects.filter(pk=case.pk).update(state="archived")
    years = MONDAY + timedelta(days=365 * 5)
    assert purge.due(now=years, limit=9) == []
    with pytest.raises(RefusedError) as error:
        purge.purge(request_id=case.request_id, now=years)
    assert code_of(error) == "authority_open"
    authority.close(row_id=row.pk, outcome="settled", note="", actor=dora(), now=later)
    assert purge.due(now=years, limit=9) == [case.request_id]
    purge.purge(request_id=case.request_id, now=years)
    assert not AuthorityCase.objects.exists()
