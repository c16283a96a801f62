"""Every component, in four modes, with nothing for axe, the policy or a narrow screen to complain about (ux.md 4, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dsr.styleguide import DESK, PAGES
from tests.browser.harness import MODES, TOO_WIDE
from tests.factories import make_controller

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _styleguide(live_server: Any, settings: Any) -> None:
    make_controller()
    settings.DEBUG = True


def where(page: str) -> str:
    return "/styleguide/" if page == "components" else f"/styleguide/{page}/"


def send(page: Page) -> None:
    page.click("main form[method=post] button.btn:not([type])")
    page.wait_for_selector("[data-errors]")


@pytest.mark.parametrize("mode", MODES)
def test_component_pages_are_clean(browse: Browse, mode: str) -> None:
    found = [f"{page}: {problem}" for page in PAGES for problem in browse.look(where(page), mode)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", ["form", "question"])
def test_form_with_errors_is_clean(browse: Browse, page: str) -> None:
    browse.audit(where(page), modes=["desktop", "dark", "narrow"], act=send)


def test_component_pages_survive_large_text_and_right_to_left(browse: Browse) -> None:
    tab = browse.page("desktop")
    for page in PAGES:
        tab.goto(where(page))
        tab.evaluate("document.documentElement.dir = 'rtl'")
        assert not tab.evaluate(TOO_WIDE), f"{page} right to left"
        tab.evaluate("document.documentElement.dir = 'ltr'; document.documentElement.style.fontSize = '200%'")
        assert not tab.evaluate(TOO_WIDE), f"{page} with text at 200 %"


def test_print_leaves_out_what_paper_cannot_do(browse: Browse) -> None:
    tab = browse.page("desktop")
    for page in PAGES:
        tab.goto(where(page))
        tab.emulate_media(media="print")
        assert tab.locator("h1:visible").count() == 1 or page == "question", page
        assert not tab.locator(".side:visible, .top:visible, .btn:visible").count(), page
        tab.emulate_media(media="screen")


def test_forced_colours_keep_the_bar_and_the_choice_visible(browse: Browse) -> None:
    tab = browse.page("desktop", forced_colors="active")
    tab.goto(where("queue"))
    back, fill = (
        tab.eval_on_selector(f".meter {part}", "e => getComputedStyle(e).fill")
        for part in (".meter-back", ".meter-fill")
    )
    assert back != fill
    tab.goto(where("question"))
    tab.check("input[value=access]")
    chosen, other = (
        tab.eval_on_selector(f".choice:has(input[value={value}])", "e => getComputedStyle(e).borderTopWidth")
        for value in ("access", "erasure")
    )
    assert chosen != other


def test_what_a_finger_must_hit_is_44_pixels_on_the_portal(browse: Browse) -> None:
    tab = browse.page("phone")
    for page in set(PAGES) - DESK:
        tab.goto(where(page))
        small = tab.eval_on_selector_all(
            "button, .btn, .nav-link, .back, .brand, .input, .select, .textarea, .choice",
            "found => found.filter(e => e.offsetHeight && e.offsetHeight < 44).map(e => e.outerHTML.slice(0, 120))",
        )
        assert small == [], page


def test_fields_are_16_pixels_so_that_a_phone_does_not_zoom(browse: Browse) -> None:
    tab = browse.page("phone")
    for page in ("form", "question", "status"):
        tab.goto(where(page))
        sizes = tab.eval_on_selector_all(
            "input:not([type=hidden]), textarea, select",
            "found => found.map(e => parseFloat(getComputedStyle(e).fontSize))",
        )
        assert sizes, page
        assert min(sizes) >= 16, page
