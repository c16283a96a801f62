"""Pages of single rights that hold a long list: rows of what stands there now, and the table of what stays (ux.md 1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsr.cases import identity
from dsr.demo.people import by_position
from dsr.fulfil import current
from tests.browser.harness import problems
from tests.factories import make_controller, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON = by_position(2)


def choose(page: Page, *labels: str) -> None:
    """Tick these, then Continue."""
    for label in labels:
        page.locator("main").get_by_role("radio", name=label).first.check()
    page.get_by_role("button", name="Continue").click()


def test_the_long_pages_hold_on_a_phone(browse: Browse, demo_stores: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "SECONDS", 60.0)  # a busy machine is no store that is down
    make_controller()
    anna = make_user()
    identity.link(
        user=anna,
        store="billing",
        customer_number=PERSON.customer_no,
        contact=PERSON.email,
        method="code",
        now=timezone.now(),
    )
    page = browse.page("phone", user=anna)
    page.goto("/new/?right=rectification")
    choose(page, "Me")
    page.get_by_text("Correct Date of birth").click()
    page.get_by_label("What is right? Date of birth").fill("31 2 1985")
    page.get_by_role("button", name="Add another correction").click()
    assert page.get_by_label("What is right? Date of birth").input_value() == "31 2 1985"  # nothing is lost
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_text("Enter a real date, like 27 3 1985").count() == 2
    assert problems(page) == []
    page.get_by_label("What is right? Date of birth").fill("27 3 1985")
    page.get_by_label("What is right? Date of birth").press("Enter")  # sends, and does not add another one
    page.wait_for_url("**/new/evidence/")

    page.goto("/new/what/")
    choose(page, "Delete my data")
    choose(page, "Everything you do not have to keep")
    choose(page, "No")
    choose(page, "Here on this website")
    page.wait_for_url("**/new/check/")
    assert "Last day for each year" in page.inner_text("main")
    assert problems(page) == []
