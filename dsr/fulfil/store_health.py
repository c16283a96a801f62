"""The health of the stores: each compared with its data map now and then, the outcome a row that pages and alarms read."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypedDict

from django.core.cache import cache

from dsr.cases.scope import stores_of
from dsr.fulfil.stores import check_store
from dsr.models import Controller, RowId, StoreHealth
from exporters.contract import Problem, Severity, StoreError
from exporters.registry import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

log = logging.getLogger(__name__)
SHOWN: Final = 100
LAST_SEARCHES: Final = 20
WAITING_SECONDS: Final = 120
_LEFT_OUT: Final = {"column_undeclared": "column", "table_undeclared": "table"}
KEPT_SECONDS: Final = 30 * 24 * 3600
MAP_DIFFERS: Final = "map_differs"
"""The store answers, but lacks or has what its data map does not say."""
_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Findings(TypedDict):
    """What the last comparison found, worst first: names of tables and columns, never values."""

    problems: list[dict[str, str]]
    counts: dict[str, int]
    missed: dict[str, int]
    """How many tables and columns the map leaves out: `table`, `column`, and of these `personal` that look it."""


def configured() -> list[tuple[str, str]]:
    """Every store of every controller, as (id of the controller, name of the store)."""
    return [(str(one.pk), store) for one in Controller.objects.order_by("slug") for store in stores_of(one)]


def forget_others(named: Collection[tuple[str, str]]) -> int:
    """Remove the rows of stores that nobody configures any more; how many."""
    rows = StoreHealth.objects.values_list("pk", "controller_id", "store")
    gone = [pk for pk, controller_id, store in rows if (str(controller_id), store) not in named]
    return StoreHealth.objects.filter(pk__in=gone).delete()[0] if gone else 0


def check(*, controller_id: RowId, store: str, now: datetime) -> StoreHealth | None:
    """Ask a store and keep what it said; None when it is not configured any more.

    A store that cannot be asked, a wrong configuration and a map that does not fit are outcomes, not errors.
    """
    controller = Controller.objects.get(pk=controller_id)
    if store not in stores_of(controller):
        return None
    values, found = _ask(controller, store)
    # The list is for the page only, and comes again with the next check: it may be lost, so it has no row.
    cache.set(_key(controller, store), _findings(found), KEPT_SECONDS)
    row, _ = StoreHealth.objects.update_or_create(
        controller=controller, store=store, defaults={**values, "checked_at": now}
    )
    return row


def findings(controller: Controller, store: str) -> Findings | None:
    """The differences the last check listed, at most SHOWN; None when the list is not there any more."""
    kept: Findings | None = cache.get(_key(controller, store))
    return kept


def _ask(controller: Controller, store: str) -> tuple[dict[str, Any], list[Problem]]:
    try:
        found = check_store(controller, store)
    except StoreError as error:
        return {"ok": False, "code": error.code[:40], "place": error.place[:200], "problems": 0}, []
    except ConfigError:
        return {"ok": False, "code": "configuration", "place": store, "problems": 0}, []
    except Exception:
        # An exporter of the client's own may fail in a way nobody has seen: one store, and no alarm but its own.
        log.exception("checking the store %s failed", store)
        return {"ok": False, "code": "internal", "place": "", "problems": 0}, []
    differs = any(problem.severity is Severity.ERROR for problem in found)
    number = sum(problem.severity is not Severity.INFO for problem in found)
    return {"ok": not differs, "code": MAP_DIFFERS if differs else "", "place": "", "problems": number}, found


def _findings(found: list[Problem]) -> Findings:
    rows = sorted(found, key=lambda problem: (_ORDER[problem.severity], problem.place))
    return {
        "problems": [{"severity": p.severity.value, "place": p.place, "detail": p.detail} for p in rows[:SHOWN]],
        "counts": dict(Counter(problem.severity.value for problem in rows)),
        "missed": _missed(rows),
    }


def _missed(rows: list[Problem]) -> dict[str, int]:
    left_out = [problem for problem in rows if problem.code in _LEFT_OUT]
    found = Counter(_LEFT_OUT[problem.code] for problem in left_out)
    return {**found, "personal": sum(problem.severity is Severity.ERROR for problem in left_out)}


def asked(controller: Controller, store: str, *, now: datetime) -> None:
    """Note that somebody asked for a check, so that pages look again until it is there; for two minutes."""
    cache.set(f"{_key(controller, store)}:asked", now, WAITING_SECONDS)


def asked_at(controller: Controller, stores: Iterable[str]) -> dict[str, datetime]:
    """When somebody asked for a check of each of these stores, within the last two minutes."""
    keys = {f"{_key(controller, store)}:asked": store for store in stores}
    return {keys[key]: at for key, at in cache.get_many(list(keys)).items()}


def searched(*, controller_id: RowId, store: str, seconds: float) -> None:
    """Note how long a search took; the newest LAST_SEARCHES are kept, for the page only. A cache that is down loses one."""
    key = f"store-seconds:{controller_id}:{store}"
    try:
        cache.set(key, [round(seconds, 1), *(cache.get(key) or ())][:LAST_SEARCHES], KEPT_SECONDS)
    except Exception as error:  # noqa: BLE001 -- whatever the cache raises: the search is done and counts
        log.warning("how long a search took could not be kept (%s)", type(error).__name__)


def search_seconds(controller: Controller, stores: Iterable[str]) -> dict[str, list[float]]:
    """How long the last searches of each store took, the newest first, in seconds."""
    keys = {f"store-seconds:{controller.pk}:{store}": store for store in stores}
    return {keys[key]: found for key, found in cache.get_many(list(keys)).items()}


def _key(controller: Controller, store: str) -> str:
    return f"store-check:{controller.pk}:{store}"
