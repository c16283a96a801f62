"""FOSSBilling over its API: orders below other orders, which the list of orders leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from exporters.http.message import Request
from exporters.http.records import records_of, row_of
from exporters.http.source import RestSource
from exporters.http.store import RestStore
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Row

_ORDERS: Final = "client_order"
_BELOW: Final = "api/admin/order/addons"


class FossBillingSource(RestSource):
    """The calls of the profile; a client's orders with those that belong to them."""

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """Unless a setting says otherwise, the list by client has the main orders only: each is asked for those below it."""
        found = super().rows(dataset, column, values)
        if dataset.table != _ORDERS or column != "client_id":
            yield from found
            return
        seen: set[tuple[str, ...]] = set()
        for row in found:
            for one in (row, *self._below(dataset, row)):
                if one.key(dataset) not in seen:
                    seen.add(one.key(dataset))
                    yield one

    def _below(self, dataset: Dataset, order: Row) -> Iterator[Row]:
        place = self._place(dataset)
        number = text_of(order.values["id"]) or ""
        _, data = self._answer(Request("GET", _BELOW, (("id", number),)), place)
        for record in records_of(data, "result", place):
            yield row_of(record, self._resource(dataset.name), dataset.fields, {}, unescape=self.profile.unescape_html)


class FossBillingStore(RestStore):
    """One FOSSBilling. Options as for `rest`, with `map: fossbilling_api`, `profile: fossbilling_api` and `token`."""

    speaks = FossBillingSource
