"""What is still kept after an erasure, on her own page: until when and why (3.4.2), and to nobody who is not proven."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dsr.cases import kept
from dsr.law.rights import Right
from dsr.models import Case, KeptLine
from exporters.contract import PlanLine, Reason, RowKey, Treatment
from tests.factories import MONDAY, make_case, make_user

pytestmark = pytest.mark.django_db


def test_her_page_says_what_stays_until_when_and_why():
    """A signed-in subscriber sees statute and day; before the answer, or not proven, the page says nothing of it."""
    anna = make_user("anna")
    case = make_case(account=anna, rights=(Right.ERASURE,), at=MONDAY, now=MONDAY)
    keep: dict[str, Any] = {
        "store": "billing",
        "treatment": Treatment.KEEP,
        "link": "x",
        "count": 2,
        "persons": (RowKey("customer", ("3",)),),
    }
    law = PlanLine(
        dataset="invoices", reason=Reason.LAW, law="§ 147 AO", keep_until=date(2034, 12, 31), document_year=2026, **keep
    )
    contract = PlanLine(dataset="contracts", reason=Reason.LAW, **keep)
    labels = {"invoices": {"en": "Invoices"}, "contracts": {"en": "Contracts"}}
    kept.note(case=case, store="billing", lines=(law, contract), labels=labels, now=MONDAY)
    client = Client()
    client.force_login(anna)
    url = f"/requests/{case.request.reference}/"
    page = client.get(url).content.decode()
    assert "§ 147 AO" not in page
    assert "Deleted since then" not in page
    Case.objects.filter(pk=case.pk).update(state="partly_completed", closed_at=timezone.now())
    page = client.get(url).content.decode()
    assert "Invoices 2026" in page
    assert "§ 147 AO" in page
    assert "31 December 2034" in page
    assert "your contract still runs" in page
    assert "Deleted since then" not in page
    # The day has come: what the answer named is gone, and her page says since when.
    KeptLine.objects.filter(case=case, dataset="invoices").update(status="gone", settled_at=MONDAY)
    page = client.get(url).content.decode()
    assert "31 December 2034" not in page
    assert "Deleted since then" in page
    assert "15 June 2026" in page
    case.request.identified_at = None
    case.request.save(update_fields=["identified_at"])
    page = client.get(url).content.decode()
    assert "§ 147 AO" not in page
    assert "Deleted since then" not in page
