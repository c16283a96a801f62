"""Zammad over its API: tickets the search does not know yet, and the files of messages."""

from __future__ import annotations

import functools
import hashlib
import mimetypes
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from exporters.contract import FileBatch, FileRef, Permanent, Problem, Severity, Temporary
from exporters.files.reference import CHUNK
from exporters.http.message import Request, at, filled
from exporters.http.records import records_of
from exporters.http.source import RestSource
from exporters.http.store import RestStore
from exporters.mapped.walk import Walk
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.contract import JsonValue, RowKey, Subject
    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Row

_API: Final = "api/v1"
_TICKETS, _MESSAGES = "tickets", "articles"
_FLAGS: Final = ("active", "vip")
_BESIDE: Final = ("ticket_ids_open", "ticket_ids_closed")
"""Where the list beside a customer names tickets; at most fifteen of each, but from the database."""


class ZammadSource(RestSource):
    """The calls of the profile; what the search says about tickets is compared with the database's own list."""

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """Raises Temporary("index_behind") when the search leaves out a ticket of a customer: shorter is no answer."""
        if dataset.table != _TICKETS or column != "customer_id":
            yield from map(_flags_as_digits, super().rows(dataset, column, values))
            return
        for value in sorted(values):
            seen: set[str] = set()
            for row in super().rows(dataset, column, [value]):
                seen.add(text_of(row.values.get("id")) or "")
                yield row
            if self._beside(value, self._place(dataset)) - seen:
                raise Temporary("index_behind", self._place(dataset))

    def every(self, dataset: Dataset) -> Iterator[Row] | None:
        """All rows where the profile has a call for them."""
        found = super().every(dataset)
        return None if found is None else map(_flags_as_digits, found)

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Write some columns; flags as JSON has them, since Zammad takes a word it does not know for yes."""
        sent = {name: text_of(value) == "1" if name in _FLAGS else value for name, value in values.items()}
        super().change(dataset, row, sent)

    def check(self) -> list[Problem]:
        """Also whether the user behind the token reads every group: tickets of the others are left out without a word."""
        found = super().check()
        try:
            groups = records_of(self.asked(f"{_API}/groups"), "", self.store)
            mine = at(self.asked(f"{_API}/users/me"), "group_ids")
        except Permanent as error:
            return [
                *found,
                Problem(Severity.WARNING, error.code, self.store, "which groups the user reads is not known"),
            ]
        full = {number for number, rights in mine.items() if "full" in rights} if isinstance(mine, dict) else set()
        for group in groups:
            if group.get("active") and str(group.get("id")) not in full:
                words = f"the user has no full access to group {group.get('id')}: its tickets are not seen"
                found.append(Problem(Severity.ERROR, "access_denied", self.store, words))
        return found

    def asked(self, path: str, place: str = "", **query: str) -> Any:
        """What an address that is always there answers."""
        return self._answer(Request("GET", path, tuple(query.items())), place or self.store, listed=True)[1]

    def _beside(self, customer: str, place: str) -> set[str]:
        data = self.asked(f"{_API}/ticket_customer", place, customer_id=customer)
        lists = [at(data, name) for name in _BESIDE]
        if not all(isinstance(one, list) for one in lists):
            raise Permanent("bad_answer", place)
        return {str(number) for one in lists for number in one}


class ZammadStore(RestStore):
    """One Zammad. Options as for `rest`, with `map: zammad`, `profile: zammad` and `token`."""

    speaks = ZammadSource
    source: ZammadSource

    def attachments(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[FileBatch]:
        """References to the files of the messages in her tickets, one batch a message."""
        if not keys:
            return
        for row in Walk(self.source, self.data_map, keys).rows(self.data_map.datasets[_MESSAGES]):
            found = tuple(_files(self.source, row))
            if found:
                yield FileBatch(_MESSAGES, found)


def _flags_as_digits(row: Row) -> Row:
    """Flags as 1 and 0, as a restriction names them."""
    flags = {name: str(int(value)) for name in _FLAGS if isinstance(value := row.values.get(name), bool)}
    return replace(row, values={**row.values, **flags})


def _files(source: ZammadSource, row: Row) -> Iterator[FileRef]:
    place = f"{source.store}.{_MESSAGES}"
    for one in records_of(row.raw, "attachments", place):
        facts = {
            "ticket": text_of(row.values.get("ticket_id")) or "",
            "message": text_of(row.values.get("id")) or "",
            "file": text_of(one.get("id")) or "",
        }
        path = filled(f"{_API}/ticket_attachment/{{ticket}}/{{message}}/{{file}}", facts, quoted=True)
        content = _fetched(source, path, place)
        # What came short or is an error page is no file: the list says how long it is.
        if text_of(one.get("size")) != str(len(content)):
            raise Temporary("server_error", place)
        name = text_of(one.get("filename")) or "file"
        yield FileRef(
            name=name,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            open=functools.partial(_streamed, source, path, place, hashlib.sha256(content).digest()),
            date=(text_of(row.values.get("created_at")) or "")[:10],
        )


def _fetched(source: ZammadSource, path: str, place: str) -> bytes:
    return source.client.read(Request("GET", path), place).content


def _streamed(source: ZammadSource, path: str, place: str, digest: bytes) -> Iterator[bytes]:
    content = _fetched(source, path, place)
    if hashlib.sha256(content).digest() != digest:
        raise Permanent("changed", place)
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]
