"""Files that a department hands in: checked like what strangers send, kept like what a store gave (rules A-04, 4.2 no. 10).

A file is a sealed artifact from its first moment, marked as replaced, so that nothing offers it; a day after the last file
came, what was not handed in goes by itself (dsr.fulfil.expiry). A process that dies anywhere leaves nothing half done: either the
answer's one transaction was committed, or the page is as it was.
"""

from __future__ import annotations

import hashlib
import mimetypes
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction

from dsr.cases import hand_answers
from dsr.cases.answer import supersede
from dsr.cases.hand_answers import Said, insist_may_answer
from dsr.cases.hand_tasks import about
from dsr.cases.perform import ConflictError, record
from dsr.cases.upload_intake import bytes_of, scan
from dsr.fulfil import attachments
from dsr.fulfil.hand_tables import as_table
from dsr.fulfil.lines import line_of
from dsr.fulfil.pieces import Piece, to_line
from dsr.fulfil.spool import drop_file, read_artifact, store_artifact
from dsr.fulfil.stores import open_by_name
from dsr.models import Artifact, HandFile, HandTask
from dsr.uploads.check import checked
from dsr.uploads.clamd import Verdict
from dsr.uploads.codes import FileRefusal
from dsr.uploads.errors import UploadRefusedError
from exporters.contract import Describes, Permanent
from exporters.files.content import HEAD, FileKind, judge
from exporters.files.file_names import file_name
from exporters.registry import capable

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from dsr.fulfil.hand_tables import Table
    from dsr.fulfil.spool import Sink
    from dsr.law.workflow import Actor
    from exporters.contract import DatasetInfo

MOST_FILES: Final = 100
"""Files of one answer."""
_AS_IT_IS: Final = frozenset({FileKind.SOUND, FileKind.VIDEO})
"""Kinds that no check of ours can clean: nothing in them runs, and recordings are what departments have."""
_RECORDINGS: Final = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"OggS", b"fLaC", b"#!AMR", b"\x1aE\xdf\xa3")
_ENDINGS: Final = (".mp3", ".wav", ".ogg", ".flac", ".amr", ".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4a")
"""What opens a file is its ending: only these open a player, whatever else stands in it."""
_MB: Final = 1 << 20


def pending(hand: HandTask) -> list[HandFile]:
    """The files that were added and not handed in yet, oldest first; what went after its day is not among them."""
    rows = hand.files.select_related("artifact").exclude(artifact__wrapped_key="")
    return list(rows.order_by("created_at", "pk"))


def add_file(*, hand: HandTask, file: UploadedFile[Any], actor: Actor, now: datetime) -> HandFile:
    """Check a file and keep it for the answer. Must not be called inside a transaction.

    Raises UploadRefusedError (nothing is kept), RefusedError when the task waits for nobody any more, Temporary when our storage
    is away or full.
    """
    insist_may_answer(hand=hand, actor=actor, now=now)
    name = file_name(file.name or "")
    content = bytes_of(file, name)
    _insist_room(hand, name, len(content))
    kept, name, media_type = _clean(content, name)
    if scan((kept,)) is Verdict.INFECTED:
        _note(hand, "hand_file_refused", actor, now, reason=FileRefusal.INFECTED.value)
        raise UploadRefusedError(FileRefusal.INFECTED, name=name)
    described = _described(hand)
    table = as_table(kept, described=described) if media_type == "text/plain" else None
    same = next((row for row in pending(hand) if row.artifact.details.get("given") == _sha(kept)), None)
    if same is not None:  # the same page sent once more
        return same
    return _store(hand, kept, name, media_type, table, described[0].name, actor, now)


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _insist_room(hand: HandTask, name: str, size: int) -> None:
    rows = pending(hand)
    held = sum(row.artifact.size for row in rows)
    if len(rows) >= MOST_FILES:
        raise UploadRefusedError(FileRefusal.REQUEST_MANY, name=name)
    if held + size > settings.DSR_FILES_MAX_MB * _MB:
        raise UploadRefusedError(FileRefusal.REQUEST_FULL, name=name)


def _clean(content: bytes, name: str) -> tuple[bytes, str, str]:
    """What is kept, under which name and media type: sound and video as they are, everything else as dsr.uploads keeps it."""
    kind = judge(content[:HEAD], name=name, media_type="").kind
    if kind in _AS_IT_IS and name.lower().endswith(_ENDINGS) and _is_recording(content):
        return content, name, mimetypes.guess_type(name)[0] or "application/octet-stream"
    clean = checked(content, name=name)
    return clean.content, clean.name, clean.media_type


def _is_recording(content: bytes) -> bool:
    """Whether the first bytes are those of a format of sound or video; a page or a program before it makes it none."""
    wave = content.startswith(b"RIFF") and content[8:12] in {b"WAVE", b"AVI "}
    return wave or content.startswith(_RECORDINGS) or content[4:8] == b"ftyp"


def _described(hand: HandTask) -> tuple[DatasetInfo, ...]:
    exporter = open_by_name(hand.task.case.controller, hand.task.store)
    found = tuple(exporter.describe()) if capable(exporter, Describes) else ()
    if not found:
        raise Permanent("undescribed_dataset", hand.task.store)
    return found


def _store(  # noqa: PLR0917 -- private, one caller
    hand: HandTask,
    content: bytes,
    name: str,
    media_type: str,
    table: Table | None,
    dataset: str,
    actor: Actor,
    now: datetime,
) -> HandFile:
    def write(sink: Sink) -> dict[str, Any]:
        for chunk in map(line_of, table.batches) if table else (content,):
            sink.write(chunk)
        return {"given": _sha(content)}

    case = hand.task.case
    artifact = store_artifact(
        case=case,
        kind=Artifact.Kind.COLLECTED if table else Artifact.Kind.ATTACHMENT,
        store=hand.task.store,
        file_name="by-hand",
        media_type="application/octet-stream",
        write=write,
        now=now,
        first=lambda row: _set_aside(row, now),
    )
    found = judge(content[:HEAD], name=name, media_type=media_type)
    row = HandFile(
        controller=hand.controller,
        hand=hand,
        artifact=artifact,
        dataset=table.dataset if table else dataset,
        rows=table.rows if table else None,
        created_at=now,
    )
    row.put({"name": name, "media_type": media_type, "kind": found.kind.value})
    with transaction.atomic():
        insist_may_answer(hand=HandTask.objects.select_related("task").get(pk=hand.pk), actor=actor, now=now)
        row.save(force_insert=True)
        # Their last day begins anew: somebody is still at it.
        Artifact.objects.filter(pk__in=hand.files.values("artifact")).update(superseded_at=now)
        _note(hand, "hand_file_added", actor, now, sha256=_sha(content), size=len(content))
    return row


def _set_aside(artifact: Artifact, now: datetime) -> None:
    """Save the row of a file that counts for nothing yet."""
    artifact.superseded_at = now
    artifact.save(force_insert=True)


def remove_file(*, hand: HandTask, file_id: str, actor: Actor, now: datetime) -> bool:
    """Delete a file that was not handed in; False when there is none with this id."""
    insist_may_answer(hand=hand, actor=actor, now=now)
    row = next((row for row in pending(hand) if str(row.pk) == file_id), None)
    if row is None:
        return False
    with transaction.atomic():
        _note(hand, "hand_file_removed", actor, now, sha256=str(row.artifact.details.get("given", "")))
        row.delete()
    drop_file(row.artifact)
    return True


def _note(hand: HandTask, kind: str, actor: Actor, now: datetime, **data: Any) -> None:
    record(case_id=hand.task.case_id, kind=kind, actor=actor, now=now, data={**about(hand), **data})


def answer(*, hand: HandTask, said: Said, actor: Actor, now: datetime) -> str:
    """Hand everything in, or say why there is nothing to; returns the proof. Must not be called inside a transaction.

    Raises RefusedError with what is missing, ConflictError when the task or its files changed meanwhile.
    """
    insist_may_answer(hand=hand, actor=actor, now=now)
    rows = pending(hand) if said.outcome == HandTask.Outcome.FOUND else []
    hand_answers.check(hand=hand, said=said, files=len(rows))
    proofs = [str(row.artifact.details.get("given", "")) for row in rows]
    collects = hand.task.operation == "collect" and said.outcome != HandTask.Outcome.CANNOT
    if not collects:
        return hand_answers.settle(hand=hand, said=said, counts={}, proofs=proofs, actor=actor, now=now)
    made, counts = _made(hand, rows, now)
    with transaction.atomic():
        proof = hand_answers.settle(hand=hand, said=said, counts=counts, proofs=proofs, actor=actor, now=now)
        if {row.pk for row in pending(hand)} != {row.pk for row in rows} and rows:
            raise ConflictError
        kinds = (Artifact.Kind.COLLECTED, *attachments.KINDS)
        supersede(case=hand.task.case, kinds=kinds, store=hand.task.store, now=now)
        whole = [row.artifact_id for row in rows if row.rows is None] + [artifact.pk for artifact in made]
        Artifact.objects.filter(pk__in=whole).update(superseded_at=None)
        hand.files.all().delete()
    return proof


def _made(hand: HandTask, rows: list[HandFile], now: datetime) -> tuple[list[Artifact], dict[str, Any]]:
    """The spool of rows and the list of files, set aside until the answer counts, and what they count."""
    case, store = hand.task.case, hand.task.store
    tables, files = [row for row in rows if row.rows is not None], [row for row in rows if row.rows is None]
    datasets: dict[str, int] = {}
    for row in tables:
        datasets[row.dataset] = datasets.get(row.dataset, 0) + int(row.rows or 0)

    def spool(sink: Sink) -> dict[str, Any]:
        for row in tables:
            for chunk in read_artifact(row.artifact):
                sink.write(chunk)
        return {"rows": sum(datasets.values()), "datasets": {name: n for name, n in datasets.items() if n}}

    counted: dict[str, int] = {}
    for row in files:
        counted[row.dataset] = counted.get(row.dataset, 0) + 1
    details = {"files": counted, "file_bytes": sum(row.artifact.size for row in files)} if files else {}

    def listed(sink: Sink) -> dict[str, Any]:
        for row in files:
            sink.write(to_line(_piece(row)))
        return details

    parts = [(Artifact.Kind.COLLECTED, f"{store}.jsonl", spool)]
    if files:
        parts.append((Artifact.Kind.FILE_LIST, f"{store}-files.jsonl", listed))
    made = [
        store_artifact(
            case=case,
            kind=kind,
            store=store,
            file_name=name,
            media_type="application/jsonl",
            write=write,
            now=now,
            first=lambda row: _set_aside(row, now),
        )
        for kind, name, write in parts
    ]
    return made, {"rows": sum(datasets.values()), "sha256": made[0].sha256, **details}


def _piece(row: HandFile) -> Piece:
    content = row.content()
    return Piece(
        dataset=row.dataset,
        name=str(content["name"]),
        media_type=str(content["media_type"]),
        size=row.artifact.size,
        sha256=row.artifact.sha256,
        date="",
        kind=str(content["kind"]),
        claimed="",
        container=str(row.artifact_id),
        offset=0,
    )
