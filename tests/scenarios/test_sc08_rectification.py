"""SC-08: a name spelled wrongly and an installation address, corrected in every system in Belgium; invoices stay as issued."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from dsr.cases import by_hand, closings, rechecks
from dsr.fulfil import operations
from dsr.models import Recheck
from dsr.wording.choices import correction
from tests.correcting import (
    MARIA,
    NAME,
    a_case,
    accepted,
    approved,
    decide,
    fresh,
    mara,
    plan_of,
    rows,
    searched,
    value,
    written,
)
from tests.factories import make_controller
from tests.jobs import run_due
from tests.letters import text
from tests.scenarios.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADDRESS = {"kind": "address", "old": "", "new": "Keizerslaan 10, 1000 Brussel"}


def test_SC_08_R_02_R_06_fixed_in_every_system_invoices_annotated_recipients_named(demo_stores):
    make_controller(country="BE", subdivision="", timezone="Europe/Brussels")
    asked = a_case(NAME, ADDRESS, at=local("BE", 2026, 6, 21))
    assert asked.due_on == date(2026, 7, 22)  # 21 July is a holiday
    case = searched(asked)
    invoice = value(case, "billing.invoices.buyer_name")
    assert (invoice.how, len(invoice.keys)) == ("annotate", 18)
    case = decide(
        case,
        accepted(
            case,
            billing__customers__last_name="Kowalsky",
            radius__userinfo__lastname="Kowalsky",
            billing__invoices__buyer_name="Maria Kowalsky",
        ),
        accepted(case, billing__addresses__street="Keizerslaan 10", billing__addresses__town="Brussel"),
    )
    issued = rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id")
    assert {line["reason"] for line in plan_of(case).summary if line["dataset"] == "invoices"} <= {"issued", "copy"}
    approved(written(case))
    run_due()
    told = "Told by letter L-21: the directory, the porting database, Beispiel-Auskunft GmbH."
    for task in fresh(case).tasks.filter(operation="by_hand"):
        assert "Maria Kowalsky" in by_hand.instruction_of(task)
        by_hand.confirm(task_id=task.pk, who="Finance", how="Corrected invoices.", actor=mara(), now=timezone.now())
    operations.after(case.pk, now=timezone.now())
    assert fresh(case).state == "notifying"
    assert rows(demo_stores, "billing", "SELECT * FROM invoices ORDER BY id") == issued
    assert rows(demo_stores, "billing", "SELECT last_name FROM customers WHERE customer_no = ?", MARIA.customer_no) == [
        ("Kowalsky",)
    ]
    closings.close(case_id=case.pk, actor=mara(), now=timezone.now(), recipients=told)
    run_due()
    said = text("L-10")
    assert "As you asked." in said
    assert "Billing" in said
    assert "Network log-ins" in said
    assert correction(NAME)[0] == "Name"
    assert fresh(case).state == "completed"
    # The nightly feed does not restore the old value: looked at on the next day and a week later.
    for days in (1, 7):
        rechecks.ask_due(now=timezone.now() + timedelta(days=days), limit=10)
        run_due()
    assert set(Recheck.objects.filter(case=case).values_list("outcome", flat=True)) == {"holds"}
