"""The pages of an approval on a desktop and on a phone: closeness, consultation, the checklist of a plan (ux.md 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsr.cases import actors, closeness, consultation
from dsr.law.closeness import Bond
from tests.desk.test_approval_pages import planned
from tests.factories import make_staff

if TYPE_CHECKING:
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_closeness_consultation_and_checklist_are_clean(browse: Browse) -> None:
    otto, dora, nora = make_staff("otto", "lead"), make_staff("dora", "dpo"), make_staff("nora")
    case, now = planned(), timezone.now()
    lead = actors.staff(otto)
    consultation.ask(case_id=case.pk, about="retention", actor=lead, now=now, words="May the invoices go?")
    consultation.give(
        case_id=case.pk, about="retention", stance="objects", text="Time-barred.", actor=actors.staff(dora), now=now
    )
    closeness.declare(case_id=case.pk, user=nora, bond=Bond.RELATIVE, why="My aunt.", actor=actors.staff(nora), now=now)
    where = f"/desk/cases/{case.pk}"
    browse.audit(f"{where}/plan/", user=otto, modes=["desktop", "phone"])
    browse.audit(f"{where}/consultation/", user=otto, modes=["desktop", "phone"])
    browse.audit(f"{where}/consultation/", user=dora, modes=["dark"])
    browse.audit(f"{where}/closeness/", user=otto, modes=["desktop", "phone"])
    browse.audit(f"{where}/closeness/", user=nora, modes=["dark"])
