"""The set-up pages in a real browser: axe, the content security policy, no sideways scroll, light enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsr.cases import actors, calendar
from dsr.fulfil.signing import signer_of
from tests.factories import make_case, make_controller, make_staff

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_the_set_up_is_clean(browse: Browse, demo_stores: Any) -> None:
    controller, olga, dora = make_controller(), make_staff("olga", "administrator"), make_staff("dora", "dpo")
    signer_of(controller, now=timezone.now())
    day = timezone.now().date().replace(month=12, day=28)
    actor = actors.staff(dora)
    calendar.set_day(
        controller=controller, day=day, holiday=True, actor=actor, now=timezone.now(), name="Fair", reason="Town"
    )
    pages = [
        "",
        "controller/facts/",
        "controller/place/",
        "controller/statements/",
        "calendar/",
        "escalation/",
        "retention/",
        "keys/",
        "programs/",
    ]
    for number, page in enumerate(pages):
        modes = ["desktop", "phone"] if number % 2 else ["dark", "narrow"]
        browse.audit(f"/desk/setup/{page}", user=dora if page == "calendar/" else olga, modes=modes)
    for page in (
        "/desk/changes/",
        "/desk/stores/",
        "/desk/stores/billing/map/",
        "/desk/stores/billing/map/?access=never",
    ):
        browse.audit(page, user=olga, modes=["desktop", "phone"])


def test_what_a_buffer_moves_is_said_first_and_pages_are_light(browse: Browse, demo_stores: Any) -> None:
    otto = make_staff("otto", "lead")
    make_case(at=timezone.now())

    def save(page: Page) -> None:
        page.get_by_label("Days of buffer").fill("9")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("button", name="Save and count these cases anew").wait_for()

    browse.audit("/desk/setup/controller/periods/", user=otto, modes=["phone"], act=save)
    page = browse.page(user=otto)
    for path in (
        "/desk/setup/",
        "/desk/stores/billing/map/",
        "/desk/setup/calendar/",
        "/desk/setup/retention/?country=FR",
    ):
        asked: list[str] = []

        def note(request: Request, asked: list[str] = asked) -> None:
            asked.append(request.url)

        page.on("request", note)
        page.goto(path)
        assert page.evaluate("document.querySelectorAll('*').length") <= 1500, path
        assert len(page.content().encode()) <= 120_000, path
        assert len(asked) <= 10, asked
