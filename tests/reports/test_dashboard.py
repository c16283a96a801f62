"""The dashboard as people see it: who may, what it says, and what a look costs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsr.cases import daily
from tests.desk.conftest import ROLES, text
from tests.factories import make_case, make_controller, make_staff
from tests.reports.made import closed

if TYPE_CHECKING:
    from datetime import date

pytestmark = pytest.mark.django_db
PAGE = "/desk/dashboard/"


def as_role(name: str) -> Client:
    client = Client()
    client.force_login(make_staff(name, *ROLES[name]))
    return client


def days_ago(days: int) -> date:
    return (timezone.now() - timedelta(days=days)).date()


def test_4_3_everybody_but_intake_reads_figures_and_only_planners_read_whose_work_it_is():
    make_controller()
    make_case(name="Anna Secret", at=timezone.now() - timedelta(days=2))
    seen = {name: as_role(name).get(PAGE) for name in ROLES}

    assert {name for name, page in seen.items() if page.status_code == 403} == {"ines"}
    assert {name for name, page in seen.items() if "Per person" in text(page)} == {"otto", "dora"}
    assert not [name for name, page in seen.items() if "Secret" in text(page)]
    assert 'href="/desk/dashboard/"' not in text(as_role("ines").get("/desk/"))


def test_before_the_first_figures_the_page_counts_what_is_open():
    late = make_case(at=timezone.now() - timedelta(days=60))
    page = text(as_role("mara").get(PAGE))

    assert "They are not there yet" in page
    assert late.request.reference in page
    assert "Median to answer" not in page


def test_the_page_shows_figures_forecast_charts_as_tables_and_how_it_is_counted():
    for days in (3, 10, 40):
        closed(days_ago(100), days)
    make_case(at=timezone.now() - timedelta(days=5))
    make_staff("mara")
    daily.make_day(controller=make_controller(), now=timezone.now())

    page = text(as_role("otto").get(PAGE))

    assert "66.6&nbsp;%" in page or "66.6 %" in page
    assert "late: 1 of 3" in page
    assert "Only 3 cases ended in the last twelve months" in page
    assert page.count("Show as table") == 3
    assert page.count('role="img"') == 3
    assert "How this is counted" in page
    assert "as of now" in page


def test_yesterdays_figures_say_so():
    make_staff("mara")
    daily.make_day(controller=make_controller(), now=timezone.now() - timedelta(days=1))

    assert "those of today have not been made yet" in text(as_role("mara").get(PAGE))


@pytest.mark.slow
def test_a_look_costs_the_same_number_of_queries_however_many_cases_are_open():
    make_case(at=timezone.now() - timedelta(days=45))
    client = as_role("otto")
    daily.make_day(controller=make_controller(), now=timezone.now())
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        assert client.get(PAGE).status_code == 200
    for number in range(20):
        make_case(at=timezone.now() - timedelta(days=2 * number))

    with CaptureQueriesContext(connection) as many:
        assert "21" in text(client.get(PAGE))
    assert len(many) == len(one)
