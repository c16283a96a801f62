"""A drop folder: systems that can only export put deliveries in, whole or not at all.

FOLDER/incoming/NAME/manifest.json, *.csv     the system writes here, the manifest last
FOLDER/ready/TIMESTAMP/                        picked up by one rename, verified; the newest counts
FOLDER/refused/NAME/                           what did not verify, for a person to look at
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

from exporters.contract import JsonValue, Permanent, Problem, Severity, Temporary
from exporters.files.manifest import MANIFEST, Delivery, read_delivery
from exporters.mapped.source import Row
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import timedelta
    from pathlib import Path

    from exporters.datamap.model import DataMap, Dataset


def pick_up(folder: Path, place: str) -> Path | None:
    """Take the newest complete delivery over, if there is one; the path of what counts now, None when there is nothing.

    A delivery without a manifest is still being written and stays. One rename makes it ours, so that of two processes
    one wins; a delivery that does not verify goes to `refused` and is reported by raising its Permanent.
    """
    incoming, ready = folder / "incoming", folder / "ready"
    refused: Permanent | None = None
    try:
        ready.mkdir(parents=True, exist_ok=True)
        found = sorted(incoming.iterdir()) if incoming.is_dir() else []
    except OSError:
        raise Temporary("store_down", place) from None
    for one in found:
        if not (one / MANIFEST).is_file() or one.is_symlink():
            continue
        try:
            delivery = read_delivery(one, place)
            target = ready / delivery.created.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
            _move(one, target)
        except Permanent as error:
            _move(one, folder / "refused" / one.name)
            refused = error
    if refused is not None:
        raise refused
    kept = sorted(one for one in ready.iterdir() if one.is_dir())
    return kept[-1] if kept else None


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.rename(source, target)  # noqa: PTH104 - refuses a target that holds something, on every platform
    except FileNotFoundError:
        return  # another process was faster
    except OSError:
        number = sum(1 for _ in target.parent.glob(f"{target.name}*"))
        os.rename(source, target.with_name(f"{target.name}-{number}"))  # noqa: PTH104


@dataclass(slots=True)
class DropSource:
    """The newest delivery as rows. Nothing can be changed: every change is a person's, with a proof."""

    folder: Path
    data_map: DataMap
    store: str
    oldest: timedelta
    now: Any
    _read: tuple[Path, Delivery] | None = field(default=None, repr=False)

    def delivery(self) -> Delivery:
        """The delivery that counts now. Raises Permanent("no_delivery") and what reading it raises."""
        newest = pick_up(self.folder, self.store)
        if newest is None:
            raise Permanent("no_delivery", self.store)
        if self._read is None or self._read[0] != newest:
            self._read = (newest, read_delivery(newest, self.store))
        delivery = self._read[1]
        if self.now() - delivery.created > self.oldest:
            # An answer from last year's export would be a wrong answer.
            raise Permanent("outdated", self.store)
        return delivery

    def asks(self, dataset: str) -> frozenset[str] | None:
        """By anything: the files are read whole, in a stream."""
        return None

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """Every row: the caller compares."""
        return self.every(dataset)

    def every(self, dataset: Dataset) -> Iterator[Row]:
        """The rows of one file."""
        file = self.delivery().files.get(dataset.table)
        place = f"{self.store}.{dataset.name}"
        if file is None:
            if dataset.optional:
                return
            raise Permanent("incomplete", place)
        for record in file.records(place):
            yield Row({name: record.get(name) for name in dataset.fields}, record)

    def one(self, dataset: Dataset, key: tuple[str, ...]) -> Row | None:
        """The row with this key in the newest delivery."""
        wanted = list(key)
        for row in self.every(dataset):
            if [text_of(row.values.get(name)) or "" for name in dataset.key] == wanted:
                return row
        return None

    def can_delete(self, dataset: str) -> bool:
        """Never."""
        return False

    def can_change(self, dataset: str, columns: Collection[str]) -> bool:
        """Never."""
        return False

    def delete(self, dataset: Dataset, row: Row) -> None:
        """Refused."""
        raise Permanent("not_capable", self.store)

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Refused."""
        raise Permanent("not_capable", self.store)

    def rule(self, dataset: str) -> JsonValue:
        """Files change nothing, so there is nothing to bind besides the map."""
        return "files"

    def check(self) -> list[Problem]:
        """Whether the newest delivery is whole, fresh, and has the map's columns and no others."""
        try:
            delivery = self.delivery()
        except Permanent as error:
            return [Problem(Severity.ERROR, error.code, error.place, "the newest delivery cannot be used")]
        return [
            *self._tables(delivery),
            *(
                problem
                for dataset in self.data_map.datasets.values()
                if dataset.table in delivery.files
                for problem in self._columns(delivery, dataset)
            ),
        ]

    def _tables(self, delivery: Delivery) -> Iterator[Problem]:
        known = {dataset.table: dataset for dataset in self.data_map.datasets.values()}
        for name, dataset in known.items():
            if name not in delivery.files and not dataset.optional:
                yield Problem(Severity.ERROR, "incomplete", f"{self.store}.{name}", "the delivery has no such file")
        for name in sorted(set(delivery.files) - set(known) - set(self.data_map.ignored)):
            detail = "no dataset of the data map: it is searched after an erasure, but never handed out"
            yield Problem(Severity.WARNING, "undeclared", f"{self.store}.{name}", detail)

    def _columns(self, delivery: Delivery, dataset: Dataset) -> Iterator[Problem]:
        place = f"{self.store}.{dataset.name}"
        try:
            first = next(iter(delivery.files[dataset.table].records(place)), None)
        except Permanent as error:
            yield Problem(Severity.ERROR, error.code, error.place, "the file cannot be read")
            return
        for name in sorted(set(first or {}) - set(dataset.fields)):
            yield Problem(Severity.ERROR, "undeclared_column", f"{place}.{name}", "the data map does not know it")
        for name, one in dataset.fields.items():
            if first is not None and name not in first and not one.optional:
                yield Problem(Severity.ERROR, "missing_column", f"{place}.{name}", "the file does not have it")

    def outside(self) -> Iterator[tuple[str, Any]]:
        """The rows of files that are no dataset; what nobody may be told of is not even read (rule X-06)."""
        known = {dataset.table for dataset in self.data_map.datasets.values()}
        for name, file in self.delivery().files.items():
            if name not in known and not self.data_map.undisclosed(name):
                for record in file.records(f"{self.store}.{name}"):
                    yield name, record
