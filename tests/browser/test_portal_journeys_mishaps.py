"""What happens to people on the way: two clicks, Back, two windows, a session that is over, a server that forgot all of them.

One case comes of it each time, and nothing that was typed is lost (WCAG 3.3.7, ux.md 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from dsr.models import Case, Request
from tests.browser.walking import GO_ON, PAGES, Walker
from tests.factories import make_controller, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def click_twice(page: Page) -> None:
    """Two clicks of a person who is not sure that the first one counted."""
    with page.expect_navigation(url="**/sent/**"):
        page.locator(GO_ON).dblclick(no_wait_after=True)


def post_twice(page: Page) -> list[str]:
    """What a browser without scripts sends on two clicks: the same form twice, at the same time. Returns where each led."""
    led: list[str] = page.evaluate("""() => {
        const form = document.querySelector('main form[data-once]');
        const send = () => fetch(form.action || location.href, {method: 'POST', body: new FormData(form)}).then(r => r.url);
        return Promise.all([send(), send()]);
    }""")
    return led


def test_two_clicks_back_and_send_again_are_one_request(browse: Browse) -> None:
    """The key of the form makes them one: double click, Back, the same form posted twice at once."""
    make_controller()
    she = Walker(browse.page("phone"))
    she.choose("access")
    she.walk({})
    click_twice(she.page)
    she.look()
    first = she.page.inner_text(".done-ref")
    she.page.go_back()
    assert she.name == "what"  # the answers are sent and gone; Back begins anew
    she.page.goto(f"/sent/{first}/")
    assert she.page.inner_text(".done-ref") == first
    assert Request.objects.count() == 1

    she.choose("erasure")
    she.walk({})
    led = post_twice(she.page)
    second = Request.objects.exclude(reference=first).get()
    assert {url.rpartition("/sent/")[2] for url in led} == {f"{second.reference}/"}
    assert sorted(Case.objects.values_list("right", flat=True)) == ["access", "erasure"]
    assert she.found == []


def test_back_and_two_windows_lose_nothing_and_send_what_was_seen(browse: Browse) -> None:
    """Back shows what was answered; two windows write into one draft; whoever sends sees first what the other one changed."""
    make_controller()
    she = Walker(browse.page("desktop"))
    she.choose("access")
    she.walk({}, until=["contact"])
    for step, name in (("period", "period"), ("data", "extent")):
        she.press("main a.back")
        assert she.name == step
        assert she.page.is_checked(f"[name={name}][value={PAGES[step][name]}]")
    she.press("main a.back")
    assert she.page.input_value("[name=name]") == "Maria Kowalska"
    other = Walker(she.page.context.new_page())
    other.go("/new/contact/")
    other.answer(PAGES["contact"])
    other.press()
    assert other.name == "check"
    she.answer({"name": "Maria Nowak"})
    she.press()
    assert she.name == "check"  # the other window answered the last question meanwhile
    assert "Maria Nowak" in she.page.inner_text("main")
    reference = she.send()
    with other.page.expect_navigation(url="**/sent/**"):
        other.page.locator(GO_ON).click()
    assert other.path == f"/sent/{reference}/"
    request = Request.objects.get()
    assert request.content()["name"] == "Maria Nowak"
    assert she.found + other.found == []


def test_a_session_that_is_over_in_the_middle_of_a_page_loses_no_word(browse: Browse) -> None:
    """What was typed waits behind the sign-in and is shown again, to be sent by the one who signed in."""
    make_controller()
    anna = make_user()
    she = Walker(browse.page("narrow", user=anna))
    she.choose("objection")
    she.walk({}, until=["objection"])
    she.answer(PAGES["objection"])
    Session.objects.all().delete()
    she.press()
    assert she.name == "login"
    she.look()
    she.answer(PAGES["login"])
    she.press("main form[data-once]:has([name=password]) button.btn")
    assert she.name == "objection"
    she.look("typed")
    assert she.page.input_value("[name=situation]") == PAGES["objection"]["situation"]
    she.press()
    she.walk({})
    she.send()
    assert Request.objects.get().account == anna
    assert she.found == []


def test_a_server_that_forgot_every_session_still_knows_the_draft(browse: Browse) -> None:
    """Between any two pages: the cookie of the draft is enough to go on, after one question whether it is hers."""
    make_controller()
    she = Walker(browse.page("phone", java_script_enabled=False), scripts=False)
    she.choose("restriction")
    for stop in ("details", "restriction-what", "check"):
        she.walk({}, until=[stop])
        Session.objects.all().delete()
        she.page.reload()
        she.look("unfinished")
        assert "Your unfinished request" in she.page.inner_text("h1")
        assert "Maria" not in she.page.inner_text("main")
        she.press("main form[action='/new/go-on/'] button")
        assert she.name == stop
    assert PAGES["restriction-what"]["words"] in she.page.inner_text("main")
    assert any(cookie["name"] == "draft" for cookie in she.page.context.cookies())
    reference = she.send()
    assert Request.objects.get().reference == reference
    she.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    she.go("/new/what/")
    assert "unfinished" not in she.page.inner_text("h1")
    assert she.found == []
