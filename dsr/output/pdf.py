"""The parent's side of rendering: HTML documents in, PDF bytes out, through a child process that may die.

Cost is known beforehand, because a table cell takes about 0.9 ms of CPU (ux.md 5.4), so a document that cannot finish is
refused instead of tried.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from PIL import Image

from dsr.output import frames, renderer

if TYPE_CHECKING:
    from collections.abc import Sequence

WALL_SECONDS = 180.0
CELL_SECONDS = 0.0009
MAX_CELLS = 40_000
MAX_HTML_BYTES = 8 << 20
MAX_ATTACHED_BYTES = 25 << 20
LOGO_PIXELS = (1200, 400)


class RenderError(Exception):
    """Rendering failed. `code` says why, `position` which document (0-based); never a word of the document.

    Codes: refused_cells, refused_size, refused_attachments (not tried); blocked_resource, not_accessible:…,
    nested_too_deep, out_of_memory, out_of_time, failed:… (the child says so); timeout, crashed (the child is gone).
    """

    def __init__(self, code: str, position: int) -> None:
        super().__init__(f"document {position}: {code}")
        self.code, self.position = code, position


class LogoError(ValueError):
    """The bytes are no picture that can be a logo."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that rides inside the PDF (PDF/A-3): `Data` for the full data, `Supplement` for what adds to it."""

    name: str
    content: bytes
    description: str
    relationship: Literal["Data", "Supplement"] = "Supplement"


@dataclass(frozen=True, slots=True)
class Document:
    """One document to render. `written_at` (aware) becomes its date, so that the same input gives the same bytes.

    `logo` is a PNG made by `logo()`; the HTML shows it as `urn:dsr:logo`. `html` is escaped by whoever made it.
    """

    html: str
    written_at: datetime
    logo: bytes | None = None
    attachments: tuple[Attachment, ...] = ()


def logo(picture: bytes) -> bytes:
    """Re-encode an uploaded picture as a small PNG without its metadata; LogoError when it is no picture."""
    try:
        with Image.open(io.BytesIO(picture), formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
            image.thumbnail(LOGO_PIXELS)
            clean = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise LogoError("not a PNG, JPEG, WebP or GIF picture") from None
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def cells(html: str) -> int:
    """Table cells of a document, the unit its cost is reckoned in."""
    return html.count("<td") + html.count("<th>") + html.count("<th ")


def render_pdf(documents: Sequence[Document], *, seconds: float = WALL_SECONDS) -> list[bytes]:
    """Render documents in one child process, in order, as PDF/A-3a + PDF/UA-1.

    `seconds` is the wall-clock time for all of them. RenderError at the first document that fails; then none is
    returned, because a package with a missing letter must not leave the house.
    """
    for position, document in enumerate(documents):
        _refuse(document, position)
    payload = io.BytesIO()
    for document in documents:
        frames.write(payload, *_message(document))
    try:
        answered = renderer.run(payload.getvalue(), seconds=seconds)
    except renderer.LateError as late:
        raise RenderError("timeout", _answered(late.answered)) from None
    return _results(answered, len(documents))


def _refuse(document: Document, position: int) -> None:
    if document.written_at.tzinfo is None:
        raise ValueError("written_at must be aware")
    if len(document.html.encode("utf-8", "replace")) > MAX_HTML_BYTES:
        raise RenderError("refused_size", position)
    if cells(document.html) > MAX_CELLS:
        raise RenderError("refused_cells", position)
    if sum(len(item.content) for item in document.attachments) > MAX_ATTACHED_BYTES:
        raise RenderError("refused_attachments", position)


def _message(document: Document) -> tuple[dict[str, object], list[bytes]]:
    header = {
        "written_at": document.written_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "logo": document.logo is not None,
        "attachments": [
            {"name": item.name, "description": item.description, "relationship": item.relationship}
            for item in document.attachments
        ],
    }
    pictures = [document.logo] if document.logo is not None else []
    return header, [
        document.html.encode("utf-8", "replace"),
        *pictures,
        *(item.content for item in document.attachments),
    ]


def _results(answer: bytes, wanted: int) -> list[bytes]:
    stream, pdfs = io.BytesIO(answer), list[bytes]()
    for position in range(wanted):
        try:
            message = frames.read(stream)
        except frames.FrameError:
            message = None
        if message is None:
            raise RenderError("crashed", position)
        header, blobs = message
        if header["error"] or len(blobs) != 1:
            raise RenderError(str(header["error"] or "crashed"), position)
        pdfs.append(blobs[0])
    return pdfs


def _answered(answer: bytes) -> int:
    """How many documents were answered before the time was over: the number of the one that hung."""
    stream, count = io.BytesIO(answer), 0
    try:
        while frames.read(stream) is not None:
            count += 1
    except frames.FrameError:
        pass
    return count
