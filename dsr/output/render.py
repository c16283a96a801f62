"""The renderer: HTML in, PDF out, nothing else in reach.

It runs in a process of its own, forked for one job by dsr.output.stem, with an empty environment and folder. Before it
sees a document it takes its own limits, so that neither a hostile text nor a mistake in a template can eat the machine
(ux.md 5.5; house.md, Rendering). It knows no Django, no database and no setting. Errors leave as codes: a message could
quote a subscriber.
"""

from __future__ import annotations

import os
import resource
import signal
from typing import TYPE_CHECKING, Any

from dsr.output import frames

if TYPE_CHECKING:
    from types import FrameType
    from typing import BinaryIO

MEMORY_BYTES = 1_500 << 20
DOCUMENT_CPU_SECONDS = 60
PROCESS_CPU_SECONDS = 120
OPEN_FILES = 64


class CpuLimitError(BaseException):
    """A document used up its CPU time. A BaseException, so that no `except Exception` on the way swallows it."""


def take_limits() -> None:
    """Bound memory, CPU time, files and priority of this very process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESS_CPU_SECONDS, PROCESS_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a subscriber's letter
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # pipes are not files: nothing can be written to disk
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    os.nice(5)
    signal.signal(signal.SIGXCPU, _cpu_is_used_up)


def _cpu_is_used_up(signum: int, frame: FrameType | None) -> None:
    raise CpuLimitError


def _grant_cpu(seconds: int) -> None:
    """Move the soft CPU limit to `seconds` from now; the hard limit of the process stays and kills."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, PROCESS_CPU_SECONDS), PROCESS_CPU_SECONDS))


def attempt(header: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, str], list[bytes]]:
    """Render one document; the answer's `error` is a code, empty when all went well."""
    from dsr.output import accessible, typeset  # noqa: PLC0415 -- the stem has loaded them before it forks

    try:
        _grant_cpu(DOCUMENT_CPU_SECONDS)
        return {"error": ""}, [typeset.to_pdf(header, blobs)]
    except typeset.BlockedError:
        error = "blocked_resource"
    except accessible.NotAccessibleError as problem:
        error = f"not_accessible:{problem.code}"
    except RecursionError:
        error = "nested_too_deep"
    except MemoryError:
        error = "out_of_memory"
    except CpuLimitError:
        error = "out_of_time"
    except Exception as problem:  # noqa: BLE001 -- whatever it is, the parent learns its type and no more
        error = f"failed:{type(problem).__name__}"
    return {"error": error}, []


def answer(documents: BinaryIO, answers: BinaryIO) -> None:
    """Answer documents until the input ends."""
    while (message := frames.read(documents)) is not None:
        frames.write(answers, *attempt(*message))
