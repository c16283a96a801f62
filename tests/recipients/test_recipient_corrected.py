"""A correction in the stores told to its recipients: the new values they need, and a close that asks for no words (SC-08, R-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import by_hand, closings, recipients
from dsr.fulfil import operations
from dsr.models import RecipientNotice
from tests.correcting import MARIA, NAME, a_case, accepted, approved, decide, fresh, mara, otto, searched, written
from tests.factories import make_controller
from tests.jobs import run_due
from tests.recipients.telling import send

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def stores(demo_stores: Path) -> Path:
    """The demo's stores in place of those kept by hand."""
    return demo_stores


def test_SC_08_R_06_L_21_tells_the_new_value_of_what_a_recipient_gets_and_the_answer_needs_no_words(stores: Path):
    kept: dict[str, Any] = {
        "way": "mail",
        "email": "p@bureau.example.com",
        "language": "de",
        "identifier": "customer_number",
    }
    for name, dataset in (("Bureau Example", "billing.customers"), ("Elsewhere Example", "radius.nothing")):
        details = recipients.Details(name=name, nature="credit_bureau", datasets=(dataset,), **kept)
        recipients.keep(controller=make_controller(), details=details, actor=otto(), now=timezone.now())
    case = searched(a_case(NAME))
    approved(written(decide(case, accepted(case, billing__customers__last_name="Kowalsky"))))
    run_due()
    for task in fresh(case).tasks.filter(operation="by_hand", status="manual"):
        by_hand.confirm(task_id=task.pk, who="Finance", how="Done.", actor=mara(), now=timezone.now())
    operations.after(case.pk, now=timezone.now())
    assert fresh(case).state == "notifying"
    notice = RecipientNotice.objects.get(recipient__name="Bureau Example")
    assert (notice.change, notice.letter) == ("rectified", "L-21")
    before = len(mail.outbox)
    send()
    body = next(one.body for one in mail.outbox[before:] if one.to == ["p@bureau.example.com"])
    assert "Kowalsky" in body
    assert MARIA.customer_no in body
    assert MARIA.email not in body
    named = set(fresh(case).content()["recipients"])
    assert "Bureau Example" in named
    closings.close(case_id=case.pk, actor=mara(), now=timezone.now())
    assert fresh(case).state == "completed"
