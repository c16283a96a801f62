"""Sending an approved portable copy to another controller over SFTP, encrypted for it alone (P-05, Recital 68; decision 065).

The file goes up under a hidden name, is read back and compared, and gets its name by one rename that overwrites nothing.
Its hash is written down before the rename: a worker that died right after it finds the file by name and hash and sends
nothing a second time. The other side proves who it is by its pinned host key, and only its own key opens the file (age,
X25519: one small format with well-kept programs on every platform, no trust database, no choices to get wrong).
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, cast

import pyrage
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dsr.cases import tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.perform import record
from dsr.cases.plans import StoppedError
from dsr.cases.receivers import RECEIVER_FOLDER, bound_of, refusal_of, secret_allowed
from dsr.cases.sending import declined, transmission_of
from dsr.fulfil.spool import read_artifact
from dsr.law.portability import NoTransmission
from dsr.law.workflow import State
from dsr.models import Artifact, Case, Receiver, Task, Transmission
from exporters.contract import Permanent, Temporary
from exporters.files.sftp import Sftp, ssh_library
from exporters.registry import SecretError, secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

CHUNK_BYTES = 1 << 17
_MANIFEST_LETTERS = 12


class _DeclinedError(Exception):
    """The other side cannot prove who it is any more: nothing is sent, and she is told why."""

    def __init__(self, reason: NoTransmission) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Sealed:
    """The encrypted file and its facts."""

    file: IO[bytes]
    size: int
    sha256: str


def transmit(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `transmit`: bring the approved outgoing package to its receiver, once.

    What the receiver can no longer prove ends the transmission with its reason. Raises Temporary `receiver_down`,
    `not_confirmed`; Permanent `receiver_denied`, `receiver_secret`, `name_taken`, `package_missing`.
    """
    case, row = task.case, transmission_of(task.case)
    if row is None or row.status == Transmission.Status.DECLINED:
        raise StoppedError
    if row.status == Transmission.Status.SENT:
        return {"sha256": row.encrypted_sha256}, lambda: None
    try:
        receiver = _still(case, row, now)
        receipt = _brought(case, row, receiver, check)
    except _DeclinedError as refused:
        reason = refused.reason
        return {"declined": reason.value}, lambda: declined(case=case, reason=reason, actor=SYSTEM, now=now)

    def effect() -> None:
        Transmission.objects.filter(pk=row.pk).update(status=Transmission.Status.SENT, **receipt)
        data = {name: receipt[name] for name in ("file_name", "size", "plain_sha256", "encrypted_sha256", "host_key")}
        record(case_id=case.pk, kind="transmitted", actor=SYSTEM, now=now, data={**data, "receiver": str(receiver.pk)})
        tasks.ensure(case=case, operation="close", now=now, again=True)

    return {"sha256": receipt["encrypted_sha256"], "bytes": receipt["size"]}, effect


def _still(case: Case, row: Transmission, now: datetime) -> Receiver:
    """The receiver, if case, approval and everything it proves itself by still stand."""
    fresh = Case.objects.get(pk=case.pk)
    if fresh.state != State.NOTIFYING or not fresh.approved_sha256 or fresh.approved_sha256 != fresh.manifest_sha256:
        raise StoppedError
    receiver = row.receiver
    reason = refusal_of(receiver, today=local_date(case.controller, now))
    if reason is None and receiver is not None and bound_of(receiver) != row.bound:
        changed = receiver.host_key != row.bound.get("host_key")
        reason = NoTransmission.HOST_KEY_CHANGED if changed else NoTransmission.UNPROVEN
    if reason is not None or receiver is None:
        raise _DeclinedError(reason or NoTransmission.UNKNOWN_RECEIVER)
    return receiver


def _brought(case: Case, row: Transmission, receiver: Receiver, check: Callable[..., None]) -> dict[str, Any]:
    """See that the file lies at the other side, and give its receipt."""
    artifact = Artifact.objects.get(case=case, kind=Artifact.Kind.OUTGOING, superseded_at__isnull=True)
    name = f"{case.request.reference}-{artifact.details['manifest_sha256'][:_MANIFEST_LETTERS]}.zip.age"
    target = PurePosixPath(receiver.folder) / name
    server = server_of(receiver)
    if row.status == Transmission.Status.SENDING:
        # A worker may have died between the rename and its own last word: then the file is there, and is the one.
        with _at(server, receiver.name) as session:
            if is_ours(session, target, row.size, row.encrypted_sha256, check):
                return _receipt(row.file_name, row.size, row.encrypted_sha256, artifact, receiver)
    with tempfile.TemporaryFile() as file:
        sealed = _encrypted(artifact, receiver, file, check)
        with _at(server, receiver.name) as session:
            if _size(session, target) is not None:
                raise Permanent("name_taken", receiver.name)
            _journal(row, name, sealed)
            _upload(session, target, sealed, check, receiver.name)
        return _receipt(name, sealed.size, sealed.sha256, artifact, receiver)


def _receipt(name: str, size: int, sha256: str, artifact: Artifact, receiver: Receiver) -> dict[str, Any]:
    return {
        "file_name": name,
        "size": size,
        "plain_sha256": artifact.sha256,
        "encrypted_sha256": sha256,
        "host_key": receiver.host_key,
        "sent_at": timezone.now(),
    }


@transaction.atomic(durable=True)
def _journal(row: Transmission, name: str, sealed: _Sealed) -> None:
    """Write down what is about to lie there, before anything can."""
    Transmission.objects.filter(pk=row.pk).update(
        status=Transmission.Status.SENDING, file_name=name, size=sealed.size, encrypted_sha256=sealed.sha256
    )


def server_of(receiver: Receiver) -> Sftp:
    """How to reach the receiver; what it takes to sign in is read from where `secret` points, now."""
    if not secret_allowed(receiver.secret):
        raise Permanent("receiver_secret", receiver.name)
    folder = (Path(settings.DSR_STORES).parent if settings.DSR_STORES else Path.cwd()) / RECEIVER_FOLDER
    server = Sftp(
        host=receiver.host,
        port=receiver.port,
        user=receiver.username,
        path=receiver.folder,
        fingerprint=receiver.host_key,
    )
    if receiver.sign_in == "key":
        return replace(server, key_file=folder / receiver.secret.removeprefix("file:"))
    try:
        return replace(server, password=secret(receiver.secret, folder=folder))
    except SecretError:
        raise Permanent("receiver_secret", receiver.name) from None


@contextmanager
def _at(server: Sftp, place: str) -> Iterator[Any]:
    """A session with the receiver's server; every trouble of the way gets a code of ours."""
    paramiko = ssh_library(place)
    try:
        with server.session(paramiko, place) as session:
            yield session
    except paramiko.AuthenticationException:
        raise Permanent("receiver_denied", place) from None
    except (PermissionError, FileNotFoundError):
        raise Permanent("receiver_denied", place) from None
    except Permanent as error:
        if error.code != "host_key":
            raise
        raise _DeclinedError(NoTransmission.HOST_KEY_CHANGED) from None
    except (paramiko.SSHException, OSError, EOFError):
        raise Temporary("receiver_down", place) from None


def _size(session: Any, path: PurePosixPath) -> int | None:
    """The size in bytes of the file of this name, None when there is none."""
    try:
        return int(session.stat(str(path)).st_size)
    except FileNotFoundError:
        return None


def is_ours(session: Any, path: PurePosixPath, size: int, sha256: str, check: Callable[..., None]) -> bool:
    """Whether the file of this name is the one we wrote. Of another size, or that never ends, it is not read to its end."""
    if _size(session, path) != size:
        return False
    digest, left = hashlib.sha256(), size
    with session.open(str(path), "rb") as remote:
        remote.prefetch(size)
        while left >= 0 and (chunk := remote.read(min(CHUNK_BYTES, left + 1))):
            digest.update(chunk)
            left -= len(chunk)
            check()
    return left == 0 and digest.hexdigest() == sha256


def _upload(session: Any, target: PurePosixPath, sealed: _Sealed, check: Callable[..., None], place: str) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        _write(session, part, sealed, check)
        _confirm(session, part, sealed, check, place)
        session.rename(str(part), str(target))  # the plain rename of SFTP refuses a name that is taken
    except BaseException:
        with suppress(Exception):
            session.remove(str(part))
        raise


def _write(session: Any, part: PurePosixPath, sealed: _Sealed, check: Callable[..., None]) -> None:
    sealed.file.seek(0)
    with session.open(str(part), "wb") as remote:
        remote.set_pipelined(pipelined=True)
        while chunk := sealed.file.read(CHUNK_BYTES):
            remote.write(chunk)
            check()


def _confirm(session: Any, part: PurePosixPath, sealed: _Sealed, check: Callable[..., None], place: str) -> None:
    """Read back what arrived; what differs is worth another try."""
    if not is_ours(session, part, sealed.size, sealed.sha256, check):
        raise Temporary("not_confirmed", place)


def _encrypted(artifact: Artifact, receiver: Receiver, file: IO[bytes], check: Callable[..., None]) -> _Sealed:
    """The outgoing package encrypted for the receiver alone; only ever encrypted bytes lie on the disk."""
    try:
        recipient = pyrage.x25519.Recipient.from_str(receiver.recipient_key)
    except pyrage.RecipientError:
        raise _DeclinedError(NoTransmission.NO_ENCRYPTION_KEY) from None
    source, out = _Source(read_artifact(artifact), check), _Digesting(file)
    pyrage.encrypt_io(cast("Any", source), cast("Any", out), [recipient])
    if source.sha256 != artifact.sha256:
        raise Permanent("corrupt", receiver.name)
    return _Sealed(file, out.size, out.sha256)


class _Source:
    """Chunks as a file to read from, hashed while they pass."""

    def __init__(self, chunks: Iterator[bytes], check: Callable[..., None]) -> None:
        self._chunks, self._check, self._rest, self._digest = chunks, check, b"", hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; nothing at the end."""
        while not self._rest:
            chunk = next(self._chunks, b"")
            if not chunk:
                return b""
            self._digest.update(chunk)
            self._check()
            self._rest = chunk
        given = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(given) :]
        return given

    @property
    def sha256(self) -> str:
        """Of what was read so far."""
        return self._digest.hexdigest()


class _Digesting:
    """A file to write into, hashed and counted while it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Pass on what waits."""
        self._file.flush()

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._digest.hexdigest()
