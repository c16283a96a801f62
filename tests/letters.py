"""Letters of a test's cases, read back as the person reads them."""

from __future__ import annotations

from dsr.fulfil.letters import text_of
from dsr.models import Letter


def letter(code: str) -> Letter:
    """The one letter of this code that was sent."""
    found: Letter = Letter.objects.select_related("case__request", "case__controller").get(code=code, status="sent")
    return found


def text(code: str) -> str:
    """Its words, on one line, so that line breaks do not matter to who looks for a sentence."""
    return " ".join(text_of(letter(code)).split())
