"""What the page "Stores" says of a store: what it can do, what its map covers and rests on, what its last check found."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases.scope import stores_of
from dsr.desk.troubles import trouble
from dsr.fulfil import store_health
from dsr.fulfil.stores import label_of, open_by_name
from dsr.models import StoreHealth
from exporters.contract import (
    Applies,
    Attaches,
    Checks,
    Collects,
    Confirms,
    Describes,
    Locates,
    Plans,
    Residues,
    StoreError,
)
from exporters.datamap.vocabulary import Evidence
from exporters.registry import ConfigError, capable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.functional import _StrPromise

    from dsr.models import Controller
    from exporters.datamap.model import DataMap

CAPABILITIES: Final[tuple[tuple[type, _StrPromise], ...]] = (
    (Locates, gettext_lazy("find a person")),
    (Collects, gettext_lazy("give out data")),
    (Attaches, gettext_lazy("give out files")),
    (Plans, gettext_lazy("plan a change")),
    (Applies, gettext_lazy("carry out a change")),
    (Confirms, gettext_lazy("read back what was written")),
    (Residues, gettext_lazy("search for what is left")),
    (Checks, gettext_lazy("check its map")),
)
EVIDENCE: Final[Mapping[Evidence | None, tuple[_StrPromise, str]]] = {
    Evidence.TESTED: (gettext_lazy("tested with the system itself"), "ok"),
    Evidence.DOCUMENTED: (gettext_lazy("from the documentation of the system"), "info"),
    Evidence.CLIENT_CODE: (gettext_lazy("from your own code and queries"), "info"),
    Evidence.ASSUMED: (gettext_lazy("assumed"), "warn"),
    None: (gettext_lazy("not stated"), "warn"),
}


def rows(controller: Controller, *, language: str, now: datetime) -> list[dict[str, Any]]:
    """Every configured store of the controller, in the order of the file. One query; nothing is asked of a store."""
    configs = stores_of(controller)
    checked = {row.store: row for row in StoreHealth.objects.of(controller)}
    asked = store_health.asked_at(controller, configs)
    seconds = store_health.search_seconds(controller, configs)
    return [
        _row(controller, name, checked.get(name), language)
        | {"waits": _waits(asked.get(name), checked.get(name)), "searches": _searches(seconds.get(name, []))}
        for name in configs
    ]


def _waits(asked: datetime | None, checked: StoreHealth | None) -> bool:
    """Whether somebody asked for a check that is not there yet."""
    return asked is not None and (checked is None or checked.checked_at < asked)


def _searches(seconds: list[float]) -> dict[str, Any] | None:
    """How long the last searches took: how many, the middle one, the slowest."""
    if not seconds:
        return None
    return {"count": len(seconds), "middle": _seconds(median(seconds)), "slowest": _seconds(max(seconds))}


def _seconds(value: float) -> str:
    return _("%(n)s s") % {"n": f"{value:.1f}" if value < 10 else f"{value:.0f}"}  # noqa: PLR2004 -- one digit


def _row(controller: Controller, name: str, row: StoreHealth | None, language: str) -> dict[str, Any]:
    config = stores_of(controller)[name]
    found = store_health.findings(controller, name) if row else None
    about: dict[str, Any] = {"can": {}, "broken": ""}
    try:
        about |= _about(open_by_name(controller, name), found)
    except (ConfigError, StoreError) as error:
        about["broken"] = str(error) if isinstance(error, ConfigError) else trouble(error.code)
    return about | {
        "name": name,
        "label": label_of(config, language),
        "system": config.system,
        "owner": config.owner,
        "check": row,
        "found": found,
        "words": trouble(row.code) if row and row.code not in {"", store_health.MAP_DIFFERS} else "",
    }


def _about(exporter: Any, found: store_health.Findings | None) -> dict[str, Any]:
    """What the exporter can do and what its data map says of itself, without asking the store."""
    data_map: DataMap | None = getattr(exporter, "data_map", None)
    evidence, kind = EVIDENCE[data_map.evidence_level if data_map else None]
    return {
        "can": {words: capable(exporter, protocol) for protocol, words in CAPABILITIES},
        "evidence": evidence,
        "evidence_kind": kind,
        "evidence_text": data_map.evidence if data_map else "",
        "mapped": capable(exporter, Describes),
        "coverage": coverage(data_map, found) if data_map else None,
    }


def coverage(data_map: DataMap, found: store_health.Findings | None) -> dict[str, Any]:
    """Tables and columns the map declares, and those the last check found beside them; what may not be named is not counted.

    `known` says whether there was a check that could tell: without one, nobody knows what the map leaves out.
    """
    tables: dict[str, set[str]] = {}
    for dataset in data_map.datasets.values():
        tables.setdefault(dataset.table.lower(), set()).update(name.lower() for name in dataset.fields)
    outside = [one for one in data_map.ignored.values() if not one.undisclosed]
    columns = sum(map(len, tables.values())) + sum(len(one.columns) for one in outside)
    missed = found.get("missed", {}) if found else {}
    return {
        "tables": len(tables),
        "outside": len(outside),
        "columns": columns,
        "known": found is not None,
        "missed_tables": missed.get("table", 0),
        "missed_columns": missed.get("column", 0),
        "personal": missed.get("personal", 0),
    }
