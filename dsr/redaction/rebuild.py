"""A file made anew without what was taken out. Nothing of the old one is copied but what somebody could read and check."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsr.redaction import docx, pdf
from dsr.redaction.extract import How, WhyWhole, extract
from dsr.redaction.spans import merged, redacted, taken_out
from exporters.files.content import FileKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsr.law.redaction import Reason
    from dsr.redaction.extract import Extracted
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


def rebuild(data: bytes, found: Extracted, spans: Sequence[Span], label: Callable[[Reason], str]) -> Made:
    """Make the file `data` anew, whose text is `found`, with `label` in place of each span.

    Raises UnsafeError when the finished file is not what it should be, pdf.BrokenError.
    """
    text = redacted(found.text, spans, label)
    if found.how is How.PDF:
        places = [(span.start, span.end) for span in merged(found.text, spans)]
        made = Made(pdf.blacked_out(data, places), "application/pdf", ".pdf", FileKind.PDF, text)
        if any(page.text.strip() for page in pdf.texts(made.data)):
            raise UnsafeError
        return made
    if found.how is How.DOCX:
        made = Made(docx.made_of(text), docx.MEDIA_TYPE, ".docx", FileKind.DOCUMENT, text)
    else:
        made = Made(text.encode(), "text/plain", ".txt", FileKind.TEXT, text)
    _insist(made, found.text, spans)
    return made


def _insist(made: Made, before: str, spans: Sequence[Span]) -> None:
    """Read the finished file as whoever gets it could: it holds no more of what went than its text may."""
    again = extract(made.data, kind=made.kind, name=f"x{made.ending}", media_type=made.media_type)
    if isinstance(again, WhyWhole):
        raise UnsafeError
    for words in taken_out(before, spans):
        if again.text.count(words) > made.text.count(words):
            raise UnsafeError
