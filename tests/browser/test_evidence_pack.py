"""Evidence for the authority in a real browser: a lead orders it, sees it being made, downloads it; what is in it and what is not (4.6)."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors
from dsr.cases.perform import record
from dsr.fulfil.signing import published
from dsr.models import EvidencePack
from dsr.output.signing import keys_document
from dsr.work import jobs
from tests.browser.harness import problems
from tests.factories import make_case, make_staff
from tests.output.reading import text_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_lead_orders_evidence_and_an_authority_checks_it(browse, tmp_path: Path) -> None:
    case = make_case(at=timezone.now() - timedelta(days=2))
    otto, dora = make_staff("otto", "lead"), make_staff("dora", "dpo")
    said = "Her neighbour Bert Example called about an order of the court."
    record(case_id=case.pk, kind="note", actor=actors.staff(dora), now=timezone.now(), note=said)
    record(case_id=case.pk, kind="hold_set", actor=actors.staff(dora), now=timezone.now(), note=said)
    page = browse.page("desktop", user=otto)
    page.goto(reverse("desk:case", args=[case.pk]))
    page.get_by_role("link", name="For the authority").click()
    page.get_by_role("heading", name="Evidence for the authority").wait_for()
    assert problems(page) == []
    page.get_by_label("Its reference").fill("Az. 4711/26")
    page.get_by_role("button", name="Put it together").click()
    page.get_by_text("being made").wait_for()
    assert problems(page) == []

    jobs.make_evidence(str(EvidencePack.objects.get().pk))

    link = page.get_by_role("link", name="Download (ZIP)")
    link.wait_for(timeout=20_000)  # without a click: the page asks by itself
    with page.expect_download() as downloading:
        link.click()
    pack, keys = tmp_path / "pack.zip", tmp_path / "keys.json"
    downloading.value.save_as(pack)
    keys.write_text(json.dumps(keys_document("Northwave", published(case.controller))), encoding="utf-8")
    call_command("package", "verify", str(pack), "--key", str(keys))
    with zipfile.ZipFile(pack) as archive:
        summary = text_of(archive.read("summary.pdf"))
        everything = summary + b"".join(archive.read(n) for n in archive.namelist() if not n.endswith(".pdf")).decode()
    assert case.request.reference in summary
    assert "Az. 4711/26" in summary
    assert "Anna Example" in summary
    assert "We neither confirm nor deny" in summary
    assert "Bert Example" not in everything
    assert "hold_set" not in everything
    assert case.events.filter(action="evidence_taken").count() == 1
    browse.audit(reverse("desk:evidence-packs", args=[case.pk]), user=otto)
