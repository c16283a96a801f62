"""`python -m dsr.demo.leash PARENT COMMAND…`: become COMMAND, and end when PARENT ends.

The kernel remembers the wish across exec, so even a supervisor killed without warning leaves no process behind.
A program of its own, because nothing but exec is safe between fork and exec in a process with threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to the parent whose id is the first argument, then run the rest as a command.

    Exits with 0 when that parent has gone already. Systems without prctl run the command untied.
    """
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != int(parent):  # it died before we asked
            return
    os.execvp(command[0], command)  # noqa: S606 -- the command comes from the supervisor, never from outside


if __name__ == "__main__":
    main(sys.argv[1:])
