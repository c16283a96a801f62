"""Names of files that strangers chose, made safe to show, to store beside others and to unpack anywhere."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_NAME_CHARACTERS: Final = 100
MAX_NAME_BYTES: Final = 200
"""A file system counts bytes, 255 of them; Windows counts the whole path."""
_MAX_ENDING: Final = 12
_FORBIDDEN: Final = re.compile(r'[<>:"|?*\ufffd]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


def file_name(name: str) -> str:
    """A name that is safe to unpack anywhere, and still the name people know: every script stays.

    No folder, no `..`, no control character, no direction override, no device of Windows; at most MAX_NAME_CHARACTERS and
    MAX_NAME_BYTES, with its ending.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    text = re.split(r"[/\\]", text)[-1]
    text = "".join(
        char for char in text if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    text = _FORBIDDEN.sub("_", text)
    text = re.sub(r"\s+", " ", text).strip(" .")
    if not text:
        return "file"
    if _DEVICES.fullmatch(text):
        text = f"_{text}"
    stem, ending = split_ending(text)
    stem = stem[: MAX_NAME_CHARACTERS - len(ending)]
    room = MAX_NAME_BYTES - len(ending.encode())
    return (stem.encode()[:room].decode(errors="ignore").rstrip(" .") or "file") + ending


def split_ending(name: str) -> tuple[str, str]:
    """Name and ending; what is longer than an ending is none."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > _MAX_ENDING or " " in ending:
        return name, ""
    return stem, dot + ending
