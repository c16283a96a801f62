"""Sealed files in a bucket of an S3-compatible store: written whole or not at all, read from any byte, errors in our words.

An optional extra (`pip install django-storages[s3]`); chosen by DSR_STORAGE. Only sealed bytes ever get there, so the store
needs no encryption of its own, and its operator reads nothing.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError
from django.core.files import File
from storages.backends.s3 import S3Storage

from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFUSED: Final = {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}
_NO_BUCKET: Final = {"NoSuchBucket"}
_GONE: Final = {"404", "NoSuchKey"}
_CONNECT_SECONDS, _READ_SECONDS, _TRIES = 5, 60, 3


@contextmanager
def _in_words(place: str) -> Iterator[None]:
    """Temporary for what another try may settle, Permanent for what somebody has to set right; never the store's own text."""
    try:
        yield
    except (ClientError, S3UploadFailedError) as error:
        raise _said(error, place) from None
    except (NoCredentialsError, PartialCredentialsError):
        raise Permanent("storage_refused", place) from None
    except BotoCoreError:
        raise Temporary("storage_away", place) from None


def _said(error: Exception, place: str) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else str(error)
    if code in _GONE:
        return FileNotFoundError(place)
    # boto3 wraps the answer to an upload in a text; the code stands in it in brackets.
    if code in _REFUSED or any(f"({one})" in code for one in _REFUSED):
        return Permanent("storage_refused", place)
    if code in _NO_BUCKET or any(f"({one})" in code for one in _NO_BUCKET):
        return Permanent("storage_missing", place)
    return Temporary("storage_away", place)


class BucketReader(io.RawIOBase):
    """A file in a bucket, read in a stream; `seek` asks anew from that byte instead of reading up to it."""

    def __init__(self, thing: Any, place: str) -> None:
        self._thing, self._place, self._at = thing, place, 0
        self._body: Any = None
        with _in_words(place):
            thing.load()
        self._size, self._etag = int(thing.content_length), str(thing.e_tag)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; nothing is fetched before the next `read`."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        wanted = base + offset
        if wanted != self._at:
            self._drop()
            self._at = wanted
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill what fits. A connection that breaks off is Temporary, not the end of the file."""
        if self._at >= self._size:
            return 0
        with _in_words(self._place):
            if self._body is None:
                answer = self._thing.get(Range=f"bytes={self._at}-", IfMatch=self._etag)
                self._body = answer["Body"]
            data = self._body.read(min(len(buffer), self._size - self._at))
        if not data:
            raise Temporary("storage_away", self._place)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        """Let the connection go."""
        self._drop()
        super().close()


class BucketStorage(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """django-storages' S3 backend for sealed files: no public addresses, no silent renaming, reads that can begin anywhere."""

    def __init__(self, **options: Any) -> None:
        style = options.get("addressing_style", "auto")
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"max_attempts": _TRIES, "mode": "standard"},
            s3={"addressing_style": style},
            # Other makers' stores do not know the checksums that boto3 adds by itself.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(
            **{"client_config": config, "default_acl": None, "file_overwrite": True, "gzip": False, **options}
        )

    @property
    def _place(self) -> str:
        return f"s3://{self.bucket_name}"

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError("sealed files are written whole, with save()")
        thing = self.bucket.Object(self._normalize_name(name))
        buffered: IO[bytes] = io.BufferedReader(BucketReader(thing, self._place), buffer_size=256 * 1024)
        return File(buffered, name)

    def _save(self, name: str, content: Any) -> str:
        with _in_words(self._place):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        """Delete; what is not there is deleted."""
        with _in_words(self._place):
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        with _in_words(self._place):
            return bool(super().exists(name))

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Sealed files have no address."""
        raise NotImplementedError("sealed files are never served by URL")
