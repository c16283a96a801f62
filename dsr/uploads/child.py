"""The process that opens what a stranger sent: `python -m dsr.uploads.child FORM`, file in, code and clean file out.

It is started by dsr.uploads.check with an empty environment and an empty folder, and takes its own limits before it loads a
parser, so that a hostile file ends this process and nothing else. It knows no Django, no database and no setting. What it
says is a code: a message of a parser could quote the file.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import Final

from dsr.uploads.codes import FileRefusal, RefusedFileError

MEMORY_BYTES: Final = 1 << 30
CPU_SECONDS: Final = 20
OPEN_FILES: Final = 32
OK: Final = "ok"


def take_limits() -> None:
    """Bound memory, CPU time, files and priority of this very process; nothing can be written to a disk."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    os.nice(5)


def clean(form: str, content: bytes) -> bytes:
    """The bytes to keep: pictures are drawn anew, documents stay as they are once they are found harmless."""
    if form.startswith("image/"):
        from dsr.uploads.pictures import redraw  # noqa: PLC0415 -- loaded after the limits are in place

        return redraw(form, content)
    if form == "application/pdf":
        from dsr.uploads.pdf import insist_harmless  # noqa: PLC0415 -- see above
    else:
        from dsr.uploads.office import insist_harmless  # noqa: PLC0415 -- see above
    insist_harmless(content)
    return content


def attempt(form: str, content: bytes) -> tuple[str, bytes]:
    """The code (OK or one of FileRefusal) and the bytes to keep."""
    try:
        return OK, clean(form, content)
    except RefusedFileError as refused:
        return refused.code.value, b""
    except (MemoryError, RecursionError):
        return FileRefusal.TOO_HARD.value, b""
    except Exception:  # noqa: BLE001 -- whatever a parser says of it, the file cannot be opened
        return FileRefusal.DAMAGED.value, b""


def main() -> None:
    """Answer one file and end: a line with the code, then the bytes."""
    take_limits()
    out, sys.stdout = sys.stdout.buffer, sys.stderr
    code, kept = attempt(sys.argv[1], sys.stdin.buffer.read())
    out.write(code.encode() + b"\n" + kept)
    out.flush()


if __name__ == "__main__":
    main()
