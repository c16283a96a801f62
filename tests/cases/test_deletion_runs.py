"""T-25: a deletion run waits while a copy of the person's data is being made, and under a legal hold; for nobody else."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from dsr.cases import api_keys, contacts, deletion_runs, kept, legal_holds
from dsr.cases.actors import staff
from dsr.law.rights import Right
from dsr.models import Case, KeptLine
from exporters.contract import PlanLine, Reason, RowKey, Treatment
from tests.factories import MONDAY, make_case, make_controller, make_staff

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def asked(number: str) -> bool:
    controller = make_controller()
    return deletion_runs.held(controller, [contacts.contact(controller, "customer_number", number)])[0]


def test_T25_a_run_waits_for_a_copy_that_is_made_and_goes_on_when_it_is_out():
    """Proven and open: held. Not proven, answered, or somebody else: not held."""
    case = make_case(number="10000001")
    make_case(number="10000002", rights=(Right.RECTIFICATION,))
    assert [asked("10000001"), asked("10000002"), asked("10000003")] == [True, False, False]
    case.request.identified_at = None
    case.request.save(update_fields=["identified_at"])
    assert not asked("10000001")
    case.request.identified_at = MONDAY
    case.request.save(update_fields=["identified_at"])
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=MONDAY)
    assert not asked("10000001")
    otto = staff(make_staff("otto", "lead"))
    matter = legal_holds.Matter("4 O 17/26", "", "Evidence.")
    legal_holds.place(controller=case.controller, matter=matter, actor=otto, now=MONDAY, case=case)
    assert asked("10000001")


def test_T25_the_end_of_a_period_waits_for_the_copy(demo_stores):
    erasure = make_case(number="10000001", rights=(Right.ERASURE,))
    line = PlanLine(
        store="billing",
        dataset="invoices",
        treatment=Treatment.KEEP,
        link="x",
        count=1,
        reason=Reason.LAW,
        law="AO 147",
        keep_until=date(2026, 6, 30),
        persons=(RowKey("customer", ("3",)),),
    )
    kept.note(case=erasure, store="billing", lines=(line,), labels={}, now=MONDAY)
    copy = make_case(number="10000001")
    later = MONDAY + timedelta(days=30)
    assert kept.make_due(now=later, limit=5) == 0
    Case.objects.filter(pk=copy.pk).update(state="completed", closed_at=later)
    assert kept.make_due(now=later, limit=5) == 1
    assert KeptLine.objects.get().status == "due"


def test_T25_a_program_is_told_before_its_run(client: Client, settings):
    """The machine interface says `deletion_held`, and says it only where it is so."""
    settings.DSR_HOSTS = {"testserver": "northwave"}
    make_case(number="10000001")
    _row, secret = api_keys.make(controller=make_controller(), name="Retention", scopes=["restricted"], now=MONDAY)
    body = {"identifiers": [{"customer_number": "10000001"}, {"customer_number": "10000002"}]}
    said = client.post(
        "/api/v1/restricted",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    ).json()
    assert said["answers"] == [{"restricted": False, "deletion_held": True}, {"restricted": False}]
