"""A rectification from the sheet to the stores: decided field by field, planned, approved under one hash, written, told (Art. 16)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import corrections, rechecks
from dsr.cases.perform import ConflictError, RefusedError
from dsr.demo.people import HOMONYMS, HOUSEHOLD, by_position
from dsr.fulfil import contact, operations
from dsr.law.decisions import Claim, Standing
from dsr.models import CorrectionSheet, Event, Message, Notice, Recheck
from tests.correcting import (
    EMAIL,
    MARIA,
    NAME,
    a_case,
    accepted,
    approved,
    at,
    decide,
    fresh,
    mara,
    otto,
    plan_of,
    rows,
    searched,
    task,
    written,
)
from tests.jobs import run_due

if TYPE_CHECKING:
    from pathlib import Path

    from dsr.models import Case

pytestmark = pytest.mark.django_db
NUMBER = "SELECT {} FROM customers WHERE customer_no = ?"


def stands(folder: Path, column: str, person: object = MARIA) -> object:
    return rows(folder, "billing", NUMBER.format(column), person.customer_no)[0][0]  # type: ignore[attr-defined]


def done(case: Case) -> Case:
    """Everything by hand confirmed; the case goes on to its answer."""
    from dsr.cases import by_hand

    for one in case.tasks.filter(operation="by_hand", status="manual"):
        by_hand.confirm(task_id=one.pk, who="Billing", how="Looked.", actor=mara(), now=timezone.now())
    operations.after(case.pk, now=timezone.now())
    return fresh(case)


def corrected(column: str = "email", new: str = EMAIL["new"]) -> Case:
    """Maria's address corrected in the billing system; her case waits for its answer."""
    case = searched(a_case({**EMAIL, "new": new}))
    case = decide(case, accepted(case, **{f"billing__customers__{column}": new}))
    approved(written(case))
    run_due()
    return done(case)


def test_R_01_R_06_an_address_is_corrected_wherever_it_stands_and_the_old_one_hears_first(demo_stores):
    everybody = "SELECT * FROM customers WHERE customer_no <> ? ORDER BY id"
    others = rows(demo_stores, "billing", everybody, MARIA.customer_no)
    case = searched(a_case(EMAIL))
    case = decide(case, accepted(case, billing__customers__email=EMAIL["new"], radius__userinfo__email=EMAIL["new"]))
    plan = plan_of(case)
    changing = [row for row in plan.content()["shown"] if row["treatment"] == "correct"]
    assert {(row["field"], row["old"], row["new"]) for row in changing} >= {
        ("E-mail address", MARIA.email, EMAIL["new"])
    }
    assert MARIA.email not in str(plan.summary)  # what everybody on the case may see
    invoices = rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id")
    case = approved(written(case))
    run_due()

    assert stands(demo_stores, "email") == EMAIL["new"]
    assert rows(demo_stores, "radius", "SELECT count(*) FROM userinfo WHERE email = ?", EMAIL["new"]) == [(1,)]
    assert rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id") == invoices
    assert rows(demo_stores, "billing", everybody, MARIA.customer_no) == others  # HOMONYMS have her name
    assert len(HOMONYMS) == 3
    told = Message.objects.get(kind="contact_changing").content()
    assert told["to"] == MARIA.email
    assert EMAIL["new"] not in told["subject"] + told["body"]
    case = done(case)
    assert case.state == "notifying"
    assert Recheck.objects.filter(case=case, done_at=None).count() == 4  # two stores, two days
    assert [one.value for one in corrections.values_of(corrections.sheet_of(case)) if one.keys] == [MARIA.email] * 2
    held = contact.on_file(case.controller, "billing", MARIA.customer_no)
    number, now = MARIA.customer_no, timezone.now()
    # I-07: a code to the new address proves less for a while.
    assert contact.new_until(
        held, "email", controller=case.controller, store="billing", customer_number=number, now=now
    )
    assert verify_case(case) == []


def test_SC_08_a_nightly_feed_that_restores_the_old_value_is_found_told_and_written_over_again(demo_stores):
    case = corrected()
    rechecks.ask_due(now=timezone.now() + timedelta(days=1), limit=10)
    run_due()
    assert Recheck.objects.filter(case=case, outcome="holds").count() == 1

    rows_of = "UPDATE customers SET email = ? WHERE customer_no = ?"
    rows(demo_stores, "billing", rows_of, MARIA.email, MARIA.customer_no)
    rechecks.ask_due(now=timezone.now() + timedelta(days=7), limit=10)
    run_due()
    look = task(case, "recheck", "billing")
    assert (look.status, look.error_code, look.error_place) == ("manual", "came_back", "billing.customers")
    assert Event.objects.filter(case=case, action="value_came_back").count() == 1
    told = list(Notice.objects.filter(kind="came_back"))  # whoever has the case, and the lead
    assert len(told) == 2
    assert all(case.request.reference in one.content()["subject"] for one in told)
    assert rechecks.ask_due(now=timezone.now() + timedelta(days=30), limit=10) == 0

    rechecks.write_again(task_id=look.pk, actor=mara(), now=timezone.now())
    run_due()
    assert stands(demo_stores, "email") == EMAIL["new"]
    assert Recheck.objects.filter(case=case, done_at=None).exists()  # looked at again after the next feed
    with pytest.raises(RefusedError):
        rechecks.write_again(task_id=look.pk, actor=mara(), now=timezone.now())
    rows(demo_stores, "billing", rows_of, "third@example.com", MARIA.customer_no)
    rechecks.ask_due(now=timezone.now() + timedelta(days=30), limit=10)
    run_due()
    rechecks.write_again(task_id=task(case, "recheck", "billing").pk, actor=mara(), now=timezone.now())
    run_due()
    assert task(case, "write_again", "billing").error_code == "third_value"
    assert stands(demo_stores, "email") == "third@example.com"  # a person judges


@pytest.mark.slow
def test_a_value_that_changed_meanwhile_sends_the_case_back_and_nothing_is_half_done(demo_stores):
    case = searched(a_case(NAME, EMAIL))
    items = (
        accepted(case, billing__customers__last_name="Kowalsky", radius__userinfo__lastname="Kowalsky"),
        accepted(case, billing__customers__email=EMAIL["new"]),
    )
    case = decide(case, *items)
    approved(written(case))
    moved = "UPDATE customers SET email = 'other@example.com' WHERE customer_no = ?"
    rows(demo_stores, "billing", moved, MARIA.customer_no)
    run_due()

    case = fresh(case)
    assert case.state == "drafting"
    assert plan_of(case).status == "stale"
    assert stands(demo_stores, "last_name") == "Kowalska"  # the other line of the same store
    assert case.approved_sha256 == ""
    corrections.plan_again(case_id=case.pk, actor=mara(), now=timezone.now())
    run_due()
    approved(written(case))
    run_due()
    assert (stands(demo_stores, "last_name"), stands(demo_stores, "email")) == ("Kowalsky", EMAIL["new"])


@pytest.mark.slow
def test_what_a_store_cannot_hold_is_refused_while_planning_with_the_reason_for_each_field(demo_stores):
    case = searched(a_case(NAME, {"kind": "address", "old": "", "new": "Elsewhere"}))
    items = (
        accepted(case, billing__customers__last_name="K" * 121, billing__customers__birth_date="soon"),
        accepted(case, billing__addresses__country="QX", radius__userinfo__zip="1"),
    )
    before = plan_rows = rows(demo_stores, "billing", "SELECT * FROM customers ORDER BY id")
    case = decide(case, *items)
    problems = {(one["place"], one["code"]) for one in task(case, "plan").result["problems"]}
    assert problems >= {
        ("billing.customers.last_name", "too_long"),
        ("billing.customers.birth_date", "wrong_type"),
        ("billing.addresses.country", "unknown_country"),
    }
    assert task(case, "plan").error_code == "plan_blocked"
    assert "K" * 121 not in str(task(case, "plan").result)
    with pytest.raises(RefusedError) as refused:
        written(case)
    assert refused.value.refusal.code == "correction_plan_missing"
    assert rows(demo_stores, "billing", "SELECT * FROM customers ORDER BY id") == before == plan_rows


@pytest.mark.slow
def test_R_02_R_04_an_issued_invoice_gets_no_new_name_and_what_others_share_goes_to_a_person(demo_stores):
    person = by_position(HOUSEHOLD[0])
    name = {"kind": "name", "old": person.name, "new": f"{person.first} Changed"}
    case = searched(a_case(name, {"kind": "address", "old": person.address.street, "new": "Weg 1"}, person=person))
    case = decide(
        case,
        accepted(case, billing__customers__last_name="Changed", billing__invoices__buyer_name=name["new"]),
        accepted(case, billing__addresses__street="Weg 1"),
    )
    plan = plan_of(case)
    by_reason = {(line["dataset"], line["treatment"], line["reason"]) for line in plan.summary}
    assert ("invoices", "manual", "issued") in by_reason
    assert ("addresses", "manual", "shared") in by_reason
    invoices = rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id")
    addresses = rows(demo_stores, "billing", "SELECT * FROM addresses ORDER BY id")
    approved(written(case))
    run_due()
    assert stands(demo_stores, "last_name", person) == "Changed"
    assert rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id") == invoices
    assert rows(demo_stores, "billing", "SELECT * FROM addresses ORDER BY id") == addresses
    asked = fresh(case).content()["by_hand"]["billing"]
    assert "leave the issued document as it is" in asked
    assert "other people use this record too" in asked
    assert done(case).state == "notifying"


@pytest.mark.slow
def test_R_03_a_refusal_needs_a_reason_and_nothing_is_decided_on_values_that_were_read_anew(demo_stores):
    case = searched(a_case(NAME))
    number = at(case, "billing.customers.last_name")
    for wrong, code in (
        (corrections.Decided(claim=Claim.REFUSED), "reason_missing"),
        (corrections.Decided(claim=Claim.ACCEPTED, fields=((number, " "),)), "value_missing"),
        (corrections.Decided(claim=Claim.ACCEPTED, fields=((number, "a"), (number, "b"))), "corrected_twice"),
        (
            corrections.Decided(claim=Claim.REFUSED, reason=Standing.OPINION, fields=((number, "a"),)),
            "claims_undecided",
        ),
    ):
        with pytest.raises(RefusedError) as refused:
            decide(case, wrong)
        assert refused.value.refusal.code == code
    with pytest.raises(ConflictError):
        corrections.decide(
            case_id=case.pk,
            items=[corrections.Decided(claim=Claim.REFUSED, reason=Standing.VERIFIED)],
            read_at=None,
            actor=mara(),
            now=timezone.now(),
        )
    assert not CorrectionSheet.objects.exclude(decided_at=None).exists()
    # 4.3: who decided what shall stand there has handled the case, and does not approve it.
    decide(case, corrections.Decided(claim=Claim.ACCEPTED, fields=((number, "Kowalsky"),)))
    from dsr.cases.facts import facts_of

    assert mara().id in facts_of(fresh(case), now=timezone.now()).hand_ids
    assert otto().id not in facts_of(fresh(case), now=timezone.now()).hand_ids
