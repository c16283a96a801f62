"""The end of a period erases what was kept, and nobody who has the key by then (3.4.2, 4.0.11, house.md Locate)."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest

from dsr.cases import actors, kept, later_plans, tasks
from dsr.cases.erasure_ledger import Hashes
from dsr.cases.own_rules_setup import add_retention
from dsr.fulfil import kept as run
from dsr.fulfil import remember
from dsr.fulfil.keep import keeper
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.law.retention import StartRule
from dsr.law.rights import Right
from dsr.models import Plan
from exporters.contract import Identifier, IdentifierKind, RowKey, Subject, lines_from_json
from tests.factories import MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db
KEY = RowKey("customer", ("3",))


def test_4_0_11_the_end_of_a_period_is_about_the_rows_that_end_and_no_new_holder_of_the_key(demo_stores):
    """`kept-end-1`: only rows of the lines that end, no more than were kept, and under a key that nobody else has by now."""
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
