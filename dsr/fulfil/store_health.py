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
    from collections.abc import Collection
    from datetime import datetime

log = logging.getLogger(__name__)
SHOWN: Final = 100
KEPT_SECONDS: Final = 30 * 24 * 3600
MAP_DIFFERS: Final = "map_differs"
"""The store answers, but lacks or has what its data map does not say."""
_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Findings(TypedDict):
    """What the last comparison found, worst first: names of tables and columns, never values."""

    problems: list[dict[str, str]]
    counts: dict[str, int]


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
    }


def _key(controller: Controller, store: str) -> str:
    return f"store-check:{controller.pk}:{store}"
