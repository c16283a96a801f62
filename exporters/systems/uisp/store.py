"""UISP CRM over its API: archived clients, addresses that stand in contacts only, and the suspension of services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from exporters.contract import JsonValue, Permanent
from exporters.http.message import Request
from exporters.http.records import row_of
from exporters.http.source import RestSource
from exporters.http.store import RestStore
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.datamap.model import Dataset
    from exporters.http.message import Reply
    from exporters.mapped.source import Row

_SWITCHES: Final = {("1", "3"): "suspend", ("3", "1"): "cancel-suspend"}
"""From which status to which: the call. 1 is an active service, 3 a suspended one; no other change has a call of ours."""
_ARCHIVED: Final = ("0", "1")


class UispSource(RestSource):
    """The calls of the profile; clients whether archived or not, and contacts by what stands in them."""

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """No call finds contacts: those of the clients that the filter names are compared by the caller."""
        if not (dataset.table == "clients" and column == "username") and not (
            dataset.table == "contacts" and column == "email"
        ):
            yield from super().rows(dataset, column, values)
            return
        seen: set[tuple[str, ...]] = set()
        for value in sorted(values):
            for archived in _ARCHIVED:
                for record in self._clients(dataset, {column: value, "isArchived": archived}):
                    for row in self._wanted(dataset, record):
                        if row.key(dataset) not in seen:
                            seen.add(row.key(dataset))
                            yield row

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Write some columns; the status of a service by the call that suspends it or ends the suspension."""
        if dataset.table != "services" or "status" not in values:
            super().change(dataset, row, values)
            return
        call = _SWITCHES.get((text_of(row.values["status"]) or "", text_of(values["status"]) or ""))
        if call is None or len(values) > 1:
            raise Permanent("not_capable", self._place(dataset))
        self._write(dataset, Request("PATCH", f"clients/services/{row.values['id']}/{call}", json={}))

    def _clients(self, dataset: Dataset, filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        place = self._place(dataset)

        def fetch(page: Request) -> tuple[Reply, Any]:
            return self._answer(page, place, listed=True)

        def size(data: Any) -> int:
            if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
                raise Permanent("bad_answer", place)
            return len(data)

        for data in self.profile.paging.pages(Request("GET", "clients", tuple(filters.items())), fetch, size, place):
            yield from data

    def _wanted(self, dataset: Dataset, client: dict[str, Any]) -> Iterator[Row]:
        records = [client] if dataset.table == "clients" else client.get("contacts") or []
        if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
            raise Permanent("bad_answer", self._place(dataset))
        holder = {"clientId": text_of(client.get("id")) or ""}
        for record in records:
            yield row_of(
                record, self._resource(dataset.name), dataset.fields, holder, unescape=self.profile.unescape_html
            )


class UispStore(RestStore):
    """One UISP. Options as for `rest`, with `map: uisp`, `profile: uisp` and `app_key`."""

    speaks = UispSource
