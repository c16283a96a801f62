"""Building the answer to an access request from what was collected: letter, report, data files, manifest, signature.

Rendered once, sealed, approved by the hash of its manifest, released as the same bytes (house.md "Determinism").
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.utils import translation

from dsr.cases import versions
from dsr.cases.actors import SYSTEM
from dsr.cases.answer import RELEASED, supersede
from dsr.cases.letter_wordings import words_for
from dsr.cases.perform import record
from dsr.fulfil.attached import attached_of
from dsr.fulfil.gather import addressee_of, found_of, head_of, inquiry_of, sender_of
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.own_records import own_found, own_left_out
from dsr.fulfil.redact import redact
from dsr.fulfil.signing import keys_page, signer_of
from dsr.fulfil.spool import Sink, read_artifact, store_artifact
from dsr.law.letters import LetterCode
from dsr.models import Artifact, Case, Task
from dsr.output import package as output
from dsr.output.attached import is_attached
from dsr.output.inputs import OutputError
from dsr.output.pdf import RenderError
from exporters.contract import Permanent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsr.fulfil.redact import Redacted
    from dsr.output.inputs import Redaction
    from dsr.output.manifest import Manifest

# The parts that can be looked at by themselves; they are the first members of the archive.
PARTS = {"letter.pdf": Artifact.Kind.LETTER, "report.pdf": Artifact.Kind.REPORT}
_HEADER = 30
_MAX_PART = 64 * 1024 * 1024


def package(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `package`: one ZIP with everything, and its letter and report beside it for those who review it."""
    case = task.case
    written_at = datetime.fromisoformat(str(case.content()["drafted_at"]))
    with translation.override(case.request.language):
        order = output.PackageInput(
            sender=sender_of(case.controller),
            addressee=addressee_of(case),
            head=head_of(case, written_at=written_at),
            inquiry=inquiry_of(case),
            found=(*found_of(case), *own_found(case, until=written_at)),
            keys_url=keys_page(case.controller),
            wording=words_for(case.controller, code=LetterCode.ACCESS_ANSWER, language=case.request.language),
        )
    signer = signer_of(case.controller, now=now)
    files, held_back = attached_of(case)
    left = redact(case, found=order.found, attached=files, now=now, check=check)
    order = _redacted(case, order, left, held_back, written_at)
    made: list[Manifest] = []
    text: list[str] = []

    def write(sink: Sink) -> dict[str, Any]:
        made.append(output.build(sink, order, signer=signer, check=check, said=text.append))
        return details_of(made[0])

    try:
        archive = store_artifact(
            case=case,
            kind=Artifact.Kind.PACKAGE,
            file_name=f"{case.request.reference}-{case.right}.zip",
            media_type="application/zip",
            write=write,
            now=now,
        )
    except OutputError as error:
        raise NeedsPersonError(error.code, error.place) from None
    except RenderError as error:
        raise Permanent(error.code, "letter.pdf, report.pdf") from None
    parts = [_part(case, archive, name, now) for name in PARTS]
    manifest = made[0].sha256

    def effect() -> None:
        supersede(case=case, kinds=RELEASED, now=now)
        if not left.keep(now=now):
            return
        for artifact in (archive, *parts):
            artifact.save(force_insert=True)
        summary = versions.of_package(details=archive.details, letter=text[-1], redactions=order.inquiry.redactions)
        versions.keep(case=case, sha256=manifest, content=summary, now=now)
        data = {"manifest_sha256": manifest, "package_sha256": archive.sha256, "bytes": archive.size}
        record(
            case_id=case.pk,
            kind="package_built",
            actor=SYSTEM,
            now=now,
            changes={"manifest_sha256": manifest},
            data=data,
        )

    return {"bytes": archive.size, "manifest_sha256": manifest}, effect


def _redacted(
    case: Case, order: output.PackageInput, left: Redacted, held_back: tuple[Redaction, ...], written_at: datetime
) -> output.PackageInput:
    """The order without what was taken out, with the files the stores handed out, and with what the report says of both."""
    redactions = (*order.inquiry.redactions, *held_back, *left.left_out, *own_left_out(case, until=written_at))
    inquiry = replace(order.inquiry, redactions=redactions)
    return replace(order, found=left.found, attached=left.attached, inquiry=inquiry)


def details_of(manifest: Manifest) -> dict[str, Any]:
    """What the review page shows of the manifest: names, sizes, hashes, counts.

    Names of attachments stay in their sealed list, because they may be names of people: here they are a number and a size.
    """
    files = [
        {"path": fact.path, "size": fact.size, "sha256": fact.sha256}
        for fact in manifest.files
        if not is_attached(fact.path)
    ]
    sizes = [fact.size for fact in manifest.files if is_attached(fact.path)]
    attached = {"files": len(sizes), "bytes": sum(sizes)}
    counts = {store: dict(datasets) for store, datasets in manifest.counts.items()}
    return {"files": files, "attached": attached, "counts": counts, "manifest_sha256": manifest.sha256}


def _part(case: Case, archive: Artifact, name: str, now: datetime) -> Artifact:
    plain = member(archive, name)

    def write(sink: Sink) -> dict[str, Any]:
        sink.write(plain)
        return {}

    return store_artifact(
        case=case, kind=PARTS[name], file_name=name, media_type="application/pdf", write=write, now=now
    )


def member(archive: Artifact, name: str) -> bytes:
    """One of the first members of a sealed archive, read forwards: the plain archive never lies on a disk.

    KeyError when it is not there; ValueError above 64 MiB.
    """
    stream = _Stream(read_artifact(archive))
    while True:
        header = stream.take(_HEADER)
        if header[:4] != b"PK\x03\x04":
            raise KeyError(name)
        size_name, size_extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
        path = stream.take(size_name).decode()
        stream.take(size_extra)
        data = stream.inflate()
        if path == name:
            return data
        # A data descriptor follows what was written without knowing its size: signature, checksum, two sizes.
        if int.from_bytes(header[6:8], "little") & 8:
            stream.descriptor()


class _Stream:
    """Bytes from an iterator of chunks, forwards only."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def take(self, count: int) -> bytes:
        while len(self._rest) < count:
            chunk = next(self._chunks, b"")
            if not chunk:
                return b""
            self._rest += chunk
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def inflate(self) -> bytes:
        out, machine = bytearray(), zlib.decompressobj(-15)
        while not machine.eof:
            data = self._rest or next(self._chunks)
            out += machine.decompress(data, _MAX_PART - len(out) + 1)
            if len(out) > _MAX_PART:
                raise ValueError("member too large to be shown")
            self._rest = machine.unused_data if machine.eof else machine.unconsumed_tail
        return bytes(out)

    def descriptor(self) -> None:
        signed = self.take(4) == b"PK\x07\x08"
        tail = self.take(16 if signed else 12)
        # Sizes have four or eight bytes each, and nothing says which: the next signature does.
        following = tail[12:16] if signed else tail[8:12]
        if following[:2] == b"PK" and following[2:4] in {b"\x03\x04", b"\x01\x02"}:
            self._rest = following + self._rest
        else:
            self.take(4)


def package_of(case: Case) -> Artifact | None:
    """The current package of a case."""
    rows = case.artifacts.filter(kind=Artifact.Kind.PACKAGE, superseded_at__isnull=True)
    return cast("Artifact | None", rows.order_by("-created_at").first())
