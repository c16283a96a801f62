"""A file made anew without what was taken out. Nothing of the old one is copied but what somebody could read and check."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsr.redaction import docx, pdf, picture
from dsr.redaction.extract import Extracted, How, WhyWhole, extract
from dsr.redaction.spans import merged, redacted, taken_out
from exporters.files.content import FileKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsr.law.redaction import Reason
    from dsr.redaction.boxes import Box
    from dsr.redaction.spans import Span


class UnsafeError(Exception):
    """The new file would still hold something that was taken out: it must not leave."""


@dataclass(frozen=True, slots=True)
class Made:
    """The new file. `ending` of its name with the dot; `text` is what can be read in it, for whoever reviews it."""

    data: bytes = field(repr=False)
    media_type: str
    ending: str
    kind: FileKind
    text: str = field(repr=False)


def rebuild(
    data: bytes, found: Extracted, spans: Sequence[Span], label: Callable[[Reason], str], boxes: Sequence[Box] = ()
) -> Made:
    """Make the file `data` anew, whose text is `found`, with `label` in place of each span, and `boxes` on the pages of a PDF.

    Raises UnsafeError when the finished file is not what it should be, pdf.BrokenError.
    """
    if boxes and found.how is not How.PDF:
        raise UnsafeError
    text = redacted(found.text, spans, label)
    if found.how is How.PDF:
        places = [(span.start, span.end) for span in merged(found.text, spans)]
        return _of_pages(data, places, boxes, text)
    if found.how is How.DOCX:
        made = Made(docx.made_of(text), docx.MEDIA_TYPE, ".docx", FileKind.DOCUMENT, text)
    else:
        made = Made(text.encode(), "text/plain", ".txt", FileKind.TEXT, text)
    _insist(made, found.text, spans)
    return made


def redrawn(data: bytes, why: WhyWhole, boxes: Sequence[Box]) -> Made:
    """Make a picture or a scanned PDF (`why` it has no text) anew with `boxes` in it.

    Raises UnsafeError when the finished file is not what it should be or this is no such file, pdf.BrokenError.
    """
    if why is WhyWhole.SCAN:
        return _of_pages(data, (), boxes, "")
    if why is not WhyWhole.PICTURE:
        raise UnsafeError
    try:
        drawn = picture.boxed(data, boxes)
    except picture.BrokenError:
        raise UnsafeError from None
    return Made(drawn.data, drawn.media_type, drawn.ending, FileKind.PICTURE, "")


def _of_pages(data: bytes, places: Sequence[tuple[int, int]], boxes: Sequence[Box], text: str) -> Made:
    made = Made(pdf.blacked_out(data, places, boxes), "application/pdf", ".pdf", FileKind.PDF, text)
    if any(page.text.strip() for page in pdf.texts(made.data)):
        raise UnsafeError
    return made


def sheets(data: bytes, kind: FileKind, found: Extracted | WhyWhole) -> int:
    """On how many pages of the file boxes can be drawn; 0: on none."""
    if found is WhyWhole.PICTURE and kind is FileKind.PICTURE:
        return int(picture.can_be_drawn(data))
    if found is WhyWhole.SCAN or (isinstance(found, Extracted) and found.how is How.PDF):
        return pdf.pages(data)
    return 0


def _insist(made: Made, before: str, spans: Sequence[Span]) -> None:
    """Read the finished file as whoever gets it could: it holds no more of what went than its text may."""
    again = extract(made.data, kind=made.kind, name=f"x{made.ending}", media_type=made.media_type)
    if isinstance(again, WhyWhole):
        raise UnsafeError
    for words in taken_out(before, spans):
        if again.text.count(words) > made.text.count(words):
            raise UnsafeError
