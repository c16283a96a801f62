"""`store list` and `store check`: which stores there are, what each can do, whether map and live schema agree."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dsr.management.store.common import one_store, opened, stores
from exporters.contract import Applies, Checks, Collects, Locates, Plans, Residues, Severity, StoreError
from exporters.registry import capable

if TYPE_CHECKING:
    from dsr.management.output import DeskCommand

CAPABILITIES = {
    "locate": Locates,
    "collect": Collects,
    "check": Checks,
    "plan": Plans,
    "apply": Applies,
    "residue": Residues,
}


def add(verbs: Any) -> None:
    """`list`, and `check` with the names of stores."""
    verbs.add_parser("list", help="what DSR_STORES names and what each can do")
    checking = verbs.add_parser("check", help="map against live schema; exit 1 on an error")
    checking.add_argument("stores", nargs="*")


def run_list(command: DeskCommand, **_: Any) -> None:
    """One line a store."""
    rows = []
    for name, config in stores().items():
        exporter = opened(config)
        can = [word for word, protocol in CAPABILITIES.items() if capable(exporter, protocol)]
        data_map = getattr(exporter, "data_map", None)
        level = data_map.evidence_level if data_map else None
        rows.append(
            {
                "store": name,
                "controller": config.controller,
                "system": config.system,
                "evidence": str(level) if level else "not stated",
                "can": " ".join(can),
            }
        )
    command.rows(rows, empty="no store configured")


def run_check(command: DeskCommand, **options: Any) -> None:
    """Problems by severity; a store that cannot be asked is a problem too."""
    rows: list[dict[str, str]] = []
    configured = stores()
    for name in options["stores"] or configured:
        rows += problems(name, opened(one_store(configured, name)))
    command.rows(rows, empty="map and schema agree in every store")
    if any(row["severity"] == Severity.ERROR.value for row in rows):
        sys.exit(1)


def problems(name: str, exporter: Any) -> list[dict[str, str]]:
    """What the check of one store finds; that it cannot be asked is a problem too."""
    try:
        found = exporter.check() if capable(exporter, Checks) else []
    except StoreError as error:
        return [{"store": name, "severity": "error", "code": error.code, "place": error.place, "detail": ""}]
    return [
        {"store": name, "severity": one.severity.value, "code": one.code, "place": one.place, "detail": one.detail}
        for one in found
    ]
