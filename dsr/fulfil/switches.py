"""What the data maps of a controller's stores can set by program: datasets to restrict, uses to pause (Q-03, Q-04, 18(1)(d)).

From the maps alone: no store is asked. What is not listed here is people's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsr.cases.scope import stores_of
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.statements import record_of
from dsr.fulfil.stores import label_of, open_by_name
from dsr.output.inputs import words
from exporters.contract import StoreError
from exporters.datamap.rights_load import MARKETING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsr.models import Controller


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing to choose: its code (`store.dataset`, or a purpose as data maps name it) and what it is called."""

    code: str
    label: str


def datasets(controller: Controller, language: str) -> tuple[Switch, ...]:
    """The datasets that a program can restrict, in the order of stores and maps."""
    return tuple(
        Switch(f"{store}.{name}", f"{label}: {words(dataset.label, language)}")
        for store, label, data_map in _maps(controller, language)
        for name, dataset in data_map.datasets.items()
        if dataset.rights.restriction
    )


def purposes(controller: Controller, language: str) -> tuple[Switch, ...]:
    """The uses that a program can pause; direct marketing has a right of its own (21(2))."""
    codes = {
        purpose
        for _store, _label, data_map in _maps(controller, language)
        for dataset in data_map.datasets.values()
        for purpose in dataset.rights.objection
    } - {MARKETING}
    known = {}
    try:
        record = record_of(controller)
        known = {one.code: words(one.words, language) for one in record.purposes.values()} if record else {}
    except NeedsPersonError:
        pass
    return tuple(Switch(code, known.get(code, code)) for code in sorted(codes))


def _maps(controller: Controller, language: str) -> Iterator[tuple[str, str, Any]]:
    for name, config in stores_of(controller).items():
        try:
            data_map = getattr(open_by_name(controller, name), "data_map", None)
        except StoreError:
            continue
        if data_map is not None:
            yield name, label_of(config, language), data_map
