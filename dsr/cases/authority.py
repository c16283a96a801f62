"""Matters before a supervisory authority about one case: opened, answered by its day, closed with an outcome (Art. 31, 58, 77).

An authority sets days of its own; they are the controller's calendar days and have nothing to do with the clock of the case.
While a matter is open the case file is neither archived nor purged. Lead and data protection officer (Art. 39(1)(d)) keep it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from dsr.cases import notices
from dsr.cases.clock import local_date
from dsr.cases.duties import DUTIES, Duty
from dsr.cases.enclosures import facts
from dsr.cases.facts import barred_ids
from dsr.cases.own_rules import calendar_of
from dsr.cases.perform import ConflictError, RefusedError, insist, record, staff_id
from dsr.law.workflow import Refusal
from dsr.models import AuthorityCase, Case, Controller, Kind, Upload, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import RowId

MAX_WORDS: Final = 200
"""Characters of the authority's name and of its reference."""
MAX_NOTE: Final = 5000
WORKING_DAYS_BEFORE: Final = 2
"""POLICY: staff are reminded this many working days of the controller before the answer day."""
State, Outcome = AuthorityCase.State, AuthorityCase.Outcome


@transaction.atomic
def open_case(
    *,
    case_id: RowId,
    authority: str,
    reference: str,
    received_on: date,
    answer_due_on: date | None,
    note: str,
    actor: Actor,
    now: datetime,
    added: Iterable[str] = (),
) -> AuthorityCase:
    """Note that an authority asks or was complained to: who, under which number, since when, and by which day it wants an answer.

    Days are the controller's. Names and note are sealed. `added`: ids of files of the request that wait
    for a matter. RefusedError: `role`; `authority_missing` without name or reference; `authority_in_future` and
    `authority_due_before` for days that cannot be.
    """
    insist(actor, Duty.AUTHORITY)
    name, number = authority.strip()[:MAX_WORDS], reference.strip()[:MAX_WORDS]
    if not (name and number):
        raise RefusedError(Refusal("authority_missing", {}))
    case: Case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if received_on > local_date(case.controller, now):
        raise RefusedError(Refusal("authority_in_future", {}))
    _insist_after(answer_due_on, received_on)
    row = AuthorityCase(
        controller=case.controller,
        case=case,
        received_on=received_on,
        answer_due_on=answer_due_on,
        opened_at=now,
        opened_by_id=staff_id(actor),
    )
    row.put({"authority": name, "reference": number, "notes": []})
    row.save(force_insert=True)
    files = _tied(row, added)
    _add_note(row, "authority_opened", note, now, files)
    row.save(update_fields=["sealed"])
    data = {"answer_due_on": answer_due_on, **facts(files)}
    _record(row, "authority_opened", actor, now, note=f"{name}, {number}", **data)
    return row


@transaction.atomic
def move_day(
    *, row_id: RowId, answer_due_on: date, note: str, actor: Actor, now: datetime, added: Iterable[str] = ()
) -> AuthorityCase:
    """The authority wants its answer by another day: staff are reminded of that one. ConflictError when it is settled."""
    row = _locked(row_id, actor, State.OPEN)
    _insist_after(answer_due_on, row.received_on)
    before, row.answer_due_on = row.answer_due_on, answer_due_on
    return _kept(row, "authority_day_moved", note, actor, now, added=added, before=before, answer_due_on=answer_due_on)


@transaction.atomic
def answered(
    *, row_id: RowId, answered_on: date, note: str, actor: Actor, now: datetime, added: Iterable[str] = ()
) -> AuthorityCase:
    """Our answer left on that day; nobody is reminded any more. ConflictError when it is settled."""
    row = _locked(row_id, actor, State.OPEN)
    if answered_on > local_date(row.controller, now):
        raise RefusedError(Refusal("authority_in_future", {}))
    _insist_after(answered_on, row.received_on)
    row.state, row.answered_on = State.ANSWERED, answered_on
    return _kept(row, "authority_answered", note, actor, now, added=added, answered_on=answered_on)


@transaction.atomic
def ask_again(
    *, row_id: RowId, answer_due_on: date, note: str, actor: Actor, now: datetime, added: Iterable[str] = ()
) -> AuthorityCase:
    """The authority is not content and asks again: open as before, with another day."""
    row = _locked(row_id, actor, State.ANSWERED)
    _insist_after(answer_due_on, row.answered_on or row.received_on)
    row.state, row.answer_due_on = State.OPEN, answer_due_on
    return _kept(row, "authority_asked_again", note, actor, now, added=added, answer_due_on=answer_due_on)


@transaction.atomic
def close(
    *, row_id: RowId, outcome: str, note: str, actor: Actor, now: datetime, added: Iterable[str] = ()
) -> AuthorityCase:
    """The matter is over, with its outcome (a value of AuthorityCase.Outcome). RefusedError: `role`, `authority_outcome` for
    none that we know; ConflictError when it is settled.
    """
    row = _locked(row_id, actor, State.OPEN, State.ANSWERED)
    if outcome not in Outcome.values:
        raise RefusedError(Refusal("authority_outcome", {}))
    row.state, row.outcome, row.closed_at = State.CLOSED, outcome, now
    return _kept(row, "authority_closed", note, actor, now, added=added, outcome=outcome)


def _insist_after(day: date | None, since: date) -> None:
    if day is not None and day < since:
        raise RefusedError(Refusal("authority_due_before", {"day": since}))


def _locked(row_id: RowId, actor: Actor, *states: AuthorityCase.State) -> AuthorityCase:
    insist(actor, Duty.AUTHORITY)
    rows = AuthorityCase.objects.select_for_update(of=("self",)).select_related("case", "controller")
    row: AuthorityCase = rows.get(pk=row_id)
    if row.state not in states:
        raise ConflictError  # somebody else was faster; the page shows where it stands
    return row


def _add_note(row: AuthorityCase, kind: str, note: str, now: datetime, files: Sequence[Upload]) -> None:
    words = note.strip()[:MAX_NOTE]
    if words or files:
        step = {"at": now.isoformat(), "kind": kind, "text": words, "files": [str(one.pk) for one in files]}
        content = row.content()
        row.put(content | {"notes": [*content["notes"], step]})


def _tied(row: AuthorityCase, added: Iterable[str]) -> list[Upload]:
    """Files that wait for a matter of this request become this one's; others are left alone. They are kept with the case."""
    mine = Upload.objects.select_for_update().filter(
        pk__in=list(added),
        request__cases=row.case_id,
        purpose=Upload.Purpose.MATTER,
        matter=None,
        deleted_at=None,
    )
    found = list(mine.order_by("created_at", "pk"))
    Upload.objects.filter(pk__in=[one.pk for one in found]).update(matter=row, delete_after=None)
    return found


def _kept(
    row: AuthorityCase, kind: str, note: str, actor: Actor, now: datetime, *, added: Iterable[str], **data: Any
) -> AuthorityCase:
    """Save a step of a matter with its event; the case's version says whether somebody else was faster."""
    files = _tied(row, added)
    _add_note(row, kind, note, now, files)
    row.save()
    _record(row, kind, actor, now, note=note.strip()[:MAX_NOTE], **data, **facts(files))
    return row


def _record(row: AuthorityCase, kind: str, actor: Actor, now: datetime, *, note: str, **data: Any) -> None:
    said = {"authority_case": str(row.pk), "received_on": row.received_on, **data}
    record(case_id=row.case_id, kind=kind, actor=actor, now=now, data=said, note=note)


def of_case(case: Case) -> QuerySet[AuthorityCase]:
    """The matters of a case, the newest first."""
    rows: QuerySet[AuthorityCase] = AuthorityCase.objects.filter(case=case).select_related("opened_by", "case")
    return rows.order_by("-opened_at", "pk")


def who_asks(case: Case) -> tuple[str, str]:
    """Name and reference of the newest matter that is not over; empty without one. For whoever keeps these matters."""
    row = of_case(case).exclude(state=State.CLOSED).first()
    said = row.content() if row is not None else {}
    return said.get("authority", ""), said.get("reference", "")


def unsettled(controller: Controller) -> QuerySet[AuthorityCase]:
    """What is not over yet, the day of the answer first; what the authority waits for before what we wait for."""
    rows = AuthorityCase.objects.of(controller).exclude(state=State.CLOSED).select_related("case__request")
    rows = rows.defer("sealed", "case__sealed", "case__request__sealed", "case__explanation", "case__warnings")
    found: QuerySet[AuthorityCase] = rows.order_by("-state", F("answer_due_on").asc(nulls_last=True), "pk")
    return found


def free(rows: QuerySet[Any], *, request: str) -> QuerySet[Any]:
    """Of rows that belong to requests (`request`: the field), those about which no authority has an open matter (4.2 nos. 24, 25)."""
    mine = AuthorityCase.objects.filter(case__request=OuterRef(request)).exclude(state=State.CLOSED)
    return rows.exclude(Exists(mine))


def insist_free(request_id: RowId) -> None:
    """Raise RefusedError (`authority_open`) while an authority has an open matter about a case of the request."""
    if AuthorityCase.objects.exclude(state=State.CLOSED).filter(case__request__pk=request_id).exists():
        raise RefusedError(Refusal("authority_open", {}))


def remind(*, now: datetime, limit: int) -> int:
    """Mail whoever keeps these matters two working days before an answer is due, and again when its day is over; how many.

    Once for each answer day. A mail names no case: it says where to look.
    """
    done = 0
    for controller in Controller.objects.order_by("slug"):
        today = local_date(controller, now)
        soon = calendar_of(controller).shift(today, WORKING_DAYS_BEFORE)
        waiting = AuthorityCase.objects.of(controller).filter(state=State.OPEN)
        late = Q(answer_due_on__lt=today) & ~Q(overdue_told_for=F("answer_due_on"))
        near = Q(answer_due_on__range=(today, soon)) & ~Q(reminded_for=F("answer_due_on"))
        rows = waiting.filter(late | near).select_related("case").order_by("answer_due_on", "pk")
        for row in rows[: limit - done]:
            done += _told(row, controller, today, now)
    return done


@transaction.atomic
def _told(row: AuthorityCase, controller: Controller, today: date, now: datetime) -> int:
    """Tell once; the second of two ticks finds the column written."""
    day = row.answer_due_on
    over = day is not None and day < today
    column = "overdue_told_for" if over else "reminded_for"
    rows = AuthorityCase.objects.filter(pk=row.pk, state=State.OPEN, answer_due_on=day)
    if not rows.filter(**{column: getattr(row, column)}).update(**{column: day}):
        return 0
    kind = "authority_overdue" if over else "authority_due"
    for user in _keepers(controller, row):
        notices.to_staff(user=user, kind=kind, now=now, context={"day": day})
    return 1


def _keepers(controller: Controller, row: AuthorityCase) -> Sequence[User]:
    """Leads and data protection officers, without those who are too close to the person (4.3)."""
    roles = {role.value for role in DUTIES[Duty.AUTHORITY]}
    barred = barred_ids(row.case.request_id)
    staff = User.objects.filter(controller=controller, kind=Kind.STAFF, is_active=True).order_by("pk")
    return [user for user in staff if roles & set(user.roles) and str(user.pk) not in barred]
