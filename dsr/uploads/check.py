"""Looking at a file before it is kept: what it is, a clean copy of it, and what the virus scanner says."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dsr.uploads import child
from dsr.uploads.codes import FileRefusal
from dsr.uploads.errors import UploadRefusedError
from dsr.uploads.judge import Form, look

ROOT: Final = Path(__file__).resolve().parents[2]
WALL_SECONDS: Final = 40.0


@dataclass(frozen=True, slots=True)
class Clean:
    """What is kept: bytes, media type, and a name that says what it is."""

    content: bytes
    media_type: str
    name: str


def checked(content: bytes, *, name: str) -> Clean:
    """A harmless copy of `content`; UploadRefusedError says why there is none.

    Pictures and documents are opened in a process of their own with little memory and time; text is only read.
    """
    judged = look(content, name=name)
    if judged.form is Form.TEXT:
        return Clean(content, judged.form.value, judged.name)
    code, kept = _in_child(judged.form, content)
    if code != child.OK:
        raise UploadRefusedError(FileRefusal(code), name=judged.name)
    # A picture may come back as JPEG: what is kept is judged again, and named by what it is.
    final = look(kept, name=judged.name)
    return Clean(kept, final.form.value, final.name)


def _in_child(form: Form, content: bytes) -> tuple[str, bytes]:
    """The child's code and bytes; TOO_HARD where it died or its time was over."""
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONHASHSEED": "0"}
    with tempfile.TemporaryDirectory(prefix="dsr-upload-") as empty:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "dsr.uploads.child", form.value],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a parser's complaint quotes the file
                cwd=empty,
                env=environment,
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return FileRefusal.TOO_HARD.value, b""
    code, found, kept = done.stdout.partition(b"\n")
    if done.returncode or not found:
        return FileRefusal.TOO_HARD.value, b""
    return code.decode("ascii"), kept
