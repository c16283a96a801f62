"""Letters for the post room: a PDF in a folder, beside it a small JSON without anything personal (docs/identity.md).

Both are written under another name and renamed, so that whoever watches the folder never takes half a file. The PDF comes
last: where there is a PDF, its JSON is there. Taking a letter is removing the PDF from the folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from datetime import datetime


def folder() -> Path | None:
    """The folder of the post room; None when none is configured, and letters with codes are not offered."""
    return Path(settings.DSR_PRINT_DIR) if settings.DSR_PRINT_DIR else None


def _name(letter_id: object) -> str:
    return uuid.UUID(str(letter_id)).hex


def put(*, letter_id: object, pdf: bytes, controller: str, reference: str, language: str, now: datetime) -> None:
    """Write one letter; the same id again replaces the first. OSError when the folder cannot be written, ValueError without one.

    The JSON holds no name, no address and no code: the slug of the controller, the reference, the language, pages are the
    printer's business.
    """
    place = folder()
    if place is None:
        raise ValueError("DSR_PRINT_DIR is not set")
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    about = {
        "letter": _name(letter_id),
        "controller": controller,
        "reference": reference,
        "language": language,
        "written_at": now.isoformat(),
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "size": len(pdf),
    }
    _write(place / f"{_name(letter_id)}.json", json.dumps(about, indent=1).encode())
    _write(place / f"{_name(letter_id)}.pdf", pdf)


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all, readable by this account only; what a killed worker left half written is overwritten."""
    part = target.with_name(f".{target.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def waits(letter_id: object) -> bool:
    """Whether the letter still lies in the folder. OSError or False when the folder is away: then nothing is known."""
    place = folder()
    return place is not None and (place / f"{_name(letter_id)}.pdf").exists()


def reachable() -> bool:
    """Whether the folder is there; while it is not mounted every letter would look as if it had been taken."""
    place = folder()
    return place is not None and place.is_dir()


def remove(letter_id: object) -> None:
    """Take a letter out that must not be posted any more."""
    place = folder()
    if place is None:
        return
    for ending in ("pdf", "json"):
        with contextlib.suppress(FileNotFoundError):
            (place / f"{_name(letter_id)}.{ending}").unlink()
