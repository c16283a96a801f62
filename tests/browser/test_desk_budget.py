"""What a page of the desk may weigh, move and block, on a slow line and a slow machine (ux.md 4.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.browser.scale import DESK, PHONE, Scale
from tests.factories import make_case, make_staff

if TYPE_CHECKING:
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_queue_case_and_plan_pages_keep_to_the_budget_on_a_slow_line(browse: Browse) -> None:
    """The pages that are open all day: weight, requests, nodes, layout shift, first sight, blocking."""
    otto = make_staff("otto", "lead")
    cases = [make_case(at=timezone.now() - timedelta(days=number), identified=False) for number in range(24)]
    scale, found = Scale(browse.page("phone", user=otto, **PHONE), DESK), []
    case = reverse("desk:case", args=[cases[0].pk])
    for path in ("/desk/", case, "/desk/dashboard/", "/desk/calendar/", "/desk/stores/"):
        found += scale.over(path)
    assert found == []
