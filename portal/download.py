"""A sealed file as a download: streamed from the vault, one range at a time, never cached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import HttpResponse, StreamingHttpResponse

from dsr.fulfil.spool import read_artifact, read_from
from exporters.contract import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from dsr.models import Artifact

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a Range header with one range; None when there is none we serve (then the whole file follows).

    Raises ValueError for a range that lies outside the file.
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        if int(last) == 0:
            raise ValueError("empty range")
        return max(0, size - int(last)), size - 1
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise ValueError("range outside the file")
    return start, end


def _cut(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    """The first `length` bytes."""
    left = length
    for chunk in chunks:
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


def _primed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Open the first chunk now, so that a broken file is an error page and not half a download."""
    first = next(chunks, b"")

    def rest() -> Iterator[bytes]:
        yield first
        yield from chunks

    return rest()


def respond(request: HttpRequest, artifact: Artifact) -> HttpResponseBase:
    """The file, whole (200) or one range of it (206); 416 for a range outside. TamperedError, MissingKeyError, OSError before."""
    size, tag = artifact.size, f'"{artifact.sha256}"'
    wanted = None
    if request.headers.get("If-Range", tag) == tag:
        try:
            wanted = span(request.headers.get("Range", ""), size)
        except ValueError:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = wanted or (0, size - 1)
    chunks = read_from(artifact, start) if start else read_artifact(artifact)
    try:
        body = _primed(_cut(_primed(chunks), end - start + 1))
    except StoreError as error:
        raise OSError(f"the storage of sealed files: {error.code}") from None
    response = StreamingHttpResponse(body, content_type=artifact.media_type, status=206 if wanted else 200)
    if wanted:
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Length"] = str(end - start + 1)
    response["Content-Disposition"] = f'attachment; filename="{artifact.file_name}"'
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    response["Cache-Control"] = "no-store"
    return response
