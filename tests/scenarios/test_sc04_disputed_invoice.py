"""SC-04: an erasure while EUR 84 are unpaid and disputed, in France: what the claim and the law need stays, each with its end."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.utils import timezone

import exporters
from dsr.audit import verify_case
from dsr.cases import answer, kept, plans, scope
from dsr.demo.people import by_position
from dsr.fulfil.spool import read_artifact
from dsr.law.rights import Right
from dsr.models import Case, KeptLine, Plan
from dsr.work.tick import tick
from tests.factories import ATTESTED, make_case, make_controller
from tests.output.reading import text_of
from tests.scenarios.cast import lead, local, staff
from tests.stores_fixture import STORES

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PERSON = by_position(3)
ENDED = date(2026, 5, 31)
CLAIM_ENDS = date(2037, 5, 20)
"""The day of the judgment that the lawyers expect: later than the statute of the invoice itself."""
RETENTION = (
    "  identity: {class: subscriber_identity, law: CPCE L34-1, text: {en: five years, de: fünf Jahre}}\n"
    "  account: {class: subscription_payment, law: CPCE L34-1, text: {en: one year, de: ein Jahr}}\n"
)
TERMS = {
    "retention:\n  subscriber:": f"retention:\n{RETENTION}  subscriber:",
    "    retention: contract\n    erase: keep\n": "    retention: identity\n    erase: keep\n",
    "    label: {en: Connections and numbers, de: Anschlüsse und Rufnummern}\n    key: [id]\n": (
        "    label: {en: Connections and numbers, de: Anschlüsse und Rufnummern}\n    key: [id]\n"
        "    retention: account\n    erase: keep\n    document_date: contracts.ended_on\n"
    ),
}
"""What a provider in France writes into the map of the billing system: the terms of CPCE L34-1 II bis for contract and connections."""


@pytest.fixture(autouse=True)
def _ledger(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")


def french(folder: Path) -> int:
    """The billing system with the map of a French provider, the contract ended, EUR 84 of the last invoice open; its number."""
    words = (Path(exporters.__file__).parent / "systems/northwave_billing/map.yaml").read_text(encoding="utf-8")
    for german, terms in TERMS.items():
        assert words.count(german) == 1, german
        words = words.replace(german, terms)
    (folder / "french.yaml").write_text(words, encoding="utf-8")
    (folder / "stores.yaml").write_text(STORES.replace("map: northwave_billing", "map: french.yaml"), encoding="utf-8")
    scope.forget()
    with sqlite3.connect(folder / "billing.sqlite3") as database:
        database.execute(f"UPDATE customers SET cancelled_on = '{ENDED}', status = 'ended' WHERE id = 3")
        database.execute(f"UPDATE contracts SET ended_on = '{ENDED}' WHERE customer_id = 3")
        number = int(database.execute("SELECT max(id) FROM invoices WHERE customer_id = 3").fetchone()[0])
        database.execute("UPDATE invoices SET status = 'open', gross = 84 WHERE id = ?", (number,))
    return number


def test_SC_04_E_c_what_a_claim_needs_stays_until_it_ends_and_everything_else_goes(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    """Received on Sunday 14 June 2026; 14 July is Bastille Day, so due on the 15th. 17(3)(e) beside the statutes of 17(3)(b)."""
    make_controller(country="FR", subdivision="", timezone="Europe/Paris", cooling_hours=0)
    last = french(demo_stores)
    with time_machine.travel(local("FR", 2026, 6, 14), tick=True):
        case = make_case(
            number=PERSON.customer_no, name=PERSON.name, rights=(Right.ERASURE,), at=timezone.now(), now=timezone.now()
        )
        assert case.due_on == date(2026, 7, 15)
        mara, otto = staff(case), lead(case)
        answer.start_collection(case_id=case.pk, actor=mara, now=timezone.now())
        drain()
        plans.ask_for_plan(case_id=case.pk, actor=mara, now=timezone.now())
        drain()
        answer.submit(case_id=case.pk, actor=mara, now=timezone.now())
        sha256 = Case.objects.get(pk=case.pk).manifest_sha256
        plans.approve(case_id=case.pk, plan_sha256=sha256, actor=otto, now=timezone.now(), attested=ATTESTED)
        for _ in range(3):
            tick(timezone.now())
            drain()
        case = Case.objects.get(pk=case.pk)
        assert case.state == "notifying", list(case.tasks.exclude(status="done").values("store", "error_code"))
        plan = Plan.objects.get(case=case)
        lines = kept.standing(case)
        assert lines, "the law keeps something"
        invoices = [one for one in lines if one.dataset == "invoices"]
        assert {one.law for one in invoices} == {"C. com. L123-22"}
        ends = {(one.dataset, one.law, kept.ends(one)) for one in lines if one.document_year == ENDED.year}
        assert ("contracts", "CPCE L34-1 II bis", date(2031, 5, 31)) in ends, "who she was: five years"
        assert ("services", "CPCE L34-1 II bis", date(2031, 5, 31)) in ends, "a part stays as long as its contract"
        assert {one.until.year - (one.document_year or 0) for one in invoices if one.until} == {10}
        # The claim: the newest invoice stays until the prescription of a year or the end of the proceedings (CPCE L34-2).
        disputed = max(invoices, key=lambda one: one.document_year or 0)
        row = kept.set_end(
            line_id=disputed.pk,
            why="dispute",
            ends_on=CLAIM_ENDS,
            reason="EUR 84, disputed; CPCE L34-2.",
            actor=mara,
            now=timezone.now(),
        )
        assert (row.why, kept.ends(row)) == (KeptLine.Why.DISPUTE, CLAIM_ENDS)
        with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
            left = database.execute("SELECT status, gross FROM invoices WHERE id = ?", (last,)).fetchone()
            assert (left[0], float(left[1])) == ("open", 84.0), "the disputed invoice is untouched"
            for table in ("tickets", "marketing_profiles"):
                gone = database.execute(f"SELECT count(*) FROM {table} WHERE customer_id = 3").fetchone()
                assert gone == (0,), table
        named = sorted({name for line in plan.summary for name in line.get("recipients", [])})
        if named:
            plans.settle_recipients(case_id=case.pk, told=named, reasons={}, actor=mara, now=timezone.now())
        drain()
        case = answer.release(case_id=case.pk, actor=mara, now=timezone.now())
        drain()

    assert case.state == "partly_completed"
    (page,) = [one for one in case.artifacts.all() if one.file_name == "letter.pdf" and one.superseded_at is None]
    said = text_of(b"".join(read_artifact(page)))
    for law, last_day in (("CPCE L34-1 II bis", "31 May 2031"), ("C. com. L123-22", "31 December 2036")):
        assert f"{law} {last_day}" in said, "L-08 lists each with its provision and its end"
    assert "Their processing is restricted" in said
    assert "Example Data Protection Authority" in said, "12(4): a part is refused, so authority and court are named"
    assert case.letters.filter(code="L-11", status="sent").exists()
    assert any(a.file_name == "certificate.json" and b"".join(read_artifact(a)) for a in case.artifacts.order_by("pk"))
    assert verify_case(Case.objects.get(pk=case.pk)) == []
