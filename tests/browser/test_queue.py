"""The queue in a real browser: keys, what stays when rows renew themselves, presence, and how heavy a full page is."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dsr.models import Presence
from tests.factories import make_case, make_staff

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# What htmx does every half minute, now.
RENEW = """() => { const rows = document.querySelector('#rows');
  return htmx.ajax('GET', rows.getAttribute('hx-get') + '&had=rows', {source: rows, target: rows, swap: 'outerHTML', select: '#rows'}) }"""
NODES = "document.querySelectorAll('*').length"


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_keys_live_rows_and_presence_work_together(browse: Browse) -> None:
    mara, otto = make_staff("mara"), make_staff("otto", "lead")
    cases = [make_case(at=timezone.now() - timedelta(days=20 - n), identified=False) for n in range(12)]
    page = browse.page(user=mara)
    page.goto("/desk/?view=open")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert focused(page) == f"case-{cases[1].pk}"
    assert page.locator("[data-bulk] [data-count]").inner_text() == "1"
    make_case(at=timezone.now() - timedelta(days=1), identified=False)
    page.evaluate(RENEW)
    expect(page.locator("[data-row]")).to_have_count(13)
    assert focused(page) == f"case-{cases[1].pk}"
    assert page.locator(f"#tick-{cases[1].pk}").is_checked()
    assert page.locator("#row-news").inner_text() == "One row changed."

    page.locator("#q").press("j")
    assert page.locator("#q").input_value() == "j"
    page.locator("[data-open=keys]").first.click()
    page.keyboard.press("Escape")
    page.locator(f"#case-{cases[1].pk}").focus()
    page.keyboard.press("o")
    page.wait_for_url(f"**/desk/cases/{cases[1].pk}/")
    other = browse.page(user=otto)
    with other.expect_response("**/presence/"):
        other.goto(f"/desk/cases/{cases[1].pk}/")
    other.wait_for_selector("#presence >> text=Mara Example has this case open, too")
    assert Presence.objects.count() == 2
    page.keyboard.press("m")
    page.wait_for_url("**/messages/")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/desk/?view=open")


def test_keys_can_be_switched_off_and_on_and_nothing_is_renewed_behind_a_dialog(browse: Browse) -> None:
    """WCAG 2.1.4: single-key shortcuts can be turned off; the choice survives the page."""
    case = make_case(identified=False)
    page = browse.page(user=make_staff("mara"))
    page.clock.install()
    page.goto("/desk/?view=open")
    page.keyboard.press("/")
    page.keyboard.type("jx")
    assert page.locator("#q").input_value() == "jx"
    page.keyboard.press("Tab")

    page.evaluate("document.getElementById('rows').dataset.old = '1'")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.clock.fast_forward(31_000)
    assert page.locator("#rows[data-old]").count() == 1, "not while a dialog is open"
    with page.expect_navigation():
        page.click("text=Switch the keys off")
    page.wait_for_selector("html[data-keys=off]")
    page.keyboard.press("j")
    assert focused(page) != f"case-{case.pk}"
    page.locator("[data-open=keys]").first.click()
    with page.expect_navigation():
        page.click("text=Switch the keys on")
    page.wait_for_selector("html:not([data-keys])")
    page.keyboard.press("j")
    assert focused(page) == f"case-{case.pk}"
    page.keyboard.press("x")
    assert page.locator("[data-bulk]").is_visible()
    page.keyboard.press("x")
    assert not page.locator("[data-bulk]").is_visible()
    assert page.evaluate("window.__violations") == []


def test_a_full_page_stays_within_its_budget(browse: Browse) -> None:
    """ux.md 4.4: at most 1,500 nodes and 10 requests with fifty rows; the page itself weighs little once it is packed."""
    for number in range(50):
        make_case(at=timezone.now() - timedelta(days=number % 28), identified=False)
    page = browse.page(user=make_staff("otto", "lead"))
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    sizes: list[float] = []
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto("/desk/?view=open")

    assert page.locator("[data-row]").count() == 50
    assert page.evaluate(NODES) <= 1500
    assert len(sizes) <= 10
    assert len(gzip.compress(page.content().encode())) <= 30_000
