"""Whom the data maps name as recipients, and of which datasets: what the register is entered from (A-06, Art. 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.cases.scope import stores_of
from dsr.fulfil.stores import open_by_name
from dsr.output.inputs import words
from exporters.contract import Describes, Permanent
from exporters.registry import capable

if TYPE_CHECKING:
    from dsr.models import Controller


def named_in_maps(controller: Controller) -> dict[str, tuple[str, ...]]:
    """The datasets ("store.dataset") of every recipient the maps name, by its English name, which plans use too.

    A recipient of a single field gets the dataset. A store whose map cannot be read names nobody: its own page says why.
    """
    found: dict[str, dict[str, None]] = {}
    for store in stores_of(controller):
        try:
            exporter = open_by_name(controller, store)
        except Permanent:
            continue
        if not capable(exporter, Describes):
            continue
        for dataset in exporter.describe():
            texts = [*dataset.recipients, *(text for field in dataset.fields for text in field.recipients)]
            for name in texts:
                found.setdefault(words(name, "en"), {})[f"{store}.{dataset.name}"] = None
    return {name: tuple(datasets) for name, datasets in sorted(found.items())}
