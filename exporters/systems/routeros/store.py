"""A MikroTik router over its REST interface: deleting a log-in also ends the session that was opened with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from exporters.http.message import Request, filled
from exporters.http.records import records_of
from exporters.http.source import RestSource
from exporters.http.store import RestStore
from exporters.values import text_of

if TYPE_CHECKING:
    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Row

_SESSIONS: Final = {"ppp_secrets": ("rest/ppp/active", "name"), "hotspot_users": ("rest/ip/hotspot/active", "user")}
"""Where the sessions of a log-in stand, and what they call its name."""


class RouterOsSource(RestSource):
    """The calls of the profile; a deleted log-in takes its open sessions along."""

    def delete(self, dataset: Dataset, row: Row) -> None:
        """Delete the row, its sessions before and after it.

        Before: killed in between, nothing goes on that nobody looks for again. After: a device opens another session at once
        while its log-in is there, and a session opened after the plan was made is in no plan.
        """
        self._end_sessions(dataset, row)
        super().delete(dataset, row)
        self._end_sessions(dataset, row)

    def _end_sessions(self, dataset: Dataset, row: Row) -> None:
        name, place = text_of(row.values.get("name")) or "", self._place(dataset)
        if dataset.name not in _SESSIONS or not name:
            return
        path, column = _SESSIONS[dataset.name]
        asked = ((".proplist", f".id,{column}"), (column, name))
        listed = self.client.read(Request("GET", path, asked), place).data(place)
        for session in records_of(listed, "", place):
            number = text_of(session.get(".id")) or ""
            if number and session.get(column) == name:
                self._write(dataset, Request("DELETE", filled(f"{path}/{{id}}", {"id": number}, quoted=True)))


class RouterOsStore(RestStore):
    """One router. Options as for `rest`, with `map: routeros`, `profile: routeros`, `user` and `password`."""

    speaks = RouterOsSource
