"""Stores and health: what is configured, what its last check found, what could make us miss a deadline."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from dsr.models import Pulse, Task
from tests.desk.conftest import text
from tests.factories import make_case, make_controller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


def test_every_store_with_owner_and_what_it_can_do(mara, demo_stores):
    page = text(mara.get("/desk/stores/"))

    for words in ("Billing", "Finance", "Network log-ins", "Network", "find a person", "give out data"):
        assert words in page
    assert page.count("Not checked in the last thirty days.") == 2


def test_a_store_that_fits_its_map_says_so(mara, demo_stores):
    page = text(mara.post("/desk/stores/billing/check/", follow=True))

    assert "Billing has been checked." in page
    assert "the map fits the store" in page or "0 errors" in page
    assert page.count("Not checked in the last thirty days.") == 1


def test_a_changed_store_shows_what_changed_by_place_and_no_value(mara, demo_stores):
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        database.execute("ALTER TABLE customers ADD COLUMN mothers_phone TEXT")
        database.execute("UPDATE customers SET mothers_phone = '+447700900123'")

    page = text(mara.post("/desk/stores/billing/check/", follow=True))

    assert "mothers_phone" in page
    assert "not in the map" in page
    assert "+447700900123" not in page


def test_a_store_that_is_down_says_what_that_means(mara, demo_stores):
    (demo_stores / "radius.sqlite3").unlink()
    (demo_stores / "radius.sqlite3").mkdir()

    page = text(mara.post("/desk/stores/radius/check/", follow=True))

    assert "The store does not answer." in page


def test_only_stores_of_this_company_are_checked(mara, demo_stores):
    assert mara.post("/desk/stores/nonsense/check/").status_code == 404
    assert mara.get("/desk/stores/billing/check/").status_code == 405


@pytest.mark.parametrize("name", ["ines", "dora", "adam"])
def test_who_neither_handles_nor_operates_checks_nothing(signed_in, demo_stores, name):
    client = signed_in(name)

    assert "Your role does not allow this" in text(client.get("/desk/stores/"))
    page = text(client.post("/desk/stores/billing/check/", follow=True))

    assert "Your role does not allow this" in page
    assert page.count("Not checked in the last thirty days.") == 2


def test_no_store_at_all_is_said(mara):
    assert "No store is configured" in text(mara.get("/desk/stores/"))


def test_health_says_when_the_tick_ran_and_what_waits(mara, demo_stores):
    page = text(mara.get("/desk/health/"))
    assert "never" in page
    assert "The tick has not run for five minutes" in page

    Pulse.objects.create(name="tick", at=timezone.now() - timedelta(seconds=40))
    case = make_case()
    Task.objects.create(
        controller=make_controller(),
        case=case,
        store="billing",
        operation="collect",
        status="manual",
        error_code="schema_changed",
        error_place="billing.customers",
        not_before=timezone.now(),
        created_at=timezone.now(),
    )
    page = text(mara.get("/desk/health/"))
    assert " s ago" in page
    assert "The tick has not run" not in page
    assert case.request.reference in page
    assert "a table or column of our data map is missing" in page
    assert "billing.customers" in page


def test_health_shows_work_of_this_company_only(mara, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    make_controller()
    other = make_case(controller=make_controller("southwave"))
    Task.objects.create(
        controller=other.controller,
        case=other,
        store="crm",
        operation="collect",
        status="manual",
        not_before=timezone.now(),
        created_at=timezone.now(),
    )

    assert f"/desk/cases/{other.pk}/" not in text(mara.get("/desk/health/"))
    assert "None." in text(mara.get("/desk/health/"))
