"""What the two small scripts do, pressed and typed in a real browser; and that pages work without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import make_controller, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

    from tests.browser.harness import Browse

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _styleguide(live_server: Any, settings: Any) -> None:
    make_controller()
    settings.DEBUG = True


def focused(page: Page) -> str:
    return str(
        page.evaluate("document.activeElement.matches('a, button') ? document.activeElement.textContent.trim() : ''")
    )


def test_error_summary_takes_the_focus_and_leads_to_the_field(browse: Browse) -> None:
    page = browse.page()
    page.goto("/styleguide/form/")
    with page.expect_navigation():
        page.click("text=Continue")
    page.wait_for_selector("[data-errors]:focus")
    assert page.title().startswith("Error: ")
    for words, field in (
        ("Enter your full name", "id_name"),
        ("Select all the data, or at least one kind", "id_kinds_0"),
        ("Tick the box if you may act for this person", "id_agree"),
    ):
        page.click(f".errors a:has-text('{words}')")
        assert page.evaluate("document.activeElement.id") == field


def test_forms_work_without_scripts(browse: Browse) -> None:
    page = browse.page(java_script_enabled=False)
    page.goto("/styleguide/question/")
    page.click("text=Continue")
    assert page.locator(".errors a").inner_text() == "Select what you want us to do"
    page.check("input[value=erasure]")
    page.click("text=Continue")
    assert not page.locator(".errors").count()


def test_whole_box_of_a_choice_can_be_clicked_and_keyboard_moves_in_it(browse: Browse) -> None:
    page = browse.page()
    page.goto("/styleguide/question/")
    box = page.locator(".choice").nth(2)
    size = box.bounding_box()
    assert size
    box.click(position={"x": size["width"] - 10, "y": size["height"] - 10})
    assert page.locator("input[value=erasure]").is_checked()
    page.keyboard.press("ArrowDown")
    assert page.locator("input[value=objection]").is_checked()


def test_counter_says_what_is_left_and_never_cuts_words_off(browse: Browse) -> None:
    page = browse.page()
    page.goto("/styleguide/form/")
    page.fill("textarea", "x" * 1990)
    assert page.locator("textarea + .hint").inner_text() == "10 characters left"
    page.fill("textarea", "x" * 2003)
    assert page.locator("textarea + .hint").inner_text() == "3 characters too many"
    assert len(page.input_value("textarea")) == 2003


def test_second_click_on_send_does_nothing(browse: Browse) -> None:
    page = browse.page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto("/styleguide/question/")
    # Both clicks fall into the time before the answer arrives.
    page.evaluate("const b = document.querySelector('main form .btn'); b.click(); b.click()")
    page.wait_for_selector("[data-errors]")
    assert len(sent) == 1


def test_session_warning_comes_five_minutes_before_the_end_and_can_be_put_off(browse: Browse, db: Any) -> None:
    page = browse.page(user=make_user())
    page.clock.install()
    page.goto("/requests/")
    warning = page.locator("[data-session]")
    page.clock.fast_forward(24 * 60 * 1000)
    assert not warning.is_visible()
    page.clock.fast_forward(61 * 1000)
    warning.wait_for(state="visible")
    page.click("[data-stay]")
    warning.wait_for(state="hidden")
    page.clock.fast_forward(26 * 60 * 1000)
    warning.wait_for(state="visible")
    page.clock.fast_forward(5 * 60 * 1000)
    page.get_by_text("Your session has ended").wait_for(state="visible")


def test_colours_can_be_chosen_and_are_remembered(browse: Browse) -> None:
    page = browse.page()
    page.goto("/styleguide/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    with page.expect_navigation():
        page.click(".foot button[value=dark]")
    page.wait_for_selector("html[data-theme=dark]")
    dark = page.evaluate(ground)
    assert dark != light
    page.goto("/styleguide/queue/")
    assert page.evaluate(ground) == dark
    page.click("[data-open=colours]")
    with page.expect_navigation():
        page.click("dialog button[value=auto]")
    page.wait_for_selector("html:not([data-theme])")
    assert page.evaluate(ground) == light


def test_unsaved_words_are_not_lost_by_a_wrong_click(browse: Browse) -> None:
    page = browse.page()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/styleguide/case/")
    page.fill("#reason", "because")
    page.evaluate("setTimeout(() => { location.href = '/styleguide/' })")
    page.wait_for_event("dialog")
    assert asked == ["beforeunload"]
    assert page.input_value("#reason") == "because"


def loaded(browse: Browse, path: str) -> list[str]:
    page = browse.page("phone")
    files: list[str] = []
    page.on("request", lambda request: files.append(request.url))
    page.goto(path, wait_until="networkidle")
    return files


def test_portal_page_needs_six_files_and_a_queue_in_four_scripts_ten(browse: Browse) -> None:
    """ux.md 4.4: requests of a first view, from a cold cache."""
    assert len(loaded(browse, "/styleguide/question/")) <= 6
    assert len(loaded(browse, "/styleguide/queue/")) <= 10


def test_phone_menu_of_the_desk_is_closed_until_asked_for(browse: Browse) -> None:
    page = browse.page("phone")
    page.goto("/styleguide/queue/")
    link = page.locator(".side-link", has_text="Unassigned")
    assert not link.is_visible()
    page.click("summary:has-text('Menu')")
    assert link.is_visible()
    wide = browse.page("desktop")
    wide.goto("/styleguide/queue/")
    assert wide.locator(".side-link", has_text="Unassigned").is_visible()
