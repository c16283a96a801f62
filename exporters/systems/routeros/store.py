"""A MikroTik router over its REST interface: deleting a log-in also ends the session that was opened with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from exporters.http.message import Request
from exporters.http.source import RestSource
from exporters.http.store import RestStore
from exporters.values import text_of

if TYPE_CHECKING:
    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Row

_OPEN: Final = {"ppp_secrets": "rest/ppp/active", "hotspot_users": "rest/ip/hotspot/active"}
"""Where the sessions of a log-in stand, and what they call its name."""
_NAMED: Final = {"ppp_secrets": "name", "hotspot_users": "user"}


class RouterOsSource(RestSource):
    """The calls of the profile; a deleted log-in takes its open sessions along."""

    def delete(self, dataset: Dataset, row: Row) -> None:
        """Delete the row. A session opened after the plan was made is in no plan, and would go on without a log-in."""
        super().delete(dataset, row)
        path = _OPEN.get(dataset.name)
        name = text_of(row.values.get("name")) or ""
        if not path or not name:
            return
        place = self._place(dataset)
        asked = ((".proplist", f".id,{_NAMED[dataset.name]}"), (_NAMED[dataset.name], name))
        for session in self.client.read(Request("GET", path, asked), place).data(place) or ():
            if session.get(_NAMED[dataset.name]) == name:
                self._write(dataset, Request("DELETE", f"{path}/{session['.id']}"))


class RouterOsStore(RestStore):
    """One router. Options as for `rest`, with `map: routeros`, `profile: routeros`, `user` and `password`."""

    speaks = RouterOsSource
