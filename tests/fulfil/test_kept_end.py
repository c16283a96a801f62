"""The end of a period erases what was kept, and nobody who has the key by then (3.4.2, 4.0.11, house.md Locate)."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dsr.cases import actors, kept, later_plans, tasks
from dsr.cases.erasure_ledger import Hashes
from dsr.cases.own_rules_setup import add_retention
from dsr.fulfil import kept as run
from dsr.fulfil import remember, replay
from dsr.fulfil.keep import keeper
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.law.retention import StartRule
from dsr.law.rights import Right
from dsr.models import Case, Erasure, KeptLine, Plan
from exporters.contract import (
    Identifier,
    IdentifierKind,
    RowKey,
    Subject,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from tests.factories import MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db
KEY = RowKey("customer", ("3",))


def noted() -> tuple[Case, Any]:
    """An erasure that is through in billing, with its lines written down, and the store."""
    case = make_case(rights=(Right.ERASURE,))
    exporter, keep = open_by_name(case.controller, "billing"), keeper(case.controller)
    lines = exporter.plan(Subject("", ()), (KEY,), right="erasure", now=MONDAY, keep_until=keep)
    summary = [summed("billing", exporter, line) for line in lines]
    plan: dict[str, Any] = {"controller": case.controller, "sha256": "a" * 64, "created_at": MONDAY}
    case.plans.create(number=1, status="applied", summary=summary, **plan)
    record = Identifier(IdentifierKind.RECORD, remember.record_of(KEY), "billing")
    stood = remember.standing(exporter, "", record)
    assert stood
    hashes = Hashes(case.controller)
    known = {hashes.token(kind.value, value, "billing") for kind, value in stood}
    kept.note(case=case, store="billing", lines=lines, labels={}, now=MONDAY, known=known)
    return case, exporter


def test_4_0_11_the_end_of_a_period_is_about_the_rows_that_end_and_no_new_holder_of_the_key(demo_stores):
    """`kept-end-1`: only rows of the lines that end, no more than were kept, and under a key that nobody else has by now."""
    case, exporter = noted()
    years = [row.document_year for row in kept.standing(case) if row.dataset == "invoices" and row.document_year]
    late = datetime(min(years) + 9, 1, 2, 12, tzinfo=UTC)
    rule: dict[str, Any] = {"country": "DE", "document_class": "invoice", "months": 96, "statute": "AO 147(3)"}
    rule |= {"bound": "at_least", "start": StartRule.END_CALENDAR_YEAR.value, "valid_from": None, "valid_to": None}
    dora = actors.staff(make_staff("dora", "dpo"))
    add_retention(controller=case.controller, values=rule, actor=dora, now=MONDAY)
    assert kept.make_due(now=late, limit=50)

    def planned() -> Plan:
        task = tasks.ensure(case=case, operation="kept", store="billing", now=late, again=True)
        _said, effect = run.apply(task, lambda: None, now=late)
        effect()
        made: Plan = Plan.objects.filter(case=case, occasion="kept").latest("number")
        return made

    due = set(kept.due_counts(case, "billing", late.date()))
    plan_ = planned()
    assert (plan_.status, plan_.policy) == ("approved", "kept-end-1")
    writes = [line for line in lines_from_json(plan_.content()["stores"]["billing"]) if line.writes]
    assert {(line.dataset, line.treatment) for line in writes} <= {(name, "delete") for name in due}
    assert "customers" not in {line.dataset for line in writes}  # a full erasure under the key would have had it

    Plan.objects.filter(pk=plan_.pk).update(status="withdrawn")
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        database.execute("UPDATE customers SET email = 'somebody.new@example.net' WHERE id = 3")
    plan_ = planned()
    assert (plan_.status, plan_.policy) == ("draft", "")
    assert {line["doubt"] for line in plan_.summary} == {"somebody_else"}
    assert later_plans.waiting(case.controller) == [plan_]


def test_3_4_2_a_withdrawn_plan_and_a_day_that_passed_wait_for_a_person_once(demo_stores):
    """The lines are kept as before, nothing is planned again each tick, and another day sets it free; the law's day counts."""
    case, exporter = noted()
    contract = next(row for row in kept.standing(case) if not row.until)
    law = next(row for row in kept.standing(case) if row.until and row.dataset == "invoices")
    mara, otto = actors.staff(make_staff("mara")), actors.staff(make_staff("otto", "lead"))
    soon, late = MONDAY.date() + timedelta(days=3), MONDAY + timedelta(days=5)
    say: dict[str, Any] = {"why": "contract", "reason": "ends then", "actor": mara}
    kept.set_end(line_id=contract.pk, ends_on=soon, now=MONDAY, **say)
    assert kept.make_due(now=late, limit=50) == 1
    task = case.tasks.get(operation="kept")
    with pytest.raises(NeedsPersonError) as still:
        run.apply(task, lambda: None, now=late)
    assert (still.value.code, still.value.place) == ("still_kept", f"billing.{contract.dataset}")
    case.tasks.update(status="manual", error_code="still_kept")
    assert kept.make_due(now=late, limit=50) == 0
    kept.set_end(line_id=contract.pk, ends_on=late.date() + timedelta(days=30), now=late, **say)
    task.refresh_from_db()
    assert (task.status, contract.case.kept_lines.get(pk=contract.pk).status) == ("cancelled", "kept")

    # What a dispute had kept longer ends by its statute when the dispute is over before it.
    KeptLine.objects.filter(pk=law.pk).update(why="dispute", ends_on=soon)
    lines = exporter.plan(Subject("", ()), (KEY,), right="erasure", now=MONDAY, keep_until=keeper(case.controller))
    kept.note(case=case, store="billing", lines=lines, labels={}, now=late)
    again = next(row for row in kept.standing(case) if kept._which(row) == kept._which(law))
    assert (again.why, kept.ends(again)) == ("law", law.until)

    KeptLine.objects.filter(pk=again.pk).update(status="due")
    summary = [summed("billing", exporter, line) for line in lines]
    plan = later_plans.keep(
        case=case,
        store="billing",
        occasion="kept",
        content={},
        summary=summary,
        sha256="b" * 64,
        by_rule=False,
        now=late,
    )
    later_plans.refuse(plan_id=plan.pk, reason="a claim is open", actor=otto, now=late)
    task.refresh_from_db()
    assert (task.status, task.error_code) == ("manual", "later_plan_withdrawn")
    assert KeptLine.objects.get(pk=again.pk).status == "kept"


def test_6_4_what_the_end_of_a_period_deleted_is_found_after_a_restore(demo_stores):
    """The ledger names the record and the data: with no identifier to tell, rows that are back wait for a second person."""
    case, exporter = noted()
    lines = exporter.plan(Subject("", ()), (KEY,), right="erasure", now=MONDAY, keep_until=keeper(case.controller))
    gone = [line for line in lines if line.writes and line.treatment.value == "delete"][:1]
    content = {"stores": {"billing": lines_to_json(gone)}, "identifiers": []}
    summary = [summed("billing", exporter, line) for line in gone]
    more: dict[str, Any] = {"content": content, "summary": summary, "sha256": plan_hash(gone), "now": MONDAY}
    shutil.copy(demo_stores / "billing.sqlite3", demo_stores / "yesterday")
    later_plans.keep(case=case, store="billing", occasion="kept", by_rule=True, **more)
    task = case.tasks.get(operation="kept")
    _said, effect = run.apply(task, lambda: None, now=MONDAY)
    effect()
    entry = Erasure.objects.get(case=case)
    assert entry.strategy == [[gone[0].dataset, "delete", []]]
    assert [one.kind for one in entry.identifiers.all()] == ["record"]

    since = MONDAY - timedelta(days=1)
    found = replay.find(case.controller, "billing", exporter, since=since, check=lambda: None)
    assert replay.order(case.controller, found, exporter, now=MONDAY, dry=True)[1] == []
    shutil.copy(demo_stores / "yesterday", demo_stores / "billing.sqlite3")
    exporter = open_by_name(case.controller, "billing")
    found = replay.find(case.controller, "billing", exporter, since=since, check=lambda: None)
    done, back = replay.order(case.controller, found, exporter, now=MONDAY)
    assert (len(back), done.again, done.waiting) == (1, 0, 1)
