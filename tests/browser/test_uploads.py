"""Files as people meet them: chosen on a phone, kept beside a mistake, removed without losing a word; and on the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dsr.cases import uploads
from dsr.models import Upload
from tests.browser.harness import problems
from tests.factories import make_request, make_staff, make_user
from tests.uploads.made import photo, sent

if TYPE_CHECKING:
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("mode", ["phone", pytest.param("desktop", marks=pytest.mark.slow)])
def test_a_photo_stays_beside_a_mistake_and_can_be_removed_and_the_desk_opens_what_came(
    browse: Browse, mode: str
) -> None:
    """WCAG 3.3.7: nobody chooses a file twice; the page is clean with the list, with an error, and on the desk."""
    anna, found = make_user(), []
    asked = make_request(account=anna)
    page = browse.page(mode, user=anna)
    page.goto(f"/requests/{asked.reference}/")
    chooser = page.locator("input[type=file]")
    files: list[Any] = [
        {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo()},
        {"name": "tool.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00" + bytes(100)},
    ]
    chooser.set_input_files(files)
    page.locator("form", has=chooser).locator("button.btn:not(.btn-link)").last.click()
    page.wait_for_selector("[data-errors]")
    found += problems(page)
    assert "“tool.pdf” is a program." in page.inner_text("main")
    assert Upload.objects.get().media_type == "image/jpeg"

    page.fill("textarea", "Here is the page")
    page.locator("button:has-text('Remove')").click()
    expect(page.locator("button[name$=-remove]")).to_have_count(0)
    assert page.input_value("textarea") == "Here is the page"
    assert not Upload.objects.exclude(deleted_at__isnull=False).exists()
    found += problems(page)

    case = asked.cases.get()
    uploads.receive(
        controller=asked.controller,
        file=sent(photo(), "authority.jpg"),
        purpose="authority",
        now=timezone.now(),
        request=asked,
    )
    desk = browse.page(mode, user=make_staff("mara"))
    desk.goto(f"/desk/cases/{case.pk}/files/")
    found += problems(desk)
    with desk.expect_download() as download:
        desk.click("text=authority.jpg")
    assert download.value.suggested_filename == "authority.jpg"
    assert found == []
