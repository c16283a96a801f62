"""What an erasure deletes and what the law makes us keep, told before the request is sent (ux.md 1.5).

From the data maps alone: nothing of a store is read, so nobody learns anything about a person from this page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsr.cases.scope import stores_of
from dsr.fulfil.stores import open_by_name
from dsr.output.inputs import words
from exporters.contract import Describes
from exporters.registry import capable

if TYPE_CHECKING:
    from dsr.models import Controller


@dataclass(frozen=True, slots=True)
class Prospect:
    """One kind of data: deleted, or kept with the law and how long, in the person's language."""

    system: str
    label: str
    kept: bool
    law: str
    until: str


def outlook(controller: Controller, language: str) -> tuple[Prospect, ...]:
    """Every kind of data the stores of this controller can hold, the kept ones first."""
    found: list[Prospect] = []
    for store, config in stores_of(controller).items():
        exporter = open_by_name(controller, store)
        if not capable(exporter, Describes):
            continue
        for info in exporter.describe():
            law = info.retention.law
            found.append(
                Prospect(
                    system=words(config.label, language),
                    label=words(info.label, language),
                    kept=bool(law),
                    law=law,
                    until=words(info.retention.text, language) if law else "",
                )
            )
    return tuple(sorted(found, key=lambda item: not item.kept))
