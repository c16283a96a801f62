"""One erasure, from what the subscriber sees before she sends it to letter and certificate in her hands, in a real browser."""

from __future__ import annotations

import io
import re
import sqlite3
import zipfile

import pytest
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import identity
from dsr.demo.people import by_position
from dsr.fulfil.spool import read_artifact
from dsr.models import Case
from dsr.work.tick import tick
from tests.browser.test_journey_access import Walk
from tests.factories import make_controller, make_staff, make_user
from tests.jobs import run_due

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PERSON = by_position(3)


def work() -> None:
    """What tick and workers do meanwhile."""
    for _ in range(3):
        tick(timezone.now())
        run_due()


@pytest.mark.slow
def test_SC_03_from_what_stays_to_the_certificate(browse, demo_stores):
    make_controller(customer_stores=["billing"], cooling_hours=0)
    mara_user, otto_user, anna = make_staff("mara"), make_staff("otto", "lead"), make_user("anna")
    identity.link(
        user=anna,
        store="billing",
        customer_number=PERSON.customer_no,
        contact=PERSON.email,
        method="code",
        now=timezone.now(),
    )
    found: list[str] = []

    # She sees what goes and what stays before she sends.
    she = Walk(browse.page("phone", user=anna), found)
    she.go("/")
    she.press("Delete my data")
    for _ in range(14):
        if she.page.url.endswith("/new/check/"):
            break
        for label in (
            "Me",
            "Everything you do not have to keep",
            "Everything",
            "No",
            "Here on this website",
            "English",
        ):
            target = she.page.get_by_label(label, exact=label in {"Me", "No"})
            if target.count() and target.first.get_attribute("type") == "radio":
                target.first.check()
        she.page.locator("main form button.btn").first.click()
        she.see()
    she.see("What goes and what stays")
    she.press("Send my request", "Your reference")
    reference = re.findall(r"DSR-\d{4}-\d{6}", she.page.inner_text("main"))[0]
    case = Case.objects.get(request__reference=reference, right="erasure")

    # Mara has the stores searched and planned, and reads the plan.
    mara = Walk(browse.page("desktop", user=mara_user), found)
    mara.go(f"/desk/cases/{case.pk}/", reference)
    mara.press("Start collection")
    work()
    mara.go(f"/desk/cases/{case.pk}/plan/", "There is no plan yet")
    mara.press("Make the plan")
    work()
    mara.go(f"/desk/cases/{case.pk}/plan/", "AO 147")
    mara.press("Submit for review")

    # Otto approves exactly this plan; it runs by itself.
    mara.go(f"/desk/cases/{case.pk}/plan/")
    assert mara.page.get_by_role("button", name="Approve this plan").is_disabled()
    otto = Walk(browse.page("dark", user=otto_user), found)
    otto.go(f"/desk/cases/{case.pk}/plan/")
    otto.tick_all()
    otto.press("Approve this plan")
    case.refresh_from_db()
    assert case.state == "approved"
    work()
    case.refresh_from_db()
    assert case.state == "notifying"

    # Mara notes who was told, releases letter and certificate.
    mara.go(f"/desk/cases/{case.pk}/plan/", "Who received the data")
    for radio in mara.page.get_by_label("Has been told").all():
        radio.check()
    mara.press("Note it and make the letter")
    work()
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
    assert found == []
