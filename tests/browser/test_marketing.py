"""The marketing stop as people meet it: two pages on a phone, the link of a mail, each of them clean for axe and the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsr.cases import contacts, suppression_keys
from dsr.cases.stop_tokens import StopLinks
from dsr.models import Case
from tests.browser.harness import problems
from tests.factories import make_controller, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("mode", ["phone", pytest.param("desktop", marks=pytest.mark.slow)])
def test_two_pages_then_the_link_of_a_mail_and_the_way_back(
    browse: Browse, demo_stores: Path, drain: Callable[[], int], mode: str
) -> None:
    """ux.md 1.5: from the tile to "stopped" in two pages; a mistake is said; the link says since when; undo works."""
    controller = make_controller()
    page = browse.page(mode)
    found: list[str] = []

    def look(where: str) -> None:
        found.extend(f"{where}: {problem}" for problem in problems(page))

    page.goto("/")
    page.click("text=Stop marketing")
    page.wait_for_url("**/marketing-stop/")
    look("form")
    page.click("main form button.btn")
    look("form with an error")
    page.fill("#id_reach", "anna@example.com")
    page.click("main form button.btn")
    page.wait_for_url("**/marketing-stop/done/")
    look("stopped")
    reference = Case.objects.get().request.reference
    assert page.inner_text(".done-ref") == reference
    drain()
    assert Case.objects.get().state == "completed"

    links = StopLinks(controller.slug, suppression_keys.ensured_keys(controller, now=timezone.now()))
    for given in ("anna@example.com", "bert@example.net"):
        page.goto(f"/stop/{links.token(contacts.contact(controller, 'email', given))}/")
        look(f"link {given[:4]}")
    page.click("main form button.btn >> nth=0")
    page.wait_for_url("**/marketing-stop/done/")
    page.goto("/stop/cut/")
    look("broken link")
    page.goto(
        f"/marketing-stop/undo/{links.undo(contacts.contact(controller, 'email', 'bert@example.net'), now=timezone.now())}/"
    )
    look("undo")
    page.click("main form button.btn")
    look("undone")
    assert "is undone" in page.inner_text("h1")
    assert not found, "\n".join(found)


def test_the_list_of_what_worked_at_once_is_clean(browse: Browse) -> None:
    make_controller()
    browse.audit("/desk/at-once/", user=make_staff(), modes=["desktop", "phone"])
