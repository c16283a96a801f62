"""A brand of its own in a real browser: readable, from right to left without sideways scroll, within the strict policy; and its desk pages."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from dsr.cases import actors, brand, flood
from dsr.cases.intake import Told
from dsr.models import Controller
from tests.browser.harness import problems
from tests.factories import MONDAY, make_controller, make_request, make_staff

if TYPE_CHECKING:
    from dsr.models import User
    from tests.browser.harness import Browse

pytestmark = pytest.mark.browser
WORDS = "I do not want to hear from you any more, and what do you know about me?"


@pytest.fixture
def otto(live_server: Any) -> User:
    make_controller()
    lead, out = make_staff("otto", "lead"), io.BytesIO()
    Image.new("RGB", (600, 200), "#7a1fa2").save(out, "PNG")
    values = {
        "colour_light": "#7a1fa2",
        "office_hours": {"en": "Monday to Friday, 9 to 17"},
        "languages": ["en", "de", "ar"],
    }
    brand.change(
        controller=Controller.objects.get(), values=values, logo=out.getvalue(), actor=actors.staff(lead), now=MONDAY
    )
    return lead


def test_a_brand_from_right_to_left_is_clean(browse: Browse, otto: User, settings: Any) -> None:
    """`dir="rtl"` with own colours and logo: axe, policy, no sideways scroll at 320 px, in light and dark; six requests at most."""
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    found: list[str] = []
    asked: list[str] = []
    for mode in ("narrow", "dark"):
        page = browse.page(mode)
        page.set_extra_http_headers({"Accept-Language": "ar"})
        page.on("request", lambda request: asked.append(request.url))
        for path in ("/", "/new/what/", "/new/unsure/"):
            asked.clear()
            page.goto(path)
            assert page.evaluate("document.documentElement.dir") == "rtl"
            assert len(set(asked)) <= 6, asked
            found += [f"{mode} {path}: {problem}" for problem in problems(page)]
        assert (
            page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand')").strip() != "#0b4f6c"
        )
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_the_desk_pages_of_sorting_floods_and_brand_are_clean(browse: Browse, otto: User) -> None:
    asked = make_request(told=Told(name="Anna Example", words=WORDS), unclassified=True)
    for n in range(3):
        flood.mark(
            request=make_request(name=f"Bot {n}"),
            reason="network",
            now=MONDAY + timedelta(seconds=n),
            network=f"{n % 2}" * 32,
        )
    case = asked.cases.get()
    found = [
        f"{path} {mode}: {problem}"
        for mode in ("desktop", "phone")
        for path in (
            "/desk/?view=sort",
            "/desk/held/",
            "/desk/brand/",
            f"/desk/cases/{case.pk}/",
            f"/desk/cases/{case.pk}/do/classify/",
        )
        for problem in browse.look(path, mode, user=otto)
    ]
    assert not found, "\n".join(found)
