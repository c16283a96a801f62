"""The files a case has collected, read back from their lists: for the package, and for those who review it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import translation

from dsr.cases.perform import record
from dsr.cases.scope import stores_of
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.pieces import HeldBack, Piece, Reader, of_line
from dsr.fulfil.spool import read_raw_lines
from dsr.fulfil.stores import open_by_name
from dsr.models import Artifact, Case
from dsr.output.attached import Attached, left_out_words
from dsr.output.inputs import Redaction, words
from exporters.contract import DatasetInfo, Describes
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dsr.law.workflow import Actor
    from exporters.contract import Text


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of one store: the artifact that is the list, and what stands in it."""

    store: str
    artifact: Artifact
    pieces: tuple[Piece, ...]
    held_back: tuple[HeldBack, ...]


def lists_of(case: Case) -> tuple[Listed, ...]:
    """The lists that count, by name of the store; none of a store that handed out no files, or whose files are gone."""
    rows = case.artifacts.filter(kind=Artifact.Kind.FILE_LIST, superseded_at__isnull=True).exclude(storage_name="")
    return tuple(_read(row) for row in rows.order_by("store"))


def _read(row: Artifact) -> Listed:
    items = [of_line(line) for line in read_raw_lines(row)]
    return Listed(
        store=row.store,
        artifact=row,
        pieces=tuple(item for item in items if isinstance(item, Piece)),
        held_back=tuple(item for item in items if isinstance(item, HeldBack)),
    )


def attached_of(case: Case) -> tuple[tuple[Attached, ...], tuple[Redaction, ...]]:
    """The files for the package in the order in which they lie, and what is held back of them (X-02).

    Raises NeedsPersonError("undescribed_dataset", place) for files of a dataset that no data map describes, and
    ("spool_changed", place) where what was collected is not there any more: an answer without it would look complete.
    """
    gone = case.artifacts.filter(kind=Artifact.Kind.FILE_LIST, superseded_at__isnull=True, storage_name="").first()
    if gone is not None:
        raise NeedsPersonError("spool_changed", gone.store)
    files: list[Attached] = []
    left_out: list[Redaction] = []
    language, reader, stores = case.request.language, Reader(), stores_of(case.controller)
    with translation.override(language):
        what = left_out_words()
    for listed in lists_of(case):
        if listed.store not in stores:
            continue
        described = _described(case, listed.store)
        containers = {str(row.pk): row for row in _containers(case, listed)}
        for piece in listed.pieces:
            info = _info(described, listed.store, piece.dataset)
            artifact = containers.get(piece.container)
            if artifact is None:
                raise NeedsPersonError("spool_changed", f"{listed.store}.{piece.dataset}")
            read = functools.partial(reader.read, artifact, offset=piece.offset, size=piece.size)
            files.append(_attached(listed.store, stores[listed.store].label, info, piece, read))
        left_out += [
            Redaction(listed.store, item.dataset, words(item.withheld, language), item.count, what=what)
            for item in listed.held_back
        ]
    return tuple(files), tuple(left_out)


def _described(case: Case, store: str) -> dict[str, DatasetInfo]:
    exporter = open_by_name(case.controller, store)
    return {info.name: info for info in exporter.describe()} if capable(exporter, Describes) else {}


def _info(described: dict[str, DatasetInfo], store: str, dataset: str) -> DatasetInfo:
    try:
        return described[dataset]
    except KeyError:
        raise NeedsPersonError("undescribed_dataset", f"{store}.{dataset}") from None


def _containers(case: Case, listed: Listed) -> Iterator[Artifact]:
    rows = case.artifacts.filter(kind=Artifact.Kind.ATTACHMENT, store=listed.store).exclude(storage_name="")
    yield from rows.filter(superseded_at__isnull=True)


def _attached(store: str, label: Text, info: DatasetInfo, piece: Piece, read: Any) -> Attached:
    return Attached(
        store=store,
        store_label=label,
        dataset=info.name,
        dataset_label=info.label,
        name=piece.name,
        media_type=piece.media_type,
        size=piece.size,
        sha256=piece.sha256,
        date=piece.date,
        content=piece.content,
        read=read,
    )


def one_of(case: Case, *, store: str, number: int) -> tuple[Piece, Iterator[bytes]] | None:
    """The file with this number (from 0) in the list of a store, and its bytes; None when there is none."""
    listed = next((item for item in lists_of(case) if item.store == store), None)
    if listed is None or not 0 <= number < len(listed.pieces):
        return None
    piece = listed.pieces[number]
    artifact = next((row for row in _containers(case, listed) if str(row.pk) == piece.container), None)
    if artifact is None:
        return None
    return piece, Reader().read(artifact, offset=piece.offset, size=piece.size)


def note_opened(*, case: Case, store: str, number: int, actor: Actor, now: datetime) -> None:
    """Record that a member of staff opened a file: which line of which list, never its name."""
    data = {"store": store, "number": number}
    record(case_id=case.pk, kind="attachment_opened", actor=actor, now=now, data=data)
