"""A MikroTik router over its REST interface: deleting a log-in also ends its session, and a comment takes no row from its owner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from exporters.http.message import Request, filled
from exporters.http.records import records_of
from exporters.http.source import RestSource
from exporters.http.store import RestStore
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Row

_SESSIONS: Final = {"ppp_secrets": ("rest/ppp/active", "name"), "hotspot_users": ("rest/ip/hotspot/active", "user")}
"""Where the sessions of a log-in stand, and what they call its name."""
_LOG_INS: Final = {
    "leases": (("rest/ppp/secret", "caller-id"), ("rest/ip/hotspot/user", "mac-address")),
    "queues": (("rest/ppp/secret", "name"), ("rest/ip/hotspot/user", "name")),
}
"""Where it stands whose a lease (by its device) and a limit (by its name) are."""
_OWN_KEY: Final = {"leases": "mac_address", "queues": "name"}
_OF_SESSION: Final = re.compile(r"<[a-z0-9]+-(.+)>")


class RouterOsSource(RestSource):
    """The calls of the profile; a deleted log-in takes its open sessions along."""

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """A comment may name her in a row of somebody else's ("bill goes to …"): whose device or name it is decides."""
        found = super().rows(dataset, column, values)
        if column != "comment" or dataset.name not in _LOG_INS:
            yield from found
            return
        said, others = {value.casefold() for value in values}, None
        for row in found:
            comment = (text_of(row.values.get("comment")) or "").casefold()
            if any(value in comment for value in said):
                others = self._of_others(dataset, said) if others is None else others
                if _plain(text_of(row.values.get(_OWN_KEY[dataset.name])) or "") in others:
                    continue
            yield row

    def _of_others(self, dataset: Dataset, names: set[str]) -> set[str]:
        """The devices (or names) of all log-ins but those with these names."""
        hers: set[str] = set()
        others: set[str] = set()
        place = self._place(dataset)
        for path, column in _LOG_INS[dataset.name]:
            asked = Request("GET", path, ((".proplist", f"name,{column}" if column != "name" else "name"),))
            for one in records_of(self.client.read(asked, place).data(place), "", place):
                key = _plain(text_of(one.get(column)) or "")
                (hers if _plain(text_of(one.get("name")) or "") in names else others).add(key)
        return others - hers - {""}

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


def _plain(value: str) -> str:
    """A name or device as it is compared; a limit made for a session is named after its log-in (`<pppoe-anna>`)."""
    inner = _OF_SESSION.fullmatch(value)
    return (inner[1] if inner else value).casefold()


class RouterOsStore(RestStore):
    """One router. Options as for `rest`, with `map: routeros`, `profile: routeros`, `user` and `password`."""

    speaks = RouterOsSource
