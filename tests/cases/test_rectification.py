"""A rectification from the sheet to the stores: decided field by field, planned, approved under one hash, written, told (Art. 16)."""

from __future__ import annotations

import pytest

from dsr.cases import corrections
from dsr.cases.perform import RefusedError
from dsr.models import Event, Message
from tests.correcting import (
    EMAIL,
    MARIA,
    a_case,
    accepted,
    approved,
    decide,
    fresh,
    plan_of,
    rows,
    searched,
    task,
    written,
)
from tests.jobs import run_due

pytestmark = pytest.mark.django_db


def test_R_01_R_06_an_address_is_corrected_wherever_it_stands_and_the_old_one_hears_first(demo_stores, mailoutbox):
    case = searched(a_case(EMAIL))
    case = decide(case, accepted(case, billing__customers__email=EMAIL["new"], radius__userinfo__email=EMAIL["new"]))
    plan = plan_of(case)
    assert {
        (row["field"], row["old"], row["new"]) for row in plan.content()["shown"] if row["treatment"] == "correct"
    } >= {("E-mail address", MARIA.email, EMAIL["new"])}
    assert MARIA.email not in str(plan.summary)
    invoices = rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id")
    mailoutbox.clear()
    case = approved(written(case))
    run_due()

    assert [
        row[0]
        for row in rows(demo_stores, "billing", "SELECT email FROM customers WHERE customer_no = ?", MARIA.customer_no)
    ] == [EMAIL["new"]]
    assert rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id") == invoices
    told = Message.objects.get(kind="contact_changing").content()
    assert told["to"] == MARIA.email
    assert EMAIL["new"] not in told["subject"] + told["body"]
    assert fresh(case).state in {"executing", "notifying"}
