"""BillMax over billmaxCoreApi: filters with signs of their own, the lock by `generation`, zero dates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from exporters.contract import Permanent
from exporters.http.source import RestSource
from exporters.http.store import RestStore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.contract import JsonValue
    from exporters.datamap.model import Dataset
    from exporters.http.message import Request
    from exporters.http.profile import Call
    from exporters.mapped.source import Row

_LOCK: Final = "generation"
_ZERO: Final = frozenset({"0000-00-00", "0000-00-00 00:00:00"})
_REFUSALS: Final = ("refused", "http_4")
"""How codes of errors begin that may mean a stale `generation`: clients tell that it is an error, not which."""


def escaped(value: str) -> str:
    r"""A value as `fltrs` wants it: `:` and `&` part conditions, so that unescaped they would ask for somebody else."""
    return value.replace(":", r"\:").replace("&", r"\&")


class BillMaxSource(RestSource):
    """The calls of the profile, with BillMax's own ideas of filters, locks and dates."""

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """A zero date is no date. A value with a backslash cannot be asked for: nobody knows how the filter reads it."""
        for row in super().rows(dataset, column, [one for one in values if "\\" not in one]):
            shown = {name: None if value in _ZERO else value for name, value in row.values.items()}
            yield replace(row, values=shown)

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Write with the `generation` that was read. Raises Permanent("conflict"), which is tried once more, where it is an old one."""
        try:
            super().change(dataset, row, values)
        except Permanent as error:
            if not error.code.startswith(_REFUSALS):
                raise
            newer = self.one(dataset, row.key(dataset))
            if newer is None or newer.raw.get(_LOCK) == row.raw.get(_LOCK):
                raise
            raise Permanent("conflict", self._place(dataset)) from None

    def _request(self, call: Call, facts: Mapping[str, str]) -> Request:
        filtered = any(name == "fltrs" for name, _ in call.query)
        return super()._request(call, {name: escaped(one) for name, one in facts.items()} if filtered else facts)


class BillMaxStore(RestStore):
    """One BillMax. Options as for `rest`, with `map: billmax`, `profile: billmax`, `api_key`, `username` and `password`."""

    speaks = BillMaxSource
