"""Opening the files of a campaign command: a path or `-` for the standard streams, and errors as one line."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from dsr.management.output import fail
from dsr.models import Controller

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def reading(name: str) -> Iterator[TextIO]:
    """The lines of a file or of the standard input."""
    if name == "-":
        yield sys.stdin
        return
    try:
        with Path(name).open(encoding="utf-8", newline="") as lines:
            yield lines
    except OSError as error:
        raise fail(f"{name} cannot be read: {error.strerror}") from None


@contextlib.contextmanager
def writing(name: str, stdout: TextIO) -> Iterator[TextIO]:
    """A new file, readable by its owner only, or the standard output."""
    if name == "-":
        yield stdout
        return
    path = Path(name)
    try:
        path.touch(mode=0o600, exist_ok=False)
        with path.open("w", encoding="utf-8", newline="") as out:
            yield out
    except OSError as error:
        raise fail(f"{name} cannot be written: {error.strerror}") from None


def controller_of(slug: str) -> Controller:
    """The controller named on the command line."""
    found = Controller.objects.filter(slug=slug).first()
    if found is None:
        raise fail(f"there is no controller {slug!r}")
    return found
