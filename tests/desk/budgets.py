"""A case rich in everything, and lists with many rows: what the pages of the desk are counted on (decision 090)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr.cases import actors, answer, identity, linking, messages, notes, tags
from dsr.cases.perform import record
from dsr.cases.setup import record_setup
from dsr.law.rights import Right
from dsr.models import (
    Absence,
    Artifact,
    CalendarDay,
    Case,
    Escalation,
    HandTask,
    Incident,
    Letter,
    Message,
    Notice,
    Presence,
    SavedView,
    Task,
    Told,
    Upload,
)
from tests.factories import make_case, make_controller, make_request, make_staff, make_user

if TYPE_CHECKING:
    from dsr.models import User

PAIR = (Right.ACCESS, Right.ERASURE)


def rich_case() -> Case:
    """An access request with a sibling right, an account, a searched person, tasks of stores, and a linked request."""
    now, mara = timezone.now(), make_staff("mara")
    anna = make_user()
    request = make_request(account=anna, rights=PAIR, at=now - timedelta(days=3))
    identity.identify(
        request=request, level=3, method="link", known=(("billing", "10000001"),), actor=actors.SYSTEM, now=now
    )
    case: Case = request.cases.get(right=Right.ACCESS.value)
    answer.start_collection(case_id=case.pk, actor=actors.staff(mara), now=now)
    other = make_request(account=anna, at=now - timedelta(days=9))
    lead = actors.staff(make_staff("otto", "lead"))
    for linked in (make_request(at=now - timedelta(days=8)), other):
        linking.decide(
            case_id=case.pk, reference=linked.reference, linked=True, reason="She said so.", actor=lead, now=now
        )
    made: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    return made


def grow(case: Case, *, times: int) -> None:
    """Give the case more of everything it can have several of."""
    mara, now = make_staff("mara"), timezone.now()
    actor = actors.staff(mara)
    for number in range(times):
        at = now - timedelta(minutes=number)
        colleague = make_staff(f"colleague{Presence.objects.count()}")
        notes.add(case_id=case.pk, text="Called back.", actor=actor, now=now)
        record(case_id=case.pk, kind="task_retried", actor=actor, now=now, data={"store": "billing"})
        messages.from_office(request=case.request, text="We look into it.", author=mara, now=now)
        _task(case, now, hand=number % 2 == 0)
        _mail(case, now)
        _letter(case, now)
        _upload(case, mara, at)
        _escalation(case, colleague, now)
        Presence.objects.create(controller=case.controller, case=case, user=colleague, seen_at=now)
        Artifact.objects.create(**_file(case, now))


def lists(*, rows: int) -> None:
    """Cases in every view, mails that came back, saved views, events of the set-up: more rows in every list."""
    now, controller, otto = timezone.now(), make_controller(), make_staff("otto", "lead")
    tag = tags.named(controller=controller, name="merger", actor=actors.staff(otto))
    for number in range(rows):
        case = make_case(at=now - timedelta(days=39 - number % 40), identified=bool(number % 3))
        case.case_tags.create(controller=controller, tag=tag)
        _task(case, now, hand=False)
        _mail(case, now)
        _letter(case, now)
        _escalation(case, otto, now)
        _rows_of_set_up(number, otto, now)
        record_setup(controller=controller, kind="ladder_changed", actor=actors.staff(otto), now=now, data={})
    for view in ("open", "manual", "closed", "mine"):
        SavedView.objects.get_or_create(
            controller=controller,
            owner=otto,
            name=f"{view} of mine",
            defaults={"query": f"view={view}&right=access", "created_at": now},
        )


def _rows_of_set_up(number: int, otto: User, now: Any) -> None:
    """One more of each list of the set-up, of absences and of colleagues."""
    controller, day = otto.controller, now.date() + timedelta(days=CalendarDay.objects.count())
    Absence.objects.create(controller=controller, user=otto, first_on=day, last_on=day)
    CalendarDay.objects.create(controller=controller, day=day, name="Founding day")
    make_staff(f"employee{number}")


def _task(case: Case, now: Any, *, hand: bool) -> None:
    task = Task.objects.create(
        controller=case.controller,
        case=case,
        operation="collect",
        store=f"store{Task.objects.filter(case=case).count()}",
        status=Task.Status.MANUAL,
        error_code="not_capable",
        not_before=now,
        created_at=now,
    )
    if hand:
        days = {"answer_by": now.date(), "days": 4, "asked_at": now}
        HandTask.objects.create(controller=case.controller, task=task, reason_code="not_capable", **days)


def _mail(case: Case, now: Any) -> None:
    row = Message(
        controller=case.controller,
        request=case.request,
        kind="acknowledgement",
        status=Message.Status.BOUNCED,
        by_mail=True,
        created_at=now,
        not_before=now,
    )
    row.put({"to": "anna@example.com", "subject": "We have your request"})
    row.save()


def _letter(case: Case, now: Any) -> None:
    Letter.objects.create(
        controller=case.controller, case=case, code="L-05", action="extend", language="en", created_at=now
    )


def _upload(case: Case, mara: User, at: Any) -> None:
    row = Upload(
        controller=case.controller,
        request=case.request,
        purpose=Upload.Purpose.IDENTITY,
        media_type="image/png",
        size=10,
        sha256="a" * 64,
        storage_name="none",
        created_at=at,
        delete_after=at + timedelta(days=30),
        seen_by=mara,
    )
    row.put({"name": "proof.png"})
    row.save()


def _escalation(case: Case, user: User, now: Any) -> None:
    number = Escalation.objects.filter(case=case).count()
    day = (now + timedelta(days=number)).date()
    row = Escalation.objects.create(
        controller=case.controller, case=case, rung=f"rung{number}", counted_to=day, fell_on=day, at=now
    )
    notice = Notice.objects.create(controller=case.controller, user=user, kind="digest", created_at=now, not_before=now)
    Told.objects.create(escalation=row, user=user, notice=notice)
    Incident.objects.create(controller=case.controller, case=case, kind="overdue", due_on=day, opened_at=now)


def _file(case: Case, now: Any) -> dict[str, Any]:
    return {
        "controller": case.controller,
        "case": case,
        "kind": Artifact.Kind.COLLECTED,
        "store": "billing",
        "file_name": "billing.csv",
        "media_type": "text/csv",
        "storage_name": "none",
        "size": 10,
        "sha256": "a" * 64,
        "created_at": now,
    }
