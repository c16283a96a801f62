"""Sealed files of a case: written in a stream under a key of their own, read back in a stream."""

from __future__ import annotations

import errno
import hashlib
import tempfile
import uuid
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from django.core.files import File
from django.core.files.storage import default_storage

from dsr.fulfil.lines import whole_lines
from dsr.models import Artifact, Case
from dsr.vault import open_file, open_range
from dsr.vault.files import SealingWriter
from exporters.contract import Temporary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Sink:
    """A binary file object that counts, hashes and seals what is written to it; write-only, never seeks."""

    def __init__(self, writer: SealingWriter) -> None:
        self._writer, self._digest, self.size = writer, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._digest.update(data)
        self.size += len(data)
        return self._writer.write(data)

    def flush(self) -> None:
        """Part of the file protocol; chunks leave by themselves."""

    def tell(self) -> int:
        """Bytes so far."""
        return self.size

    def seekable(self) -> bool:
        """Sealed in one go: no way back."""
        return False

    @property
    def sha256(self) -> str:
        """Hash of the plain bytes so far."""
        return self._digest.hexdigest()


def store_artifact(
    *,
    case: Case,
    kind: str,
    file_name: str,
    media_type: str,
    write: Callable[[Sink], dict[str, Any]],
    now: datetime,
    store: str = "",
    first: Callable[[Artifact], None] | None = None,
) -> Artifact:
    """Run `write` into a sealed file and return its artifact, not yet saved: the caller saves it in the transaction that
    finishes its task. `write` returns the details (counts and hashes) to keep in clear. Raises
    Temporary("own_disk_full", folder) when there is no room; nothing of the file is kept then, nor after any other error.

    `first` saves the row before the bytes are stored, for who has no running task that keeps `leftovers.sweep` away.
    """
    artifact = Artifact(
        controller=case.controller,
        case=case,
        kind=kind,
        store=store,
        file_name=file_name,
        media_type=media_type,
        created_at=now,
    )
    key = artifact.vault_key()
    with tempfile.TemporaryFile() as spool:  # only ever holds sealed bytes
        with _room_in(tempfile.gettempdir()):
            writer = SealingWriter(key, cast("Any", spool), context=_context(artifact))
            sink = Sink(writer)
            artifact.details = write(sink)
            writer.close()
            spool.flush()
        spool.seek(0)
        artifact.size, artifact.sha256 = sink.size, sink.sha256
        artifact.storage_name = f"{case.pk}/{uuid.uuid4()}.sealed"
        if first is not None:
            first(artifact)
        artifact.storage_name = _keep(artifact.storage_name, cast("IO[Any]", spool))
    return artifact


def _keep(name: str, spool: IO[Any]) -> str:
    """Copy the sealed bytes to where they stay; a copy that breaks off leaves nothing behind."""
    try:
        with _room_in(str(getattr(default_storage, "location", "storage"))):
            return default_storage.save(name, File(spool))
    except BaseException:
        default_storage.delete(name)
        raise


@contextmanager
def _room_in(place: str) -> Iterator[None]:
    """A disk of ours that is full is worth another try once somebody made room, and the message says where."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Temporary("own_disk_full", place) from None
        raise


def _context(artifact: Artifact) -> str:
    return f"artifact:{artifact.pk}:{artifact.case_id}"


def read_artifact(artifact: Artifact) -> Iterator[bytes]:
    """The plain bytes in chunks; TamperedError when the file is not what was written, MissingKeyError after it was shredded."""
    with default_storage.open(artifact.storage_name, "rb") as sealed:
        yield from open_file(artifact.vault_key(), cast("Any", sealed), context=_context(artifact))


def read_from(artifact: Artifact, start: int) -> Iterator[bytes]:
    """The plain bytes from `start` (from 0) on, without opening what lies before: a download of gigabytes that goes on."""
    with default_storage.open(artifact.storage_name, "rb") as sealed:
        yield from open_range(artifact.vault_key(), cast("Any", sealed), start=start, context=_context(artifact))


def read_raw_lines(artifact: Artifact) -> Iterator[bytes]:
    """The lines of a spooled file, one at a time, without their ends."""
    return whole_lines(read_artifact(artifact))


def drop_file(artifact: Artifact) -> None:
    """Delete the sealed bytes and destroy the key; the row with hash and counts stays."""
    if artifact.storage_name:
        default_storage.delete(artifact.storage_name)
    Artifact.objects.filter(pk=artifact.pk).update(storage_name="", wrapped_key="")
