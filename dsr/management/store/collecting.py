"""`store collect`: one person's data from one store, printed; for test subscribers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.management.output import fail
from dsr.management.store.common import identifier, one_store, opened, stores
from exporters.contract import MatchStatus, StoreError, Subject

if TYPE_CHECKING:
    from dsr.management.output import DeskCommand


def add(verbs: Any) -> None:
    """The store and at least one identifier."""
    collecting = verbs.add_parser("collect", help="one person's data from one store, as JSON Lines")
    collecting.add_argument("store")
    collecting.add_argument("--identifier", action="append", required=True, metavar="KIND=VALUE")


def run_collect(command: DeskCommand, **options: Any) -> None:
    """Locate and collect; exit 2 when nobody or more than one person is meant."""
    name = options["store"]
    exporter = opened(one_store(stores(), name))
    subject = Subject("command line", tuple(identifier(text, name) for text in options["identifier"]))
    try:
        match = exporter.locate(subject)
        if match.status is not MatchStatus.FOUND:
            raise fail(f"{name}: {match.status.value}")
        for batch in exporter.collect(subject, match.keys):
            for row in batch.rows:
                command.one({"dataset": batch.dataset, **dict(zip(batch.columns, row, strict=True))})
    except StoreError as error:
        raise fail(f"{error.code} at {error.place}") from None
