"""Legal hold: every operation and every pass of the tick, and whether a hold stops it; a new one without a row fails (4.4, Q-04)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dsr.cases import holds, later_plans, legal_holds, plans, uploads
from dsr.cases import tasks as rows
from dsr.cases.plans import HeldError
from dsr.fulfil import operations
from dsr.law.rights import Right
from dsr.models import Artifact, Case, Event, Message, Plan, Request, Task
from dsr.work import tick
from tests.cases.test_holds import named, otto, placed
from tests.factories import MONDAY, make_case
from tests.uploads.made import sent

pytestmark = pytest.mark.django_db
STOPS, GOES_ON = "stops", "goes on"
READS = "it reads, and a hold wants nothing unread"
HANDS_OUT = "it tells the person or hands out a copy, and takes nothing away"
OPERATIONS = {
    "apply": (STOPS, "what is erased or overwritten is evidence; a stop that only sets a switch goes on (21(3), 7(3))"),
    "replay": (STOPS, "it erases"),
    "kept": (STOPS, "it erases"),
    "residue": (STOPS, "it erases"),
    "write_again": (STOPS, "the old value is evidence"),
    "restrict": (GOES_ON, "it marks, and its plan keeps what stood there: that is what a hold wants"),
    "lift": (GOES_ON, "it gives back what stood there"),
    "by_hand": (GOES_ON, "a person does it, and her page says that the case is held"),
    "locate": (GOES_ON, READS),
    "collect": (GOES_ON, READS),
    "plan": (GOES_ON, READS),
    "values": (GOES_ON, READS),
    "recheck": (GOES_ON, READS),
    "rescan": (GOES_ON, READS),
    "verify": (GOES_ON, READS),
    "package": (GOES_ON, HANDS_OUT),
    "close": (GOES_ON, HANDS_OUT),
    "letter": (GOES_ON, HANDS_OUT),
    "transmit": (GOES_ON, HANDS_OUT),
}
NOTHING = "it takes nothing of a case away"
PASSES = {
    "approved_plans": (STOPS, "it begins an approved erasure"),
    "closed_cases": (STOPS, "it archives: words and files go"),
    "case_files": (STOPS, "it purges"),
    "leftovers": (STOPS, "it removes sealed files and old codes"),
    "expired_packages": (STOPS, "it deletes packages"),
    "sent_files": (STOPS, "it deletes proofs and drafts"),
    "inbound_mail": (STOPS, "it deletes mails"),
    "due_tasks": (STOPS, "it wakes work: an erasure that met the hold is not woken"),
    "kept_data": (STOPS, "it begins what erases at the end of a period; `kept` asks at its first look"),
    "later_searches": (GOES_ON, READS),
    "erasure_ledger": (GOES_ON, "it writes down what was erased; entries end with the last backup, and name nobody"),
    "corrections_again": (GOES_ON, READS),
    "spent_tokens": (GOES_ON, "hand-over tokens hold no data of a case"),
    "closed_pages": (GOES_ON, "who had a page open is no data of a case"),
    "retired_keys": (GOES_ON, "keys under which nothing is left"),
    **dict.fromkeys(
        ("departments", "recipients_told", "due_messages", "stuck_cases", "calendar_changes", "ladder_rungs",
         "held_requests", "close_colleagues", "shared_out", "silent_subjects", "ending_answers", "authority_days",
         "digests", "audit_anchor", "posted_letters", "held_matters", "store_checks", "restricted_data", "day_figures",
         "monthly_reports", "evidence_packs"),
        (GOES_ON, NOTHING),
    ),
}  # fmt: skip
SCOPES: dict[str, Any] = {"case": None, "person": ("customer_number", "10000001"), "store": "billing"}


def test_every_operation_has_a_row_and_what_writes_and_is_no_switch_stops():
    assert set(OPERATIONS) == set(operations.OPERATIONS)
    stops = {name for name, (what, _why) in OPERATIONS.items() if what == STOPS}
    assert stops == operations.WRITING - {"restrict", "lift", "transmit"}


def test_every_pass_of_the_tick_has_a_row():
    assert set(PASSES) == {run.__name__ for run in tick.PASSES}


def everything(case: Case) -> dict[str, int]:
    """How many rows of the case and its request there are, and how many of their sealed files still have a key."""
    request = Request.objects.get(pk=case.request_id)
    return {
        "cases": request.cases.count(),
        "words": len(str(request.content().get("words", ""))),
        "packages": Artifact.objects.filter(case=case).exclude(wrapped_key="").count(),
        "files": request.uploads.filter(deleted_at=None).count(),
        "events": Event.objects.filter(case=case).exclude(action__in=("legal_hold_set", "hold_set")).count() > 0,
    }


def package(case: Case) -> None:
    """A sealed package whose time was over long ago."""
    row = Artifact(
        controller=case.controller,
        case=case,
        kind=Artifact.Kind.PACKAGE,
        file_name="x.zip",
        media_type="application/zip",
        storage_name="none",
        size=1,
        sha256="0" * 64,
        created_at=MONDAY,
        expires_at=MONDAY,
    )
    row.vault_key()
    row.save()


@pytest.mark.parametrize("scope", ["case", "person"])
def test_4_4_no_pass_takes_anything_of_a_held_case_however_late_it_runs(demo_stores, settings, tmp_path, scope):
    """All passes, one after the other, years after everything was over; lifted, the same passes take the file away."""
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    case = named(make_case())
    for purpose in ("identity", "evidence"):
        file = sent(purpose.encode(), "note.txt")
        uploads.receive(controller=case.controller, file=file, purpose=purpose, now=MONDAY, request=case.request)
    package(case)
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=MONDAY)
    Task.objects.update(status="done")
    Message.objects.update(status="sent")
    hold = placed(**{scope: ("email", "anna@example.com") if scope == "person" else case})
    before, later = everything(case), MONDAY + timedelta(days=8 * 366)

    for _ in range(2):
        tick.tick(later)

    assert everything(case) == before
    legal_holds.lift(hold_id=hold.pk, reason="over", actor=otto(), now=later)
    for _ in range(3):
        tick.tick(later)
    assert Artifact.objects.filter(case_id=case.pk).exclude(wrapped_key="").count() == 0
    assert not Request.objects.filter(pk=case.request_id).exists() or everything(case)["words"] == 0


def ready(operation: str) -> tuple[Case, Task, Plan]:
    """A plan of a case that is about to be carried out."""
    case = make_case(rights=(Right.ERASURE,))
    Case.objects.filter(pk=case.pk).update(state="executing", approved_sha256="a" * 64)
    plan: Plan = case.plans.create(
        controller=case.controller,
        number=1,
        status="approved",
        sha256="a" * 64,
        created_at=MONDAY,
        store="" if operation == "apply" else "billing",
        occasion="" if operation == "apply" else operation,
    )
    return case, rows.ensure(case=case, operation=operation, store="billing", now=MONDAY), plan


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("operation", ["apply", "replay", "kept", "residue"])
def test_a_hold_on_case_person_or_store_stops_what_erases_at_its_first_look(demo_stores, operation, scope):
    """Asked by the rows and not by the flag of the case, which knows of no store; lifted, it goes on. Its task waits meanwhile."""
    case, task, plan = ready(operation)
    hold = placed(**{scope: SCOPES[scope] or case})
    Case.objects.filter(pk=case.pk).update(legal_hold=scope == "case")

    def begin() -> None:
        if operation == "apply":
            plans.begin_store(task=task, plan_id=plan.pk, now=MONDAY)
        else:
            later_plans.begin_store(task=task, plan=plan, now=MONDAY)

    with pytest.raises(HeldError):
        begin()
    Task.objects.filter(pk=task.pk).update(error_code=rows.HELD)
    assert task not in rows.due(MONDAY)
    legal_holds.lift(hold_id=hold.pk, reason="over", actor=otto(), now=MONDAY)
    begin()
    assert task in rows.due(MONDAY)


def test_another_case_person_or_store_is_not_held(demo_stores):
    """A hold stops what it names and nothing else."""
    case, task, plan = ready("replay")
    placed(case=make_case(number="10000009"))
    placed(person=("customer_number", "10000009"))
    placed(store="radius")
    assert not holds.held(case, "billing")
    later_plans.begin_store(task=task, plan=plan, now=MONDAY)
