"""One erasure, from what the subscriber sees before she sends it to letter and certificate in her hands, in a real browser."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from datetime import date

import pytest

from dsr.audit import verify_case
from dsr.demo.people import by_position
from dsr.fulfil.spool import read_artifact
from dsr.models import Case
from tests.browser.journeys.people import Walk, linked
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON = by_position(3)


def test_SC_03_from_what_stays_to_the_certificate(journey, demo_stores):
    """Bavaria, 4 May 2026, 18:30: due 5 June, because the 4th is Corpus Christi there; invoices stay and are named."""
    ours = journey("SC-03", "DE-BY", 5, 4, 18, 30)
    anna = linked(make_user("anna"), PERSON)

    # She sees what goes and what stays before she sends.
    she = ours.phone(anna)
    case = ours.files(she, "erasure")
    assert case.due_on == date(2026, 6, 5)
    she.see("5 June 2026", "erasure sent")
    reference = case.request.reference

    # Mara has the stores searched and planned, and reads the plan.
    mara = Walk(ours.colleague("mara").page, ours.code)
    mara.go(f"/desk/cases/{case.pk}/", reference)
    mara.press("Start collection")
    ours.work()
    mara.go(f"/desk/cases/{case.pk}/plan/", "There is no plan yet")
    mara.press("Make the plan")
    ours.work()
    mara.go(f"/desk/cases/{case.pk}/plan/", "AO 147")
    mara.press("Submit for review")

    # Otto approves exactly this plan; it runs by itself.
    mara.go(f"/desk/cases/{case.pk}/plan/")
    assert mara.page.get_by_role("button", name="Approve this plan").is_disabled()
    otto = Walk(ours.colleague("otto", "lead", mode="dark").page, ours.code)
    otto.go(f"/desk/cases/{case.pk}/plan/")
    otto.tick_all()
    otto.press("Approve this plan")
    case.refresh_from_db()
    assert case.state == "approved"
    ours.work()
    case.refresh_from_db()
    assert case.state == "notifying"

    # Mara notes who was told, releases letter and certificate.
    mara.go(f"/desk/cases/{case.pk}/plan/", "Who received the data")
    for radio in mara.page.get_by_label("Has been told").all():
        radio.check()
    mara.press("Note it and make the letter")
    ours.work()
    mara.go(f"/desk/cases/{case.pk}/plan/")
    mara.press("Release letter and certificate")
    case.refresh_from_db()
    assert case.state == "partly_completed", mara.page.inner_text("main")[:1500]

    # She sees it done; her packet holds letter and certificate; her invoices stand, her name in RADIUS does not.
    she.go(f"/requests/{reference}/", "To the download")
    with sqlite3.connect(demo_stores / "radius.sqlite3") as database:
        assert PERSON.username not in "\n".join(database.iterdump())
    package = case.artifacts.get(kind="package", superseded_at__isnull=True)
    names = zipfile.ZipFile(io.BytesIO(b"".join(read_artifact(package)))).namelist()
    assert names == ["letter.pdf", "certificate.pdf", "certificate.json"]
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    ours.clean()
