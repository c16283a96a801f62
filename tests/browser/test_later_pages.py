"""What comes beside and after an answer, clean in every mode: authorities' matters, enclosures, a contested outcome, remains."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, authority, contests, endings, rescans
from dsr.models import Case, Letter, Request, Rescan, Task, Upload
from tests.browser.test_letters import drafted, send
from tests.factories import make_case, make_controller, make_staff, make_user
from tests.jobs import run_due
from tests.journeys.erasures import PERSON, executed

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LONG = "521.9/2026-a-reference-that-no-phone-is-wide-enough-for-in-one-line"


def unfold(page: Page) -> None:
    """Open everything that is folded in: what is hidden is not looked at by axe."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")


def where(name: str, case: Case, *more: object) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *more])


def test_matters_of_an_authority_are_clean_none_late_and_closed(browse: Browse) -> None:
    otto, case = make_staff("otto", "lead"), make_case()
    page, today = where("authority", case), timezone.localdate()
    browse.audit(page, user=otto, modes=["narrow"], act=send("Note it"))
    late, over = (
        authority.open_case(
            case_id=case.pk,
            authority="Example Data Protection Authority of the whole country",
            reference=reference,
            received_on=today - timedelta(days=9),
            answer_due_on=today - timedelta(days=2),
            note="Why did it take so long?",
            actor=actors.staff(otto),
            now=timezone.now(),
        )
        for reference in (LONG, "521.10/2026")
    )
    authority.close(
        row_id=over.pk, outcome="no_infringement", note="By post.", actor=actors.staff(otto), now=timezone.now()
    )
    assert late.state == "open"
    browse.audit(page, user=otto, modes=["dark", "phone"], act=unfold)
    browse.audit(page, user=make_staff("dora", "dpo"), modes=["desktop"])


def test_a_letter_with_files_and_the_file_that_is_still_closed_are_clean(browse: Browse) -> None:
    otto, anna = make_staff("otto", "lead"), make_user("anna")
    case = make_case(at=timezone.now() - timedelta(days=3))
    Request.objects.filter(pk=case.request_id).update(account=anna)
    row = drafted(otto, case)
    page = where("letter", case, row.pk)
    client = Client()
    client.force_login(otto)
    name = "plan-of-the-house-ground-floor-with-a-name-that-no-phone-is-wide-enough-for.txt"
    client.post(where("enclosure-add", case, row.pk), {"added": SimpleUploadedFile(name, b"Plan.", "text/plain")})
    upload = Upload.objects.get(letter=row)
    browse.audit(page, user=otto, modes=["dark", "phone"], act=unfold)
    browse.audit(page, user=otto, modes=["narrow"], act=_nothing_chosen)
    Letter.objects.filter(pk=row.pk).update(status="sent", sent_at=timezone.now())
    closed = reverse("portal:file", args=[case.request.reference, upload.pk])
    browse.audit(closed, user=anna, modes=["dark", "narrow"])


def _nothing_chosen(page: Page) -> None:
    unfold(page)
    send("Put it in")(page)


def test_a_contested_outcome_is_clean_for_who_may_look_again_and_who_decided(browse: Browse) -> None:
    otto, lena = make_staff("otto", "lead"), make_staff("lena", "lead")
    case = make_case(at=timezone.now() - timedelta(days=3))
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    refused: dict[str, Any] = {"ground": "not_controller", "reason": "Not our line.", "advice": "Ask Southwave."}
    endings.refuse(case_id=case.pk, actor=actors.staff(otto), now=timezone.now(), **refused)
    contests.contest(case_id=case.pk, reason="It is mine. " * 40, actor=actors.subject(), now=timezone.now())
    browse.audit(where("case", case), user=lena, modes=["phone"])
    browse.audit(where("messages", case), user=lena, modes=["narrow"])
    browse.audit(where("step", case, "uphold"), user=lena, modes=["dark", "phone"])
    browse.audit(where("step", case, "uphold"), user=otto, modes=["desktop"])
    browse.audit(where("step", case, "reassess"), user=lena, modes=["narrow"], act=send("Assess again"))


def test_what_came_back_after_an_erasure_is_clean_until_a_second_person_agrees(
    browse: Browse, demo_stores: Path, settings: Any, tmp_path: Path
) -> None:
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    make_controller(cooling_hours=0)
    case, mara = executed(run_due), make_staff("mara")
    page = where("after-erasure", case)
    with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
        database.execute(
            "INSERT INTO radpostauth (username, pass, reply, authdate) VALUES (?, '', 'x', '2026-06-01')",
            (PERSON.username,),
        )
    Rescan.objects.filter(case=case, days=7).update(due_at=timezone.now() - timedelta(hours=1))
    assert rescans.make_due(now=timezone.now(), limit=10)
    run_due()
    left = Task.objects.get(case=case, operation="rescan", store="radius")
    assert left.error_code == "residue"
    browse.audit(page, user=mara, modes=["dark", "narrow"], act=unfold)
    there = browse.page(user=mara)
    there.goto(page)
    there.get_by_role("button", name="Plan again").click()
    there.wait_for_load_state()
    run_due()
    browse.audit(page, user=make_staff("otto", "lead"), modes=["desktop", "phone"], act=unfold)
