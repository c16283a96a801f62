"""Files of tickets, of their messages and of notes: WHMCS hands each out as base64 in an answer of its own.

No list states a size, so a file is fetched once to be described and once more to be handed out; both must be the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import html
import mimetypes
from typing import TYPE_CHECKING, Any, Final

from exporters.contract import FileBatch, FileRef, Permanent
from exporters.files.reference import CHUNK
from exporters.mapped.walk import Walk
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import RowKey
    from exporters.datamap.model import DataMap
    from exporters.mapped.source import Row
    from exporters.systems.whmcs.store import WhmcsSource

_FIRST: Final = "0"
"""The number of a ticket's first message, whose files are the ticket's own."""
_MESSAGES, _NOTES = "replies", "ticket_notes"
_BATCH = 100


def references(source: WhmcsSource, data_map: DataMap, keys: tuple[RowKey, ...]) -> Iterator[FileBatch]:
    """References to the files of her tickets. Raises what reading rows raises, and what fetching a file raises."""
    walk = Walk(source, data_map, keys)
    for name in (_MESSAGES, _NOTES):
        found: list[FileRef] = []
        for row in walk.rows(data_map.datasets[name]):
            found.extend(_of_row(source, name, row))
            if len(found) >= _BATCH:
                yield FileBatch(name, tuple(found))
                found = []
        if found:
            yield FileBatch(name, tuple(found))


def _of_row(source: WhmcsSource, dataset: str, row: Row) -> Iterator[FileRef]:
    raw = row.raw if isinstance(row.raw, dict) else {}
    if raw.get("attachments_removed") is True:
        return  # the list goes on naming what has been pruned
    kind, number = _related(dataset, row)
    for index in range(_count(raw)):
        ask = functools.partial(_fetched, source, f"{source.store}.{dataset}", kind, number, index)
        got = ask()
        if got is None:
            continue
        name, content = got
        yield FileRef(
            name=name,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            open=functools.partial(_streamed, ask, hashlib.sha256(content).digest(), f"{source.store}.{dataset}"),
            date=(text_of(row.values.get("date")) or "")[:10],
        )


def _related(dataset: str, row: Row) -> tuple[str, str]:
    """What GetTicketAttachment calls the row: its type and its number."""
    if dataset == _NOTES:
        return "note", text_of(row.values["id"]) or ""
    number = text_of(row.values["replyid"]) or ""
    return ("ticket", text_of(row.values["ticketid"]) or "") if number == _FIRST else ("reply", number)


def _count(raw: dict[str, Any]) -> int:
    """How many files the record names: a list (`[[]]` means none), or names joined by bars before 7.10 and on notes."""
    listed = raw.get("attachments")
    if isinstance(listed, list):
        return sum(1 for one in listed if isinstance(one, dict) and one.get("filename"))
    return sum(1 for one in str(raw.get("attachment") or "").split("|") if one)


def _fetched(source: WhmcsSource, place: str, kind: str, number: str, index: int) -> tuple[str, bytes] | None:
    """Name and bytes of one file; None where it has been pruned. Raises Permanent("bad_answer", place) for no base64."""
    data = source.asked("GetTicketAttachment", place, relatedid=number, type=kind, index=str(index))
    if data is None:
        return None
    try:
        name = html.unescape(text_of(data.get("filename")) or "file")
        return name, base64.b64decode(data.get("data") or "", validate=True)
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise Permanent("bad_answer", place) from None


def _streamed(ask: Any, digest: bytes, place: str) -> Iterator[bytes]:
    got = ask()
    if got is None or hashlib.sha256(got[1]).digest() != digest:
        raise Permanent("changed", place)
    content = got[1]
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]
