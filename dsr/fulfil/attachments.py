"""Files of a subject from one store: streamed into sealed containers, listed in a sealed list (decision 060).

A container holds files one after the other, up to 64 MiB or a thousand of them; a larger file has one to itself. So forty
scans are one file in the vault and ten thousand are ten, three hundred recordings are a hundred. Names stand in the list
only, which is sealed like everything else: a file's name may be a person's.

A container is a row as soon as it is whole, marked as replaced: nothing offers it, and it goes after a day if nobody
wants it. When the worker dies, the next attempt takes over the containers whose files the store vouches for by their
hashes, and reads the others again. The transaction that ends the task makes exactly its own ones count.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.pieces import HeldBack, Piece, Reader, to_line
from dsr.fulfil.spool import Sink, store_artifact
from dsr.models import Artifact
from dsr.vault import blind, canonical
from exporters.contract import Attaches, Permanent
from exporters.files.content import HEAD, judge
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from dsr.models import Case
    from exporters.contract import FileRef, RowKey, Subject

CONTAINER_BYTES: Final = 64 << 20
CONTAINER_FILES: Final = 1_000
KINDS: Final = (Artifact.Kind.ATTACHMENT, Artifact.Kind.FILE_LIST)
"""What this module keeps of a collection, beside its rows."""

Described = tuple[str, "FileRef"]
"""A file and its dataset."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The files of one store, sealed: their list (None when there are none) and the containers it names."""

    listed: Artifact | None = None
    containers: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    def keep(self) -> None:
        """Make these files the ones that count; in the transaction that ends the task, after the earlier ones were replaced."""
        if self.listed is not None:
            self.listed.save(force_insert=True)
        Artifact.objects.filter(pk__in=self.containers).update(superseded_at=None)


@dataclass(frozen=True, slots=True)
class Source:
    """Whose files are read, for which case, with what to call between two chunks."""

    case: Case
    store: str
    check: Callable[[], object]
    now: datetime


def attach(source: Source, exporter: Any, subject: Subject, keys: tuple[RowKey, ...]) -> Collected:
    """Stream every file linked to `keys` into the vault. An exporter that hands out no files gives an empty answer.

    Raises NeedsPersonError `file_too_large` or `files_too_large` before anything is read, Permanent("changed", place) for a
    file that is not what was described, Temporary, and what `check` raises.
    """
    if not keys or not capable(exporter, Attaches):
        return Collected()
    described = _described(source, exporter, subject, keys)
    if not described:
        return Collected()
    given = [item for item in described if not item[1].withheld]
    known = _known(source)
    pieces = [piece for group in _groups(given) for piece in _contained(source, group, known)]
    details = {"files": _counts(given), "file_bytes": sum(piece.size for piece in pieces)}
    return Collected(
        listed=_listed(source, (*pieces, *_held_back(described)), details),
        containers=tuple(dict.fromkeys(piece.container for piece in pieces)),
        details=details,
    )


def _counts(files: Sequence[Described]) -> dict[str, int]:
    return dict(Counter(dataset for dataset, _ in files))


def _described(source: Source, exporter: Attaches, subject: Subject, keys: tuple[RowKey, ...]) -> list[Described]:
    """What the store says about her files. Sizes are known before anything is opened, so limits end nothing half way."""
    found: list[Described] = []
    size = 0
    for batch in exporter.attachments(subject, keys):
        source.check()
        place = f"{source.store}.{batch.dataset}"
        found += [(batch.dataset, ref) for ref in batch.files]
        sizes = [ref.size for ref in batch.files if not ref.withheld]
        size += sum(sizes)
        if max(sizes, default=0) > settings.DSR_FILE_MAX_MB << 20:
            raise NeedsPersonError("file_too_large", place)
        if size > settings.DSR_FILES_MAX_MB << 20 or len(found) > settings.DSR_FILES_MAX:
            raise NeedsPersonError("files_too_large", place)
    return found


def _groups(files: Sequence[Described]) -> Iterator[list[Described]]:
    """The files of one container each; the same for the same files, or nothing could be taken over."""
    group: list[Described] = []
    size = 0
    for item in files:
        if group and (size + item[1].size > CONTAINER_BYTES or len(group) == CONTAINER_FILES):
            yield group
            group, size = [], 0
        group.append(item)
        size += item[1].size
    if group:
        yield group


def _token(source: Source, group: Sequence[Described]) -> str:
    """What names a container by its files without saying anything about them; empty where a file has no hash to go by."""
    if not all(ref.sha256 for _, ref in group):
        return ""
    facts = [[dataset, ref.name, ref.media_type, ref.size, ref.sha256] for dataset, ref in group]
    digest = hashlib.sha256(canonical(facts)).hexdigest()
    return blind.token(source.case.controller.slug, "files", f"{source.case.pk} {source.store} {digest}")


def _known(source: Source) -> dict[str, Artifact]:
    """Whole containers of earlier attempts and collections that may be taken over."""
    rows = Artifact.objects.filter(case=source.case, store=source.store, kind=Artifact.Kind.ATTACHMENT)
    return {row.details["token"]: row for row in rows.exclude(storage_name="") if row.details.get("token")}


def _contained(source: Source, group: Sequence[Described], known: Mapping[str, Artifact]) -> list[Piece]:
    """The pieces of one container: taken over, or made and kept as a row that nothing offers yet."""
    token = _token(source, group)
    earlier = known.get(token)
    if earlier is not None:
        # Its last day begins anew, so that it cannot go while this attempt counts on it.
        Artifact.objects.filter(pk=earlier.pk, superseded_at__isnull=False).update(superseded_at=source.now)
        return _taken_over(source, group, earlier)
    found: list[Piece] = []

    def write(sink: Sink) -> dict[str, Any]:
        found.extend(_copy(source, sink, dataset, ref) for dataset, ref in group)
        return {"files": len(group), "token": token}

    made = _sealed(source, Artifact.Kind.ATTACHMENT, "files.bin", "application/octet-stream", write)
    made.superseded_at = source.now
    made.save(force_insert=True)
    return [replace(piece, container=str(made.pk)) for piece in found]


def _copy(source: Source, sink: Sink, dataset: str, ref: FileRef) -> Piece:
    """Stream one file; it must be what was described, or the whole attempt is worth nothing."""
    offset, digest, seen, head = sink.size, hashlib.sha256(), 0, b""
    place = f"{source.store}.{dataset}"
    for chunk in ref.open():
        source.check()
        seen += len(chunk)
        if seen > ref.size:
            raise Permanent("changed", place)
        head += chunk[: HEAD - len(head)]
        digest.update(chunk)
        sink.write(chunk)
    if seen != ref.size or ref.sha256 not in {"", digest.hexdigest()}:
        raise Permanent("changed", place)
    return _piece(dataset, ref, head, sha256=digest.hexdigest(), offset=offset)


def _taken_over(source: Source, group: Sequence[Described], container: Artifact) -> list[Piece]:
    """The pieces of a container that is there already; only their first bytes are looked at again."""
    reader, offset, found = Reader(), 0, []
    for dataset, ref in group:
        head = b"".join(reader.read(container, offset=offset, size=min(ref.size, HEAD)))
        piece = _piece(dataset, ref, head, sha256=ref.sha256, offset=offset)
        found.append(replace(piece, container=str(container.pk)))
        offset += ref.size
        source.check()
    return found


def _piece(dataset: str, ref: FileRef, head: bytes, *, sha256: str, offset: int) -> Piece:
    content = judge(head, name=ref.name, media_type=ref.media_type)
    return Piece(
        dataset=dataset,
        name=ref.name,
        media_type=ref.media_type,
        size=ref.size,
        sha256=sha256,
        date=ref.date,
        kind=content.kind.value,
        claimed=content.claimed.value if content.claimed else "",
        container="",
        offset=offset,
    )


def _held_back(described: Sequence[Described]) -> Iterator[HeldBack]:
    """How many files stay behind, for each dataset and reason (X-02)."""
    reasons = Counter((dataset, tuple(sorted(ref.withheld.items()))) for dataset, ref in described if ref.withheld)
    for (dataset, reason), count in sorted(reasons.items()):
        yield HeldBack(dataset, dict(reason), count)


def _listed(source: Source, lines: Iterable[Piece | HeldBack], details: dict[str, Any]) -> Artifact:
    def write(sink: Sink) -> dict[str, Any]:
        for line in lines:
            sink.write(to_line(line))
        return details

    return _sealed(source, Artifact.Kind.FILE_LIST, "files.jsonl", "application/jsonl", write)


def _sealed(
    source: Source, kind: str, file_name: str, media_type: str, write: Callable[[Sink], dict[str, Any]]
) -> Artifact:
    return store_artifact(
        case=source.case,
        kind=kind,
        store=source.store,
        file_name=f"{source.store}-{file_name}",
        media_type=media_type,
        write=write,
        now=source.now,
    )
