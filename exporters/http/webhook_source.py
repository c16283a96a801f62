"""The rows behind a signed service: nothing is believed that the data map does not name or that was not asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from exporters.contract import HitClass, IdentifierKind, JsonValue, Permanent, Problem, Residue, Severity
from exporters.datamap.model import LinkType
from exporters.identifiers import normalise
from exporters.mapped.source import Row
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.contract import Subject
    from exporters.datamap.model import DataMap, Dataset
    from exporters.http.webhook import Service

_INSIDE = frozenset({LinkType.CONTAINS_VALUE, LinkType.JSON_PATH})
"""Links whose column holds more than the value itself."""
_PLACE = re.compile(r"[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,60}){0,2}")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the service can do, by dataset: columns it finds by and can change, datasets it can delete from."""

    find: Mapping[str, frozenset[str]]
    change: Mapping[str, frozenset[str]]
    delete: frozenset[str]
    search: bool = False


@dataclass(slots=True)
class WebhookSource:
    """Asks and changes one store through its service. `approval` is that of the plan being carried out."""

    service: Service
    data_map: DataMap
    store: str
    can: Abilities
    approval: str = field(default="", repr=False)

    def asks(self, dataset: str) -> frozenset[str] | None:
        """The columns under `find`."""
        return self.can.find.get(dataset, frozenset())

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """One question for all values. Raises Permanent("bad_answer") for a row that carries none of them."""
        if not values:
            return
        place = self._place(dataset)
        about = {"dataset": dataset.table, "column": column, "values": sorted(values)}
        found = self.service.ask("find", about, place).get("rows")
        if not isinstance(found, list):
            raise Permanent("bad_answer", place)
        for record in found:
            row = self._row(dataset, record)
            if not _carries(dataset, column, row, values):
                raise Permanent("bad_answer", f"{place}.{column}")
            yield row

    def every(self, dataset: Dataset) -> Iterator[Row] | None:
        """Nothing is read whole: a service is asked about one person."""
        return None

    def one(self, dataset: Dataset, key: tuple[str, ...]) -> Row | None:
        """The row with this key as it is now."""
        return next((row for row in self.rows(dataset, dataset.key[0], [key[0]]) if row.key(dataset) == key), None)

    def can_delete(self, dataset: str) -> bool:
        """Whether the dataset stands under `delete`."""
        return dataset in self.can.delete

    def can_change(self, dataset: str, columns: Collection[str]) -> bool:
        """Whether all columns stand under `change`."""
        return self.can.change.get(dataset, frozenset()).issuperset(columns)

    def delete(self, dataset: Dataset, row: Row) -> None:
        """Delete the row, if it still is as it was read."""
        self._order("delete", dataset, row, {"expected": _plain(row, dataset.fields)})

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Write some columns of the row, if they still are as they were read."""
        self._order("change", dataset, row, {"expected": _plain(row, values), "set": dict(values)})

    def rule(self, dataset: str) -> JsonValue:
        """What the service may change of the dataset."""
        columns: list[JsonValue] = [*sorted(self.can.change.get(dataset, ()))]
        return ["webhook", columns, dataset in self.can.delete]

    def check(self) -> list[Problem]:
        """Whether the service answers, signs as we do, and says the same of itself as the store file."""
        said = self.service.ask("check", {}, self.store).get("datasets")
        if not isinstance(said, dict) or not all(isinstance(one, dict) for one in said.values()):
            raise Permanent("bad_answer", self.store)
        return [problem for dataset in self.data_map.datasets.values() for problem in self._differences(dataset, said)]

    def outside(self) -> Iterator[tuple[str, Any]]:
        """Nothing: what lies beside the map is searched by the service itself (`search`)."""
        return iter(())

    def search(self, subject: Subject) -> tuple[Residue, ...]:
        """Where the service still finds her identifiers beside the datasets of the map: places and counts, no values."""
        asked = [{"kind": one.kind.value, "value": one.value} for one in subject.identifiers if one.unique]
        if not self.can.search or not asked:
            return ()
        found = self.service.ask("search", {"identifiers": asked}, self.store).get("found")
        if not isinstance(found, list):
            raise Permanent("bad_answer", self.store)
        return tuple(self._residue(one, {kind["kind"] for kind in asked}) for one in found)

    def _residue(self, said: Any, asked: set[str]) -> Residue:
        known = isinstance(said, dict) and set(said) == {"place", "kind", "count"} and said["kind"] in asked
        count = said["count"] if known else None
        if (
            isinstance(count, bool)
            or not isinstance(count, int)
            or count < 1
            or not _PLACE.fullmatch(str(said["place"]))
        ):
            raise Permanent("bad_answer", self.store)
        table, _, column = str(said["place"]).rpartition(".")
        return Residue(table or column, column, IdentifierKind(said["kind"]), count, HitClass.UNLINKED)

    def _row(self, dataset: Dataset, record: Any) -> Row:
        """A row with exactly the columns of the map: one more is data nobody said what for, one less a hole in an answer."""
        place = self._place(dataset)
        if not isinstance(record, dict) or not set(record) <= set(dataset.fields):
            raise Permanent("bad_answer", place)
        missing = [name for name, one in dataset.fields.items() if name not in record and not one.optional]
        if missing:
            raise Permanent("schema_changed", f"{place}.{missing[0]}")
        return Row({name: record.get(name) for name in dataset.fields}, record)

    def _order(self, verb: str, dataset: Dataset, row: Row, what: dict[str, Any]) -> None:
        place = self._place(dataset)
        if not (self.can_delete(dataset.name) if verb == "delete" else self.can_change(dataset.name, what["set"])):
            raise Permanent("not_capable", place)
        key = {name: row.values.get(name) for name in dataset.key}
        self.service.order(verb, {"dataset": dataset.table, "key": key, **what}, self.approval, place)

    def _differences(self, dataset: Dataset, said: Mapping[str, Any]) -> Iterator[Problem]:
        place, own = self._place(dataset), said.get(dataset.table)
        if own is None:
            yield Problem(Severity.ERROR, "missing_table", place, "the service does not know this dataset")
            return
        fields, optional = _names(own, "fields"), {name for name, one in dataset.fields.items() if one.optional}
        for name in sorted(set(dataset.fields) - fields - optional):
            yield Problem(Severity.ERROR, "missing_column", f"{place}.{name}", "the service does not have it")
        for name in sorted(one for one in fields - set(dataset.fields) if _PLACE.fullmatch(one)):
            yield Problem(Severity.ERROR, "undeclared_column", f"{place}.{name}", "the data map does not know it")
        for word, wanted in (("find", self.can.find), ("change", self.can.change)):
            for name in sorted(wanted.get(dataset.name, frozenset()) - _names(own, word)):
                yield Problem(
                    Severity.ERROR, f"cannot_{word}", f"{place}.{name}", f"the service cannot {word} by program"
                )
        if dataset.name in self.can.delete and own.get("delete") is not True:
            yield Problem(Severity.ERROR, "cannot_delete", place, "the service deletes no such rows")

    def _place(self, dataset: Dataset) -> str:
        return f"{self.store}.{dataset.name}"


def _names(said: Mapping[str, Any], word: str) -> set[str]:
    found = said.get(word)
    return {str(one) for one in found} if isinstance(found, list) else set()


def _plain(row: Row, columns: Collection[str]) -> dict[str, Any]:
    return {name: row.values.get(name) for name in columns}


def _carries(dataset: Dataset, column: str, row: Row, values: Collection[str]) -> bool:
    """Whether the row holds one of the values that were asked for, in whatever spelling of its kind."""
    text = (text_of(row.values.get(column)) or "").strip()
    if any(link.column == column and link.type in _INSIDE for link in dataset.links):
        return any(value.casefold() in text.casefold() for value in values)
    use = dataset.fields[column].identifier
    return text.casefold() in {value.strip().casefold() for value in values} or any(
        normalise(kind, text) == normalise(kind, value) for kind in (use.kinds if use else ()) for value in values
    )
