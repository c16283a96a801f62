"""Words of strangers without characters that show nothing, turn the direction of what follows, or drive a terminal."""

from __future__ import annotations

import re
from typing import Final

MAX_TEXT: Final = 10_000
"""Characters of a mail that are kept; as many as a request may have."""
# Characters that show nothing, or turn the direction of what follows: in names they only ever deceive.
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def clean_line(text: str) -> str:
    """One line without characters that show nothing or deceive."""
    return " ".join(_CONTROL.sub(" ", _UNSEEN.sub("", text.encode("utf-8", "replace").decode())).split())


def clean_text(text: str) -> str:
    """Text of several lines without control characters; joiners that scripts need stay."""
    told = _CONTROL.sub("", text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n"))
    told = re.sub("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]", "", told)
    return re.sub(r"\n{4,}", "\n\n\n", told).strip()[:MAX_TEXT]
