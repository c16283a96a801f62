"""One access request, from the subscriber's sign-in to her download, clicked through by three people in a real browser.

On every page: axe finds nothing, the content security policy blocks nothing, nothing scrolls sideways.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import actors
from dsr.demo.people import by_position
from dsr.models import Case, Controller
from dsr.output.verify import verify
from tests.browser.journeys.people import Walk, code_in_mail, mails_to
from tests.factories import make_staff, make_user
from tests.fulfil.tree_of_files import Tree
from tests.jobs import run_due
from tests.redacting import settle

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON = by_position(2)
RECORDING = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 40


def test_SC_01_from_the_sign_in_to_the_download(journey, browse, demo_stores):
    """Berlin, 15 June 2026, 10:00: due 15 July; the package is there for thirty days and then gone."""
    ours = journey("SC-01", "DE-BE", 6, 15)
    Tree(demo_stores).put(PERSON.username, {"call.wav": RECORDING})
    mara_user, otto_user = make_staff("mara"), make_staff("otto", "lead")
    anna = make_user("anna")
    she = ours.phone()

    # She signs in and proves the link to her customer number by a code to the contact on file.
    she.sign_in("/account/login/", anna.email)
    she.go("/link/")
    she.fill("Customer number", PERSON.customer_no)
    she.press("Send me a code")
    she.fill("Code", code_in_mail(PERSON.email))
    she.submit()

    # She files the request; the receipt has reference and due date.
    case = ours.files(she, "access")
    reference = case.request.reference
    assert (case.state, case.due_on) == ("assessing", date(2026, 7, 15))
    she.see("15 July 2026", "access sent")

    # Mara sees it in the queue, has everything collected, drafts.
    mara = Walk(browse.page(), ours.code)
    mara.sign_in("/desk/", mara_user.email)
    mara.page.get_by_role("link", name=reference).first.click()
    mara.see(reference)
    mara.press("Start collection")
    run_due()
    mara.go(f"/desk/cases/{case.pk}/", "3 of 3 done")
    mara.go(f"/desk/cases/{case.pk}/draft/")
    mara.page.locator("main textarea").first.fill("We looked everywhere.")
    mara.page.locator("main form[method=post] button.btn").first.click()
    mara.see("", "letter being built")
    run_due()
    # Nobody hands on what nobody has read.
    mara.go(f"/desk/cases/{case.pk}/redaction/", "Redaction")
    settle(case.pk, actor=actors.staff(mara_user), now=timezone.now(), drain=run_due)
    mara.go(f"/desk/cases/{case.pk}/")
    mara.press("Submit for review")
    case.refresh_from_db()
    assert case.state == "review", mara.page.inner_text("main")[:1500]

    # Otto, and only Otto, approves the manifest; Mara releases.
    mara.go(f"/desk/cases/{case.pk}/review/")
    assert mara.page.get_by_role("button", name="Approve", exact=True).first.is_disabled()
    otto = Walk(browse.page(), ours.code)
    otto.sign_in("/desk/", otto_user.email)
    otto.go(f"/desk/cases/{case.pk}/review/")
    with otto.page.expect_download() as opening:
        otto.page.get_by_role("link", name="call.wav").click()
    assert Path(opening.value.path()).read_bytes() == RECORDING
    otto.tick_all()
    otto.press("Approve")
    case.refresh_from_db()
    assert case.state == "approved"
    mara.go(f"/desk/cases/{case.pk}/")
    mara.page.locator("main").get_by_role("button", name=re.compile("Release|Complete|Send")).first.click()
    mara.see()
    run_due()
    case.refresh_from_db()
    assert case.state == "completed"

    # She downloads it after a fresh proof, and her page shows the download.
    she.go(f"/requests/{reference}/package/")
    she.press("Send me a code")
    she.fill("Code", code_in_mail(PERSON.email))
    she.submit("Download all")
    assert "1 file from our systems" in she.page.inner_text("main")
    with she.page.expect_download() as downloading:
        she.page.get_by_role("link", name="Download all").click()
    data = open(downloading.value.path(), "rb").read()  # noqa: PTH123, SIM115 -- Playwright's own temporary file
    case.refresh_from_db()
    assert verify(io.BytesIO(data), manifest_sha256=case.approved_sha256) == ()
    package = zipfile.ZipFile(io.BytesIO(data))
    assert PERSON.email.encode() in package.read("data.json")
    assert package.read("attachments/recordings/recordings/call.wav") == RECORDING
    assert case.events.filter(action="downloaded").count() == 1
    assert any("15 July 2026" in one for one in mails_to(anna.email)), "the receipt says the same day"

    # The chain shows all of it; thirty days later the package is gone.
    mara.go(f"/desk/cases/{case.pk}/history/")
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    assert Controller.objects.count() == 1
    ours.at(7, 16)
    ours.work()
    ours.phone(anna).go(f"/requests/{reference}/package/", stop="package gone")
    assert case.artifacts.filter(kind="package").exists(), "hash and counts stay (4.5)"
    assert not case.artifacts.filter(kind="package").exclude(storage_name="", wrapped_key="").exists()
