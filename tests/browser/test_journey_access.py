"""One access request, from the subscriber's sign-in to her download, clicked through by three people in a real browser.

On every page: axe finds nothing, the content security policy blocks nothing, nothing scrolls sideways.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Error

from dsr.audit import verify_case
from dsr.cases import actors
from dsr.demo.people import by_position
from dsr.models import Case, Controller
from dsr.output.verify import verify
from tests.browser.harness import problems
from tests.factories import PASSWORD, make_controller, make_staff, make_user
from tests.fulfil.tree_of_files import Tree
from tests.jobs import run_due
from tests.redacting import settle

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON = by_position(2)
RECORDING = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 40


class Walk:
    """A person at a browser who notices what is wrong with every page she sees."""

    def __init__(self, page, found: list[str]) -> None:
        self.page, self.found = page, found

    def see(self, words: str = "") -> None:
        """The page is there, says `words`, and has no problem."""
        self.page.wait_for_load_state()
        self.found += [f"{self.page.url.partition('/')[2]}: {problem}" for problem in problems(self.page)]
        if words:
            assert words in self.page.inner_text("body"), (self.page.url, self.page.inner_text("main")[:2000])

    def go(self, path: str, words: str = "") -> None:
        """Open an address; a page that reloads itself in that moment, because the case moved on, is left all the same."""
        try:
            self.page.goto(path)
        except Error as crossed:
            if "ERR_ABORTED" not in str(crossed):
                raise
            self.page.wait_for_load_state()
            self.page.goto(path)
        self.see(words)

    def tick_all(self) -> None:
        """Tick what only a human can say before she approves."""
        for box in self.page.locator('input[name="attested"]').all():
            box.check()

    def press(self, name: str, words: str = "") -> None:
        """Press a button or follow a link by its words."""
        target = self.page.locator("main").get_by_role("button", name=name, exact=True)
        if not target.count():
            target = self.page.locator("main").get_by_role("link", name=re.compile(f"^{re.escape(name)}"))
        target.first.click()
        self.see(words)

    def choose(self, label: str) -> None:
        """Tick a radio or a box."""
        self.page.get_by_label(label, exact=True).check()

    def fill(self, label: str, text: str) -> None:
        """Type into a field."""
        self.page.get_by_label(label).fill(text)

    def sign_in(self, path: str, email: str) -> None:
        """With e-mail and password."""
        self.go(path)
        self.page.locator("main input[type=email]").fill(email)
        self.page.locator("main input[type=password]").fill(PASSWORD)
        self.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
        self.see()


def code_in_mail() -> str:
    """The newest code that was mailed to the contact on file, and to nobody else."""
    run_due()
    newest = [message for message in mail.outbox if "Your code" in message.subject][-1]
    assert newest.to == [PERSON.email]
    return str(re.findall(r"\d{4} \d{4}", str(newest.body))[0])


@pytest.fixture
def office(demo_stores):
    make_controller(customer_stores=["billing"])
    Tree(demo_stores).put(PERSON.username, {"call.wav": RECORDING})
    return {"mara": make_staff("mara"), "otto": make_staff("otto", "lead")}


def test_SC_01_from_the_sign_in_to_the_download(browse, office):
    found: list[str] = []
    anna = make_user("anna")
    she = Walk(browse.page("phone"), found)

    # She signs in and proves the link to her customer number by a code to the contact on file.
    she.sign_in("/account/login/", anna.email)
    she.go("/link/")
    she.fill("Customer number", PERSON.customer_no)
    she.press("Send me a code")
    she.fill("Code", code_in_mail())
    she.page.locator("main form button").first.click()
    she.see()

    # She files the request; the receipt has reference and due date.
    she.go("/")
    she.press("Get a copy of my data")
    for _ in range(12):
        if she.page.url.endswith("/new/check/"):
            break
        for label in ("Me", "Everything", "Here on this website", "English"):
            target = she.page.get_by_label(label, exact=False)
            if target.count() and target.first.get_attribute("type") == "radio":
                target.first.check()
        she.page.locator("main form button.btn").first.click()
        she.see()
    assert she.page.url.endswith("/new/check/"), she.page.inner_text("main")
    she.press("Send my request", "Your reference")
    reference = re.findall(r"DSR-\d{4}-\d{6}", she.page.inner_text("main"))[0]
    case = Case.objects.get(request__reference=reference)
    assert case.state == "assessing"

    # Mara sees it in the queue, has everything collected, drafts.
    mara = Walk(browse.page("desktop"), found)
    mara.sign_in("/desk/", office["mara"].email)
    mara.page.get_by_role("link", name=reference).first.click()
    mara.see(reference)
    mara.press("Start collection")
    run_due()
    mara.go(f"/desk/cases/{case.pk}/", "3 of 3 done")
    mara.go(f"/desk/cases/{case.pk}/draft/")
    mara.page.locator("main textarea").first.fill("We looked everywhere.")
    mara.page.locator("main form[method=post] button.btn").first.click()
    mara.see()
    run_due()
    # Nobody hands on what nobody has read.
    mara.go(f"/desk/cases/{case.pk}/redaction/", "Redaction")
    settle(case.pk, actor=actors.staff(office["mara"]), now=timezone.now(), drain=run_due)
    mara.go(f"/desk/cases/{case.pk}/")
    mara.press("Submit for review")
    case.refresh_from_db()
    assert case.state == "review", mara.page.inner_text("main")[:1500]

    # Otto, and only Otto, approves the manifest; Mara releases.
    mara.go(f"/desk/cases/{case.pk}/review/")
    assert mara.page.get_by_role("button", name="Approve", exact=True).first.is_disabled()
    otto = Walk(browse.page("desktop"), found)
    otto.sign_in("/desk/", office["otto"].email)
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
    she.fill("Code", code_in_mail())
    she.page.locator("main form button.btn").first.click()
    she.see("Download all")
    she.see("1 file from our systems")
    with she.page.expect_download() as downloading:
        she.page.get_by_role("link", name="Download all").click()
    data = open(downloading.value.path(), "rb").read()  # noqa: PTH123, SIM115 -- Playwright's own temporary file
    case.refresh_from_db()
    assert verify(io.BytesIO(data), manifest_sha256=case.approved_sha256) == ()
    package = zipfile.ZipFile(io.BytesIO(data))
    assert PERSON.email.encode() in package.read("data.json")
    assert package.read("attachments/recordings/recordings/call.wav") == RECORDING
    assert case.events.filter(action="downloaded").count() == 1

    # The chain shows all of it.
    mara.go(f"/desk/cases/{case.pk}/history/")
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    assert Controller.objects.count() == 1
    assert found == []
