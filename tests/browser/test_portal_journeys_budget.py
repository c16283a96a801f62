"""What a page of the portal may weigh and how long it may take on a cheap phone far from the next mast (ux.md 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests.browser.scale import PHONE, Scale
from tests.browser.walking import Walker
from tests.factories import make_case, make_controller, make_user

if TYPE_CHECKING:
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_start_question_check_and_status_keep_to_the_budget_on_a_slow_phone(browse: Browse) -> None:
    """The pages that most people see, with a request that has messages: weight, requests, nodes, layout shift, first sight."""
    make_controller()
    anna = make_user()
    case = make_case(account=anna, at=timezone.now())
    she = Walker(browse.page("phone", user=anna))
    she.choose("erasure")
    she.walk({})
    page = browse.page("phone", user=anna, **PHONE)
    page.context.add_cookies([c for c in she.page.context.cookies() if c["name"] == "draft"])  # type: ignore[misc]
    scale, found = Scale(page), []
    for path in ("/", "/new/what/", "/new/check/", f"/requests/{case.request.reference}/"):
        found += scale.over(path)
        assert page.url.endswith(path)
    assert found + she.found == []
