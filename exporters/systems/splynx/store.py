"""Splynx over its API 2.0: fields of the provider's own, which no profile can name, as rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from exporters.contract import JsonValue, Permanent
from exporters.http.message import Request, UnusableValueError, filled
from exporters.http.source import RestSource
from exporters.http.store import RestStore
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Row

_OWN: Final = "additional"
_HOLDER: Final = "additional_attributes"
_CUSTOMER: Final = "admin/customers/customer/{customer_id}"


class SplynxSource(RestSource):
    """The calls of the profile; each of the provider's own fields of a customer is a row of its own."""

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """Own fields stand inside the customer: one row for each, its name as `id`."""
        for row in super().rows(dataset, column, values):
            if dataset.table != _OWN:
                yield row
                continue
            held = row.raw.get(_HOLDER) if isinstance(row.raw, dict) else None
            if held and not isinstance(held, dict):
                raise Permanent("bad_answer", self._place(dataset))
            for name, value in (held or {}).items():
                yield replace(row, values={**row.values, "id": name, "value": value})

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Write some columns; an own field under its name."""
        if dataset.table != _OWN:
            super().change(dataset, row, values)
            return
        name = text_of(row.values["id"]) or ""
        try:
            path = filled(_CUSTOMER, self._facts(row), quoted=True)
        except UnusableValueError:
            raise Permanent("not_capable", self._place(dataset)) from None
        body: JsonValue = {_HOLDER: {name: values["value"] or ""}}
        self._write(dataset, Request("PUT", path, json=body))


class SplynxStore(RestStore):
    """One Splynx. Options as for `rest`, with `map: splynx`, `profile: splynx`, `api_key` and `api_secret`."""

    speaks = SplynxSource
