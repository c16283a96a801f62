"""The data map viewer and what the page of the stores says of coverage, evidence and durations, without asking a store."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from dsr.cases import scope
from dsr.fulfil import store_health
from dsr.models import SetupEvent
from tests.desk.conftest import text
from tests.factories import make_controller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db
STORES = """\
stores:
  shop: {controller: northwave, system: sql, label: {en: Shop}, owner: Sales, map: fossbilling, url: "sqlite:///gone.sqlite3"}
"""


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Iterator[None]:
    """The largest map that comes with the product, over a store that is not there: the viewer does not need it."""
    (tmp_path / "stores.yaml").write_text(STORES, encoding="utf-8")
    settings.DSR_STORES = str(tmp_path / "stores.yaml")
    scope.forget()
    yield
    scope.forget()


def rows(page: str) -> int:
    return page.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")


def test_data_sets_then_fields_with_law_reason_and_treatment(mara: Client, demo_stores: Any) -> None:
    sets = text(mara.get("/desk/stores/billing/map/"))
    assert "customers" in sets
    assert "§ 147 AO" in sets
    assert "Tables outside the map" in sets

    never = text(mara.get("/desk/stores/billing/map/?access=never"))
    assert "a password, even in scrambled form" in never
    kept = text(mara.get("/desk/stores/billing/map/?erasure=kept"))
    assert "§ 147 AO" in kept
    assert rows(kept) > 0
    assert "No field fits" in text(mara.get("/desk/stores/billing/map/?q=no+such+thing"))
    everything = rows(text(mara.get("/desk/stores/billing/map/?all=1")))
    assert everything > rows(text(mara.get("/desk/stores/billing/map/?access=exported"))) > 0
    assert mara.get("/desk/stores/nonsense/map/").status_code == 404


@pytest.mark.slow
@pytest.mark.usefixtures("shop")
def test_the_largest_map_stays_small_and_names_nothing_the_law_hides(mara: Client) -> None:
    for query in ("", "?category=master", "?access=exported"):
        page = text(mara.get(f"/desk/stores/shop/map/{query}"))
        assert len(page.encode()) <= 120_000
        assert len(re.findall(r"<[a-z]", page)) <= 1500
    assert "cannot be" not in page


@pytest.mark.slow
def test_coverage_evidence_and_durations_say_what_is_known(mara: Client, demo_stores: Any) -> None:
    controller, now = make_controller(), timezone.now()
    page = text(mara.get("/desk/stores/"))
    assert "tested with the system itself" in page
    assert "is not known before a check" in page
    assert page.count("none yet") == 2

    store_health.check(controller_id=controller.pk, store="billing", now=now)
    for seconds in (1.0, 3.0, 20.04):
        store_health.searched(controller_id=controller.pk, store="billing", seconds=seconds)
    page = text(mara.get("/desk/stores/"))
    assert "The store has nothing beside that." in page
    assert "3 searches: half of them within 3.0 s, the slowest 20 s" in page


def test_a_check_is_asked_for_and_the_card_looks_again_until_it_is_there(mara: Client, demo_stores: Any) -> None:
    mara.post("/desk/stores/billing/check/")
    assert SetupEvent.objects.get().data == {"store": "billing"}
    page = text(mara.get("/desk/stores/"))
    assert page.count("Is being checked.") == page.count('hx-trigger="every 3s"') == 1
    store_health.check(controller_id=make_controller().pk, store="billing", now=timezone.now() + timedelta(seconds=1))
    assert "Is being checked." not in text(mara.get("/desk/stores/"))
