"""Stores and health: what is configured, what its last check found, what could make us miss a deadline."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import timedelta

import django_rq
import pytest
from django.core.cache import cache
from django.utils import timezone
from rq import SimpleWorker

from dsr.models import Pulse, StoreHealth, Task
from dsr.work import pulses
from dsr.work.waking import store_checks
from tests.desk.conftest import text
from tests.factories import make_case, make_controller

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """A block in which jobs are queued, and at whose end a worker does them."""

    @contextmanager
    def done():
        with django_capture_on_commit_callbacks(execute=True):
            yield
        found = django_rq.get_queue("stores")
        SimpleWorker([found], connection=found.connection, serializer=found.serializer).work(
            burst=True, logging_level="ERROR"
        )

    return done


def checked(client, work, store: str) -> str:
    """The page after a worker has done what the button asked for."""
    with work():
        assert "is being checked" in text(client.post(f"/desk/stores/{store}/check/", follow=True))
    return text(client.get("/desk/stores/"))


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


def test_every_store_with_owner_and_what_it_can_do(mara, demo_stores):
    page = text(mara.get("/desk/stores/"))

    for words in ("Billing", "Finance", "Network log-ins", "Network", "find a person", "give out data"):
        assert words in page
    assert page.count("Not checked yet.") == 2


def test_a_store_that_fits_its_map_says_so(mara, demo_stores, work):
    page = checked(mara, work, "billing")

    assert "the map fits the store" in page or "0 errors" in page
    assert page.count("Not checked yet.") == 1


def test_a_changed_store_shows_what_changed_by_place_and_no_value(mara, demo_stores, work):
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        database.execute("ALTER TABLE customers ADD COLUMN mothers_phone TEXT")
        database.execute("UPDATE customers SET mothers_phone = '+447700900123'")

    page = checked(mara, work, "billing")

    assert "mothers_phone" in page
    assert "not in the map" in page
    assert "+447700900123" not in page


def test_a_store_that_is_down_says_what_that_means(mara, demo_stores, work):
    (demo_stores / "radius.sqlite3").unlink()
    (demo_stores / "radius.sqlite3").mkdir()

    page = checked(mara, work, "radius")

    assert "The store does not answer." in page


def test_the_verdict_outlives_the_list(mara, demo_stores, work):
    with sqlite3.connect(demo_stores / "billing.sqlite3") as database:
        database.execute("ALTER TABLE customers ADD COLUMN mothers_phone TEXT")
    checked(mara, work, "billing")
    cache.clear()

    page = text(mara.get("/desk/stores/"))

    assert "between map and store" in page
    assert "mothers_phone" not in page


def test_the_tick_checks_every_store_each_quarter_of_an_hour_and_forgets_removed_ones(mara, demo_stores, work):
    now = timezone.now()
    StoreHealth.objects.create(controller=make_controller(), store="gone", ok=False, code="store_down", checked_at=now)
    with work():
        assert store_checks(now) == 2
    assert sorted(StoreHealth.objects.values_list("store", "ok")) == [("billing", True), ("radius", True)]
    assert "Not checked yet." not in text(mara.get("/desk/stores/"))

    assert store_checks(now + timedelta(minutes=14)) == 0
    assert store_checks(now + timedelta(minutes=15)) == 2
    # a clock that jumped back does not keep the stores unchecked until it is there again
    assert store_checks(now - timedelta(days=1)) == 2


def test_only_stores_of_this_company_are_checked(mara, demo_stores):
    assert mara.post("/desk/stores/nonsense/check/").status_code == 404
    assert mara.get("/desk/stores/billing/check/").status_code == 405


@pytest.mark.parametrize("name", ["ines", "dora", "adam"])
def test_who_neither_handles_nor_operates_checks_nothing(signed_in, demo_stores, name):
    client = signed_in(name)

    assert "Your role does not allow this" in text(client.get("/desk/stores/"))
    page = text(client.post("/desk/stores/billing/check/", follow=True))

    assert "Your role does not allow this" in page
    assert page.count("Not checked yet.") == 2


def test_no_store_at_all_is_said(mara):
    assert "No store is configured" in text(mara.get("/desk/stores/"))


def test_health_says_when_the_tick_ran_and_what_waits(mara, demo_stores):
    page = text(mara.get("/desk/health/"))
    assert "never" in page
    assert "The tick has never run" in page
    assert "No worker is running" in page

    now = timezone.now()
    pulses.keep({pulses.TICK: "", pulses.of_worker("one"): "", f"{pulses.STEP}digests": "ValueError"}, now=now)
    Pulse.objects.filter(name=pulses.TICK).update(at=now - timedelta(seconds=40))
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
    assert "The tick has" not in page
    assert "1 worker is running." in page
    assert "A part of the tick fails every time" in page
    assert "ValueError" in page
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


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (timedelta(minutes=6), "The tick has not run for five minutes"),
        (timedelta(minutes=-5), "The last tick is in the future"),
    ],
)
def test_every_page_says_that_the_tick_is_late_and_lead_and_administrator_what_to_do(signed_in, late, words):
    pulses.keep({pulses.TICK: ""}, now=timezone.now() - late)
    pulses.keep({pulses.of_worker("one"): ""}, now=timezone.now())

    assert words in text(signed_in("mara").get("/desk/"))
    assert "Tell the privacy lead" in text(signed_in("mara").get("/desk/"))
    for name in ("otto", "olga"):
        page = text(signed_in(name).get("/desk/stores/"))
        assert words in page
        assert "manage.py tick" in page or "chronyc" in page
        assert "Tell the privacy lead" not in page


def test_no_worker_is_said_and_nothing_when_all_is_well(mara):
    pulses.keep({pulses.TICK: ""}, now=timezone.now())
    assert "No worker is running" in text(mara.get("/desk/"))

    pulses.keep({pulses.of_worker("one"): ""}, now=timezone.now())
    page = text(mara.get("/desk/"))
    assert "No worker" not in page
    assert "notice-bad" not in page


def test_health_says_nothing_of_the_stores_of_another_company(mara, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    other = make_controller("southwave")
    StoreHealth.objects.create(controller=other, store="crm", ok=False, code="store_down", checked_at=timezone.now())

    assert "southwave" not in text(mara.get("/desk/health/"))
