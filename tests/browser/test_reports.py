"""Dashboard, calendar and reports in a real browser: axe, the policy, no sideways scroll, and the budget of a desk page (ux.md 4.4)."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsr.cases import daily
from dsr.law.rights import Right
from dsr.models import Absence, Case
from tests.factories import make_case, make_controller, make_staff
from tests.reports.made import closed

if TYPE_CHECKING:
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NODES = 1500


def office() -> None:
    """A year of closed cases, open ones at several stages, somebody away, and the figures of the day."""
    now, mara = timezone.now(), make_staff("mara")
    for number in range(33):
        day = (now - timedelta(days=40 + 9 * number)).date()
        closed(day, 12 + number, ("completed", "partly_completed", "refused")[number % 3])
    for days in (2, 5, 9, 20, 28, 29, 30, 45):
        make_case(at=now - timedelta(days=days), identified=days % 2 == 0, rights=(Right.ERASURE,))
    for _ in range(6):  # more on one day than a cell of the calendar shows
        make_case(at=now - timedelta(days=4), identified=False)
    Case.objects.filter(closed_at=None).update(assignee=mara)
    today = now.date()
    Absence.objects.create(
        controller=make_controller(), user=mara, first_on=today + timedelta(days=3), last_on=today + timedelta(days=5)
    )
    daily.make_day(controller=make_controller(), now=now)


def test_dashboard_calendar_and_reports_are_clean_and_small(browse: Browse) -> None:
    office()
    otto = make_staff("otto", "lead")
    for path in ("/desk/dashboard/", "/desk/calendar/", "/desk/calendar/subscribe/", "/desk/reports/"):
        browse.audit(path, user=otto, modes=["desktop", "dark", "phone"])
    page = browse.page(user=otto)
    folder = os.environ.get("DSR_PICTURES")
    for name in ("dashboard", "calendar", "reports"):
        page.goto(f"/desk/{name}/")
        assert page.evaluate("document.querySelectorAll('*').length") <= NODES
        asked = page.evaluate("performance.getEntriesByType('resource').length")
        assert asked <= 9  # and the page itself
        for width in (1366, 360) if folder else ():
            page.set_viewport_size({"width": width, "height": 850})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
