"""Where files lie: a folder or an S3 bucket, by relative names; read in chunks, deleted with every version."""

from __future__ import annotations

import hashlib
import logging
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from exporters.contract import Permanent, Temporary
from exporters.files.reference import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator


class Objects(Protocol):
    """Files by name. Every method may raise Temporary and Permanent with the store's name as place."""

    def size(self, name: str) -> int | None:
        """Bytes of a file; None when there is none."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes in chunks; Permanent("not_found") when there is none."""
        ...

    def delete(self, name: str) -> None:
        """Delete a file and all its versions; that it is gone already is as good.

        Raises Permanent("object_locked") where a retention lock of the storage forbids it, Permanent("access_denied").
        """
        ...

    def names(self) -> Iterator[str]:
        """Every file, hidden versions included, in a stable order."""
        ...


def safe(name: str, place: str) -> PurePosixPath:
    """A relative name without a way out. Raises Permanent("bad_name")."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise Permanent("bad_name", place)
    return path


@dataclass(frozen=True, slots=True)
class FolderObjects:
    """A folder tree. Symbolic links are not followed: they could lead out of it."""

    root: Path
    place: str

    def size(self, name: str) -> int | None:
        """See Objects."""
        with self._translated():
            path = self._path(name)
            return path.stat().st_size if path.is_file() else None

    def read(self, name: str) -> Iterator[bytes]:
        """See Objects."""
        with self._translated(), self._path(name).open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def delete(self, name: str) -> None:
        """See Objects. A folder has no versions; snapshots of the file system are backups (docs/exporters/files.md)."""
        with self._translated():
            self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """See Objects."""
        with self._translated():
            for folder, folders, files in os.walk(self.root):
                folders.sort()
                for name in sorted(files):
                    yield (Path(folder) / name).relative_to(self.root).as_posix()

    def _path(self, name: str) -> Path:
        path = self.root / safe(name, self.place)
        if not self.root.is_dir():
            raise Temporary("store_down", self.place)  # an unmounted share must not look like an empty one
        if any(one.is_symlink() for one in (path, *path.parents) if one.is_relative_to(self.root) and one != self.root):
            raise Permanent("bad_name", self.place)
        return path

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise Permanent("not_found", self.place) from None
        except PermissionError:
            raise Permanent("access_denied", self.place) from None
        except OSError:
            raise Temporary("store_down", self.place) from None


@dataclass(slots=True)
class S3Objects:
    """A bucket of S3 or something that speaks like it. Needs boto3; keys are under `prefix`."""

    bucket: str
    prefix: str
    place: str
    options: dict[str, Any] = field(repr=False)
    _made: Any = field(default=None, repr=False)

    def size(self, name: str) -> int | None:
        """See Objects."""
        try:
            with self._translated():
                found = self._client().head_object(Bucket=self.bucket, Key=self._key(name))
        except Permanent as error:
            if error.code == "not_found":
                return None
            raise
        return int(found["ContentLength"])

    def read(self, name: str) -> Iterator[bytes]:
        """See Objects."""
        with self._translated():
            body = self._client().get_object(Bucket=self.bucket, Key=self._key(name))["Body"]
            try:
                yield from body.iter_chunks(CHUNK)
            finally:
                body.close()

    def delete(self, name: str) -> None:
        """See Objects. A plain delete in a versioned bucket only hides the file, so every version goes by its id."""
        key = self._key(name)
        with self._translated():
            client = self._client()
            for page in client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=key):
                for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                    if one["Key"] == key:
                        client.delete_object(Bucket=self.bucket, Key=key, VersionId=one["VersionId"])

    def names(self) -> Iterator[str]:
        """See Objects."""
        with self._translated():
            seen = ""
            for page in (
                self._client().get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=self.prefix)
            ):
                for one in page.get("Versions", ()):
                    if one["Key"] != seen:
                        seen = one["Key"]
                        yield seen.removeprefix(self.prefix)

    def _key(self, name: str) -> str:
        return self.prefix + safe(name, self.place).as_posix()

    def _client(self) -> Any:
        if self._made is None:
            try:
                boto3, config = import_module("boto3"), import_module("botocore.config")
            except ImportError:
                raise Permanent("package_missing", f"{self.place}: boto3") from None
            for name in ("botocore", "urllib3"):
                # Their DEBUG lines quote names of files, which may be names of people.
                logging.getLogger(name).setLevel(logging.WARNING)
            limits = config.Config(connect_timeout=10, read_timeout=60, retries={"max_attempts": 3, "mode": "standard"})
            self._made = boto3.session.Session().client("s3", config=limits, **self.options)
        return self._made

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """The library's errors quote names and headers: only a code remains."""
        exceptions = import_module("botocore.exceptions") if self._made or self._client() else None
        try:
            yield
        except exceptions.ClientError as error:  # type: ignore[union-attr]
            code = str(error.response.get("Error", {}).get("Code", ""))
            message = str(error.response.get("Error", {}).get("Message", "")).lower()
            if code in {"404", "NoSuchKey", "NotFound"}:
                raise Permanent("not_found", self.place) from None
            if "object lock" in message or "worm" in message or "retention" in message:
                raise Permanent("object_locked", self.place) from None
            if code in {"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket"}:
                raise Permanent("access_denied", self.place) from None
            raise Temporary("store_down", self.place) from None
        except exceptions.BotoCoreError:  # type: ignore[union-attr]
            raise Temporary("store_down", self.place) from None


def verified(chunks: Iterator[bytes], *, size: int, sha256: str, place: str) -> Iterator[bytes]:
    """Pass the chunks on and raise Permanent("changed", place) at their end when size or hash is another.

    The reader must not use what it got before the end: a file that is still being written looks whole until then.
    """
    digest, seen = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        seen += len(chunk)
        if seen > size:
            break
        yield chunk
    if seen != size or (sha256 and digest.hexdigest() != sha256):
        raise Permanent("changed", place)
